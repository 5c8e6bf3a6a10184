"""Which rows and columns of an .xlsx sheet are hidden."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.archives import read_tags

if TYPE_CHECKING:
    from zipfile import ZipFile

_HIDDEN: Final = re.compile(rb'<(?:\w+:)?(row|col)\s(?=[^<>]*?\bhidden="(?:1|true)")([^<>]*+)>')
_NUMBER: Final = re.compile(rb'\b(r|min|max|outlineLevel)="(\d{1,7})"')
_FILTER: Final = re.compile(
    rb'<(?:\w+:)?autoFilter\s[^<>]*?\bref="[A-Z]{1,3}(\d{1,7}):[A-Z]{1,3}(\d{1,7})"[^<>]*+(?<!/)>'
)
"""A filter that is at work; one that lets everything through has nothing inside it (ECMA-376-1, 18.3.1.2)."""


@dataclass(frozen=True, slots=True)
class HiddenCells:
    """The hidden rows (0-based) and stretches of columns (0-based, both ends in them) of a sheet."""

    rows: frozenset[int] = frozenset()
    columns: tuple[tuple[int, int], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.rows or self.columns)

    def holds(self, row: int, column: int) -> bool:
        """Whether nobody sees that cell."""
        return row in self.rows or any(first <= column <= last for first, last in self.columns)


def hidden_cells(archive: ZipFile, member: str) -> HiddenCells:
    """What the sheet in that member of a workbook hides.

    Rows and columns that are folded up with a sign to unfold them, and rows that a filter holds back, are not
    hidden: whoever opens the sheet sees that there is more. Raises what `BROKEN_ARCHIVE` names.
    """
    rows: set[int] = set()
    columns: list[tuple[int, int]] = []
    filtered = range(0)
    for tags in read_tags(archive, member):
        for found in _HIDDEN.finditer(tags):
            numbers = {name: int(number) for name, number in _NUMBER.findall(found.group(2))}
            if numbers.get(b"outlineLevel"):
                continue
            if found.group(1) == b"row":
                rows.add(numbers.get(b"r", 0) - 1)
            else:
                columns.append((numbers.get(b"min", 0) - 1, numbers.get(b"max", 0) - 1))
        for found in _FILTER.finditer(tags):
            filtered = range(int(found.group(1)) - 1, int(found.group(2)))
    return HiddenCells(frozenset(row for row in rows if row not in filtered), tuple(columns))
