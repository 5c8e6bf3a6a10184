"""How a laid-out answer shows what nothing bears out: our marks in its text become a dotted line with a reason."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtGui import QColor, QTextCharFormat, QTextCursor

from localassist.ui.chat.markdown import UNSUPPORTED
from localassist.ui.chat.markup import DOUBT_END, DOUBT_NUMBERED, DOUBT_START

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from PySide6.QtGui import QTextBlock, QTextDocument

    from localassist.ui.chat.doubts import Doubt
    from localassist.ui.theme import Tokens

LEFT_OVER: Final = (DOUBT_START, DOUBT_NUMBERED, DOUBT_END)


def show_doubts(document: QTextDocument, doubts: Sequence[Doubt], tokens: Tokens) -> None:
    """Take our marks out of a document and underline what stood between them."""
    while not (begin := document.find(DOUBT_START)).isNull():
        numbered = document.find(DOUBT_NUMBERED, begin)
        if numbered.isNull():
            break
        mark = QTextCursor(document)
        mark.setPosition(begin.selectionStart())
        mark.setPosition(numbered.selectionEnd(), QTextCursor.MoveMode.KeepAnchor)
        number = mark.selectedText()[1:-1]
        mark.removeSelectedText()
        end = document.find(DOUBT_END, mark)
        if end.isNull() or not (number.isdecimal() and int(number) < len(doubts)):
            continue  # its end stood in code, which is shown as it is
        last = end.selectionStart()
        end.removeSelectedText()
        _underline(document, (mark.position(), last), doubts[int(number)], int(number), tokens)
    for left_over in LEFT_OVER:
        while not (found := document.find(left_over)).isNull():
            found.removeSelectedText()


def _underline(document: QTextDocument, span: tuple[int, int], doubt: Doubt, number: int, tokens: Tokens) -> None:
    look = QTextCharFormat()
    look.setUnderlineStyle(QTextCharFormat.UnderlineStyle.DotLine)
    look.setUnderlineColor(QColor(tokens.amber))
    look.setForeground(QColor(tokens.text if doubt.whole_sentence else tokens.amber))
    look.setToolTip(doubt.reason)
    look.setAnchor(True)
    look.setAnchorHref(f"{UNSUPPORTED}{number}")
    for start, end in list(_words(document, *span)):
        cursor = QTextCursor(document)
        cursor.setPosition(start)
        cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
        cursor.mergeCharFormat(look)


def _words(document: QTextDocument, start: int, end: int) -> Iterator[tuple[int, int]]:
    """The stretches between two positions that are neither links nor citations."""
    block = document.findBlock(start)
    while block.isValid() and block.position() < end:
        for first, last in _plain(block):
            if first < end and last > start:
                yield max(first, start), min(last, end)
        block = block.next()


def _plain(block: QTextBlock) -> Iterator[tuple[int, int]]:
    fragments = block.begin()
    while not fragments.atEnd():
        fragment = fragments.fragment()
        look = fragment.charFormat()
        if not look.isAnchor() and not look.isImageFormat():
            yield fragment.position(), fragment.position() + fragment.length()
        fragments += 1
