"""Makes, fills, renames and removes collections through the documents' ports, and shows how they follow the disk."""

from __future__ import annotations

from itertools import pairwise
from pathlib import PurePath
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.documents import Scope
from localassist.domain.labels import LabelKind
from localassist.ui.documents.files_presenter import FilesPresenter
from localassist.ui.documents.following import FolderFollower
from localassist.ui.documents.naming import collection_name
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Collection
    from localassist.domain.labels import Sensitivity
    from localassist.ui.documents.view import CollectionsView
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services


class DocumentsPresenter(QObject):
    """Between the collections and the documents.

    `in_line` says that what was added so far is as the disk is. `follow` begins to keep it so.
    """

    in_line = Signal()

    def __init__(self, view: CollectionsView, services: Services, jobs: Jobs, icons: Icons) -> None:
        super().__init__(view)
        self._view = view
        self._services = services
        self._jobs = jobs
        self._collections: tuple[Collection, ...] = ()
        self._unread: dict[str, tuple[str, ...]] = {}
        self._seen: set[str] = set()
        self.files = FilesPresenter(view, services, jobs, icons)
        self._follower = FolderFollower(services.mirror, jobs, view.indexing, self._name_of)
        self._connect()
        self.refresh()

    def follow(self) -> None:
        """Keep the collections true to the disk from now on."""
        self._follower.follow()

    def refresh(self, choose: str = "") -> None:
        """Show the collections as they are now, and choose the one called so."""
        documents = self._services.documents

        def read() -> tuple[tuple[Collection, ...], int]:
            collections = documents.collections()
            if _overlap(collections):
                return collections, len(documents.documents(Scope.everything()))
            return collections, sum(collection.document_count for collection in collections)

        self._jobs.call(read, lambda found: self._show(*found, choose), self._on_failed)

    def _read_labels(self) -> None:
        """Show what was said of collections; a call of its own, as what it needs is loaded with its first use."""

        def read() -> dict[int, Sensitivity]:
            said = self._services.escalation().labels.labels()
            return {int(each.target): each.sensitivity for each in said if each.kind is LabelKind.COLLECTION}

        self._jobs.call(read, self._view.show_labels, self._on_failed)

    def add(self, paths: Sequence[str], collection: str = "") -> None:
        """Put files and folders into a collection; without a name it is called like their folder."""
        if not paths:
            return
        documents = self._services.documents

        def put() -> tuple[str, bool]:
            collections = documents.collections()
            name = collection or collection_name(paths, collections)
            known = any(each.name == name and set(paths) <= set(each.roots) for each in collections)
            documents.add_collection(name, paths)
            return name, known

        self._view.note.hide()
        self._jobs.call(put, lambda done: self._on_added(*done, tuple(paths)), self._on_failed)

    def is_read(self, name: str) -> bool:
        """Whether all that was added to that collection was read, as far as it can be."""
        return name not in self._unread

    def _connect(self) -> None:
        view, follower = self._view, self._follower
        view.add_requested.connect(self.add)
        view.rename_requested.connect(self._on_rename_requested)
        view.labelled.connect(self._on_labelled)
        view.removal_requested.connect(self._on_removal_requested)
        view.documents_requested.connect(self._on_documents_requested)
        follower.changed.connect(self._on_changed)
        follower.in_line.connect(self._on_in_line)
        follower.read.connect(self._on_read)
        follower.roots_changed.connect(self._on_roots_changed)
        follower.failed.connect(view.note.complain)
        follower.hindered.connect(view.note.warn)
        self.files.changed.connect(self.refresh)

    def _on_added(self, name: str, known: bool, paths: tuple[str, ...]) -> None:  # noqa: FBT001  a call's value
        if not known:
            self._unread[name] = (*self._unread.get(name, ()), *paths)
        self.refresh("" if self._view.scope_name else name)

    def _on_changed(self) -> None:
        self.refresh()
        self.files.refresh()

    def _on_read(self, path: str) -> None:
        self._seen.update(name for name, roots in self._unread.items() if _is_below(path, roots))

    def _on_in_line(self, unread: int) -> None:
        self._unread = {name: roots for name, roots in self._unread.items() if name not in self._seen}
        self._seen.clear()
        if unread:
            told = "One file could not be read." if unread == 1 else f"{unread:,} files could not be read."
            self._view.note.say(told, "Show which", lambda: self.files.show("", Scope.everything()))
        self._on_changed()
        self.in_line.emit()

    def _on_roots_changed(self) -> None:
        problems = self._follower.problems
        self._unread = {n: roots for n, roots in self._unread.items() if not any(root in problems for root in roots)}
        self._view.show_problems(problems)

    def _name_of(self, path: str) -> str:
        """The collection that a file is read for."""
        return next((each.name for each in self._collections if _is_below(path, each.roots)), "documents")

    def _on_failed(self, error: BaseException) -> None:
        self._view.note.complain(describe(error))
        self.refresh()

    def _show(self, collections: tuple[Collection, ...], documents: int, choose: str) -> None:
        self._collections = collections
        chosen = next((c.id for c in collections if c.name == choose), None)
        self._view.show_collections(collections, documents, chosen)
        if collections:
            self._read_labels()

    def _on_rename_requested(self, collection_id: int, name: str) -> None:
        self._jobs.call(
            lambda: self._services.documents.rename_collection(collection_id, name),
            lambda _renamed: self.refresh(),
            self._on_failed,
        )

    def _on_labelled(self, collection_id: int, sensitivity: Sensitivity) -> None:
        def say() -> None:
            self._services.escalation().labels.set(LabelKind.COLLECTION, str(collection_id), sensitivity)

        self._jobs.call(say, lambda _said: self._on_changed(), self._on_failed)

    def _on_removal_requested(self, collection_id: int) -> None:
        self._jobs.call(
            lambda: self._services.forget.collection(collection_id),
            lambda _gone: self._on_changed(),
            self._on_failed,
        )

    def _on_documents_requested(self, collection_id: int) -> None:
        name = next((c.name for c in self._collections if c.id == collection_id), "")
        self.files.show(name, Scope(collection_ids=(collection_id,)) if collection_id else Scope.everything())


def _is_below(path: str, roots: Sequence[str]) -> bool:
    place = PurePath(path)
    return any(place.is_relative_to(root) for root in roots)


def _overlap(collections: Sequence[Collection]) -> bool:
    """Whether a document may be in two of them."""
    roots = [PurePath(root) for collection in collections for root in collection.roots]
    return any(second.is_relative_to(first) for first, second in pairwise(sorted(roots)))
