"""Stored text on the screen as its document has it, read-only, its marked words in view."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor, QTextOption
from PySide6.QtWidgets import QTextEdit
from typing_extensions import override

from localassist.ui.evidence.faithful import lay_out, units
from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QResizeEvent

    from localassist.ui.evidence.faithful import Stretch
    from localassist.ui.evidence.source import Excerpt
    from localassist.ui.icons import Icons


class ExcerptView(QTextEdit):
    """Shows an excerpt; nothing in it is interpreted, so no address or picture in it does anything."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._theme = icons.theme
        self._excerpt: Excerpt | None = None
        self._stretches: list[Stretch] = []
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setTabChangesFocus(True)
        self.setWordWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
        self.document().setDocumentMargin(3 * STEP)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self._theme.changed.connect(self._on_theme_changed)

    def show_excerpt(self, excerpt: Excerpt) -> None:
        """Show this text, scrolled to its mark."""
        self._excerpt, self._stretches = excerpt, []  # filling the document may resize the view
        self._stretches = lay_out(self.document(), excerpt.text, excerpt.blocks, self._theme.tokens)
        self._paint_marks()
        self._reveal()

    @property
    def marked_text(self) -> str:
        """The words that are marked, as they stand in their cells and paragraphs."""
        return "\n".join(mark.selectedText().replace("\u2029", "\n") for mark in self._marks())

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._reveal()

    def _marks(self) -> list[QTextCursor]:
        if self._excerpt is None or self._excerpt.mark is None:
            return []
        text, (first, last) = self._excerpt.text, self._excerpt.mark
        marks = []
        for stretch in self._stretches:
            start, end = max(first, stretch.start), min(last, stretch.end)
            if start < end:
                cursor = QTextCursor(self.document())
                words = text[stretch.start : stretch.end]
                cursor.setPosition(stretch.position + units(words, start - stretch.start))
                cursor.setPosition(
                    stretch.position + units(words, end - stretch.start), QTextCursor.MoveMode.KeepAnchor
                )
                marks.append(cursor)
        return marks

    def _paint_marks(self) -> None:
        look = QTextCharFormat()
        look.setBackground(QColor(self._theme.tokens.mark))
        look.setForeground(QColor(self._theme.tokens.text))
        selections = []
        for mark in self._marks():
            selection = QTextEdit.ExtraSelection()
            selection.format = look
            selection.cursor = mark
            selections.append(selection)
        self.setExtraSelections(selections)

    def _reveal(self) -> None:
        """Put the first marked words into the upper half of the view."""
        marks = self._marks()
        cursor = QTextCursor(self.document())
        if marks:
            cursor.setPosition(marks[0].selectionStart())
        top = self.cursorRect(cursor).top() + self.verticalScrollBar().value()
        self.verticalScrollBar().setValue(top - self.viewport().height() // 3)

    def _on_theme_changed(self) -> None:
        if self._excerpt is not None:
            self.show_excerpt(self._excerpt)
