"""What somebody looks for in the ledger: words, a time, a destination, and only what left."""

from __future__ import annotations

from datetime import timedelta
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QWidget

from localassist.domain.privacy import Destination
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.usecases.auditing import Narrowing, today

if TYPE_CHECKING:
    from collections.abc import Iterable

SINCE: Final = (("Any time", None), ("Today", 0), ("Last 7 days", 6), ("Last 30 days", 29))
"""How many days before this one are shown as well."""
LEFT: Final = "Leaves out what was refused, what stayed on this computer, and what has not ended."


class LedgerFilters(QWidget):
    """`changed` says that something else is looked for than before."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.words = Field()
        self.words.setPlaceholderText("Search hosts and reasons")
        self.words.setAccessibleName("Search the ledger")
        self.words.setClearButtonEnabled(True)
        self.since = _choice("Since when", SINCE)
        destinations = [(each.value.capitalize(), each.value) for each in Destination]
        self.destination = _choice("Destination", [("Any destination", ""), *destinations])
        self.only_left = QCheckBox("Only what left")
        self.only_left.setToolTip(LEFT)
        self.conversation = QCheckBox("Only this conversation")
        self.conversation.hide()
        self._conversation = 0
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        row.addWidget(self.words, 1)
        for choice in (self.since, self.destination):
            choice.activated.connect(self.changed)
            row.addWidget(choice)
        for box in (self.only_left, self.conversation):
            row.addWidget(box)
            box.clicked.connect(self.changed)
        self.words.textChanged.connect(self.changed)

    def show_conversation(self, conversation: int) -> None:
        """Look for what belongs to one conversation alone, 0 for any; anything else is looked for no more."""
        self._conversation = conversation
        self.conversation.setVisible(bool(conversation))
        self.conversation.setChecked(bool(conversation))
        self.words.clear()
        self.only_left.setChecked(False)
        self.since.setCurrentIndex(0)
        self.destination.setCurrentIndex(0)
        self.changed.emit()

    @property
    def narrowing(self) -> Narrowing:
        """What is looked for now."""
        days, destination = self.since.currentData(), self.destination.currentData()
        return Narrowing(
            self.words.text(),
            None if days is None else today() - timedelta(days=days),
            Destination(destination) if destination else None,
            self.only_left.isChecked(),
            self._conversation if self.conversation.isChecked() else 0,
        )


def _choice(name: str, choices: Iterable[tuple[str, object]]) -> QComboBox:
    made = QComboBox()
    made.setAccessibleName(name)
    for words, value in choices:
        made.addItem(words, value)
    return made
