"""The page with one question and the answers of several models beside each other."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QSplitter, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.domain.comparisons import MOST_MODELS
from localassist.ui.comparing.column import ColumnView
from localassist.ui.evidence.view import EvidenceView
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.ui.comparing.models import Contender
    from localassist.ui.icons import Icons

FEWEST: Final = 2
QUESTION_HEIGHT: Final = 18 * STEP
COMPARE: Final = "Compare"
STOP: Final = "Stop"


class SideBySidePage(QWidget):
    """`compare_requested` carries the question and the models, in the order of the columns.

    `citation_clicked` carries an answer and a citation's number, `other_requested` a column that is to have a model
    elsewhere which is not offered yet.
    """

    compare_requested = Signal(str, tuple)
    stop_requested = Signal()
    citation_clicked = Signal(object, int)
    other_requested = Signal(int)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._known: tuple[Contender, ...] = ()
        self._busy = False
        self.columns: list[ColumnView] = []
        self.question = QPlainTextEdit()
        self._go = QPushButton(COMPARE)
        self._more = QPushButton("One more model")
        self._scope = WordsLabel(kind="muted")
        self.note = NoteView(icons)
        self.evidence = EvidenceView(icons)
        self._beside = QSplitter(Qt.Orientation.Horizontal)
        self._across = QSplitter(Qt.Orientation.Horizontal)
        self._lay_out()
        self._go.clicked.connect(self._on_go)
        self._more.clicked.connect(self._on_more)
        self.question.textChanged.connect(self._after_change)
        for _ in range(FEWEST):
            self._add_column()

    def show_contenders(self, known: Sequence[Contender]) -> None:
        """Offer these models; columns keep what they have, the others get the next that no column has."""
        self._known = tuple(known)
        taken = [column.chooser.reference for column in self.columns]
        for column, reference in zip(self.columns, taken, strict=True):
            self._offer(column, reference)
        self._after_change()

    def choose(self, column: int, contender: Contender) -> None:
        """Have a column ask that model, which is offered from now on."""
        if contender not in self._known:
            self._known = (*self._known, contender)
        self.show_contenders(self._known)
        self._offer(self.columns[column], contender.reference)
        self._after_change()

    def show_scope(self, words: str) -> None:
        """Say which documents are asked."""
        self._scope.setText(words)

    def ask(self, text: str) -> None:
        """Put a question there to be compared."""
        self.question.setPlainText(text)

    def show_busy(self, *, busy: bool) -> None:
        """While models are asked nothing can be changed, and it can be stopped."""
        self._busy = busy
        self._go.setText(STOP if busy else COMPARE)
        self.question.setReadOnly(busy)
        for column in self.columns:
            column.lock(locked=busy)
        self._after_change()

    @property
    def models(self) -> tuple[str, ...]:
        """What the columns ask, in their order."""
        return tuple(column.chooser.reference for column in self.columns)

    def show_evidence(self, *, shown: bool) -> None:
        """Open or close what an answer rests on."""
        self.evidence.setVisible(shown)

    def _add_column(self) -> None:
        column = ColumnView(self._icons)
        self.columns.append(column)
        self._beside.addWidget(column)
        self._beside.setSizes([1000] * len(self.columns))
        column.removal_requested.connect(partial(self._on_removal_requested, column))
        column.citation_clicked.connect(self.citation_clicked)
        column.chooser.other_requested.connect(lambda: self.other_requested.emit(self.columns.index(column)))
        column.chooser.currentIndexChanged.connect(self._after_change)
        self._offer(column, "")
        self._after_change()

    def _offer(self, column: ColumnView, reference: str) -> None:
        others = {each.chooser.reference for each in self.columns if each is not column}
        free = next((each.reference for each in self._known if each.reference not in others), "")
        column.chooser.show_contenders(self._known, reference or free)

    def _after_change(self) -> None:
        several = len(set(self.models)) == len(self.models) and all(self.models)
        can_ask = bool(self.question.toPlainText().strip()) and several
        self._go.setEnabled(self._busy or can_ask)
        doubled = all(self.models) and not several
        self._go.setToolTip("Choose a different model in each column." if doubled else "")
        self._more.setEnabled(not self._busy and len(self.columns) < MOST_MODELS)
        for column in self.columns:
            column.allow_removal(allowed=len(self.columns) > FEWEST)

    def _on_go(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        else:
            self.compare_requested.emit(self.question.toPlainText().strip(), self.models)

    def _on_more(self) -> None:
        self._add_column()

    def _on_removal_requested(self, column: ColumnView) -> None:
        self.columns.remove(column)
        column.hide()
        column.deleteLater()
        self._after_change()

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Enter asks, Shift+Enter begins a line, as in the composer."""
        if event.type() is QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            plain = event.modifiers() in {Qt.KeyboardModifier.NoModifier, Qt.KeyboardModifier.KeypadModifier}
            if plain and event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}:
                if self._go.isEnabled() and not self._busy:
                    self._on_go()
                return True
        return super().eventFilter(watched, event)

    def _lay_out(self) -> None:
        self.question.setProperty("kind", "field")
        self.question.setPlaceholderText("A question for several models")
        self.question.setAccessibleName("Question")
        self.question.setTabChangesFocus(True)
        self.question.setFixedHeight(QUESTION_HEIGHT)
        self.question.installEventFilter(self)
        self._go.setProperty("kind", "primary")
        self._beside.setProperty("kind", "gap")
        for split, width in ((self._beside, 2 * STEP), (self._across, 1)):
            split.setHandleWidth(width)
            split.setChildrenCollapsible(False)
        self._across.addWidget(self._beside)
        self._across.addWidget(self.evidence)
        self._across.setSizes([3000, 1200])
        self.evidence.hide()
        buttons = QVBoxLayout()
        buttons.setSpacing(STEP)
        buttons.addWidget(self._go)
        buttons.addWidget(self._more)
        top = QHBoxLayout()
        top.setSpacing(3 * STEP)
        top.addWidget(self.question, 1)
        top.addLayout(buttons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(4 * STEP, 4 * STEP, 4 * STEP, 4 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addLayout(top)
        layout.addWidget(self._scope)
        layout.addWidget(self.note)
        layout.addWidget(self._across, 1)
