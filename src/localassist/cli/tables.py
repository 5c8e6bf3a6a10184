"""Rows of words, each column as wide as its widest."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.cli.console import one_line

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence


def table(rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """A line a row; all rows have as many cells."""
    told = [[one_line(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(*told, strict=True)]
    for row in told:
        yield "  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip()
