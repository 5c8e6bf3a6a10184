"""A list of models in columns, in groups where there are any, of which one or several are chosen."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QHeaderView, QTreeWidget, QTreeWidgetItem
from typing_extensions import override

from localassist.ui.theme import STEP
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from localassist.ui.icons import Icons

LEAST_WIDTH: Final = 48 * STEP
KEY: Final = Qt.ItemDataRole.UserRole
TONE: Final = Qt.ItemDataRole.UserRole + 1


@dataclass(frozen=True, slots=True)
class Row:
    """One model: its `key` and the words of its cells; `tones` name the colours of cells that have one."""

    key: str
    cells: tuple[str, ...]
    tones: tuple[str, ...] = ()
    tip: str = ""


class ModelList(QTreeWidget):
    """Shows rows; `chosen_changed` when others are chosen, `key_activated` with the one that was double-clicked.

    Each column is a title and a width, 0 for the one that gets the rest; those in `spare` give way where that is less
    than `least`.
    """

    chosen_changed = Signal()
    key_activated = Signal(str)

    def __init__(
        self,
        icons: Icons,
        name: str,
        columns: Sequence[tuple[str, int]],
        spare: Sequence[int] = (),
        least: int = LEAST_WIDTH,
    ) -> None:
        super().__init__()
        self._theme = icons.theme
        self._items: dict[str, QTreeWidgetItem] = {}
        self._taken = sum(width for _, width in columns)
        self._spare, self._least = spare, least
        self.setAccessibleName(name)
        self.setColumnCount(len(columns))
        self.setHeaderLabels([title for title, _ in columns])
        self.setRootIsDecorated(False)
        self.setIndentation(0)
        self.setAllColumnsShowFocus(True)
        self.setUniformRowHeights(True)
        self.setItemsExpandable(False)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.setTextElideMode(Qt.TextElideMode.ElideMiddle)
        header = self.header()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(False)
        header.setMinimumSectionSize(10 * STEP)
        for number, (_, width) in enumerate(columns):
            if width:
                header.resizeSection(number, width)
            else:
                header.setSectionResizeMode(number, QHeaderView.ResizeMode.Stretch)
        self.itemSelectionChanged.connect(self.chosen_changed)
        self.itemActivated.connect(self._on_activated)
        self._theme.changed.connect(self._paint)

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        for column in self._spare:
            self.setColumnHidden(column, self.viewport().width() - self._taken < self._least)
        super().resizeEvent(event)

    def choose_several(self) -> None:
        """Let several be chosen at a time."""
        self.setSelectionMode(QTreeWidget.SelectionMode.ExtendedSelection)

    @property
    def chosen(self) -> list[str]:
        """The keys of those that are chosen, from the top down."""
        return [key for key, item in self._items.items() if item.isSelected()]

    def show_groups(self, groups: Sequence[tuple[str, Sequence[Row]]]) -> None:
        """Show these groups under their headings; what is chosen and still there stays chosen."""
        chosen = set(self.chosen)
        scrolled = self.verticalScrollBar().value()
        self.blockSignals(True)  # noqa: FBT003  Qt's own
        self.clear()
        self._items.clear()
        for heading, rows in groups:
            self._add_heading(heading)
            for row in rows:
                self._add(row, is_chosen=row.key in chosen)
        self.blockSignals(False)  # noqa: FBT003  Qt's own
        self.verticalScrollBar().setValue(scrolled)
        self._paint()
        if set(self.chosen) != chosen:
            self.chosen_changed.emit()

    def choose(self, key: str) -> None:
        """Choose that one alone."""
        if key in self._items:
            self.setCurrentItem(self._items[key])
            self.scrollToItem(self._items[key], QTreeWidget.ScrollHint.PositionAtCenter)

    def show_rows(self, count: int) -> None:
        """Be as tall as so many rows."""
        rows = count * max(self.sizeHintForRow(0), 0)
        self.setFixedHeight(self.header().sizeHint().height() + rows + 2 * self.frameWidth() + STEP)

    def change_cell(self, key: str, column: int, words: str, tone: str = "") -> None:
        """Say something else in one cell."""
        if key in self._items:
            self._items[key].setText(column, words)
            self._items[key].setData(column, TONE, tone)
            self._paint_item(self._items[key])

    def _add_heading(self, heading: str) -> None:
        if not heading:
            return
        item = QTreeWidgetItem(self, [heading])
        item.setFlags(Qt.ItemFlag.ItemIsEnabled)
        item.setFirstColumnSpanned(True)
        font = item.font(0)
        font.setBold(True)
        item.setFont(0, font)
        item.setData(0, TONE, "muted")

    def _add(self, row: Row, *, is_chosen: bool) -> None:
        item = QTreeWidgetItem(self, list(row.cells))
        item.setData(0, KEY, row.key)
        for column, tone in enumerate(row.tones):
            item.setData(column, TONE, tone)
        for column, words in enumerate(row.cells):
            item.setToolTip(column, plain_tip(row.tip or words))
        self._items[row.key] = item
        item.setSelected(is_chosen)

    def _paint(self) -> None:
        for number in range(self.topLevelItemCount()):
            self._paint_item(self.topLevelItem(number))

    def _paint_item(self, item: QTreeWidgetItem | None) -> None:
        if item is None:
            return
        for column in range(self.columnCount()):
            tone = item.data(column, TONE)
            item.setForeground(column, QColor(getattr(self._theme.tokens, tone or "text")))

    def _on_activated(self, item: QTreeWidgetItem) -> None:
        if key := item.data(0, KEY):
            self.key_activated.emit(key)
