"""The chip that says where a question goes, and the menu that sends this conversation's questions elsewhere."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QWidgetAction

from localassist.domain.privacy import Destination
from localassist.ui.theme import STEP
from localassist.ui.widgets.chip import ChipButton
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from localassist.domain.outbound import Target
    from localassist.domain.ports.cloud import Provider
    from localassist.ui.icons import Icons

DESTINATIONS: Final = {
    Destination.THIS_COMPUTER: ("On this computer", "green"),
    Destination.YOUR_SERVER: ("Your server", "blue"),
    Destination.CLOUD: ("Cloud", "amber"),
}
MENU_WIDTH: Final = 80 * STEP
LONGEST_MODEL: Final = 24  # characters of a model's name in the chip; the tooltip has all of them


@dataclass(frozen=True, slots=True)
class Choice:
    """A model elsewhere that a conversation can be for; `obstacle` is a sentence why it can't be asked just now."""

    target: Target
    provider: Provider
    obstacle: str = ""

    @property
    def name(self) -> str:
        """As people read it."""
        return f"{self.target.model} · {self.provider.name}"


@dataclass(frozen=True, slots=True)
class Choices:
    """The models elsewhere that can be chosen, `chosen` for the conversation on show, and `offered` by the settings.

    `obstacle` is a sentence why none can be asked just now, "" where one can.
    """

    all: tuple[Choice, ...] = ()
    chosen: Choice | None = None
    offered: Choice | None = None
    obstacle: str = ""

    @property
    def best(self) -> Choice | None:
        """The one to name where a question might go elsewhere."""
        return self.chosen or self.offered


class DestinationChip(ChipButton):
    """Says where a question goes, in words and in its colour.

    `target_chosen` carries the model that the conversation is for (None: this computer's), `opened` says that the
    menu is looked at.
    """

    target_chosen = Signal(object)
    other_requested = Signal()
    settings_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._choices = Choices()
        self._tone = "green"
        icons.theme.changed.connect(self._paint)
        self._fill()

    def show_destination(self, destination: Destination, reason: str, model: str = "") -> None:
        """Say where a question goes, why, and to which model where it is not this computer's."""
        words, self._tone = DESTINATIONS[destination]
        short = model if len(model) <= LONGEST_MODEL else f"{model[: LONGEST_MODEL - 1]}…"
        self.setText(f"{words} · {short}".replace("&", "&&") if model else words)
        self.setToolTip(plain_tip(f"{model}\n{reason}" if model else reason))
        self.setAccessibleName(f"Questions go to: {words}{f', {model}' if model else ''}")
        self.setProperty("tone", self._tone)
        self.style().polish(self)
        self._paint()
        self.updateGeometry()

    def _paint(self) -> None:
        self.setIcon(self._icons.icon("chevron-down", self._tone))

    def show_choices(self, choices: Choices) -> None:
        """Offer these in the menu."""
        if choices != self._choices:
            self._choices = choices
            self._fill()

    def _fill(self) -> None:
        self.choices.clear()
        group = QActionGroup(self.choices)
        group.addAction(self._entry("On this computer", None))
        for choice in self._choices.all:
            group.addAction(self._entry(choice.name, choice))
        other = self.choices.addAction("Another model elsewhere…", self.other_requested.emit)
        other.setEnabled(not self._choices.obstacle)
        if self._choices.obstacle:
            self.choices.addSeparator()
            self._say(self._choices.obstacle)
            self.choices.addAction("Settings…", self.settings_requested.emit)

    def _entry(self, name: str, choice: Choice | None) -> QAction:
        chosen = self._choices.chosen
        action = QAction(name.replace("&", "&&").replace("\t", " "), self.choices)
        action.setCheckable(True)
        action.setChecked(choice == chosen)
        if choice is not None:
            action.setEnabled(not choice.obstacle or choice == chosen)
            action.setToolTip(plain_tip(choice.obstacle or "You see what would be sent before anything is."))
        target = choice.target if choice else None
        action.triggered.connect(lambda: self.target_chosen.emit(target))
        self.choices.addAction(action)
        return action

    def _say(self, words: str) -> None:
        """A line of the menu that is read, not pressed."""
        label = WordsLabel(words, "muted")
        label.setContentsMargins(4 * STEP, STEP, 4 * STEP, STEP)
        label.setMinimumWidth(MENU_WIDTH)
        action = QWidgetAction(self.choices)
        action.setDefaultWidget(label)
        self.choices.addAction(action)
