"""The look: every colour and size as a token, light and dark, and how they reach the widgets."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QPalette

from localassist.ui.stylesheet import stylesheet

if TYPE_CHECKING:
    from PySide6.QtWidgets import QApplication

STEP: Final = 4  # pixels; every distance is a multiple of it
RADIUS: Final = 8
BODY_PIXELS: Final = 15
SMALL_PIXELS: Final = 13
LINE_HEIGHT: Final = 1.5
TEXT_WIDTH: Final = 760
LEFT_WIDTH: Final = 240
RIGHT_WIDTH: Final = 360


@dataclass(frozen=True, slots=True)
class Tokens:
    """The colours of one scheme, as #rrggbb.

    Text is read on `window`, `surface`, `raised` and `hover`; each `*_soft` is the background of notes in that
    colour; `mark` lies behind marked words.
    """

    window: str
    surface: str
    raised: str
    hover: str
    border: str
    text: str
    muted: str
    accent: str
    on_accent: str
    selection: str
    mark: str
    green: str
    green_soft: str
    blue: str
    blue_soft: str
    amber: str
    amber_soft: str
    red: str
    red_soft: str


LIGHT: Final = Tokens(
    window="#f6f6f7",
    surface="#ffffff",
    raised="#f1f1f3",
    hover="#e8e8eb",
    border="#dcdce1",
    text="#1c1c20",
    muted="#5b5c66",
    accent="#3f4ec4",
    on_accent="#ffffff",
    selection="#cfd5fb",
    mark="#ffe9a8",
    green="#17693a",
    green_soft="#e3f4e9",
    blue="#1a5a96",
    blue_soft="#e2eef9",
    amber="#855000",
    amber_soft="#fdf1dc",
    red="#a8281f",
    red_soft="#fce9e7",
)
DARK: Final = Tokens(
    window="#191a1d",
    surface="#1f2024",
    raised="#2a2b30",
    hover="#34353b",
    border="#3b3c43",
    text="#ececef",
    muted="#a9aab4",
    accent="#a3adff",
    on_accent="#15161c",
    selection="#3a4386",
    mark="#5c4a12",
    green="#7fd3a0",
    green_soft="#1d3527",
    blue="#8fc2f0",
    blue_soft="#1c3145",
    amber="#f0bd6c",
    amber_soft="#3b2e17",
    red="#f59a92",
    red_soft="#42211f",
)


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two colours, 1 to 21 (WCAG 2.2, relative luminance)."""
    lighter, darker = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    red, green, blue = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


class Theme(QObject):
    """The scheme on show; emits `changed` when it is another one. `choice` is "system", "light" or "dark".

    The style sheet comes with `dress`, once the widgets are put together: Qt applies it anew to each that is moved.
    """

    changed = Signal()

    def __init__(self, application: QApplication, choice: str) -> None:
        super().__init__()
        self._application = application
        self._choice = choice
        self._tokens: Tokens | None = None
        self._dressed = False
        application.setStyle("Fusion")
        application.setFont(interface_font())
        application.styleHints().colorSchemeChanged.connect(self._on_scheme_changed)
        self._apply()

    @property
    def tokens(self) -> Tokens:
        """The colours on show."""
        return self._tokens or LIGHT

    def dress(self) -> None:
        """Apply the style sheet, now and with every change."""
        if not self._dressed:
            self._dressed = True
            self._application.setStyleSheet(_dress(self.tokens))

    def choose(self, choice: str) -> None:
        """Show "light" or "dark", or follow the "system"."""
        self._choice = choice
        self._apply()

    def _on_scheme_changed(self) -> None:
        self._apply()

    def _apply(self) -> None:
        tokens = self._chosen()
        if tokens is self._tokens:
            return
        self._tokens = tokens
        self._application.setPalette(_palette(tokens))
        if self._dressed:
            self._application.setStyleSheet(_dress(tokens))
        self.changed.emit()

    def _chosen(self) -> Tokens:
        if self._choice == "system":
            dark = self._application.styleHints().colorScheme() is Qt.ColorScheme.Dark
        else:
            dark = self._choice == "dark"
        return DARK if dark else LIGHT


def interface_font() -> QFont:
    """The system's font at the size of lists and buttons."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(SMALL_PIXELS)
    return font


def body_font() -> QFont:
    """The system's font at the size of what is read."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font.setPixelSize(BODY_PIXELS)
    return font


def code_font() -> QFont:
    """The system's monospace font."""
    font = QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)
    font.setPixelSize(SMALL_PIXELS)
    return font


def _dress(tokens: Tokens) -> str:
    return stylesheet(asdict(tokens), "dark" if tokens is DARK else "light")


def _palette(tokens: Tokens) -> QPalette:
    role = QPalette.ColorRole
    colours = {
        role.Window: tokens.window,
        role.WindowText: tokens.text,
        role.Base: tokens.surface,
        role.AlternateBase: tokens.raised,
        role.Text: tokens.text,
        role.PlaceholderText: tokens.muted,
        role.Button: tokens.raised,
        role.ButtonText: tokens.text,
        role.ToolTipBase: tokens.raised,
        role.ToolTipText: tokens.text,
        role.Highlight: tokens.selection,
        role.HighlightedText: tokens.text,
        role.Link: tokens.accent,
        role.LinkVisited: tokens.accent,
        role.Accent: tokens.accent,
    }
    palette = QPalette()
    for where, colour in colours.items():
        palette.setColor(where, QColor(colour))
    for where in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, where, QColor(tokens.muted))
    return palette
