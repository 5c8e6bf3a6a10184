"""The list of documents with a status for every file."""

from __future__ import annotations

from collections import Counter
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QDialog, QHeaderView, QPlainTextEdit, QTableView, QVBoxLayout, QWidget

from localassist.domain.documents import DocumentStatus
from localassist.ui.documents.file_table import FileTable
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Document
    from localassist.ui.icons import Icons

MOST_SKIPPED: Final = 1_000  # files passed over that are named; a home folder has many more
SKIPPED_HEIGHT: Final = 32 * STEP


class DocumentsDialog(QDialog):
    """A window of its own beside the main one; it never blocks it."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Documents")
        self._model = FileTable(icons)
        self._summary = WordsLabel(kind="muted")
        self._detail = WordsLabel(kind="muted", selectable=True)
        self._skipped = QPlainTextEdit()
        self._table = QTableView()
        self._table.setModel(self._model)
        self._lay_out()
        self._table.selectionModel().currentRowChanged.connect(lambda now, _before: self._show_detail(now.row()))

    def show_documents(self, name: str, documents: Sequence[Document], skipped: Sequence[str]) -> None:
        """Show what became of these files of the collection `name`; `skipped` says what was passed over and why."""
        self.setWindowTitle(f"Documents of {name}" if name else "Documents")
        self._summary.setText(tally(documents))
        self._model.show_documents(documents)
        self._table.selectRow(0)
        more = [f"and {len(skipped) - MOST_SKIPPED:,} more"] if len(skipped) > MOST_SKIPPED else []
        self._skipped.setPlainText("\n".join(["Passed over:", *skipped[:MOST_SKIPPED], *more]))
        self._skipped.setVisible(bool(skipped))
        self.show()
        self.raise_()

    def _show_detail(self, row: int) -> None:
        document = self._model.document(row) if row >= 0 else None
        self._detail.setText(f"{document.path}\n{document.problem}".strip() if document else "")

    def _lay_out(self) -> None:
        self._table.setAccessibleName("Documents")
        self._table.verticalHeader().hide()
        self._table.setShowGrid(False)
        self._table.setSelectionBehavior(QTableView.SelectionBehavior.SelectRows)
        self._table.setWordWrap(False)
        self._skipped.setAccessibleName("Passed over")
        self._skipped.setProperty("kind", "field")
        self._skipped.setReadOnly(True)
        self._skipped.setTabChangesFocus(True)
        self._skipped.setMaximumHeight(SKIPPED_HEIGHT)
        header = self._table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for column, width in enumerate((64 * STEP, 28 * STEP, 18 * STEP)):
            header.resizeSection(column, width)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        layout.setSpacing(2 * STEP)
        for widget in (self._summary, self._table, self._detail, self._skipped):
            layout.addWidget(widget)
        self.resize(190 * STEP, 110 * STEP)


def tally(documents: Sequence[Document]) -> str:
    """How many documents are ready, how many have no text, how many failed."""
    counts = Counter(document.status for document in documents)
    told = [f"{counts[DocumentStatus.INDEXED]:,} ready"]
    if counts[DocumentStatus.EMPTY]:
        told.append(f"{counts[DocumentStatus.EMPTY]:,} without text")
    if counts[DocumentStatus.FAILED]:
        told.append(f"{counts[DocumentStatus.FAILED]:,} could not be read")
    return ", ".join(told) + "."
