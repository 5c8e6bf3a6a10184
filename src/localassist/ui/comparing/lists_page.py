"""The page with saved lists: their table, the answer that is chosen in it, and what can be done with a list."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QPushButton,
    QSplitter,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from localassist.ui.chat.links import link_dialog
from localassist.ui.chat.transcript import TranscriptView
from localassist.ui.comparing.cells import ComparisonCells
from localassist.ui.comparing.judging import CellDelegate
from localassist.ui.evidence.view import EvidenceView
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Message
    from localassist.domain.comparisons import Comparison, ComparisonTable
    from localassist.ui.icons import Icons

EMPTY: Final = (
    "Put your own questions to several models, judge the answers in your own words, and keep the table. "
    "A list can be gone on with at any time: only what is missing is asked."
)
FORMS: Final = "Table for spreadsheets (*.csv);;JSON (*.json)"
QUESTION_WIDTH: Final = 60 * STEP


class ListsPage(QWidget):
    """`list_chosen` and `deletion_confirmed` carry a list's id, `export_requested` the path of a file; `cell_chosen`
    and `citation_clicked` are about the answer that is chosen, the latter with a citation's number.
    """

    list_chosen = Signal(int)
    new_requested = Signal()
    add_requested = Signal()
    fill_requested = Signal()
    stop_requested = Signal()
    export_requested = Signal(str)
    deletion_confirmed = Signal(int)
    cell_chosen = Signal()
    citation_clicked = Signal(int)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.lists = QComboBox()
        self.new = QPushButton("New list…")
        self.add = QPushButton("Add…")
        self.fill = QPushButton("Ask what is missing")
        self.export = QPushButton("Export…")
        self.delete = QPushButton("Delete…")
        self.cells = ComparisonCells()
        self.table = QTableView()
        self.empty = WordsLabel(EMPTY, "muted")
        self.note = NoteView(icons)
        self.work = StatusLine(icons)
        self.answer = TranscriptView(icons)
        self.evidence = EvidenceView(icons)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._busy = False
        self._missing = 0
        self._lay_out(icons)
        self._connect()
        self.show_lists((), 0)
        self.show_table(None)

    def show_lists(self, lists: Sequence[Comparison], chosen: int) -> None:
        """Offer these lists, with that one chosen."""
        self.lists.blockSignals(True)  # noqa: FBT003  Qt's own
        self.lists.clear()
        for each in lists:
            self.lists.addItem(each.name, each.id)
        self.lists.setCurrentIndex(max(self.lists.findData(chosen), 0))
        self.lists.blockSignals(False)  # noqa: FBT003  Qt's own

    @property
    def chosen_list(self) -> int:
        """The id of the list on show, 0 for none."""
        return int(self.lists.currentData() or 0)

    def show_table(self, table: ComparisonTable | None) -> None:
        """Show a list; what is chosen in it and where it is scrolled to stay."""
        current, at = self.table.currentIndex(), self.table.verticalScrollBar().value()
        row, column = current.row(), current.column()
        self.cells.show_table(table)
        self._missing = len(table.missing) if table else 0
        has_rows = self.cells.rowCount() > 0
        self._across.setVisible(has_rows)
        self.empty.setVisible(not has_rows)
        self.lists.setVisible(bool(self.chosen_list))
        self.table.horizontalHeader().resizeSection(0, QUESTION_WIDTH)
        if has_rows:
            self.table.setCurrentIndex(self.cells.index(max(row, 0), max(column, 0)))
            self.table.verticalScrollBar().setValue(at)
        self._after_change()

    def show_answer(self, answer: Message | None) -> None:
        """Show all of the answer that is chosen, from its beginning; None for none."""
        self.answer.show_messages((answer,) if answer else ())
        self.answer.verticalScrollBar().setValue(0)
        self.answer.setVisible(answer is not None)

    def show_busy(self, *, busy: bool) -> None:
        """While the list is filled it can be stopped and judged, and nothing else."""
        self._busy = busy
        if not busy:
            self.work.clear()
            self.cells.show_under_way(0, "")
        self._after_change()

    def ask_to_delete(self) -> None:
        """Say what deleting means, and offer to do it."""
        words = f"Delete {self.lists.currentText()}? Its questions, answers and verdicts go."
        self.note.say(words, "Delete it", partial(self._on_deletion_confirmed, self.chosen_list))

    def _on_deletion_confirmed(self, comparison_id: int) -> None:
        self.note.hide()
        self.deletion_confirmed.emit(comparison_id)

    def _on_list_chosen(self) -> None:
        self.note.hide()  # it spoke of the list before
        self.list_chosen.emit(self.chosen_list)

    def _after_change(self) -> None:
        there, free = bool(self.chosen_list), not self._busy
        self.lists.setEnabled(there and free)
        for button in (self.add, self.export, self.delete):
            button.setEnabled(there and free)
        self.new.setEnabled(free)
        self.fill.setEnabled(there and free and self._missing > 0)
        self.fill.setText(f"Ask what is missing ({self._missing})" if self._missing else "Ask what is missing")

    def _on_export(self) -> None:
        dialog = QFileDialog(self, "Where to write the table")
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilters(FORMS.split(";;"))
        dialog.setDefaultSuffix("csv")
        dialog.filterSelected.connect(lambda name: dialog.setDefaultSuffix("json" if "json" in name else "csv"))
        dialog.selectFile(self.lists.currentText().replace("/", "-"))
        dialog.fileSelected.connect(self.export_requested)
        dialog.open()

    def _connect(self) -> None:
        self.lists.currentIndexChanged.connect(lambda _index: self._on_list_chosen())
        self.new.clicked.connect(self.new_requested)
        self.add.clicked.connect(self.add_requested)
        self.fill.clicked.connect(self.fill_requested)
        self.export.clicked.connect(self._on_export)
        self.delete.clicked.connect(self.ask_to_delete)
        self.work.stop_requested.connect(self.stop_requested)
        self.table.selectionModel().currentChanged.connect(lambda *_: self.cell_chosen.emit())
        self.answer.citation_clicked.connect(lambda _message, n: self.citation_clicked.emit(n))
        self.answer.link_clicked.connect(lambda address: link_dialog(address, self).open())

    def _lay_out(self, icons: Icons) -> None:
        self.lists.setAccessibleName("Saved lists")
        self.lists.setMinimumContentsLength(16)
        self.fill.setProperty("kind", "primary")
        self.answer.setAccessibleName("The answer that is chosen")
        self.answer.controls.leave_copying()
        self._lay_out_table(icons)
        top = QHBoxLayout()
        top.setSpacing(2 * STEP)
        top.addWidget(self.lists, 1)
        top.addStretch()
        for button in (self.new, self.add, self.fill, self.export, self.delete):
            top.addWidget(button)
        self._lay_out_split()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 2 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addLayout(top)
        layout.addWidget(self.note)
        layout.addWidget(self.empty, 0, Qt.AlignmentFlag.AlignTop)
        layout.addWidget(self._across, 1)
        layout.addWidget(self.work)

    def _lay_out_split(self) -> None:
        down = QSplitter(Qt.Orientation.Vertical)
        down.setProperty("kind", "gap")
        down.setHandleWidth(2 * STEP)
        down.addWidget(self.table)
        down.addWidget(self.answer)
        down.setSizes([2400, 1600])
        across = self._across
        across.setHandleWidth(1)
        across.addWidget(down)
        across.addWidget(self.evidence)
        across.setSizes([3000, 1200])
        self.evidence.hide()
        for split in (down, across):
            split.setChildrenCollapsible(False)

    def _lay_out_table(self, icons: Icons) -> None:
        table = self.table
        table.setModel(self.cells)
        table.setItemDelegate(CellDelegate(icons.theme, table))
        table.setAccessibleName("Questions and answers")
        table.setSelectionMode(QTableView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        triggers = QAbstractItemView.EditTrigger
        table.setEditTriggers(triggers.DoubleClicked | triggers.EditKeyPressed | triggers.AnyKeyPressed)
        table.setVerticalScrollMode(QTableView.ScrollMode.ScrollPerPixel)
        table.verticalHeader().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        header.setHighlightSections(False)
        icons.theme.changed.connect(table.viewport().update)
