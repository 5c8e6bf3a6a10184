"""What became of every file, as the rows of a table."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor
from typing_extensions import override

from localassist.domain.documents import DocumentStatus
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Document
    from localassist.ui.icons import Icons

Index = QModelIndex | QPersistentModelIndex
TOP: Final = QModelIndex()
COLUMNS: Final = ("Document", "Status", "Pages", "What is wrong")
ORDER: Final = (
    DocumentStatus.FAILED,
    DocumentStatus.EMPTY,
    DocumentStatus.PARTLY,
    DocumentStatus.READING,
    DocumentStatus.WAITING,
    DocumentStatus.INDEXED,
    DocumentStatus.IGNORED,
)
TONES: Final = {
    DocumentStatus.FAILED: "red",
    DocumentStatus.EMPTY: "amber",
    DocumentStatus.PARTLY: "amber",
    DocumentStatus.READING: "muted",
    DocumentStatus.WAITING: "muted",
    DocumentStatus.INDEXED: "green",
    DocumentStatus.IGNORED: "muted",
}
SYMBOLS: Final = {
    DocumentStatus.FAILED: "warning",
    DocumentStatus.EMPTY: "warning",
    DocumentStatus.PARTLY: "warning",
    DocumentStatus.READING: "document",
    DocumentStatus.WAITING: "document",
    DocumentStatus.INDEXED: "check",
    DocumentStatus.IGNORED: "document",
}


class FileTable(QAbstractTableModel):
    """The documents, those that need attention first."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._documents: list[Document] = []

    def show_documents(self, documents: Sequence[Document]) -> None:
        """Show these; within a status they keep their order."""
        self.beginResetModel()
        self._documents = [d for status in ORDER for d in documents if d.status is status]
        self.endResetModel()

    def document(self, row: int) -> Document:
        """The document in that row."""
        return self._documents[row]

    @override
    def rowCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(self._documents)

    @override
    def columnCount(self, parent: Index = TOP) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    @override
    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        shown = orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole
        return COLUMNS[section] if shown else None

    @override
    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        document = self._documents[index.row()]
        if role == Qt.ItemDataRole.DisplayRole:
            pages = str(document.page_count) if document.page_count else ""
            return (Path(document.path).name, document.status.value, pages, document.problem)[index.column()]
        if role == Qt.ItemDataRole.ToolTipRole:
            return plain_tip(f"{document.path}\n{document.problem}".strip())
        if index.column() == 1:
            return self._status(document.status, role)
        return None

    def _status(self, status: DocumentStatus, role: int) -> object:
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(getattr(self._icons.theme.tokens, TONES[status]))
        if role == Qt.ItemDataRole.DecorationRole:
            return self._icons.icon(SYMBOLS[status], TONES[status])
        return None
