"""The list in which a scope is chosen: all documents, a collection, or none."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QModelIndex, QPersistentModelIndex, QRect, QSignalBlocker, Qt, Signal
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QListWidget, QListWidgetItem, QStyledItemDelegate, QStyleOptionViewItem, QWidget
from typing_extensions import override

from localassist.domain.documents import Scope
from localassist.ui.theme import STEP
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QKeyEvent, QPainter

    from localassist.domain.documents import Collection
    from localassist.ui.icons import Icons

COUNT_ROLE: Final = Qt.ItemDataRole.UserRole
KEY_ROLE: Final = Qt.ItemDataRole.UserRole + 1
ALL: Final = -1
NONE: Final = -2
PADDING: Final = 2 * STEP


class _CountDelegate(QStyledItemDelegate):
    """Paints the number of documents at the right of a row."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._theme = icons.theme

    @override
    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> None:
        super().initStyleOption(option, index)
        room = option.rect.width() - option.decorationSize.width() - 4 * PADDING
        room -= option.fontMetrics.horizontalAdvance(str(index.data(COUNT_ROLE)))
        option.text = option.fontMetrics.elidedText(option.text, Qt.TextElideMode.ElideMiddle, room)

    @override
    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        super().paint(painter, option, index)
        painter.save()
        painter.setPen(self._theme.tokens.muted)
        room: QRect = option.rect.adjusted(0, 0, -PADDING, 0)
        painter.drawText(room, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, index.data(COUNT_ROLE))
        painter.restore()


class CollectionList(QListWidget):
    """One row a scope; `scope_changed` carries the `Scope` that was chosen."""

    scope_changed = Signal(object)
    delete_pressed = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setAccessibleName("Collections")
        self.setItemDelegate(_CountDelegate(icons, self))
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.currentItemChanged.connect(lambda _new, _old: self.scope_changed.emit(self.scope))
        icons.theme.changed.connect(self._paint_icons)

    @property
    def scope(self) -> Scope:
        """What is chosen; nothing while there is nothing to choose."""
        key = self.key
        if key == ALL:
            return Scope.everything()
        return Scope() if key == NONE else Scope(collection_ids=(key,))

    @property
    def key(self) -> int:
        """The chosen collection's id, `ALL` or `NONE`."""
        row = self.currentRow()
        return int(self.item(row).data(KEY_ROLE)) if row >= 0 else NONE

    @property
    def scope_name(self) -> str:
        """The chosen row's name, empty when no document is searched."""
        return "" if self.key == NONE else self.item(self.currentRow()).text()

    def show_nothing(self) -> None:
        """Show that there is no collection, so nothing is searched."""
        with self._one_change():
            self.clear()

    def show_rows(self, collections: Sequence[Collection], documents: int, key: int) -> None:
        """Show these, with the row `key` chosen; "All documents" where it is gone."""
        with self._one_change():
            self.clear()
            self._add("All documents", f"{documents:,}", ALL)
            for collection in collections:
                self._add(collection.name, f"{collection.document_count:,}", collection.id)
            self._add("No documents", "", NONE)
            self._paint_icons()
            self._choose(key)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.matches(QKeySequence.StandardKey.Delete):
            self.delete_pressed.emit()
        else:
            super().keyPressEvent(event)

    @contextmanager
    def _one_change(self) -> Iterator[None]:
        """Around filling the list: the scope is reported once, and only if it became another."""
        before = self.scope
        with QSignalBlocker(self):
            yield
        if self.scope != before:
            self.scope_changed.emit(self.scope)

    def _choose(self, key: int) -> None:
        rows = [row for row in range(self.count()) if self.item(row).data(KEY_ROLE) == key]
        self.setCurrentRow(rows[0] if rows else 0)

    def _add(self, name: str, count: str, key: int) -> None:
        item = QListWidgetItem(name)
        item.setToolTip(plain_tip(name))
        item.setData(COUNT_ROLE, count)
        item.setData(KEY_ROLE, key)
        item.setData(Qt.ItemDataRole.AccessibleTextRole, f"{name}, {count} documents" if count else name)
        self.addItem(item)

    def _paint_icons(self) -> None:
        for row in range(self.count()):
            item = self.item(row)
            name = {ALL: "document", NONE: "close"}.get(item.data(KEY_ROLE), "folder")
            item.setIcon(self._icons.icon(name, "muted"))
