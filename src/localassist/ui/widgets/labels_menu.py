"""The part of a menu that says whether something may leave this computer."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QAction, QActionGroup
from PySide6.QtWidgets import QMenu

from localassist.domain.labels import Sensitivity

if TYPE_CHECKING:
    from collections.abc import Callable

    from PySide6.QtWidgets import QWidget

WORDS: Final = {
    Sensitivity.MAY_GO_OUT: "May go out",
    Sensitivity.ASK: "Ask me each time",
    Sensitivity.NEVER: "Never leaves this computer",
}


class LabelsMenu(QMenu):
    """Offers the three labels; `say` is called with the one that is chosen."""

    def __init__(self, say: Callable[[Sensitivity], object], parent: QWidget) -> None:
        super().__init__("Leaving this computer", parent)
        group = QActionGroup(self)
        self._actions = {sensitivity: group.addAction(self._entry(words)) for sensitivity, words in WORDS.items()}
        for sensitivity, action in self._actions.items():
            action.triggered.connect(partial(say, sensitivity))

    def _entry(self, words: str) -> QAction:
        action = QAction(words, self)
        action.setCheckable(True)
        self.addAction(action)
        return action

    def show_label(self, sensitivity: Sensitivity) -> None:
        """Mark the one that holds."""
        self._actions[sensitivity].setChecked(True)
