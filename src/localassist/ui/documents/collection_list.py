"""The list in which a scope is chosen: all documents, collections, single files, or none."""

from __future__ import annotations

from contextlib import contextmanager
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from localassist.domain.documents import Scope
from localassist.ui.documents.leaving import MARKS, WORDS
from localassist.ui.theme import STEP
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from PySide6.QtGui import QKeyEvent, QPainter

    from localassist.domain.documents import Collection, Document
    from localassist.domain.labels import Sensitivity
    from localassist.ui.icons import Icons

COUNT_ROLE: Final = Qt.ItemDataRole.UserRole
KEY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
FILE_ROLE: Final = Qt.ItemDataRole.UserRole + 2
ROOTS_ROLE: Final = Qt.ItemDataRole.UserRole + 3
LABEL_ROLE: Final = Qt.ItemDataRole.UserRole + 4
ALL: Final = -1
NONE: Final = -2
FILE: Final = -3
PADDING: Final = 2 * STEP
MARK_SIZE: Final = 4 * STEP


class _CountDelegate(QStyledItemDelegate):
    """Paints the number of documents at the right of a row, and before it whether they may leave."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self._theme = icons.theme

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        room = option.rect.width() - option.decorationSize.width() - 4 * PADDING
        room -= option.fontMetrics.horizontalAdvance(str(index.data(COUNT_ROLE)))
        room -= MARK_SIZE + PADDING if index.data(LABEL_ROLE) in MARKS else 0
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideMiddle, room)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(self._theme.tokens.muted)
        room: QRect = option.rect.adjusted(0, 0, -PADDING, 0)
        counted = index.data(COUNT_ROLE)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, counted)
        if mark := MARKS.get(index.data(LABEL_ROLE)):
            left = room.right() - option.fontMetrics.horizontalAdvance(counted) - PADDING - MARK_SIZE
            place = QRect(left, room.center().y() - MARK_SIZE // 2, MARK_SIZE, MARK_SIZE)
            self._icons.icon(mark, "muted").paint(painter, place)
        painter.restore()


class CollectionList(QListWidget):
    """One row a scope, of which several can be chosen; `scope_changed` carries the `Scope` of the chosen ones.

    `renamed` carries a collection's id and the name that was typed in its row.
    """

    scope_changed = Signal(object)
    delete_pressed = Signal()
    renamed = Signal(int, str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._files: list[Document] = []
        self._problems: Mapping[str, str] = {}
        self._labels: Mapping[int, Sensitivity] = {}
        self._told = Scope()
        self._is_known = False  # what collections there are
        self._recalled: tuple[Scope, Sequence[Document]] | None = None  # before that is known
        self.setAccessibleName("Collections")
        self.setAccessibleDescription("Several are chosen with Ctrl or Shift.")
        self.setItemDelegate(_CountDelegate(icons, self))
        self.setSelectionMode(QListWidget.SelectionMode.ExtendedSelection)
        self.setEditTriggers(QListWidget.EditTrigger.EditKeyPressed)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.itemSelectionChanged.connect(self._tell)
        self.itemChanged.connect(self._on_item_changed)
        icons.theme.changed.connect(self._paint_icons)

    @property
    def scope(self) -> Scope:
        """What is chosen, recalled before the rows are known; nothing while there is nothing to choose."""
        if self._recalled:
            return self._recalled[0]
        keys = self.keys
        if ALL in keys:
            return Scope.everything()
        files = tuple(item.data(FILE_ROLE) for item in self._chosen() if item.data(KEY_ROLE) == FILE)
        return Scope(tuple(key for key in keys if key > 0), files)

    @property
    def key(self) -> int:
        """The id of the collection that has the focus, `ALL`, `NONE` or `FILE`."""
        row = self.currentRow()
        return int(self.item(row).data(KEY_ROLE)) if row >= 0 else NONE

    @property
    def keys(self) -> list[int]:
        """What is chosen, as `key` has it."""
        return [int(item.data(KEY_ROLE)) for item in self._chosen()]

    @property
    def scope_name(self) -> str:
        """What the chosen rows are called, empty when no document is searched."""
        names = [item.text() for item in self._chosen() if item.data(KEY_ROLE) != NONE]
        if ALL in self.keys:
            return "All documents"
        if len(names) > 2:
            return f"{names[0]} and {len(names) - 1} more"
        return " and ".join(names)

    def show_nothing(self) -> None:
        """Show that there is no collection, so nothing is searched."""
        self._is_known = True
        with self._one_change():
            self._recalled = None
            self._files.clear()
            self.clear()

    def show_rows(self, collections: Sequence[Collection], documents: int, choose: int | None) -> None:
        """Show these with what was chosen, or with the row `choose`; "All documents" where that is gone."""
        if self.state() is QListWidget.State.EditingState:
            return  # a name is being typed
        self._is_known = True
        with self._one_change():
            kept = self._kept() if choose is None else [(choose, 0)]
            self.clear()
            self._add("All documents", f"{documents:,}", ALL)
            for collection in collections:
                self._add_collection(collection)
            for file in self._files:
                self._add(PurePath(file.path).name, "", FILE).setData(FILE_ROLE, file.id)
            self._add("No documents", "", NONE)
            self._paint_icons()
            self._choose(kept)
            if self._recalled:
                recalled, self._recalled = self._recalled, None
                self._choose_again(*recalled)

    def show_problems(self, problems: Mapping[str, str]) -> None:
        """Say which folders can't be reached or followed, and why."""
        self._problems = dict(problems)
        with QSignalBlocker(self):
            for row in range(self.count()):
                self._describe(self.item(row))
        self._paint_icons()

    def show_labels(self, labels: Mapping[int, Sensitivity]) -> None:
        """Mark what was said of collections, by their ids: whether they may leave this computer."""
        self._labels = dict(labels)
        with QSignalBlocker(self):
            for row in range(self.count()):
                self._describe(self.item(row))
        self.viewport().update()

    def choose_file(self, document: Document) -> None:
        """Ask this file alone; it gets a row of its own."""
        with self._one_change():
            self._add_file(document)
            self._choose([(FILE, document.id)])

    def choose(self, scope: Scope, files: Sequence[Document]) -> None:
        """Choose the rows of a scope, whose single files are `files`; none where all of it is gone."""
        with self._one_change():
            if self.count():
                self._choose_again(scope, files)
            elif not self._is_known:
                self._recalled = scope, files

    def _choose_again(self, scope: Scope, files: Sequence[Document]) -> None:
        for document in files:
            self._add_file(document)
        wanted = [(key, 0) for key in scope.collection_ids] + [(FILE, document.id) for document in files]
        if scope.all_collections:
            wanted = [(ALL, 0)]
        known = {self._identity(row) for row in range(self.count())}
        self._choose([each for each in wanted if each in known] or [(NONE, 0)])

    def _add_file(self, document: Document) -> None:
        if all(each.id != document.id for each in self._files):
            self._files.append(document)
            item = self._row(PurePath(document.path).name, "", FILE)
            item.setData(FILE_ROLE, document.id)
            item.setToolTip(plain_tip(document.path))
            self.insertItem(max(self.count() - 1, 0), item)
            self._paint_icons()

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    def _chosen(self) -> list[QListWidgetItem]:
        return [self.item(row) for row in range(self.count()) if self.item(row).isSelected()]

    def _kept(self) -> list[tuple[int, int]]:
        return [(item.data(KEY_ROLE), item.data(FILE_ROLE) or 0) for item in self._chosen()]

    @contextmanager
    def _one_change(self) -> Iterator[None]:
        """Around filling the list: the scope is reported once, and only if it became another."""
        with QSignalBlocker(self):
            yield
        self._tell()

    def _tell(self) -> None:
        if self.scope != self._told:
            self._told = self.scope
            self.scope_changed.emit(self._told)

    def _choose(self, kept: Sequence[tuple[int, int]]) -> None:
        rows = [row for row in range(self.count()) if self._identity(row) in kept] or [0]
        self.setCurrentRow(rows[0])
        self.clearSelection()
        for row in rows:
            self.item(row).setSelected(True)

    def _identity(self, row: int) -> tuple[int, int]:
        return self.item(row).data(KEY_ROLE), self.item(row).data(FILE_ROLE) or 0

    def _add_collection(self, collection: Collection) -> None:
        item = self._add(collection.name, f"{collection.document_count:,}", collection.id)
        item.setFlags(item.flags() | Qt.ItemFlag.ItemIsEditable)
        item.setData(ROOTS_ROLE, list(collection.roots))
        self._describe(item)

    def _describe(self, item: QListWidgetItem) -> None:
        """Name a collection's folders in its tooltip, each with what is wrong with it, and whether it may leave."""
        key = int(item.data(KEY_ROLE))
        if key <= 0:
            return
        label = self._labels.get(key)
        item.setData(LABEL_ROLE, label)
        said = WORDS[label] if label in MARKS else ""
        roots = item.data(ROOTS_ROLE)
        lines = [f"{root}: {self._problems[root]}" if root in self._problems else root for root in roots]
        item.setToolTip(plain_tip("\n".join(filter(None, [item.text(), said, *lines]))))
        told = filter(None, [item.text(), f"{item.data(COUNT_ROLE)} documents", said])
        item.setData(Qt.ItemDataRole.AccessibleTextRole, ", ".join(told))

    def _add(self, name: str, count: str, key: int) -> QListWidgetItem:
        item = self._row(name, count, key)
        self.addItem(item)
        return item

    @staticmethod
    def _row(name: str, count: str, key: int) -> QListWidgetItem:
        item = QListWidgetItem(name)
        item.setToolTip(plain_tip(name))
        item.setData(COUNT_ROLE, count)
        item.setData(KEY_ROLE, key)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {count} documents" if count else name)
        return item

    def _on_item_changed(self, item: QListWidgetItem) -> None:
        self.renamed.emit(int(item.data(KEY_ROLE)), item.text().strip())

    def _paint_icons(self) -> None:
        with QSignalBlocker(self):
            for row in range(self.count()):
                item = self.item(row)
                item.setIcon(self._icons.icon(*self._symbol(item)))

    def _symbol(self, item: QListWidgetItem) -> tuple[str, str]:
        if any(root in self._problems for root in item.data(ROOTS_ROLE) or ()):
            return "warning", "amber"
        return {ALL: "document", FILE: "document", NONE: "close"}.get(item.data(KEY_ROLE), "folder"), "muted"
