"""What somebody at the screen reads and presses."""

from __future__ import annotations

from PySide6.QtWidgets import QLabel, QWidget

from localassist.ui.widgets.buttons import IconButton


def said(view: QWidget) -> str:
    """The words that a view shows, one label a line."""
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


def icon_button(view: QWidget, name: str) -> IconButton:
    """The button with that name."""
    return next(button for button in view.findChildren(IconButton) if button.accessibleName() == name)
