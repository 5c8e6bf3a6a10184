"""The window's keys, and text fields that leave them to the window."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import QEvent
from PySide6.QtGui import QKeyEvent, QKeySequence
from PySide6.QtWidgets import QLineEdit
from typing_extensions import override

NEW: Final = "Ctrl+N"  # Qt reads Ctrl as Cmd on macOS
SWITCH: Final = "Ctrl+K"
SEARCH: Final = "Ctrl+F"
COMPOSE: Final = "Ctrl+L"
LEFT: Final = "Ctrl+B"
RIGHT: Final = "Ctrl+E"
SETTINGS: Final = "Ctrl+,"
STOP: Final = "Esc"
TAKEN_FROM_FIELDS: Final = frozenset({NEW, SWITCH, SEARCH, COMPOSE, LEFT, RIGHT, SETTINGS})


def is_window_key(event: QEvent) -> bool:
    """Whether a field is asked if it wants a key that is the window's.

    Text fields claim some on some systems: Ctrl+K deletes to the end of the line on Linux.
    """
    if event.type() is not QEvent.Type.ShortcutOverride or not isinstance(event, QKeyEvent):
        return False
    return QKeySequence(event.keyCombination()).toString() in TAKEN_FROM_FIELDS


class Field(QLineEdit):
    """A line of text that leaves the window's keys to the window."""

    @override
    def event(self, event: QEvent) -> bool:
        if is_window_key(event):
            event.ignore()
            return False
        return super().event(event)
