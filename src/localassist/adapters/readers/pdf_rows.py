"""Which lines of a PDF's page are rows of a table, and where their cells part."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from localassist.adapters.readers.pdf_lines import Glyph, Line

BULLET: Final = re.compile(r"[•◦▪‣∙·●○■□–-] ")
ITEM_NUMBER: Final = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)] ")
ALIGNED: Final = 3.0
"""Points by which edges of one column may differ."""

_MAX_NUMBER: Final = 16
"""Characters of a cell that counts as a number, with its unit or range."""

_ROWS_APART: Final = 4
"""How many lines below a row the next row of its table is looked for: cells wrap."""


def cells_of(line: Line) -> list[list[Glyph]]:
    """The line's characters, split where a gap is too wide to be a space between words."""
    cell: list[Glyph] = []
    cells = [cell]
    widest = line.size
    edge = None
    for glyph in line.glyphs:
        if glyph.text != " ":
            if edge is not None and glyph.left - edge > widest and not _is_mark(cells):
                cell = []
                cells.append(cell)
            edge = glyph.right
        cell.append(glyph)
    return [cell[:-1] if cell[-1].is_space else cell for cell in cells]


def _is_mark(cells: list[list[Glyph]]) -> bool:
    """Whether there is nothing yet but a bullet or an item's number, which its text may stand well apart from."""
    begun = "".join(glyph.text for glyph in cells[0]).strip()
    return len(cells) == 1 and (BULLET.match(begun + " ") or ITEM_NUMBER.fullmatch(begun + " ")) is not None


def find_rows(lines: list[Line]) -> list[int]:
    """For each line the number of the table row it belongs to, 0 for none.

    A row is a line with cells of which one, beyond the first, is aligned with a cell of a row near it.
    """
    cells = [cells_of(line) for line in lines]
    rows = [0] * len(lines)
    for index in range(len(lines)):
        for other in range(index + 1, min(index + 1 + _ROWS_APART, len(lines))):
            if _share_column(cells[index][1:], cells[other][1:]):
                rows[index], rows[other] = index + 1, other + 1
                break
    for index in range(1, len(lines)):
        above = rows[index - 1]
        if above and not rows[index] and _wraps_cell(lines[index - 1], lines[index], cells[above - 1]):
            rows[index] = above
    return rows


def _share_column(cells: list[list[Glyph]], others: list[list[Glyph]]) -> bool:
    """Whether cells begin at one place, or numbers end at one (so does every line of justified text)."""
    return any(
        abs(cell[0].left - other[0].left) < ALIGNED
        or (abs(cell[-1].right - other[-1].right) < ALIGNED and _is_number(cell) and _is_number(other))
        for cell in cells
        for other in others
    )


def _is_number(cell: list[Glyph]) -> bool:
    return len(cell) <= _MAX_NUMBER and any(glyph.text.isdigit() for glyph in cell)


def _wraps_cell(above: Line, line: Line, row: list[list[Glyph]]) -> bool:
    """Whether a line goes on with a cell, other than the first, of the row above it."""
    close = 0 < above.bottom - line.bottom < 1.9 * line.size
    return close and any(abs(line.left - cell[0].left) < ALIGNED for cell in row[1:])
