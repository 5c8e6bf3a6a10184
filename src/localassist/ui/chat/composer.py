"""Where questions are written: grows with the text, and always says where a question goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QMimeData, Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPlainTextEdit, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.domain.privacy import Destination
from localassist.ui.chat.destination import DestinationChip
from localassist.ui.errors import Problem
from localassist.ui.theme import STEP, body_font
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.keys import is_window_key
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from PySide6.QtGui import QFocusEvent, QKeyEvent

    from localassist.ui.icons import Icons

LONGEST: Final = 50_000  # characters; more is a document, and a text field that holds it would stand still
MOST_LINES: Final = 9
CHIP_HEIGHT: Final = 7 * STEP
SHORTEST_CHIP: Final = 16 * STEP


class QuestionField(QPlainTextEdit):
    """The text field: Enter sends, Shift+Enter breaks the line, arrow-up in an empty field edits the last question."""

    sent = Signal()
    edit_last_requested = Signal()
    overfilled = Signal(int)
    focus_changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setFont(body_font())
        self.setAccessibleName("Your question")
        self.setTabChangesFocus(True)
        self.document().setDocumentMargin(0)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self._fit()

    @override
    def event(self, event: QEvent) -> bool:
        if is_window_key(event):
            event.ignore()
            return False
        return super().event(event)

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        enter = event.key() in {Qt.Key.Key_Return, Qt.Key.Key_Enter}
        if enter and not event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            self.sent.emit()
        elif event.key() == Qt.Key.Key_Up and not self.toPlainText():
            self.edit_last_requested.emit()
        else:
            super().keyPressEvent(event)

    @override
    def canInsertFromMimeData(self, source: QMimeData) -> bool:
        # Files that are dropped here are for the window, which adds them to the documents.
        return super().canInsertFromMimeData(source) and not any(url.isLocalFile() for url in source.urls())

    @override
    def insertFromMimeData(self, source: QMimeData) -> None:
        text = source.text().replace("\x00", "")
        if len(text) + self.document().characterCount() > LONGEST:
            self.overfilled.emit(len(text))
        elif text:
            self.textCursor().insertText(text)

    @override
    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        self.focus_changed.emit()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.focus_changed.emit()

    @override
    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange:
            self._fit()

    def _fit(self) -> None:
        # A plain text document measures its height in lines.
        lines = min(max(round(self.document().size().height()), 1), MOST_LINES)
        self.setFixedHeight(round(lines * self.fontMetrics().lineSpacing()) + STEP)


class ComposerWidget(QFrame):
    """The field with its chips. `submitted` carries the text; `stop_requested` while an answer is written."""

    submitted = Signal(str)
    stop_requested = Signal()
    edit_last_requested = Signal()

    def __init__(self, icons: Icons, model_picker: QWidget) -> None:
        super().__init__()
        self.setProperty("kind", "composer")
        self._busy = False
        self._waiting = ""
        self.field = QuestionField()
        self._note = NoteView(icons)
        self._scope = _as_chip(ElidedLabel())
        self.destination = DestinationChip(icons)
        self._model_picker = model_picker
        self._send = IconButton(icons, "send", "Send (Enter)", tint="on_accent")
        self._send.setProperty("kind", "send")
        self._arrange(model_picker)
        self.field.sent.connect(self._on_sent)
        self.field.edit_last_requested.connect(self.edit_last_requested)
        self.field.overfilled.connect(self._on_overfilled)
        self.field.focus_changed.connect(self._on_focus_changed)
        self.field.textChanged.connect(self._on_text_changed)
        self._send.clicked.connect(self._on_pressed)
        self.show_scope("")
        self.show_destination(Destination.THIS_COMPUTER, "No question leaves this computer.")
        self._on_text_changed()

    def _arrange(self, model_picker: QWidget) -> None:
        chips = QHBoxLayout()
        chips.setSpacing(2 * STEP)
        for chip in (self._scope, model_picker, self.destination):
            chip.setFixedHeight(CHIP_HEIGHT)
            chips.addWidget(chip)
        # Where a question goes can always be read in full, whatever else has to give way.
        self.destination.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._scope.setMinimumWidth(SHORTEST_CHIP)
        model_picker.setMinimumWidth(SHORTEST_CHIP)
        chips.addStretch()
        chips.addWidget(self._send)
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(4 * STEP, 3 * STEP, 2 * STEP, 2 * STEP)
        column.setSpacing(2 * STEP)
        column.addWidget(self._note)
        column.addWidget(self.field)
        column.addLayout(chips)

    def put_above(self, widget: QWidget) -> None:
        """Give a widget its place above the text."""
        self._column.insertWidget(self._column.indexOf(self.field), widget)

    def wait_for(self, what: str) -> None:
        """Keep questions back until that is over, "" for nothing."""
        if self._waiting and self._waiting != what and self.note == self._waiting:
            self.say_nothing()
        self._waiting = what

    def show_scope(self, name: str) -> None:
        """Say which documents are asked, "" for none."""
        self.field.setPlaceholderText(f"Ask about {name}…" if name else "Ask anything…")
        self._scope.setText(f"@{name}")
        self._scope.setToolTip(plain_tip(f"Answers rest on the documents of {name}."))
        self._scope.setVisible(bool(name))

    def show_destination(self, destination: Destination, reason: str, model: str = "") -> None:
        """Say where a question goes, why, and to which model elsewhere; then none here is to be chosen."""
        self.destination.show_destination(destination, reason, model)
        self._model_picker.setHidden(bool(model))

    def show_busy(self, *, busy: bool) -> None:
        """Turn the send button into a stop button and back."""
        self._busy = busy
        self._send.show_icon("stop" if busy else "send", "Stop (Esc)" if busy else "Send (Enter)")
        self._on_text_changed()

    @property
    def note(self) -> str:
        """What is said above the text, "" while nothing is."""
        return "" if self._note.isHidden() else self._note.text

    def say(self, words: str) -> None:
        """Say something above the text."""
        self._note.say(words)

    def complain(self, problem: str) -> None:
        """Say above the text what went wrong and what to do."""
        self._note.complain(Problem(problem, ""))

    def say_nothing(self) -> None:
        """Take away what is said above the text."""
        self._note.hide()

    def write(self, text: str) -> None:
        """Put a text into the field, to be changed and sent."""
        self.field.setPlainText(text)
        self.field.moveCursor(self.field.textCursor().MoveOperation.End)
        self.field.setFocus()

    def give_back(self, text: str) -> None:
        """Put a text that could not be sent before what was written since."""
        written = self.field.toPlainText()
        if text:
            self.write(f"{text}\n\n{written}" if written.strip() else text)

    def _on_sent(self) -> None:
        text = self.field.toPlainText().strip()
        if text and self._waiting and not self._busy:
            self.say(self._waiting)
        elif text and not self._busy:
            self.field.clear()
            self.say_nothing()
            self.submitted.emit(text)

    def _on_pressed(self) -> None:
        if self._busy:
            self.stop_requested.emit()
        else:
            self._on_sent()

    def _on_text_changed(self) -> None:
        self._send.setEnabled(self._busy or bool(self.field.toPlainText().strip()))

    def _on_overfilled(self, length: int) -> None:
        self.complain(
            f"What you pasted has {length:,} characters, more than a question can hold. "
            "Save it as a file and add that to your documents."
        )

    def _on_focus_changed(self) -> None:
        self.setProperty("focused", self.field.hasFocus())
        self.style().polish(self)


def _as_chip(chip: QLabel) -> QLabel:
    chip.setTextFormat(Qt.TextFormat.PlainText)
    chip.setAlignment(Qt.AlignmentFlag.AlignCenter)
    chip.setProperty("kind", "chip")
    return chip
