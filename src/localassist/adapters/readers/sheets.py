"""Spreadsheets (.xlsx, .xls, .xlsb, .ods): each sheet's rows with the cells they fill."""

from __future__ import annotations

import datetime
import math
import re
import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.archives import PROTECTED, check_office_file, read_member, read_tags
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.cells import SheetRows
from localassist.adapters.readers.sheet_formats import NumberFormat, SheetFormats, cell_position, column_number
from localassist.adapters.readers.sheet_hidden import HiddenCells
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.documents import StructuredText

_MAX_CHARACTERS: Final = 20_000_000
"""Of text in one workbook; a reader of 300 million characters a minute and a patient person stop here."""

_MAX_CELLS: Final = 20_000_000
"""Calamine holds the whole rectangle from the first to the last used cell, 24 bytes a cell, however few are filled."""

_DIMENSION: Final = re.compile(rb"<(?:\w+:)?dimension\s[^>]*?ref=\"([A-Z]+)(\d+)(?::([A-Z]+)(\d+))?\"")
_DIMENSION_WITHIN: Final = 8192
_CELL: Final = re.compile(rb'<(?:\w+:)?c\s[^<>]*?\br="([A-Z]{1,3})(\d{1,7})"')
_SHEET_MEMBER: Final = re.compile(r"xl/worksheets/sheet\d+\.xml", re.IGNORECASE)
_HIDDEN: Final = "on a hidden sheet"
_UNCALCULATED: Final = (
    "Some formulas have no result in the file, so their cells are missing. "
    "Open it in Excel or LibreOffice and save it again."
)
_COMMENTS: Final = "Comments"
_HIDDEN_CELL: Final = "in a hidden row or column"
_DAMAGED: Final = (
    "is damaged or no complete spreadsheet",
    "Open it in Excel or LibreOffice and save it again as .xlsx.",
)


def read(path: str) -> StructuredText:
    """The structured text of a spreadsheet: a page a sheet, a row of cells a table row.

    Hidden sheets are kept apart, in .xlsx hidden rows and columns too.

    Raises `UnreadableError` for damaged, protected and overlarge files.
    """
    from python_calamine import CalamineError, PasswordError, load_workbook

    with Path(path).open("rb") as file:
        is_archive = file.read(2) == b"PK"  # an .xls may hold an archive somewhere, and is none
    if is_archive:
        check_office_file(path, _DAMAGED)
        _refuse_vast(path)
    try:
        # Given a name, calamine believes its ending; given a file, its content.
        with Path(path).open("rb") as file, load_workbook(file) as workbook, _formats(path, is_archive) as formats:
            return _Workbook(workbook, formats).read()
    except PasswordError as error:
        raise UnreadableError(*PROTECTED) from error
    except (CalamineError, ValueError, EOFError, OverflowError) as error:  # the last: spans beyond any clock
        raise UnreadableError(*_DAMAGED) from error


@contextmanager
def _formats(path: str, is_archive: bool) -> Iterator[SheetFormats | None]:  # noqa: FBT001  one caller, beside it
    """The formats of its numbers, None for a workbook that is no archive."""
    if is_archive:
        with zipfile.ZipFile(path) as archive:
            yield SheetFormats(archive)
    else:
        yield None


def _refuse_vast(path: str) -> None:
    """Refuse a workbook with a sheet whose corners are too far apart to be held."""
    with zipfile.ZipFile(path) as archive:
        for name in filter(_SHEET_MEMBER.fullmatch, archive.namelist()):
            found = _DIMENSION.search(read_member(archive, name, _DIMENSION_WITHIN))
            # Programs that write as they go say no dimension at the beginning, or just "A1".
            cells = _cells(*found.groups()) if found and found.group(3) else _cells_to_the_last(archive, name)
            if cells > _MAX_CELLS:
                raise UnreadableError(
                    "has a sheet whose first and last cell are too far apart",
                    "Delete the stray cells at its far end, or save the sheet as CSV and add that.",
                )


def _cells(left: bytes, top: bytes, right: bytes | None, bottom: bytes | None) -> int:
    width = column_number(right or left) - column_number(left) + 1
    return width * (int(bottom or top) - int(top) + 1)


def _cells_to_the_last(archive: zipfile.ZipFile, name: str) -> int:
    """The size of the rectangle from the first cell of all to the last row and column that a sheet uses."""
    width = height = 0
    for tags in read_tags(archive, name):
        for letters, number in _CELL.findall(tags):
            width, height = max(width, column_number(letters)), max(height, int(number))
    return width * height


class _Workbook:
    """Reads a workbook sheet by sheet."""

    def __init__(self, workbook: Any, formats: SheetFormats | None) -> None:
        from python_calamine import SheetTypeEnum, SheetVisibleEnum

        self._workbook = workbook
        self._formats = formats
        self._assembly = TextAssembly()
        without_cells = (SheetTypeEnum.ChartSheet, SheetTypeEnum.Vba)  # these have no hash, so no set
        sheets = [sheet for sheet in workbook.sheets_metadata if sheet.typ not in without_cells]
        self._shown = [sheet.name for sheet in sheets if sheet.visible == SheetVisibleEnum.Visible]
        self._hidden = [sheet.name for sheet in sheets if sheet.visible != SheetVisibleEnum.Visible]

    def read(self) -> StructuredText:
        """The whole; what several sheets are called stands above their rows."""
        for name in self._hidden:  # before the first page begins: they are on none that anybody sees
            self._hide(name)
        for name in self._shown:
            self._assembly.start_page(f"sheet {name}")
            rows = SheetRows(self._assembly, name if len(self._shown) > 1 else "")
            hidden = self._formats.hidden(name) if self._formats else HiddenCells()
            for number, first_column, cells in self._rows(name):
                seen = self._seen(number, first_column, cells, hidden) if hidden else cells
                if number not in hidden.rows:  # not even blank: that would end a table
                    rows.add(number, first_column, seen)
                if self._assembly.length > _MAX_CHARACTERS:
                    self._cut(name, number)
                    rows.finish()
                    return self._assembly.finish()
            rows.finish()
            if self._formats and self._formats.lacks_results(name):
                self._assembly.note(_UNCALCULATED, misses_text=True)
            self._add_comments(name, hidden)
        return self._assembly.finish()

    def _add_comments(self, name: str, hidden: HiddenCells) -> None:
        seen: list[tuple[str, str]] = []
        for cell, words in self._formats.comments(name) if self._formats else []:
            if hidden.holds(*cell_position(cell)):
                self._assembly.hide(_HIDDEN_CELL, words)
            else:
                seen.append((cell, words))
        if seen:
            self._assembly.add_label(_COMMENTS, 2)
        for cell, words in seen:
            self._assembly.add(BlockKind.PARAGRAPH, f"{cell}: {words}", place=cell)

    def _seen(self, number: int, first_column: int, cells: list[str], hidden: HiddenCells) -> list[str]:
        """A row's cells, those that nobody sees empty and kept apart."""
        unseen = {column for column in range(len(cells)) if hidden.holds(number, first_column + column)}
        self._assembly.hide(_HIDDEN_CELL, " | ".join(cells[column] for column in sorted(unseen) if cells[column]))
        return ["" if column in unseen else cell for column, cell in enumerate(cells)]

    def _cut(self, name: str, number: int) -> None:
        left = self._shown[self._shown.index(name) + 1 :]
        rest = f" and {len(left)} more sheets" if len(left) > 1 else " and one more sheet" if left else ""
        self._assembly.note(
            f"Only the first {_MAX_CHARACTERS // 1_000_000} million characters were read: "
            f"what follows row {number + 1:,} of sheet {name}{rest} was left out.",
            misses_text=True,
        )

    def _hide(self, name: str) -> None:
        said = 0
        for _, _, cells in self._rows(name):
            line = " | ".join(filter(None, cells))
            self._assembly.hide(_HIDDEN, line)
            said += len(line)
            if said > _MAX_CHARACTERS:
                break

    def _rows(self, name: str) -> Iterator[tuple[int, int, list[str]]]:
        """Each row's number and first column (0-based) with its cells as people see them; blank rows too."""
        sheet = self._workbook.get_sheet_by_name(name)
        if sheet.start is None:
            return
        top, left = sheet.start
        merged = _Merged(sheet.merged_cell_ranges or [], left)
        formats = _Formatted(self._formats.rows(name) if self._formats else iter(()))
        for number, values in enumerate(sheet.iter_rows()):
            if number >= top:
                forms = formats.of_row(number)
                cells = [_shown(value, forms.get(column)) for column, value in enumerate(values, left)]
                merged.fill(number, cells)
                yield number, left, cells


class _Formatted:
    """The formats of a sheet's cells, taken row by row."""

    def __init__(self, rows: Iterator[tuple[int, dict[int, NumberFormat]]]) -> None:
        self._rows = rows
        self._next = next(rows, None)

    def of_row(self, number: int) -> dict[int, NumberFormat]:
        """The formats in a row that is not above the ones asked for before, by column (both 0-based)."""
        while self._next is not None and self._next[0] < number:
            self._next = next(self._rows, None)
        return self._next[1] if self._next is not None and self._next[0] == number else {}


class _Merged:
    """Cells merged over several rows belong to each of them: `fill` says again what the first one says."""

    def __init__(self, ranges: list[tuple[tuple[int, int], tuple[int, int]]], left: int) -> None:
        tall = (
            (top, bottom, column - left) for (top, column), (bottom, _) in ranges if bottom > top and column >= left
        )
        self._ahead = sorted(tall, reverse=True)
        self._open: dict[int, tuple[int, str]] = {}

    def fill(self, number: int, cells: list[str]) -> None:
        """Fill the row `number` in place; one with nothing else in it stays blank."""
        while self._ahead and self._ahead[-1][0] <= number:
            top, bottom, column = self._ahead.pop()
            if top == number and column < len(cells):
                self._open[column] = (bottom, cells[column])
        if not self._open:
            return
        self._open = {column: merge for column, merge in self._open.items() if merge[0] >= number}
        if any(cells):
            for column, (_, text) in self._open.items():
                cells[column] = cells[column] or text


def _shown(value: object, form: NumberFormat | None) -> str:
    """A cell's value as people read it."""
    if isinstance(value, str):
        return " ".join(value.split())
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, int | float) and math.isfinite(value):
        if form is not None and abs(value) < 1e15:
            return form.shown(value)
        return f"{value:.15g}" if abs(value) >= 1e15 or value != int(value) else str(int(value))
    return _shown_time(value)


def _shown_time(value: object) -> str:
    if isinstance(value, datetime.datetime):
        at_midnight = value.time() == datetime.time()
        return value.date().isoformat() if at_midnight else f"{value.date().isoformat()} {_clock(value)}"
    if isinstance(value, datetime.time):
        return _clock(value)
    if isinstance(value, datetime.timedelta):
        minutes, seconds = divmod(round(value.total_seconds()), 60)
        return f"{minutes // 60}:{minutes % 60:02}" + (f":{seconds:02}" if seconds else "")
    return str(value)


def _clock(value: datetime.datetime | datetime.time) -> str:
    return value.strftime("%H:%M:%S" if value.second else "%H:%M")
