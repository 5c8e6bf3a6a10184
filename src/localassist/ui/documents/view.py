"""The collections of the left column: choosing what is searched, adding documents, removing them."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QMenu,
    QMessageBox,
    QPushButton,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from localassist.domain.labels import Sensitivity
from localassist.ui.documents.collection_list import KEY_ROLE, CollectionList
from localassist.ui.documents.progress import IndexingView
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.labels_menu import LabelsMenu
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.documents import Collection, Document, Scope
    from localassist.ui.icons import Icons

TEACHING: Final = (
    "Add a folder and ask about what is in it: answers show the pages they rest on. "
    "Your files stay where they are, and nothing of them leaves this computer without your word."
)


class CollectionsView(QWidget):
    """The collections. `scope_changed` carries a `Scope`, `add_requested` paths and the name of the collection they
    go into ("" for a new one), `rename_requested` a collection's id and name, `labelled` its id and a `Sensitivity`,
    `removal_requested` and `documents_requested` a collection's id (0: of all).
    """

    scope_changed = Signal(object)
    add_requested = Signal(list, str)
    rename_requested = Signal(int, str)
    labelled = Signal(int, object)
    removal_requested = Signal(int)
    documents_requested = Signal(int)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._collections: tuple[Collection, ...] = ()
        self._labels: Mapping[int, Sensitivity] = {}
        self._list = CollectionList(icons)
        self._teaching = QWidget()
        self._add = IconButton(icons, "plus", "Add documents")
        self.indexing = IndexingView(icons)
        self.note = NoteView(icons)
        self._lay_out()
        self._connect()
        self._list.hide()

    @property
    def scope(self) -> Scope:
        """Which documents are searched."""
        return self._list.scope

    @property
    def scope_name(self) -> str:
        """How the scope is called, empty when no document is searched."""
        return self._list.scope_name

    def show_collections(self, collections: Sequence[Collection], documents: int, choose: int | None = None) -> None:
        """Show the collections, `documents` being how many there are in all; `choose` one of them."""
        self._collections = tuple(collections)
        self._list.setVisible(bool(collections))
        self._teaching.setVisible(not collections)
        if not collections:
            self._list.show_nothing()
            return
        self._list.show_rows(collections, documents, choose)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say of these folders why they can't be reached."""
        self._list.show_problems(problems)
        told = [f"{root}: {problem}" for root, problem in problems.items()]
        if told:
            self.note.warn("\n".join(told))

    def show_labels(self, labels: Mapping[int, Sensitivity]) -> None:
        """Mark what was said of collections, by their ids: whether they may leave this computer."""
        self._labels = dict(labels)
        self._list.show_labels(labels)

    def choose_file(self, document: Document) -> None:
        """Ask a single file."""
        self._list.choose_file(document)

    def choose(self, scope: Scope, files: Sequence[Document]) -> None:
        """Ask these documents again; `files` are the scope's single ones."""
        self._list.choose(scope, files)

    def choose_folder(self) -> None:
        """Let a folder be chosen and ask for it to be added."""
        self._choose_folder("Add a folder", "")

    def _choose_folder(self, title: str, collection: str) -> None:
        dialog = QFileDialog(self, title)
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        self._ask_for(dialog, collection)

    def choose_files(self) -> None:
        """Let files be chosen and ask for them to be added."""
        dialog = QFileDialog(self, "Add files")
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        self._ask_for(dialog)

    def _ask_for(self, dialog: QFileDialog, collection: str = "") -> None:
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.filesSelected.connect(lambda paths: self.add_requested.emit(paths, collection))
        dialog.open()

    def _confirm_removal(self, collection_id: int) -> None:
        collection = next(c for c in self._collections if c.id == collection_id)
        box = QMessageBox(self)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.NoIcon)
        box.setTextFormat(Qt.TextFormat.PlainText)
        box.setText(f"Remove the collection {collection.name}?")
        box.setInformativeText(
            f"localassist forgets its {collection.document_count:,} documents, unless another collection has them "
            "too. The files themselves stay where they are."
        )
        remove = box.addButton("Remove", QMessageBox.ButtonRole.DestructiveRole)
        box.setDefaultButton(box.addButton("Keep", QMessageBox.ButtonRole.RejectRole))
        remove.clicked.connect(lambda: self.removal_requested.emit(collection_id))
        box.open()

    def _on_menu_requested(self, position: QPoint) -> None:
        item = self._list.itemAt(position)
        if item is None:
            return
        if not item.isSelected():
            self._list.setCurrentItem(item)
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        key = int(item.data(KEY_ROLE))
        menu.addAction("Show documents", lambda: self.documents_requested.emit(max(key, 0)))
        if key > 0:
            menu.addAction("Add a folder to it…", lambda: self._choose_folder("Add a folder to it", item.text()))
            menu.addAction("Rename", lambda: self._list.editItem(item))
            leaving = LabelsMenu(partial(self.labelled.emit, key), menu)
            leaving.show_label(self._labels.get(key, Sensitivity.ASK))
            menu.addMenu(leaving)
            menu.addAction("Remove…", lambda: self._confirm_removal(key))
        menu.popup(self._list.viewport().mapToGlobal(position))

    def _on_delete_pressed(self) -> None:
        if self._list.key > 0:
            self._confirm_removal(self._list.key)

    def _on_renamed(self, collection_id: int, name: str) -> None:
        before = next((c.name for c in self._collections if c.id == collection_id), "")
        if before != name:
            self.rename_requested.emit(collection_id, name)

    def _connect(self) -> None:
        menu = QMenu(self._add)
        menu.addAction("Add folder…", self.choose_folder)
        menu.addAction("Add files…", self.choose_files)
        menu.addSeparator()
        menu.addAction("Show all documents", lambda: self.documents_requested.emit(0))
        self._add.setMenu(menu)
        self._add.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._list.scope_changed.connect(self.scope_changed)
        self._list.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self._list.customContextMenuRequested.connect(self._on_menu_requested)
        self._list.delete_pressed.connect(self._on_delete_pressed)
        self._list.renamed.connect(self._on_renamed)

    def _lay_out(self) -> None:
        self.setAccessibleName("Documents")
        heading = QLabel("Collections")
        heading.setProperty("kind", "section")
        top = QHBoxLayout()
        top.addWidget(heading, 1)
        top.addWidget(self._add)
        teaching = QVBoxLayout(self._teaching)
        teaching.setContentsMargins(2 * STEP, 0, 2 * STEP, 2 * STEP)
        folder = QPushButton("Add a folder…")
        folder.clicked.connect(self.choose_folder)
        teaching.addWidget(WordsLabel(TEACHING, "muted"))
        teaching.addWidget(folder)
        teaching.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * STEP, STEP, 2 * STEP, 2 * STEP)
        layout.setSpacing(STEP)
        layout.addLayout(top)
        layout.addWidget(self._list, 1)
        layout.addWidget(self._teaching)
        layout.addWidget(self.indexing)
        layout.addWidget(self.note)
