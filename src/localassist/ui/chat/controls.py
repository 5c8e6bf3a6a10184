"""The real widgets inside the transcript: fold lines, headers of code, and what stands below an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QTimer, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QHBoxLayout, QLabel, QToolButton, QWidget

from localassist.domain.chat import MessageStatus
from localassist.ui.figures import figure_rows, money, speed
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.chat import Message, Sent
    from localassist.ui.icons import Icons

COPIED_MS: Final = 1500


class CopyButton(IconButton):
    """Copies a text and says so for a moment."""

    def __init__(self, icons: Icons, name: str, text: Callable[[], str], parent: QWidget) -> None:
        super().__init__(icons, "copy", name, parent)
        self._name = name
        self._text = text
        self.clicked.connect(self._on_clicked)

    def _on_clicked(self) -> None:
        QGuiApplication.clipboard().setText(self._text())
        self.show_icon("check", "Copied")
        QTimer.singleShot(COPIED_MS, self, self._on_said)

    def _on_said(self) -> None:
        self.show_icon("copy", self._name)


def _row(widget: QWidget) -> QHBoxLayout:
    row = QHBoxLayout(widget)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(STEP)
    return row


class CodeHeaderWidget(QWidget):
    """The line above a block of code: its language and a copy button."""

    def __init__(self, icons: Icons, language: str, text: Callable[[], str], parent: QWidget) -> None:
        super().__init__(parent)
        row = _row(self)
        row.setContentsMargins(4 * STEP, 0, STEP, 0)
        self._language = QLabel(self)
        self._language.setTextFormat(Qt.TextFormat.PlainText)
        self._language.setText(language or "text")
        self._language.setProperty("kind", "muted")
        row.addWidget(self._language)
        row.addStretch()
        row.addWidget(CopyButton(icons, "Copy this code", text, self))


class FoldButton(QToolButton):
    """The one line that long thinking is folded to."""

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._icons = icons
        self.setProperty("kind", "fold")
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextBesideIcon)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)

    def show_thought(self, label: str, *, is_open: bool) -> None:
        """Say how long was thought and whether the thought is on show."""
        self.setText(label)
        self.setIcon(self._icons.icon("chevron-down" if is_open else "chevron-right", "muted"))
        name = f"{label}. {'Hide' if is_open else 'Show'} the thinking"
        if name != self.accessibleName():  # while an answer is written, this is called at every repaint
            self.setAccessibleName(name)
        self.adjustSize()


class PlaceWidget(QWidget):
    """Which of several answers to a question is on show, and the way to the others; hidden where there is one."""

    step_requested = Signal(int)

    def __init__(self, icons: Icons, parent: QWidget) -> None:
        super().__init__(parent)
        self._before = IconButton(icons, "chevron-left", "Show the answer before", self)
        self._words = QLabel(self)
        self._words.setProperty("kind", "muted")
        self._after = IconButton(icons, "chevron-right", "Show the answer after", self)
        row = _row(self)
        for widget in (self._before, self._words, self._after):
            row.addWidget(widget)
        self._before.clicked.connect(lambda: self.step_requested.emit(-1))
        self._after.clicked.connect(lambda: self.step_requested.emit(1))
        self.hide()

    def show_place(self, place: int, count: int) -> None:
        """It is the answer at that place, counted from 1, of so many."""
        self._words.setText(f"{place:,} of {count:,}")
        self._words.setAccessibleName(f"Answer {place:,} of {count:,}")
        self._before.setEnabled(place > 1)
        self._after.setEnabled(place < count)
        self.setVisible(count > 1)

    def focus_step(self, step: int) -> None:
        """Let the keyboard go on in that direction, or back where there is no further answer."""
        towards, back = (self._before, self._after) if step < 0 else (self._after, self._before)
        (towards if towards.isEnabled() else back).setFocus()


class FooterWidget(QWidget):
    """Below an answer: what it cost, and copy and ask again, here or elsewhere; all signals carry its id.

    An answer from elsewhere says from whom, and leads to what was sent. `other_answer_requested` carries -1 for the
    answer before it to the same question, 1 for the one after it, too.
    """

    again_requested = Signal(int)
    other_requested = Signal(int)
    other_answer_requested = Signal(int, int)
    ledger_requested = Signal(int)

    def __init__(self, icons: Icons, message: Message, parent: QWidget) -> None:
        super().__init__(parent)
        self._message = message
        row = _row(self)
        row.addWidget(CopyButton(icons, "Copy this answer", lambda: message.text, self))
        self._again = IconButton(icons, "again", "Answer again", self)
        self._again.clicked.connect(lambda: self.again_requested.emit(message.id))
        row.addWidget(self._again)
        self._other = IconButton(icons, "model", "Ask another model…", self)
        self._other.clicked.connect(lambda: self.other_requested.emit(message.id))
        row.addWidget(self._other)
        self._places = PlaceWidget(icons, self)
        self._places.step_requested.connect(lambda step: self.other_answer_requested.emit(message.id, step))
        row.addWidget(self._places)
        self._figures = QLabel(figures_line(message), self)
        self._figures.setProperty("kind", "muted")
        self._figures.setToolTip(plain_tip(figures_detail(message)))
        row.addStretch()
        row.addWidget(self._figures)
        if message.evidence.sent is not None:
            row.addWidget(self._ledger_button())

    def _ledger_button(self) -> QToolButton:
        button = QToolButton(self)
        button.setText("What was sent")
        button.setAccessibleName("Show in the ledger what was sent for this answer")
        button.setProperty("kind", "tiny")
        button.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        button.setCursor(Qt.CursorShape.PointingHandCursor)
        button.clicked.connect(lambda: self.ledger_requested.emit(self._message.id))
        return button

    def leave_copying(self) -> None:
        """Offer nothing but to copy the answer."""
        for child in self.findChildren(QWidget, options=Qt.FindChildOption.FindDirectChildrenOnly):
            child.setVisible(isinstance(child, CopyButton))

    def allow_again(self, *, allowed: bool) -> None:
        """Whether the answer can be asked for again now."""
        self._again.setEnabled(allowed)
        self._other.setEnabled(allowed)
        self._places.setEnabled(allowed)

    @property
    def message_id(self) -> int:
        """The answer's."""
        return self._message.id

    def show_place(self, place: int, count: int) -> None:
        """Which of so many answers to its question it is."""
        self._places.show_place(place, count)

    def focus_step(self, step: int) -> None:
        """Let the keyboard go on through the answers in that direction."""
        self._places.focus_step(step)


def figures_line(message: Message) -> str:
    """How fast the answer was: "1.2 s to first word, 38/s"; of one from elsewhere whose it is, and what it cost."""
    figures, route, sent = message.evidence.figures, message.evidence.route, message.evidence.sent
    if sent is not None:
        return " · ".join(sent_words(sent))
    if figures.answer_tokens:
        return f"{figures.seconds_to_first_token:.1f} s to first word, {speed(figures)}/s"
    quotes = message.status is MessageStatus.COMPLETE and bool(message.evidence.citations)
    if quotes and route is not None and not route.model:
        return "quoted without a model"
    return ""


def sent_words(sent: Sent) -> list[str]:
    """Whose answer it is, what it cost and what was replaced in what was sent for it."""
    told = [sent.model, sent.provider, "cost not known" if sent.cost is None else money(sent.cost)]
    if sent.replaced:
        told.append(f"{sent.replaced:,} name{'' if sent.replaced == 1 else 's'} replaced")
    return told


def figures_detail(message: Message) -> str:
    """Where the answer was made, and how many tokens it took."""
    figures, route, sent = message.evidence.figures, message.evidence.route, message.evidence.sent
    lines = [f"{route.model or 'no model'} on {route.destination.value}. {route.reason}"] if route else []
    if sent is not None:
        lines += [words for words in (sent.consent, sent.request_id and f"Request {sent.request_id}") if words]
    lines += [f"{what}: {how_much}" for what, how_much in figure_rows(figures)]
    return "\n".join(lines)
