"""Stored text laid out as its document has it: headings, lists, tables with their cells, code in its own letters."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby
from typing import TYPE_CHECKING, Final

from PySide6.QtGui import (
    QColor,
    QFont,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextFrameFormat,
    QTextLength,
    QTextTableFormat,
)

from localassist.domain.documents import Block, BlockKind
from localassist.ui.theme import BODY_PIXELS, SMALL_PIXELS, STEP, code_font

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from PySide6.QtGui import QTextDocument, QTextTable, QTextTableCell

    from localassist.ui.theme import Tokens

SEPARATOR: Final = re.compile(r"(?:^|(?<= ))\|(?= |$)")
"""Between the cells of a row, as readers write it; a bar inside a word is none."""
FIRST_CELL: Final = re.compile(r"([A-Z]{1,3})([0-9]+)")
MOST_COLUMNS: Final = 40
MOST_CELLS: Final = 3_000  # Qt lays so many out in a tenth of a second; what has more is shown as lines
HEADING_PIXELS: Final = {1: BODY_PIXELS + 2, 2: BODY_PIXELS}
LINE_PERCENT: Final = 130
BULLET: Final = "•\N{NO-BREAK SPACE}"
HAS_MARKER: Final = re.compile(r"\s*(?:[-–—*•·◦▪]|\(?[0-9a-zA-Z]{1,3}[.)])\s")


@dataclass(frozen=True, slots=True)
class Stretch:
    """Where `text[start:end]` stands in the laid-out document: from `position` on, in Qt's characters."""

    start: int
    end: int
    position: int


def lay_out(document: QTextDocument, text: str, blocks: Sequence[Block], tokens: Tokens) -> list[Stretch]:
    """Fill a document with a text and say where what of it stands. What no block holds is a paragraph."""
    document.clear()
    writer = _Writer(document, text, tokens)
    editing = QTextCursor(document)
    editing.beginEditBlock()  # or a view lays out anew with every cell: 40 s for 800
    for kind, run in groupby(_whole(text, blocks), key=lambda block: block.kind):
        if kind is BlockKind.TABLE_ROW:
            writer.table(list(run))
        elif kind is BlockKind.CODE:
            writer.code(list(run))
        else:
            for block in run:
                writer.paragraph(block)
    editing.endEditBlock()
    return writer.stretches


def units(text: str, position: int) -> int:
    """A position in Qt's text, which counts characters beyond the first 65,536 twice."""
    return position + sum(character > "\uffff" for character in text[:position])


def _whole(text: str, blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks with paragraphs for the words between them."""
    at = 0
    for block in blocks:
        yield from _between(text, at, block.start)
        yield block
        at = max(at, block.end)
    yield from _between(text, at, len(text))


def _between(text: str, start: int, end: int) -> Iterator[Block]:
    words = text[start:end]
    if words.strip():
        first = start + len(words) - len(words.lstrip("\n\f"))
        yield Block(BlockKind.PARAGRAPH, first, first + len(text[first:end].rstrip()))


class _Writer:
    """Writes one block below the other."""

    def __init__(self, document: QTextDocument, text: str, tokens: Tokens) -> None:
        self._document = document
        self._text = text
        self._tokens = tokens
        self._cursor = QTextCursor(document)
        self._empty = True
        self.stretches: list[Stretch] = []

    def paragraph(self, block: Block) -> None:
        """A paragraph, a heading or an item of a list."""
        look, shape = QTextCharFormat(), _shape()
        look.setForeground(QColor(self._tokens.text))
        if block.kind is BlockKind.HEADING:
            _size(look, HEADING_PIXELS.get(block.level, SMALL_PIXELS))
            look.setFontWeight(QFont.Weight.DemiBold)
            shape.setTopMargin(0 if self._empty else 2 * STEP)
            shape.setHeadingLevel(min(max(block.level, 1), 6))
        self._begin(shape, look)
        if block.kind is BlockKind.LIST_ITEM:
            if not HAS_MARKER.match(self._text, block.start, block.end):
                self._cursor.insertText(BULLET)
            shape.setLeftMargin(4 * STEP)
            self._cursor.setBlockFormat(shape)
        self._write(block.start, block.end)

    def code(self, run: Sequence[Block]) -> None:
        """Lines of code as they are, the blank ones between them too."""
        look, shape = QTextCharFormat(), QTextBlockFormat()
        look.setFont(code_font())
        look.setForeground(QColor(self._tokens.text))
        shape.setBackground(QColor(self._tokens.raised))
        shape.setNonBreakableLines(False)
        self._begin(shape, look)
        self._write(run[0].start, run[-1].end)

    def table(self, rows: Sequence[Block]) -> None:
        """Rows as a table; those of a sheet with the numbers and letters of their cells."""
        cells = [list(_cells(self._text, row)) for row in rows]
        columns = max(len(row) for row in cells)
        if columns > MOST_COLUMNS or columns * len(rows) > MOST_CELLS:
            for row in rows:
                self.paragraph(row)
            return
        corner = FIRST_CELL.match(rows[0].place)
        offset = 1 if corner else 0
        table = self._table(len(rows) + offset, columns + offset)
        if corner:
            self._name_cells(table, rows, columns, _column_number(corner[1]) - _empty_first(cells[0]))
        written: list[tuple[int, int, QTextTableCell]] = []
        for number, spans in enumerate(cells):
            for column, (start, end) in enumerate(spans):
                cell = table.cellAt(number + offset, column + offset)
                self._fill(cell, self._text[start:end], strong=number == 0 and len(rows) > 1)
                written.append((start, end, cell))
        # Where a cell stands is known once all before it are filled.
        self.stretches += [
            Stretch(start, end, cell.firstCursorPosition().position()) for start, end, cell in written if end > start
        ]
        self._cursor.movePosition(QTextCursor.MoveOperation.End)

    def _table(self, rows: int, columns: int) -> QTextTable:
        shape = QTextTableFormat()
        shape.setCellPadding(STEP)
        shape.setCellSpacing(0)
        shape.setBorder(1)
        shape.setBorderCollapse(True)
        shape.setBorderStyle(QTextFrameFormat.BorderStyle.BorderStyle_Solid)
        shape.setBorderBrush(QColor(self._tokens.border))
        shape.setColumnWidthConstraints([QTextLength()] * columns)
        shape.setBottomMargin(2 * STEP)
        self._empty = False
        return self._cursor.insertTable(rows, columns, shape)

    def _name_cells(self, table: QTextTable, rows: Iterable[Block], columns: int, first: int) -> None:
        for column in range(columns):
            self._fill(table.cellAt(0, column + 1), _column_letters(first + column), muted=True)
        for number, row in enumerate(rows, 1):
            found = FIRST_CELL.match(row.place)
            self._fill(table.cellAt(number, 0), found[2] if found else "", muted=True)

    def _fill(self, cell: QTextTableCell, words: str, *, strong: bool = False, muted: bool = False) -> None:
        look = QTextCharFormat()
        look.setForeground(QColor(self._tokens.muted if muted else self._tokens.text))
        if strong:
            look.setFontWeight(QFont.Weight.DemiBold)
        cell.firstCursorPosition().insertText(words, look)

    def _begin(self, shape: QTextBlockFormat, look: QTextCharFormat) -> None:
        if self._empty:
            self._cursor.setBlockFormat(shape)
            self._cursor.setCharFormat(look)
            self._empty = False
        else:
            self._cursor.insertBlock(shape, look)

    def _write(self, start: int, end: int) -> None:
        self.stretches.append(Stretch(start, end, self._cursor.position()))
        self._cursor.insertText(self._text[start:end].replace("\r", " "))


def _shape() -> QTextBlockFormat:
    shape = QTextBlockFormat()
    shape.setBottomMargin(STEP)
    shape.setLineHeight(LINE_PERCENT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
    return shape


def _size(look: QTextCharFormat, pixels: int) -> None:
    look.setProperty(QTextCharFormat.Property.FontPixelSize.value, pixels)


def _cells(text: str, row: Block) -> Iterator[tuple[int, int]]:
    """Where the cells of a row stand, without the spaces around them."""
    line = text[row.start : row.end]
    borders = [match.span() for match in SEPARATOR.finditer(line)]
    starts = [0, *(end for _, end in borders)]
    ends = [*(start for start, _ in borders), len(line)]
    for start, end in zip(starts, ends, strict=True):
        words = line[start:end]
        first = start + len(words) - len(words.lstrip())
        last = start + len(words.rstrip())
        yield row.start + min(first, end), row.start + max(last, min(first, end))


def _empty_first(row: Sequence[tuple[int, int]]) -> int:
    """How many cells of a row are empty before the first one that isn't."""
    return next((number for number, (start, end) in enumerate(row) if end > start), 0)


def _column_number(letters: str) -> int:
    """A sheet's column from 0 on: "A" is 0, "AA" 26."""
    number = 0
    for letter in letters:
        number = 26 * number + ord(letter) - ord("A") + 1
    return number - 1


def _column_letters(number: int) -> str:
    letters, number = "", number + 1
    while number > 0:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters
