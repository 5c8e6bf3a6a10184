"""One setting on the screen: the control that fits its definition, its meaning, and what is wrong with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtWidgets import (
    QCheckBox,
    QComboBox,
    QDoubleSpinBox,
    QHBoxLayout,
    QLabel,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QVBoxLayout,
    QWidget,
)
from typing_extensions import override

from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from dataclasses import Field

    from PySide6.QtGui import QFocusEvent

    from localassist.ui.icons import Icons

LONG_TEXT: Final = 40  # characters of a default from which on a setting is edited in several lines
CONTROL_WIDTH: Final = 45 * STEP
CONTROL_HEIGHT: Final = 8 * STEP
ZEROS: Final = {
    "unload_after_minutes": "never",
    "max_reasoning_tokens": "no thinking",
    "monthly_budget": "no bound",
    "most_per_question": "no bound",
}
SPOKEN: Final = {"redact": "Replace what names somebody", "cloud_patience_seconds": "Patience, in seconds"}
DOLLARS: Final = frozenset({"monthly_budget", "most_per_question"})
CHOSEN: Final = "chosen by the app"  # what 0 means for other settings


class _ScrollPast(QObject):
    """Keeps the wheel from changing a control that it only passes over."""

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        passing = event.type() is QEvent.Type.Wheel and isinstance(watched, QWidget) and not watched.hasFocus()
        if passing:
            event.ignore()
        return passing


class LongTextEdit(QPlainTextEdit):
    """Several lines of text; `finished` when they are left."""

    finished = Signal()

    @override
    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self.finished.emit()


class SettingView(QWidget):
    """One setting; `changed` carries its name and its new value. `sign` stands before its control, empty at first."""

    changed = Signal(str, object)

    def __init__(self, definition: Field[Any], icons: Icons) -> None:
        super().__init__()
        self.name = definition.name
        self._shown: object = None
        self.control = _control(definition)
        self.sign = QLabel()
        self.note = NoteView(icons)
        self.control.setAccessibleName(spoken_name(self.name))
        self.control.setAccessibleDescription(definition.metadata["meaning"])
        self.control.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.control.installEventFilter(_ScrollPast(self))
        self._lay_out(definition.metadata["meaning"])
        self._connect()

    def show_value(self, value: object) -> None:
        """Show what is set."""
        self._shown = value
        self.note.hide()
        _write(self.control, value)

    def _report(self) -> None:
        value = _read(self.control)
        if value != self._shown:
            self._shown = value
            self.changed.emit(self.name, value)

    def _lay_out(self, meaning: str) -> None:
        name = QLabel(spoken_name(self.name))
        name.setProperty("kind", "title")
        name.setBuddy(self.control)
        said = QVBoxLayout()
        said.setSpacing(STEP)
        said.addWidget(name)
        said.addWidget(WordsLabel(meaning, "muted"))
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        if isinstance(self.control, QPlainTextEdit):
            layout.addLayout(said)
            layout.addWidget(self.control)
        else:
            row = QHBoxLayout()
            row.setSpacing(6 * STEP)
            row.addLayout(said, 1)
            row.addWidget(self.sign)
            row.addWidget(self.control, 0, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
            layout.addLayout(row)
        layout.addWidget(self.note)

    def _connect(self) -> None:
        match self.control:
            case QCheckBox() as control:
                control.toggled.connect(self._report)
            case QComboBox() as control:
                control.currentIndexChanged.connect(self._report)
            case QSpinBox() | QDoubleSpinBox() as control:
                control.valueChanged.connect(self._report)
            case QLineEdit() as control:
                control.editingFinished.connect(self._report)
            case LongTextEdit() as control:
                control.finished.connect(self._report)


def spoken_name(name: str) -> str:
    """A setting's name as people read it: "max_answer_tokens" is "Max answer tokens"."""
    return SPOKEN.get(name) or name.replace("_", " ").capitalize()


def _control(definition: Field[Any]) -> QWidget:
    allowed, default = definition.metadata["allowed"], definition.default
    if isinstance(default, bool):
        return QCheckBox()
    if isinstance(default, str):
        return _text_control(default, allowed)
    box = QDoubleSpinBox() if isinstance(default, float) else QSpinBox()
    box.setKeyboardTracking(False)
    box.setRange(*allowed)
    box.setFixedSize(CONTROL_WIDTH, CONTROL_HEIGHT)
    box.lineEdit().setTextMargins(2 * STEP, 0, 2 * STEP, 0)
    if isinstance(box, QDoubleSpinBox):
        box.setSingleStep(0.1)
        box.setDecimals(2)
    elif allowed[0] == 0:
        box.setSpecialValueText(CHOSEN)
    if definition.name in ZEROS:
        box.setSpecialValueText(ZEROS[definition.name])
    if definition.name in DOLLARS:
        box.setPrefix("$")
    return box


def _text_control(default: str, allowed: tuple[str, ...]) -> QWidget:
    if allowed:
        choice = QComboBox()
        for value in allowed:
            choice.addItem(value.capitalize(), value)
        choice.setFixedSize(CONTROL_WIDTH, CONTROL_HEIGHT)
        return choice
    if len(default) >= LONG_TEXT:
        text = LongTextEdit()
        text.setFixedHeight(20 * STEP)
        text.setTabChangesFocus(True)
        text.setProperty("kind", "field")
        return text
    line = QLineEdit()
    line.setFixedWidth(CONTROL_WIDTH)
    return line


def _read(control: QWidget) -> object:
    match control:
        case QCheckBox():
            return control.isChecked()
        case QComboBox():
            return control.currentData()
        case QSpinBox() | QDoubleSpinBox():
            return control.value()
        case QLineEdit():
            return control.text()
        case QPlainTextEdit():
            return control.toPlainText()
    raise TypeError(type(control).__name__)


def _write(control: QWidget, value: Any) -> None:
    match control:
        case QCheckBox():
            control.setChecked(value)
        case QComboBox():
            control.setCurrentIndex(control.findData(value))
        case QSpinBox() | QDoubleSpinBox():
            control.setValue(value)
        case QLineEdit():
            control.setText(value)
        case QPlainTextEdit():
            control.setPlainText(value)
