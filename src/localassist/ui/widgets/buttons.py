"""Buttons with one of our icons, which follow the theme and always have a name for screen readers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QToolButton

from localassist.ui.icons import SIZE
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from PySide6.QtWidgets import QWidget

    from localassist.ui.icons import Icons


class IconButton(QToolButton):
    """A flat button; `name` is what it does, shown as its tooltip and read aloud."""

    def __init__(self, icons: Icons, icon: str, name: str, parent: QWidget | None = None, tint: str = "muted") -> None:
        super().__init__(parent)
        self._icons = icons
        self._icon = icon
        self._tint = tint
        self.setIconSize(QSize(SIZE, SIZE))
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.rename(name)
        self._paint_icon()
        icons.theme.changed.connect(self._paint_icon)

    def show_icon(self, icon: str, name: str) -> None:
        """Show another icon and say what the button does now."""
        self._icon = icon
        self.rename(name)
        self._paint_icon()

    def rename(self, name: str) -> None:
        """Say what the button does."""
        self.setToolTip(plain_tip(name))
        self.setAccessibleName(name)

    def _paint_icon(self) -> None:
        self.setIcon(self._icons.icon(self._icon, self._tint))
