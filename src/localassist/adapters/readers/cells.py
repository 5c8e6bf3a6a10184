"""The rows of a sheet as blocks: which are titles, which a table's, and what their cells are called."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.adapters.readers.assembly import TextAssembly

_MAX_TITLE: Final = 200


def cell_range(row: int, first: int, last: int) -> str:
    """What people call the cells of a row (0-based) from one column to another (0-based): "A2:D2"."""
    left, right = (f"{_column(column)}{row + 1}" for column in (first, last))
    return left if first == last else f"{left}:{right}"


def _column(number: int) -> str:
    letters = ""
    number += 1
    while number:
        number, letter = divmod(number - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


class SheetRows:
    """Appends one sheet's rows below a heading with its `name` (none for "").

    Cells that stand alone above a table are its title and what is said about it. Cells alone elsewhere are
    remarks, except in a sheet that has nothing else: that is a list.
    """

    def __init__(self, assembly: TextAssembly, name: str) -> None:
        self._assembly = assembly
        self._name = name
        self._title_level = 2 if name else 1
        self._alone: list[tuple[str, str, bool]] = []
        self._after_blank = True
        self._in_table = False
        self._seen_table = False
        self._has_figures = False

    def add(self, row: int, first_column: int, cells: list[str]) -> None:
        """Append a row (0-based) whose first cell stands in `first_column` (0-based)."""
        filled = [index for index, cell in enumerate(cells) if cell]
        if not filled:
            self._in_table = False
            self._after_blank = True
            return
        self._begin()
        place = cell_range(row, first_column + filled[0], first_column + filled[-1])
        if len(filled) == 1 and not self._in_table:
            self._alone.append((cells[filled[0]], place, self._after_blank))
        else:
            self._end_titles()
            self._tell_tables_apart(cells)
            self._in_table = self._seen_table = True
            self._assembly.add_row(cells[: filled[-1] + 1], place=place)
        self._after_blank = False

    def finish(self) -> None:
        """Append what still stands alone."""
        kind = BlockKind.PARAGRAPH if self._seen_table else BlockKind.TABLE_ROW
        for text, place, _ in self._alone:
            self._assembly.add(kind, text, place=place)
        self._alone = []

    def _begin(self) -> None:
        """A sheet without a filled cell has no heading either; its name is no title of the whole."""
        if self._name:
            self._assembly.add_label(self._name, 1)
            self._name = ""

    def _tell_tables_apart(self, cells: list[str]) -> None:
        """After a blank row another table begins with a row of words, if the one before it held figures."""
        has_figures = any(sign.isdigit() for cell in cells for sign in cell)
        if not self._in_table and self._has_figures and not has_figures:
            self._assembly.end_table()
            self._has_figures = False
        self._has_figures = self._has_figures or has_figures

    def _end_titles(self) -> None:
        """A table begins: the first cell of the group above it is its title, and so is the very first of a sheet."""
        groups = [index for index, (_, _, begins) in enumerate(self._alone) if begins]
        titles = {groups[-1]} if groups else set()
        if not self._seen_table:
            titles.add(0)
        for index, (text, place, _) in enumerate(self._alone):
            is_title = index in titles and len(text) <= _MAX_TITLE and any(letter.isalpha() for letter in text)
            kind = BlockKind.HEADING if is_title else BlockKind.PARAGRAPH
            self._assembly.add(kind, text, self._title_level if is_title else 0, place=place)
        self._alone = []
