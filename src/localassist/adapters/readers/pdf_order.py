"""In which order a PDF's lines are read: as they were written, put right where that contradicts the page."""

from __future__ import annotations

import heapq
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.pdf_lines import Line
from localassist.adapters.readers.pdf_rows import ALIGNED, cells_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.adapters.readers.pdf_lines import Glyph

_MAX_LINES: Final = 1500
_COLUMN_LINES: Final = 5
"""Lines with a gap in the same place that make columns; fewer may be a table."""

_PROSE: Final = 20
"""Characters of a column's line, on average: cells of tables are shorter."""

_RUNNING_ON: Final = 0.4
"""The share of a column's lines that begin in the middle of a sentence: cells of tables seldom do."""


def in_reading_order(lines: list[Line]) -> list[Line]:
    """The lines of a page from first to last. Columns that were written line by line across are taken apart."""
    lines = list(_part_columns(lines))
    return _sorted(lines) if len(lines) <= _MAX_LINES and _is_jumbled(lines) else lines


def _is_jumbled(lines: list[Line]) -> bool:
    """Whether some line follows one that stands below it in the same column."""
    for place in range(1, len(lines)):
        line = lines[place]
        rises = line.bottom > lines[place - 1].bottom + 0.5 * line.size
        if rises and any(_is_above(line, earlier) for earlier in lines[:place]):
            return True
    return False


def _is_above(line: Line, other: Line) -> bool:
    """Whether a line stands above another one, in the same column as far as it reaches."""
    if line.quarter != other.quarter or line.bottom <= other.bottom + 0.6 * min(line.size, other.size):
        return False
    shared = min(line.right, other.right) - max(line.left, other.left)
    return shared > 1 + 0.1 * min(line.right - line.left, other.right - other.left)


def _sorted(lines: list[Line]) -> list[Line]:
    """The lines so that none comes before one above it; else as they were written.

    After T. M. Breuel, "High Performance Document Layout Analysis", 2003: a topological order of what is certain.
    """
    above = [0] * len(lines)
    below: list[list[int]] = [[] for _ in lines]
    for one, line in enumerate(lines):
        for other in range(one + 1, len(lines)):
            upper, lower = (one, other) if line.bottom > lines[other].bottom else (other, one)
            if _is_above(lines[upper], lines[lower]):
                below[upper].append(lower)
                above[lower] += 1
    ready = [place for place, count in enumerate(above) if not count]
    placed = []
    while ready:
        place = heapq.heappop(ready)
        placed.append(lines[place])
        for other in below[place]:
            above[other] -= 1
            if not above[other]:
                heapq.heappush(ready, other)
    return placed


def _part_columns(lines: list[Line]) -> Iterator[Line]:
    """The lines, where several in a row hold a piece of each column, column by column."""
    cells = [cells_of(line) for line in lines]
    place = 0
    while place < len(lines):
        end = _columns_end(lines, cells, place)
        if end - place >= _COLUMN_LINES and _is_prose(cells[place:end]):
            for column in range(len(cells[place])):
                yield from _column(lines, cells, range(place, end), column)
        else:
            end = max(end, place + 1)
            yield from lines[place:end]
        place = end


def _columns_end(lines: list[Line], cells: list[list[list[Glyph]]], start: int) -> int:
    """Where the lines end, from `start` on, whose pieces begin where those of the first one do."""
    first = cells[start]
    if len(first) < 2:
        return start
    end = start
    for place in range(start, len(lines)):
        line, pieces = lines[place], cells[place]
        same = len(pieces) == len(first) and line.quarter == lines[start].quarter
        if not same or not all(_begins_at(piece, edge) for piece, edge in zip(pieces[1:], first[1:], strict=True)):
            break
        end = place + 1
    return end


def _begins_at(piece: list[Glyph], edge: list[Glyph]) -> bool:
    return abs(piece[0].left - edge[0].left) < ALIGNED


def _is_prose(cells: Sequence[list[list[Glyph]]]) -> bool:
    pieces = [piece for row in cells for piece in row]
    letters = sum(len(piece) for piece in pieces)
    running_on = sum(piece[0].text.islower() for piece in pieces)
    return letters >= _PROSE * len(pieces) and running_on >= _RUNNING_ON * len(pieces)


def _column(lines: list[Line], cells: list[list[list[Glyph]]], places: range, column: int) -> Iterator[Line]:
    for place in places:
        line = lines[place]
        yield Line(cells[place][column], line.size, line.bold, line.quarter)
