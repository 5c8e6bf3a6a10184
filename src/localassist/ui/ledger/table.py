"""Requests of the ledger as the rows of a table, the newest first."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from localassist.domain.privacy import Body, Destination, Outcome
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.privacy import LedgerEntry
    from localassist.ui.icons import Icons

Index = QModelIndex | QPersistentModelIndex
TOP: Final = QModelIndex()
COLUMNS: Final = ("Time", "Host", "Reason", "Destination", "Outcome", "Bytes sent", "Bytes received")
REASON: Final = 2
DESTINATION: Final = 3
OUTCOME: Final = 4
FIRST_NUMBER: Final = 5
TONES: Final = {Destination.THIS_COMPUTER: "green", Destination.YOUR_SERVER: "blue", Destination.CLOUD: "amber"}
ENDED: Final = {Outcome.BEGUN: "not ended"}
KEPT: Final = "What was sent is kept; choose the row to read it."


class LedgerTable(QAbstractTableModel):
    """Makes the cells that are on show, and no others, of however many requests there are."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._entries: Sequence[LedgerEntry] = ()

    def show_entries(self, entries: Sequence[LedgerEntry]) -> None:
        """Show these, which come oldest first."""
        self.beginResetModel()
        self._entries = entries
        self.endResetModel()

    @property
    def entries(self) -> Sequence[LedgerEntry]:
        """What is on show, oldest first."""
        return self._entries

    def entry(self, row: int) -> LedgerEntry:
        """The request in that row."""
        return self._entries[len(self._entries) - 1 - row]

    def row_of(self, number: int) -> int:
        """Where that request is shown, -1 where it isn't."""
        low, high = 0, len(self._entries)
        while low < high:
            middle = (low + high) // 2
            low, high = (middle + 1, high) if self._entries[middle].number < number else (low, middle)
        found = low < len(self._entries) and self._entries[low].number == number
        return len(self._entries) - 1 - low if found else -1

    @override
    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._entries)

    @override
    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is not Qt.Orientation.Horizontal:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(section)
        return COLUMNS[section] if role == Qt.ItemDataRole.DisplayRole else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry, column = self.entry(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return _cell(entry, column)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole:
            return self._colour(entry, column)
        if column == REASON and entry.body is Body.KEPT:
            return self._sign_of_body(role)
        return None

    def _colour(self, entry: LedgerEntry, column: int) -> object:
        tone = ""
        if column == DESTINATION:
            tone = TONES[entry.destination]
        elif column == OUTCOME and entry.outcome is not Outcome.DONE:
            tone = "red" if entry.outcome is Outcome.FAILED else "amber"
        return QColor(getattr(self._icons.theme.tokens, tone)) if tone else None

    def _sign_of_body(self, role: int) -> object:
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons.icon("document", "muted")
        return plain_tip(KEPT) if role == Qt.ItemDataRole.ToolTipRole else None


def ended_words(outcome: Outcome) -> str:
    """How a request ended, as people say it."""
    return ENDED.get(outcome, outcome.value)


def time_words(entry: LedgerEntry) -> str:
    """When it began, by the clock of this computer."""
    return entry.begun.astimezone().strftime("%Y-%m-%d %H:%M:%S")


def _alignment(column: int) -> Qt.AlignmentFlag:
    side = Qt.AlignmentFlag.AlignRight if column >= FIRST_NUMBER else Qt.AlignmentFlag.AlignLeft
    return side | Qt.AlignmentFlag.AlignVCenter


def _cell(entry: LedgerEntry, column: int) -> str:
    unknown = entry.outcome is Outcome.BEGUN
    cells = (
        time_words,
        lambda each: each.host,
        lambda each: each.reason,
        lambda each: each.destination.value,
        lambda each: ended_words(each.outcome),
        lambda each: "not known" if unknown else f"{each.sent:,}",
        lambda each: "not known" if unknown else f"{each.received:,}",
    )
    words: str = cells[column](entry)
    return words
