"""The window of the ledger: what left today, whether the record is whole, and every request of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, Qt, Signal
from PySide6.QtWidgets import (
    QDialog,
    QFileDialog,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QMenu,
    QPushButton,
    QSplitter,
    QStackedWidget,
    QTableView,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from localassist.ui.icons import SIZE
from localassist.ui.ledger.detail import EntryDetail
from localassist.ui.ledger.filters import LedgerFilters
from localassist.ui.ledger.table import LedgerTable
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.rows import lay_out_rows

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent

    from localassist.domain.privacy import LedgerEntry
    from localassist.ui.icons import Icons

ROW_HEIGHT: Final = 8 * STEP
WIDEST: Final = {
    0: "2000-00-00 00:00:00",
    3: "this computer",
    4: "not ended",
    5: "00,000,000,000",
    6: "00,000,000,000",
}
"""What a column has room for; host and reason share what is left."""
EMPTY: Final = (
    "Nothing is written here yet: the program has not tried to connect to anything.\n\nEvery connection that it makes "
    "goes through one door. Before a request leaves, it is written here: when, to whom and why; when it ends, how many "
    "bytes went and came. What the offline switch refuses is written here too. Of a question that you send to a model "
    "elsewhere you can read here exactly what was sent.\n\nEach row carries a hash over the one before, so a row that "
    "is changed or taken out later shows."
)
NONE_FOUND: Final = "No request is like that. Take a word out, or choose another time or destination."
CHECKING: Final = "Checking whether the ledger is whole…"
FORMS: Final = (
    ("JSON lines…", "JSON lines (*.jsonl)", "jsonl"),
    ("Table for spreadsheets (CSV)…", "Table (*.csv)", "csv"),
)


class LedgerDialog(QDialog):
    """A window of its own beside the main one; it never blocks it.

    `looked_at` says that it is shown or came to the front, `narrowed` that something else is looked for,
    `entry_chosen` carries the request that is chosen (None for none). `export_requested` carries a path and the name
    of its form, `save_requested` a path for what the chosen request sent.
    """

    looked_at = Signal()
    narrowed = Signal()
    entry_chosen = Signal(object)
    export_requested = Signal(str, str)
    save_requested = Signal(str)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setWindowTitle("Ledger")
        self._icons = icons
        self._model = LedgerTable(icons)
        self._today = WordsLabel(kind="heading")
        self._unended = WordsLabel(kind="muted")
        self._sign = QLabel()
        self._sign.setFixedSize(SIZE, SIZE)
        self._standing = WordsLabel(CHECKING, kind="muted", selectable=True)
        self._sums = WordsLabel(kind="muted", selectable=True)
        self.filters = LedgerFilters()
        self._export = QPushButton("Export")
        self.note = NoteView(icons)
        self.detail = EntryDetail()
        self._table = QTableView()
        self._table.setModel(self._model)
        self._nothing = WordsLabel(kind="body")
        self._body = QStackedWidget()
        self._whole: bool | None = None
        self._fill_forms()
        self._lay_out()
        self._lay_out_table()
        self._connect()

    def show_today(self, words: str, unended: str) -> None:
        """Say what left this computer today, and what that sentence leaves out."""
        self._today.setText(words)
        self._unended.setText(unended)
        self._unended.setVisible(bool(unended))

    def show_standing(self, words: str, *, whole: bool | None) -> None:
        """Say whether the ledger is whole; None while that is found out."""
        self._whole = whole
        self._standing.setText(words)
        self._paint_sign()

    def show_entries(self, entries: Sequence[LedgerEntry], sums: str, *, narrowed: bool) -> None:
        """Show these requests, oldest first; the one that is chosen stays so where it is among them.

        `narrowed`: there may be others, which are not looked for.
        """
        chosen = self.chosen
        at = self._table.verticalScrollBar().value()
        self._model.show_entries(entries)
        row = self._model.row_of(chosen.number) if chosen else -1
        self._table.selectRow(max(row, 0))
        self._table.verticalScrollBar().setValue(at if row >= 0 else 0)
        self._sums.setText(sums)
        self._sums.setVisible(narrowed)
        self._nothing.setText(NONE_FOUND if narrowed else EMPTY)
        self._body.setCurrentIndex(0 if entries else 1)
        self._export.setEnabled(bool(entries))
        if not entries:
            self._on_row_changed()

    def choose(self, number: int) -> None:
        """Choose that request, if it is on show."""
        row = self._model.row_of(number)
        if row >= 0:
            self._table.selectRow(row)

    @property
    def entries(self) -> Sequence[LedgerEntry]:
        """What is on show, oldest first."""
        return self._model.entries

    @property
    def chosen(self) -> LedgerEntry | None:
        """The request that is chosen."""
        row = self._table.currentIndex().row()
        return self._model.entry(row) if row >= 0 else None

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        # Enter in the search would press whichever button Qt takes for the dialog's own: there is nothing to confirm.
        if event.key() not in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
            super().keyPressEvent(event)

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() is QEvent.Type.ActivationChange and self.isActiveWindow():
            self.looked_at.emit()

    def _connect(self) -> None:
        self.filters.changed.connect(self.narrowed)
        self._table.selectionModel().currentRowChanged.connect(lambda *_: self._on_row_changed())
        self.detail.save_requested.connect(self._on_save)
        self._icons.theme.changed.connect(self._paint_sign)

    def _on_row_changed(self) -> None:
        chosen = self.chosen
        self.detail.show_entry(chosen)
        self.entry_chosen.emit(chosen)

    def _on_save(self) -> None:
        chosen = self.chosen
        if chosen is not None:
            dialog = self._save_dialog("Save what was sent", "Text (*.txt)", "txt")
            dialog.selectFile(f"sent-{chosen.number}.txt")
            dialog.fileSelected.connect(self.save_requested)
            dialog.open()

    def _on_export(self, kind: str, form: str) -> None:
        dialog = self._save_dialog("Export the ledger", kind, form)
        dialog.selectFile(f"ledger.{form}")
        dialog.fileSelected.connect(lambda path: self.export_requested.emit(path, form))
        dialog.open()

    def _save_dialog(self, title: str, kind: str, suffix: str) -> QFileDialog:
        dialog = QFileDialog(self, title, "", kind)
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setDefaultSuffix(suffix)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return dialog

    def _paint_sign(self) -> None:
        icon, tint = {None: ("minus", "muted"), True: ("check", "green"), False: ("warning", "red")}[self._whole]
        self._sign.setPixmap(self._icons.icon(icon, tint).pixmap(SIZE, SIZE))

    def _fill_forms(self) -> None:
        menu = QMenu(self._export)
        for words, kind, form in FORMS:
            action = menu.addAction(words)
            action.triggered.connect(lambda _checked=False, kind=kind, form=form: self._on_export(kind, form))
        self._export.setMenu(menu)
        self._export.setAccessibleName("Export what is shown")
        self._export.setAutoDefault(False)

    def _lay_out(self) -> None:
        standing = QHBoxLayout()
        standing.setSpacing(2 * STEP)
        standing.addWidget(self._sign, 0, Qt.AlignmentFlag.AlignTop)
        standing.addWidget(self._standing, 1)
        narrowing = QHBoxLayout()
        narrowing.setSpacing(2 * STEP)
        narrowing.addWidget(self.filters, 1)
        narrowing.addWidget(self._export)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignTop)
        self._nothing.setMargin(6 * STEP)
        for widget in (self._table, self._nothing):
            self._body.addWidget(widget)
        halves = QSplitter(Qt.Orientation.Vertical)
        halves.setChildrenCollapsible(False)
        halves.setHandleWidth(1)
        halves.addWidget(self._body)
        halves.addWidget(self.detail)
        halves.setStretchFactor(0, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        layout.setSpacing(2 * STEP)
        for widget in (self._today, self._unended):
            layout.addWidget(widget)
        layout.addLayout(standing)
        layout.addLayout(narrowing)
        layout.addWidget(self._sums)
        layout.addWidget(halves, 1)
        layout.addWidget(self.note)
        self._unended.hide()
        self._paint_sign()
        self.resize(260 * STEP, 180 * STEP)

    def _lay_out_table(self) -> None:
        header = lay_out_rows(self._table, "Requests", ROW_HEIGHT)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Stretch)
        for column, widest in WIDEST.items():
            header.setSectionResizeMode(column, QHeaderView.ResizeMode.Interactive)
            header.resizeSection(column, self.fontMetrics().horizontalAdvance(widest) + 6 * STEP)
