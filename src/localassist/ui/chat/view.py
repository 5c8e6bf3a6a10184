"""The middle column: the transcript, what is going on, and the composer; or, while empty, how to begin."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QStackedWidget, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.ui.chat.composer import ComposerWidget
from localassist.ui.chat.links import link_dialog
from localassist.ui.chat.transcript import SIDE_MARGIN, TranscriptView
from localassist.ui.theme import STEP, TEXT_WIDTH
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QResizeEvent

    from localassist.domain.chat import Message
    from localassist.ui.icons import Icons


class EmptyChatWidget(QWidget):
    """What a conversation without messages shows: what can be asked, and a way to try it out."""

    suggestion_chosen = Signal(str)
    demo_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        heading = QLabel("What would you like to know?")
        heading.setProperty("kind", "heading")
        self._explanation = QLabel()
        self._explanation.setTextFormat(Qt.TextFormat.PlainText)
        self._explanation.setProperty("kind", "muted")
        self._explanation.setWordWrap(True)
        self._suggestions = QVBoxLayout()
        self._suggestions.setSpacing(2 * STEP)
        self._demo = QPushButton("Try it on sample documents")
        self._demo.clicked.connect(self.demo_requested)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(3 * STEP)
        column.addStretch(2)
        column.addWidget(heading)
        column.addWidget(self._explanation)
        column.addSpacing(2 * STEP)
        column.addLayout(self._suggestions)
        column.addWidget(self._demo, 0, Qt.AlignmentFlag.AlignLeft)
        column.addStretch(3)

    def explain(self, words: str, suggestions: Sequence[str], *, offer_demo: bool) -> None:
        """Say what can be asked here, with questions to click."""
        self._explanation.setText(words)
        self._demo.setVisible(offer_demo)
        while (old := self._suggestions.takeAt(0)) is not None:
            if (widget := old.widget()) is not None:
                widget.deleteLater()
        for question in suggestions:
            button = QPushButton(question.replace("&", "&&"))
            button.setProperty("kind", "suggestion")
            button.clicked.connect(lambda _=False, question=question: self.suggestion_chosen.emit(question))
            self._suggestions.addWidget(button)


class ChatView(QWidget):
    """A conversation on show. Knows no services: it is told what to show and says what was asked for."""

    question_asked = Signal(str)
    stop_requested = Signal()
    again_requested = Signal(int)
    other_requested = Signal(int)
    ledger_requested = Signal(int)
    offer_taken = Signal(int)
    local_chosen = Signal(int)
    edit_last_requested = Signal()
    citation_clicked = Signal(int, int)
    demo_requested = Signal()

    def __init__(self, icons: Icons, model_picker: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "page")
        self.transcript = TranscriptView(icons)
        self.composer = ComposerWidget(icons, model_picker)
        self.status = StatusLine(icons)
        self.empty = EmptyChatWidget()
        self._stack = QStackedWidget()
        self._stack.addWidget(_centred(self.empty))
        self._stack.addWidget(self.transcript)
        self._to_end = IconButton(icons, "down", "Go to the end", self.transcript)
        self._to_end.setProperty("kind", "chip")
        self._to_end.hide()
        foot = QVBoxLayout()
        foot.setContentsMargins(0, 0, 0, 4 * STEP)
        foot.setSpacing(0)
        foot.addWidget(_centred(self.status))
        foot.addWidget(_centred(self.composer))
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self._stack, 1)
        column.addLayout(foot)
        self._connect()

    def _connect(self) -> None:
        self.composer.submitted.connect(self.question_asked)
        self.composer.stop_requested.connect(self.stop_requested)
        self.composer.edit_last_requested.connect(self.edit_last_requested)
        self.status.stop_requested.connect(self.stop_requested)
        self.empty.suggestion_chosen.connect(self.question_asked)
        self.empty.demo_requested.connect(self.demo_requested)
        controls = self.transcript.controls
        controls.again_requested.connect(self.again_requested)
        controls.other_requested.connect(self.other_requested)
        controls.ledger_requested.connect(self.ledger_requested)
        controls.offer_taken.connect(self.offer_taken)
        controls.local_chosen.connect(self.local_chosen)
        self.transcript.citation_clicked.connect(self.citation_clicked)
        self.transcript.link_clicked.connect(self._on_link_clicked)
        self.transcript.bottom_reached.connect(self._to_end.setHidden)
        self._to_end.clicked.connect(self.transcript.follow)

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show a conversation from its end."""
        self._stack.setCurrentIndex(1 if messages else 0)
        self.transcript.show_messages(messages)

    def put(self, messages: Sequence[Message]) -> None:
        """Show a question, and the answer that begins to be written if there is one, in place of what followed."""
        self._stack.setCurrentIndex(1)
        self.transcript.offer(0, None)
        self.transcript.drop_after(messages[0].parent_id)
        for message in messages:
            self.transcript.add(message)
        self.transcript.follow()

    def show_busy(self, *, busy: bool) -> None:
        """Whether an answer is being written here: it can be stopped, and nothing else asked meanwhile."""
        self.composer.show_busy(busy=busy)
        self.transcript.allow_again(allowed=not busy)
        if not busy:
            self.status.clear()

    def _on_link_clicked(self, address: str) -> None:
        link_dialog(address, self).open()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        place = self._to_end.sizeHint()
        where = self._stack.rect()
        self._to_end.setGeometry(
            where.center().x() - place.width() // 2,
            where.bottom() - place.height() - 2 * STEP,
            place.width(),
            place.height(),
        )


def _centred(widget: QWidget) -> QWidget:
    """The widget in the middle, as wide as the text column at most."""
    around = QWidget()
    row = QHBoxLayout(around)
    row.setContentsMargins(SIDE_MARGIN, 0, SIDE_MARGIN, 0)
    widget.setMaximumWidth(TEXT_WIDTH)
    widget.setSizePolicy(QSizePolicy.Policy.Expanding, widget.sizePolicy().verticalPolicy())
    row.addStretch(1)
    row.addWidget(widget, 1000)
    row.addStretch(1)
    return around
