"""Files that are asked in one conversation only: read into the cache, and kept with it."""

from __future__ import annotations

from pathlib import Path, PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.documents import Scope
from localassist.domain.events import DocumentIndexed, DocumentIndexing, Indexed
from localassist.ui.documents.attachments import AttachmentsView
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Document
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.services import Services


class AttachmentsPresenter(QObject):
    """Which files each conversation has; None stands for the one that is not stored yet.

    `changed` says that the files of the conversation on show are others, `folders_dropped` carries folders, which
    are followed as collections instead; `files_requested` asks for the window of files of a scope; `failed` carries
    a sentence.
    """

    changed = Signal()
    folders_dropped = Signal(list)
    files_requested = Signal(object)
    failed = Signal(str)

    def __init__(self, services: Services, jobs: Jobs, icons: Icons) -> None:
        super().__init__()
        self.view = AttachmentsView(icons)
        self._services = services
        self._jobs = jobs
        self._conversation_id: int | None = None
        self._documents: dict[int | None, list[Document]] = {}
        self._job: Job | None = None
        self._reading = ""
        self._reading_for: int | None = None
        self._waiting: list[str] = []
        self.view.removed.connect(self._on_removed)
        self.view.stop_requested.connect(self._on_stop_requested)
        self.view.files_requested.connect(lambda: self.files_requested.emit(self.scope))

    @property
    def scope(self) -> Scope:
        """The files of the conversation on show; an empty scope where it has none."""
        return Scope(document_ids=tuple(document.id for document in self._on_show()))

    @property
    def name(self) -> str:
        """What they are called."""
        names = [PurePath(document.path).name for document in self._on_show()]
        return " and ".join(names) if len(names) <= 2 else f"{names[0]} and {len(names) - 1} more"

    @property
    def is_reading(self) -> bool:
        """Whether files are being read that a question would miss."""
        return bool(self._reading)

    def show_conversation(self, conversation_id: int | None) -> None:
        """Show the files of another conversation."""
        self._conversation_id = conversation_id
        self._show()

    def recall(self, conversation_id: int, documents: Sequence[Document]) -> None:
        """What was kept of a stored conversation, which its files may have outrun since the window opened."""
        self._documents.setdefault(conversation_id, list(documents))

    def keep_for(self, conversation_id: int) -> None:
        """The conversation on show was stored: its files are known by its id from now on."""
        self._documents[conversation_id] = self._documents.pop(None, [])
        if self._reading_for is None:
            self._reading_for = conversation_id
        self.show_conversation(conversation_id)

    def add(self, paths: Sequence[str]) -> None:
        """Read files for the conversation on show; folders become collections."""
        self._jobs.call(lambda: _sorted_out(paths), self._on_sorted_out, self._on_failed)

    def _on_sorted_out(self, sorted_out: tuple[list[str], list[str]]) -> None:
        files, folders = sorted_out
        if folders:
            self.folders_dropped.emit(folders)
        self._waiting += files
        self._read_next()

    def _read_next(self) -> None:
        if self._job is not None or not self._waiting:
            return
        files, self._waiting = self._waiting, []
        self._reading_for = self._conversation_id
        self._reading = f"Reading {PurePath(files[0]).name}"
        self._job = job = self._jobs.prepare(lambda stop: self._services.ingest(files, "", stop))
        job.progressed.connect(self._on_progressed)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_ended)
        self._show()
        job.start()

    def _on_progressed(self, happening: object) -> None:
        match happening:
            case DocumentIndexing(path, position, total):
                self._reading = f"Reading {PurePath(path).name} ({position} of {total})"
            case DocumentIndexed(document, position, total):
                self._take(document)
                if position == total:  # words are found from here on; vectors follow
                    self._reading = ""
            case Indexed(_, skipped) if skipped:
                self.failed.emit(skipped[0])
        self._show()

    def _take(self, document: Document) -> None:
        kept = self._documents.setdefault(self._reading_for, [])
        kept[:] = [*(each for each in kept if each.id != document.id), document]
        if document.problem:
            self.failed.emit(document.problem)

    def _on_ended(self) -> None:
        self._job = None
        self._reading = ""
        self._show()
        self._read_next()

    def _on_removed(self, document_id: int) -> None:
        kept = self._on_show()
        self._documents[self._conversation_id] = [each for each in kept if each.id != document_id]
        self._show()

    def _on_stop_requested(self) -> None:
        if self._job is not None:
            self._job.stop()

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(describe(error).text)

    def _on_show(self) -> list[Document]:
        return self._documents.get(self._conversation_id, [])

    def _show(self) -> None:
        self.view.show_files(self._on_show(), self._reading)
        self.changed.emit()


def _sorted_out(paths: Sequence[str]) -> tuple[list[str], list[str]]:
    """Files and folders apart."""
    folders = [path for path in paths if Path(path).is_dir()]
    return [path for path in paths if path not in folders], folders
