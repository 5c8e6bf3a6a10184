"""Which model elsewhere is offered, and when."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QButtonGroup, QHBoxLayout, QPushButton, QRadioButton, QVBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from localassist.ui.icons import Icons

NONE: Final = "None"
TEACHING: Final = (
    "Choose one of a provider whose key you added, or of a server of your own. Until then every question is answered "
    "on this computer."
)
POLICIES: Final = {
    "local": ("Never", "Every question is answered on this computer, and no answer speaks of another model."),
    "suggest": (
        "Below an answer that needs it",
        "This computer answers first. Where that is weak, it says why another model might do better.",
    ),
    "ask": (
        "Before such an answer is written",
        "Where it can be told beforehand, you choose: this computer or the other model.",
    ),
}


class OfferedView(QWidget):
    """The setting `cloud_model`. `changed` carries its name and value, `details_requested` says that others are due."""

    changed = Signal(str, object)
    details_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.offered = ""
        self._name = WordsLabel(kind="title", selectable=True)
        self._told = WordsLabel(kind="muted", selectable=True)
        self.withdraw = QPushButton("Offer none")
        self.note = NoteView(icons)
        said = QVBoxLayout()
        said.setSpacing(STEP)
        said.addWidget(self._name)
        said.addWidget(self._told)
        row = QHBoxLayout()
        row.setSpacing(6 * STEP)
        row.addLayout(said, 1)
        row.addWidget(self.withdraw, 0, Qt.AlignmentFlag.AlignVCenter)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addLayout(row)
        layout.addWidget(self.note)
        self.withdraw.clicked.connect(lambda: self.changed.emit("cloud_model", ""))
        self.show_value("")

    def show_value(self, value: str) -> None:
        """Show what is set: "provider/model", "" for none."""
        self.note.hide()
        is_other, self.offered = value != self.offered, value
        if is_other or not value:
            self.show_details(value or NONE, "" if value else TEACHING)
        self.withdraw.setVisible(bool(value))
        if is_other and value:
            self.details_requested.emit()

    def show_details(self, name: str, told: str) -> None:
        """Show it as people call it, with what is known of it."""
        self._name.setText(name)
        self._told.setText(told)
        self._told.setVisible(bool(told))


class PolicyView(QWidget):
    """The setting `escalation` as three choices; `changed` carries its name and value."""

    changed = Signal(str, object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setAccessibleName("When another model is offered")
        self.note = NoteView(icons)
        self._group = QButtonGroup(self)
        self._choices: dict[str, QRadioButton] = {}
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP)
        for value, (words, meaning) in POLICIES.items():
            choice = QRadioButton(words)
            choice.setAccessibleDescription(meaning)
            self._choices[value] = choice
            self._group.addButton(choice)
            told = WordsLabel(meaning, "muted")
            told.setContentsMargins(6 * STEP, 0, 0, 2 * STEP)
            layout.addWidget(choice)
            layout.addWidget(told)
            choice.clicked.connect(lambda _checked=False, value=value: self.changed.emit("escalation", value))
        layout.addWidget(self.note)

    def choice(self, value: str) -> QRadioButton:
        """The button of one of the choices."""
        return self._choices[value]

    def show_value(self, value: str) -> None:
        """Show what is set."""
        self.note.hide()
        self._choices[value].setChecked(True)
