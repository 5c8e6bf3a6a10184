"""Keeps with each conversation which documents it asks, off the GUI thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.chat import Sources
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.ui.jobs import Jobs


class SourcesKeeper(QObject):
    """What is asked now, kept with the conversation on show when it changes; `failed` carries a sentence."""

    failed = Signal(str)

    def __init__(self, store: ConversationStore, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._store = store
        self._jobs = jobs
        self._conversation_id: int | None = None
        self._kept: Sources | None = None
        self.sources = Sources()

    def use(self, sources: Sources) -> None:
        """Ask these from now on. A conversation that never had any gets them with files of its own, or a question."""
        self.sources = sources
        if self._conversation_id is None or sources == self._kept or not (self._kept or sources.attached):
            return
        self._kept = sources
        keep = partial(self._store.keep_sources, self._conversation_id, sources)
        self._jobs.call(keep, lambda _: None, lambda error: self.failed.emit(describe(error).text))

    def show(self, conversation_id: int | None, kept: Sources | None) -> None:
        """Another conversation is on show (None: one that is not stored), with what is kept of it."""
        self._conversation_id = conversation_id
        self._kept = kept
        self.use(self.sources)

    def note_asked(self) -> None:
        """A question is put to them: they are kept with its conversation from now on."""
        if self._kept is None:
            self._kept = Sources()
        self.use(self.sources)
