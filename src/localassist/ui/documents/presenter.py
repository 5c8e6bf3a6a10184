"""Adds, lists and removes documents through the use cases, and shows how it goes."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.documents import DocumentStatus, Scope
from localassist.domain.events import DocumentIndexed, DocumentIndexing, FilesCounted, Indexed
from localassist.ui.documents.dialog import DocumentsDialog, tally
from localassist.ui.documents.naming import collection_name
from localassist.ui.documents.pace import Pace
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Generator, Sequence

    from localassist.domain.documents import Collection, Document
    from localassist.domain.stopping import Stop
    from localassist.ui.documents.view import CollectionsView
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Job, Jobs
    from localassist.usecases.services import Services


@dataclass(frozen=True, slots=True)
class _Named:
    """The collection that the paths go into was decided."""

    name: str


class DocumentsPresenter(QObject):
    """Between the collections and the documents; one indexing at a time, the rest waits its turn.

    `indexed` carries the name of a collection to which documents were added.
    """

    indexed = Signal(str)

    def __init__(self, view: CollectionsView, services: Services, jobs: Jobs, icons: Icons) -> None:
        super().__init__(view)
        self._view = view
        self._services = services
        self._jobs = jobs
        self._dialog = DocumentsDialog(icons, view)
        self._queue: deque[tuple[Sequence[str], str]] = deque()
        self._job: Job | None = None
        self._name = ""
        self._collections: tuple[Collection, ...] = ()
        self._pace = Pace()
        self._skipped: dict[str, tuple[str, ...]] = {}
        view.add_requested.connect(self.add)
        view.removal_requested.connect(self._on_removal_requested)
        view.documents_requested.connect(self._on_documents_requested)
        view.indexing.stop_requested.connect(self._on_stop_requested)
        self.refresh()

    def refresh(self, choose: str = "") -> None:
        """Show the collections as they are now, and choose the one called so."""
        documents = self._services.documents
        self._jobs.call(
            lambda: (documents.collections(), len(documents.documents(Scope.everything()))),
            lambda found: self._show(*found, choose),
            self._on_failed,
        )

    def add(self, paths: Sequence[str], collection: str = "") -> None:
        """Index files and folders into a collection; without a name it is called like their folder."""
        if not paths:
            return
        self._queue.append((paths, collection))
        if self._job is None:
            self._view.note.hide()
            self._begin()

    def _begin(self) -> None:
        paths, collection = self._queue.popleft()
        services = self._services

        def work(stop: Stop) -> Generator[object, None, None]:
            name = collection or collection_name(paths, services.documents.collections())
            yield _Named(name)
            yield from services.ingest(paths, name, stop)

        self._name = collection or Path(paths[0]).name
        self._pace = Pace()
        self._view.indexing.begin(self._name)
        self._job = self._jobs.prepare(work)
        self._job.progressed.connect(self._on_progressed)
        self._job.failed.connect(self._on_failed)
        self._job.ended.connect(self._on_ended)
        self._job.start()

    def _on_progressed(self, happening: object) -> None:
        panel = self._view.indexing
        match happening:
            case _Named(name):
                self._name = name
                panel.begin(name)
            case FilesCounted(count):
                panel.show_count(count)
            case DocumentIndexing(path, position, total):
                panel.show_file(Path(path).name)
                panel.show_pace(position - 1, total, self._pace.words(position - 1, total))
            case DocumentIndexed(_, position, total):
                panel.show_pace(position, total, self._pace.words(position, total))
            case Indexed(documents, skipped):
                self._report(documents, skipped)

    def _report(self, documents: Sequence[Document], skipped: Sequence[str]) -> None:
        self._skipped[self._name] = tuple(skipped)
        ready = all(d.status is DocumentStatus.INDEXED for d in documents)
        if ready and not skipped:
            return
        passed_over = f" {len(skipped):,} passed over." if skipped else ""
        if not documents and len(skipped) == 1:
            self._view.note.warn(skipped[0])
            return
        self._view.note.say(f"{self._name}: {tally(documents)}{passed_over}", "Show which", self._show_last)

    def _on_ended(self) -> None:
        self._job = None
        self._view.indexing.end()
        self.refresh("" if not self._view.scope.is_empty else self._name)
        self.indexed.emit(self._name)
        if self._queue:
            self._begin()

    def _on_stop_requested(self) -> None:
        self._queue.clear()
        if self._job is not None:
            self._job.stop()

    def _on_failed(self, error: BaseException) -> None:
        self._view.note.complain(describe(error))

    def _show(self, collections: tuple[Collection, ...], documents: int, choose: str) -> None:
        self._collections = collections
        chosen = next((c.id for c in collections if c.name == choose), None)
        self._view.show_collections(collections, documents, chosen)

    def _on_removal_requested(self, collection_id: int) -> None:
        self._jobs.call(
            lambda: self._services.forget.collection(collection_id),
            lambda _gone: self.refresh(),
            self._on_failed,
        )

    def _show_last(self) -> None:
        self._on_documents_requested(next((c.id for c in self._collections if c.name == self._name), 0))

    def _on_documents_requested(self, collection_id: int) -> None:
        name = next((c.name for c in self._collections if c.id == collection_id), "")
        scope = Scope(collection_ids=(collection_id,)) if collection_id else Scope.everything()
        self._jobs.call(
            lambda: self._services.documents.documents(scope),
            lambda found: self._dialog.show_documents(name, found, self._skipped.get(name, ())),
            self._on_failed,
        )
