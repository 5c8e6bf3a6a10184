"""Between the window of files and the documents: listing, reading again, forgetting, unlocking, revealing."""

from __future__ import annotations

from functools import partial
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from localassist.domain.documents import Scope
from localassist.domain.events import DocumentIndexed
from localassist.domain.labels import LabelKind
from localassist.ui.documents.dialog import DocumentsDialog
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from PySide6.QtWidgets import QWidget

    from localassist.domain.documents import Document, StructuredText
    from localassist.domain.labels import Labelled, Sensitivity
    from localassist.domain.stopping import Stop
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

    Found = tuple[tuple[Document, ...], Mapping[int, Labelled]]


class FilesPresenter(QObject):
    """Shows how the files of a scope stand. `file_chosen` carries a `Document` that is to be asked alone, `changed`
    says that documents are others now.
    """

    file_chosen = Signal(object)
    changed = Signal()

    def __init__(self, parent: QWidget, services: Services, jobs: Jobs, icons: Icons) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._scope = Scope()
        self._reading = False
        self._made: DocumentsDialog | None = None
        self._icons = icons
        self._parent = parent

    @property
    def _dialog(self) -> DocumentsDialog:
        """The window of files; making it before the main one is on screen would hold that up."""
        if self._made is None:
            self._made = dialog = DocumentsDialog(self._icons, self._parent)
            dialog.ask_requested.connect(self._on_ask_requested)
            dialog.open_requested.connect(self._on_open_requested)
            dialog.again_requested.connect(lambda document: self._read_again(document, ""))
            dialog.unlock_requested.connect(self._read_again)
            dialog.forget_requested.connect(self._on_forget_requested)
            dialog.hidden_requested.connect(self._on_hidden_requested)
            dialog.labelled.connect(self._on_labelled)
        return self._made

    def show(self, name: str, scope: Scope) -> None:
        """Open the window with the files of a scope that is called so."""
        self._scope = scope
        dialog = self._dialog

        def show(found: Found) -> None:
            dialog.show_documents(name, found[0])
            dialog.show_labels(found[1])

        self._jobs.call(partial(self._read, scope), show, self._on_failed)

    def refresh(self) -> None:
        """Show how the files stand now, if the window is open; one look at a time."""
        if self._reading or self._made is None or not self._made.isVisible():
            return
        self._reading = True
        self._jobs.call(partial(self._read, self._scope), self._on_read, self._on_failed).ended.connect(
            self._on_read_ended
        )

    def _read(self, scope: Scope) -> Found:
        """The documents of a scope, and whether each may leave this computer, by its id."""
        documents = self._services.documents.documents(scope)
        return documents, self._services.escalation().labels.of_documents([each.id for each in documents])

    def _on_read(self, found: Found) -> None:
        documents, held = found
        if self._dialog.isVisible():
            self._dialog.refresh(documents)
            self._dialog.show_labels(held)

    def _on_read_ended(self) -> None:
        self._reading = False

    def _on_ask_requested(self, document: Document) -> None:
        self.file_chosen.emit(document)
        self._dialog.close()

    def _on_open_requested(self, document: Document | None) -> None:
        if document is None:
            return
        file = self._dialog.container_of(document)
        if not QDesktopServices.openUrl(QUrl.fromLocalFile(file.path)):
            self._dialog.note.warn(f"No program opened {PurePath(file.path).name}. Open it from its folder.")

    def _read_again(self, document: Document, password: str) -> None:
        """Read a file anew, whether it changed or not; with a password if there is one for it."""
        file = self._dialog.container_of(document)
        services = self._services

        def work(stop: Stop) -> Iterator[object]:
            if password:
                services.reader.unlock(document.path, password)
            services.documents.distrust(Scope(document_ids=(file.id,)))
            yield from services.ingest([file.path], "", stop)

        self._dialog.note.hide()
        self._dialog.detail.say(f"Reading {PurePath(file.path).name}")
        job = self._jobs.prepare(work)
        job.progressed.connect(self._on_reading)
        job.failed.connect(self._on_failed)
        job.ended.connect(self._on_changed)
        job.start()

    def _on_reading(self, happening: object) -> None:
        if isinstance(happening, DocumentIndexed):
            self._on_changed()

    def _on_forget_requested(self, document: Document) -> None:
        self._jobs.call(
            lambda: self._services.forget.document(document.id), lambda _: self._on_changed(), self._on_failed
        )

    def _on_labelled(self, document: Document, sensitivity: Sensitivity) -> None:
        def say() -> None:
            self._services.escalation().labels.set(LabelKind.FOLDER, document.path, sensitivity)

        self._jobs.call(say, lambda _said: self.refresh(), self._on_failed)

    def _on_hidden_requested(self, document: Document) -> None:
        def show(content: StructuredText) -> None:
            if self._dialog.chosen == document:
                self._dialog.detail.show_hidden(content.hidden)

        self._jobs.call(lambda: self._services.documents.content(document.id), show, self._on_failed)

    def _on_changed(self) -> None:
        self.refresh()
        self.changed.emit()

    def _on_failed(self, error: BaseException) -> None:
        self._dialog.note.complain(describe(error))
