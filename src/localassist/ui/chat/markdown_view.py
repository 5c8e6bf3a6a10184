"""Markdown of somebody else, read-only and as tall as it is: no picture is loaded, no link opens by itself."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QSizePolicy, QTextBrowser
from typing_extensions import override

from localassist.ui.chat.links import link_dialog
from localassist.ui.chat.markdown import Code, Markdown
from localassist.ui.chat.pieces import MessageDocument, wrapped_anywhere
from localassist.ui.theme import BODY_PIXELS, STEP, body_font

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from localassist.ui.icons import Icons

LONGEST: Final = 40_000  # characters; more would hold up the window
WRAPPED: Final = '<pre style="white-space:pre-wrap">'
_FRONT_MATTER: Final = re.compile(r"\A---\s*\n.*?\n---\s*(\n|\Z)", re.DOTALL)
HEADINGS: Final = {1: BODY_PIXELS + 3, 2: BODY_PIXELS + 1}
_READABLE: Final = Qt.TextInteractionFlag.TextBrowserInteraction


class MarkdownView(QTextBrowser):
    """Shows Markdown in the look of the transcript; `who` wrote its links ("A model's maker")."""

    def __init__(self, icons: Icons, name: str, who: str) -> None:
        super().__init__()
        self._theme = icons.theme
        self._who = who
        self._text = ""
        self._markdown: Markdown | None = None
        self.setAccessibleName(name)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setTabChangesFocus(True)
        self.setTextInteractionFlags(_READABLE)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.anchorClicked.connect(self._on_anchor_clicked)
        self._theme.changed.connect(self._render)

    def show_markdown(self, text: str) -> None:
        """Show this text; what stands above it for programs (YAML) is left out, and so is what is beyond `LONGEST`."""
        text = _FRONT_MATTER.sub("", text).strip()
        if len(text) > LONGEST:
            text = f"{text[:LONGEST]}…\n\n{len(text) - LONGEST:,} more characters are not shown."
        self._text = text
        self._render()

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _render(self) -> None:
        if self._markdown is None:
            self._markdown = Markdown(drop_html=True)
        tokens = self._theme.tokens
        pieces = self._markdown.pieces(self._markdown.blocks(self._text), tokens, colour_code=False)
        document = MessageDocument(tokens, body_font())
        document.setDefaultTextOption(wrapped_anywhere())
        document.setHtml("".join(_boxed(p, tokens.raised) if isinstance(p, Code) else p.html for p in pieces))
        _calm_headings(document)
        document.setParent(self)
        self.setDocument(document)
        self._fit()

    def _fit(self) -> None:
        """As tall as what it says, so that it scrolls with what it stands in."""
        document = self.document()
        document.setTextWidth(self.viewport().width())
        bar = self.horizontalScrollBar().sizeHint().height() if document.idealWidth() > self.viewport().width() else 0
        self.setFixedHeight(round(document.size().height()) + bar + STEP)

    def _on_anchor_clicked(self, address: QUrl) -> None:
        link_dialog(address.toString(), self, self._who).open()


def _calm_headings(document: MessageDocument) -> None:
    """Make headings no larger than the window's; the text engine sizes them by itself, whatever its style says."""
    block = document.begin()
    while block.isValid():
        if level := block.blockFormat().headingLevel():
            look = QTextCharFormat()
            look.setProperty(QTextCharFormat.Property.FontSizeAdjustment, 0)
            look.setProperty(QTextCharFormat.Property.FontPixelSize, HEADINGS.get(level, BODY_PIXELS))
            cursor = QTextCursor(block)
            cursor.select(QTextCursor.SelectionType.BlockUnderCursor)
            cursor.mergeCharFormat(look)
        block = block.next()


def _boxed(code: Code, colour: str) -> str:
    """Code on a background of its own; the text engine gives none to a block of several lines."""
    return (
        f'<table width="100%" cellpadding="{2 * STEP}" style="margin-bottom:{3 * STEP}px">'
        f'<tr><td bgcolor="{colour}">{code.html.replace("<pre>", WRAPPED, 1)}</td></tr></table>'
    )
