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
        self._unwritten: dict[int, Sources] = {}
        self._is_writing = False
        self.sources = Sources()

    def use(self, sources: Sources) -> None:
        """Ask these from now on. A conversation that never had any gets them with files of its own, or a question."""
        self.sources = sources
        if self._conversation_id is None or sources == self._kept or not (self._kept or sources.attached):
            return
        self._kept = self._unwritten[self._conversation_id] = sources
        self._write()

    def _write(self) -> None:
        """One after the other: of several in a row the last has to stay."""
        if self._is_writing or not self._unwritten:
            return
        self._is_writing = True
        keep = partial(self._store.keep_sources, *self._unwritten.popitem())
        self._jobs.call(keep, lambda _: self._on_written(), self._on_not_written)

    def _on_written(self) -> None:
        self._is_writing = False
        self._write()

    def _on_not_written(self, error: BaseException) -> None:
        self.failed.emit(describe(error).text)
        self._on_written()

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
