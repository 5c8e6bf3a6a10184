"""The window of files: a status for each, looked through by words and kind, and what can be done with one."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QDialog, QHBoxLayout, QHeaderView, QMenu, QTableView, QToolButton, QVBoxLayout, QWidget

from localassist.domain.labels import Labelled
from localassist.ui.documents.file_detail import FileDetail
from localassist.ui.documents.file_table import FileTable, Kind, tally
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.rows import lay_out_rows

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.documents import Document
    from localassist.ui.icons import Icons

ROW_HEIGHT: Final = 8 * STEP
WIDTHS: Final = (56 * STEP, 42 * STEP, 16 * STEP)
FORGET: Final = "What was read from it goes; the file itself stays where it is, and is passed over from now on."


class DocumentsDialog(QDialog):
    """A window of its own beside the main one; it never blocks it.

    `ask_requested`, `open_requested`, `again_requested`, `forget_requested` and `hidden_requested` carry the
    `Document` that is chosen, `unlock_requested` a password too, `labelled` a `Sensitivity`.
    """

    ask_requested = Signal(object)
    open_requested = Signal(object)
    again_requested = Signal(object)
    forget_requested = Signal(object)
    hidden_requested = Signal(object)
    unlock_requested = Signal(object, str)
    labelled = Signal(object, object)

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle("Documents")
        self._icons = icons
        self._model = FileTable(icons)
        self._search = Field()
        self._kind = QToolButton()
        self._kinds = QActionGroup(self)
        self._summary = WordsLabel(kind="muted")
        self.detail = FileDetail()
        self.note = NoteView(icons)
        self._table = QTableView()
        self._table.setModel(self._model)
        self._fill_kinds()
        self._lay_out()
        self._connect()

    def show_documents(self, name: str, documents: Sequence[Document]) -> None:
        """Show how these files of the collection `name` stand, from the first that needs attention on."""
        self.setWindowTitle(f"Documents of {name}" if name else "Documents")
        self.note.hide()
        self._model.show_documents(documents)
        self._table.scrollToTop()
        self._after_change(0)
        self.show()
        self.raise_()

    def refresh(self, documents: Sequence[Document]) -> None:
        """Show how they stand now; what is chosen and where the table is scrolled to stay."""
        chosen = self.chosen
        at = self._table.verticalScrollBar().value()
        self._model.show_documents(documents)
        self._after_change(chosen.id if chosen else 0)
        self._table.verticalScrollBar().setValue(at)

    def show_labels(self, held: Mapping[int, Labelled]) -> None:
        """Say of the documents, by their ids, whether they may leave this computer."""
        self._model.show_labels(held)
        self._show_chosen()

    @property
    def chosen(self) -> Document | None:
        """The file that is chosen."""
        row = self._table.currentIndex().row()
        return self._model.document(row) if row >= 0 else None

    def container_of(self, document: Document) -> Document:
        """The file on disk that a document is, or is inside of."""
        by_id = {each.id: each for each in self._model.documents}
        while document.container_id in by_id:
            document = by_id[document.container_id]
        return document

    def _after_change(self, document_id: int) -> None:
        self._summary.setText(self._told())
        self._table.selectRow(max(self._model.row_of(document_id), 0))
        self._show_chosen()

    def _show_chosen(self) -> None:
        document = self.chosen
        self.detail.show_document(document, self._model.held(document) if document else Labelled())

    def _told(self) -> str:
        everything = tally(self._model.documents)
        shown = self._model.rowCount()
        return everything if shown == len(self._model.documents) else f"{everything} {shown:,} shown."

    def _on_narrowed(self) -> None:
        kind = self._kinds.checkedAction().data()
        chosen = self.chosen
        self._kind.setText(kind.value)
        self._model.narrow(self._search.text(), kind)
        self._after_change(chosen.id if chosen else 0)

    def _on_forget(self) -> None:
        document = self.chosen
        if document is not None:
            file = self.container_of(document)
            words = f"Forget {PurePath(file.path).name}? {FORGET}"
            self.note.say(words, "Forget it", lambda: self._forget(file))

    def _forget(self, document: Document) -> None:
        self.note.hide()
        self.forget_requested.emit(document)

    def _connect(self) -> None:
        self._table.selectionModel().currentRowChanged.connect(lambda *_: self._show_chosen())
        self._search.textChanged.connect(self._on_narrowed)
        self._kinds.triggered.connect(self._on_narrowed)
        self._table.doubleClicked.connect(lambda _index: self.open_requested.emit(self.chosen))
        detail = self.detail
        detail.ask_requested.connect(lambda: self.ask_requested.emit(self.chosen))
        detail.open_requested.connect(lambda: self.open_requested.emit(self.chosen))
        detail.again_requested.connect(lambda: self.again_requested.emit(self.chosen))
        detail.hidden_requested.connect(lambda: self.hidden_requested.emit(self.chosen))
        detail.unlock_requested.connect(lambda password: self.unlock_requested.emit(self.chosen, password))
        detail.labelled.connect(lambda sensitivity: self.labelled.emit(self.chosen, sensitivity))
        detail.forget_requested.connect(self._on_forget)

    def _fill_kinds(self) -> None:
        menu = QMenu(self._kind)
        for kind in Kind:
            action = menu.addAction(kind.value)
            action.setData(kind)
            action.setCheckable(True)
            action.setChecked(kind is Kind.ALL)
            self._kinds.addAction(action)
        self._kind.setMenu(menu)
        self._kind.setText(Kind.ALL.value)
        self._kind.setProperty("kind", "chip")
        self._kind.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        self._kind.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self._kind.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # puts the arrow behind the words
        self._kind.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self._kind.setAccessibleName("Which files are shown")
        self._paint()
        self._icons.theme.changed.connect(self._paint)

    def _paint(self) -> None:
        self._kind.setIcon(self._icons.icon("chevron-down", "muted"))

    def _lay_out(self) -> None:
        self._search.setPlaceholderText("Search names and problems")
        self._search.setAccessibleName("Search files")
        self._search.setClearButtonEnabled(True)
        self._lay_out_table()
        top = QHBoxLayout()
        top.setSpacing(2 * STEP)
        top.addWidget(self._search, 1)
        top.addWidget(self._kind)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addLayout(top)
        layout.addWidget(self._summary)
        layout.addWidget(self._table, 1)
        layout.addWidget(self.note)
        layout.addWidget(self.detail)
        self.resize(200 * STEP, 140 * STEP)

    def _lay_out_table(self) -> None:
        header = lay_out_rows(self._table, "Documents", ROW_HEIGHT)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setStretchLastSection(True)
        for column, width in enumerate(WIDTHS):
            header.resizeSection(column, width)
