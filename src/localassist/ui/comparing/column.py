"""One column of a comparison: the model, its answer as it is written, and what that took."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFormLayout, QFrame, QHBoxLayout, QVBoxLayout, QWidget

from localassist.ui.chat.links import link_dialog
from localassist.ui.chat.transcript import TranscriptView
from localassist.ui.comparing.models import ModelChooser
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Message
    from localassist.ui.chat.thought import Thought
    from localassist.ui.icons import Icons

LEAST_WIDTH = 60 * STEP


class ColumnView(QFrame):
    """`citation_clicked` carries the answer and a citation's number; `removal_requested` asks for one column fewer."""

    citation_clicked = Signal(object, int)
    removal_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._answer: Message | None = None
        self.setProperty("kind", "card")
        self.setMinimumWidth(LEAST_WIDTH)
        self.chooser = ModelChooser()
        self.transcript = TranscriptView(icons)
        self.transcript.setAccessibleName("Answer")
        self.transcript.controls.leave_copying()
        self._remove = IconButton(icons, "close", "Take this column away")
        self._status = WordsLabel(kind="muted")
        self._figures = QWidget()
        self._rows = QFormLayout(self._figures)
        self._lay_out()
        self._remove.clicked.connect(self.removal_requested)
        self.transcript.citation_clicked.connect(self._on_citation_clicked)
        self.transcript.link_clicked.connect(lambda address: link_dialog(address, self).open())

    def begin(self, words: str) -> None:
        """Empty it for another answer, and say what is waited for."""
        self._answer = None
        self.transcript.show_messages(())
        self._take_figures_away()
        self.say(words)

    def begin_answer(self, answer: Message) -> None:
        """An answer begins to be written."""
        self.transcript.show_messages(())
        self.transcript.add(answer)

    def finish(self, answer: Message) -> None:
        """Show the whole answer, from its beginning: it is read beside others."""
        self._answer = answer
        self.transcript.finish(answer)
        self.transcript.verticalScrollBar().setValue(0)

    def restate(self, answer: Message, thought: Thought) -> None:
        """Show what else is known of it by now."""
        self.transcript.restate(answer, thought)

    def say(self, words: str) -> None:
        """Say what goes on, or why there is no answer; "" for nothing."""
        self._status.setText(words)
        self._status.setVisible(bool(words))

    @property
    def figures(self) -> int:
        """How much is told of what the answer took; 0 before it is whole."""
        return self._rows.rowCount()

    @property
    def status(self) -> str:
        """What it says."""
        return self._status.text()

    def show_figures(self, told: Sequence[tuple[str, str]]) -> None:
        """Show what the answer took and what it rests on, as (what, how much)."""
        self._take_figures_away()
        for what, how_much in told:
            self._rows.addRow(_quiet(what), WordsLabel(how_much, selectable=True))

    def lock(self, *, locked: bool) -> None:
        """Whether its model can't be changed just now."""
        self.chooser.setEnabled(not locked)
        self._remove.setEnabled(not locked)

    def allow_removal(self, *, allowed: bool) -> None:
        """Whether there can be one column fewer."""
        self._remove.setVisible(allowed)

    def _on_citation_clicked(self, _message_id: int, n: int) -> None:
        if self._answer is not None:
            self.citation_clicked.emit(self._answer, n)

    def _take_figures_away(self) -> None:
        while self._rows.rowCount():
            self._rows.removeRow(0)

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(3 * STEP, 3 * STEP, 3 * STEP, 0)
        top.addWidget(self.chooser, 1)
        top.addWidget(self._remove)
        self._status.setContentsMargins(3 * STEP, 0, 3 * STEP, 0)
        self._status.setVisible(False)
        self._rows.setContentsMargins(3 * STEP, STEP, 3 * STEP, 3 * STEP)
        self._rows.setHorizontalSpacing(3 * STEP)
        self._rows.setVerticalSpacing(STEP)
        self._rows.setLabelAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignTop)
        self._rows.setFieldGrowthPolicy(QFormLayout.FieldGrowthPolicy.AllNonFixedFieldsGrow)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        layout.addLayout(top)
        layout.addWidget(self._status)
        layout.addWidget(self.transcript, 1)
        layout.addWidget(self._figures)


def _quiet(words: str) -> WordsLabel:
    label = WordsLabel(words, "muted")
    label.setWordWrap(False)
    label.setMinimumWidth(label.sizeHint().width())
    return label
