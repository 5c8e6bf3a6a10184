"""The icons: our own line drawings, tinted in the theme's colours when they are shown."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QByteArray, QDir, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.ui.theme import Theme

SIZE: Final = 20  # pixels, as drawn
SCALES: Final = (1.0, 2.0)


class Icons:
    """Gives icons by name from a folder of SVG files drawn in `currentColor`; the style sheet's marks lie beside it."""

    def __init__(self, folder: Path, theme: Theme) -> None:
        self._folder = folder
        QDir.setSearchPaths("marks", [str(folder.parent / "marks")])  # those of the style sheet, which cannot tint
        self._made: dict[tuple[str, str], QIcon] = {}
        self.theme = theme

    def icon(self, name: str, tint: str = "text") -> QIcon:
        """The icon in the colour of a theme's token, paler where it is disabled."""
        colour: str = getattr(self.theme.tokens, tint)
        if (name, colour) not in self._made:
            icon = QIcon()
            for scale in SCALES:
                icon.addPixmap(self.pixmap(name, colour, scale=scale), QIcon.Mode.Normal)
                icon.addPixmap(self.pixmap(name, colour, scale=scale), QIcon.Mode.Selected)
                icon.addPixmap(self.pixmap(name, self.theme.tokens.muted, scale=scale), QIcon.Mode.Disabled)
            self._made[name, colour] = icon
        return self._made[name, colour]

    def pixmap(self, name: str, colour: str, size: int = SIZE, scale: float = 1.0) -> QPixmap:
        """The icon `size` pixels wide in a colour, sharp at that scale of the screen."""
        drawing = (self._folder / f"{name}.svg").read_text(encoding="utf-8").replace("currentColor", colour)
        picture = QPixmap(round(size * scale), round(size * scale))
        picture.fill(QColor(Qt.GlobalColor.transparent))
        painter = QPainter(picture)
        QSvgRenderer(QByteArray(drawing.encode())).render(painter, QRectF(picture.rect()))
        painter.end()
        picture.setDevicePixelRatio(scale)
        return picture
