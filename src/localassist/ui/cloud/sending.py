"""The keys that send: none of those that somebody types on with when a review comes up."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QPushButton
from typing_extensions import override

if TYPE_CHECKING:
    from PySide6.QtGui import QKeyEvent

PAUSE_MS: Final = 400  # who types leaves less between two keys
ENTER: Final = frozenset({Qt.Key.Key_Return, Qt.Key.Key_Enter})


class SendButton(QPushButton):
    """Leaves its keys to the review that it stands in: on some systems Enter presses whatever has the focus."""

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in {*ENTER, Qt.Key.Key_Space}:
            event.ignore()
        else:
            super().keyPressEvent(event)


class Deliberation(QObject):
    """Tells a key that is meant from one of a sentence being typed: those come in quick succession, or repeat."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._pause = QTimer(self, singleShot=True, interval=PAUSE_MS)

    def begin(self) -> None:
        """From now on keys are looked at."""
        self._pause.start()

    @property
    def is_over(self) -> bool:
        """Whether no key came for a while."""
        return not self._pause.isActive()

    def sends(self, event: QKeyEvent, *, guarded: bool) -> bool:
        """Whether a key sends, pressed while the button that sends has the focus.

        Where something sensitive is in it (`guarded`) Enter does not: Space does, which has to be aimed at a button.
        """
        meant = self.is_over and not event.isAutoRepeat()
        self._pause.start()
        return meant and (event.key() == Qt.Key.Key_Space or (event.key() in ENTER and not guarded))
