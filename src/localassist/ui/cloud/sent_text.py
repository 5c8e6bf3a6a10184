"""The words of a piece as they would be sent: placeholders stand out, and say what they stand for."""

from __future__ import annotations

import re
from math import ceil
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, QUrl, Signal
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor
from PySide6.QtWidgets import QFrame, QMenu, QTextBrowser
from typing_extensions import override

from localassist.ui.theme import STEP
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QContextMenuEvent, QResizeEvent

    from localassist.domain.outbound import Replacement
    from localassist.ui.theme import Theme

PLACEHOLDER: Final = "placeholder:"
LONGEST_NAME: Final = 40


class SentText(QTextBrowser):
    """Shows a text as high as it is. `showing_requested` carries an original that is to go as it is after all,
    `hiding_requested` words that are to be replaced, `words_selected` what is selected ("" for nothing).

    Nothing in it is interpreted, so no address or picture in it does anything.
    """

    showing_requested = Signal(str)
    hiding_requested = Signal(str)
    words_selected = Signal(str)

    def __init__(self, theme: Theme, name: str) -> None:
        super().__init__()
        self._theme = theme
        self._text = ""
        self._replacements: dict[str, Replacement] = {}
        self.setAccessibleName(f"{name}, as it is sent")
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setOpenLinks(False)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.document().setDocumentMargin(0)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse
            | Qt.TextInteractionFlag.TextSelectableByKeyboard
            | Qt.TextInteractionFlag.LinksAccessibleByMouse
        )
        self.document().documentLayout().documentSizeChanged.connect(self._fit)
        self.anchorClicked.connect(self._on_anchor_clicked)
        self.selectionChanged.connect(lambda: self.words_selected.emit(self.selected_words))
        theme.changed.connect(self._write)

    @property
    def selected_words(self) -> str:
        """What is selected and can be replaced: words of one line, without a placeholder."""
        words = self.textCursor().selectedText().strip()
        whole = "\u2029" not in words and not any(each in words for each in self._replacements)
        return words if whole else ""

    def show_text(self, text: str, replacements: Sequence[Replacement]) -> None:
        """Show these words with their placeholders."""
        known = {each.placeholder: each for each in replacements}
        if (text, known) != (self._text, self._replacements):
            self._text, self._replacements = text, known
            self._write()

    def _write(self) -> None:
        self.clear()
        cursor = self.textCursor()
        for words, replacement in self._stretches():
            cursor.insertText(words, self._look(replacement))
        self.moveCursor(QTextCursor.MoveOperation.Start)

    def _stretches(self) -> Iterator[tuple[str, Replacement | None]]:
        if not self._replacements:
            yield self._text, None
            return
        # The longer first: "[PERSON_1]" is never part of another, but nothing says so of every placeholder.
        by_length = sorted(self._replacements, key=len, reverse=True)
        for words in re.split(f"({'|'.join(map(re.escape, by_length))})", self._text):
            yield words, self._replacements.get(words)

    def _look(self, replacement: Replacement | None) -> QTextCharFormat:
        tokens, look = self._theme.tokens, QTextCharFormat()
        look.setForeground(QColor(tokens.text))
        if replacement is not None:
            look.setBackground(QColor(tokens.blue_soft))
            look.setForeground(QColor(tokens.blue))
            look.setFontWeight(600)
            look.setAnchor(True)
            look.setAnchorHref(f"{PLACEHOLDER}{replacement.placeholder}")
            look.setToolTip(plain_tip(f"Stands for “{replacement.original}”. Click to send that as it is."))
        return look

    @override
    def loadResource(self, kind: int, name: QUrl | str) -> object:
        return None

    def _on_anchor_clicked(self, address: QUrl) -> None:
        replacement = self._replacements.get(address.toString().removeprefix(PLACEHOLDER))
        if replacement is None:
            return
        menu = self._menu()
        menu.addAction(
            f"Send {_short(replacement.original)} as it is",
            lambda: self.showing_requested.emit(replacement.original),
        )
        menu.popup(self.cursor().pos())

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu, words = self._menu(), self.selected_words
        hide = menu.addAction(
            f"Replace {_short(words)}" if words else "Replace what is selected",
            lambda: self.hiding_requested.emit(words),
        )
        hide.setEnabled(bool(words))
        menu.addAction("Copy", self.copy).setEnabled(self.textCursor().hasSelection())
        menu.popup(event.globalPos())

    def _menu(self) -> QMenu:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        return menu

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()

    def _fit(self) -> None:
        self.setFixedHeight(max(ceil(self.document().size().height()), 5 * STEP))


def _short(words: str) -> str:
    shown = words if len(words) <= LONGEST_NAME else f"{words[:LONGEST_NAME]}…"
    return f"“{shown}”".replace("&", "&&")
