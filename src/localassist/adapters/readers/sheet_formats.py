"""What an .xlsx file says of its cells besides their values: how numbers look, what is hidden, what is remarked."""

from __future__ import annotations

import posixpath
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.archives import read_member, read_tags
from localassist.adapters.readers.sheet_comments import cell_comments
from localassist.adapters.readers.sheet_hidden import HiddenCells, hidden_cells
from localassist.adapters.readers.xml_parts import parse_xml

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

_MAX_PART_BYTES: Final = 50_000_000
_RELATION: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_BUILT_IN: Final = {1: "0", 2: "0.00", 3: "#,##0", 4: "#,##0.00", 9: "0%", 10: "0.00%"} | {
    number: "#,##0.00" if number > 38 else "#,##0" for number in (37, 38, 39, 40)
}
"""Formats that no file spells out, by their number (ECMA-376-1, 18.8.30)."""

_CURRENCY: Final = re.compile(r"\[\$([^\]\-]+)(?:-[^\]]*)?\]")
_SIGN: Final = re.compile(r"[$€£¥₣₤₩₹₽₺₫₴₪]|(?<![A-Za-z])(?:EUR|USD|GBP|CHF|JPY|CNY|SEK|NOK|DKK|PLN|CZK)(?![A-Za-z])")
_UNIT: Final = re.compile(r"[0#?]\s?\"([^\"]*[^\W\d_][^\"]*)\"")
_UNSHOWN: Final = re.compile(r"\"[^\"]*\"|\\.|_.|\*.|\[[^\]]*\]|[-+() ]")
_NUMBER: Final = re.compile(r"[#0?,]*[0?#](?:\.([0#?]+))?(%?)")
_WITHOUT_RESULT: Final = re.compile(
    rb"<(?:\w+:)?c\s(?![^<>]*\bt=)[^<>]*><(?:\w+:)?f\b[^<>]*(?:(?<=/)>|>[^<]*</(?:\w+:)?f>)"
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v></(?:\w+:)?v>)?</(?:\w+:)?c>"
)
"""A cell with a formula and no value; an empty text that a formula gave has a type."""

_NAME: Final = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_CELL: Final = re.compile(rb'<(?:\w+:)?c\s(?=[^<>]*?\bs="(\d{1,6})")(?=[^<>]*?\br="([A-Z]{1,3})(\d{1,7})")')


@dataclass(frozen=True, slots=True)
class NumberFormat:
    """So many `decimals`, the last `optional` of them only where they are no zeros.

    `sign` is "%", a currency or what is counted.
    """

    decimals: int
    optional: int = 0
    sign: str = ""

    def shown(self, value: float) -> str:
        """The number as its cell shows it, without signs between thousands: those differ from country to country."""
        text = f"{value * 100 if self.sign == '%' else value:.{self.decimals}f}"
        for _ in range(self.optional):
            text = text.removesuffix("0")
        text = text.removesuffix(".")
        return f"{text}%" if self.sign == "%" else f"{text} {self.sign}".rstrip()


class SheetFormats:
    """What a workbook says of its cells. One whose parts are damaged or missing says nothing."""

    def __init__(self, archive: ZipFile) -> None:
        self._archive = archive
        self._styles: dict[bytes, NumberFormat] = {}
        self._members: dict[str, str] = {}
        try:
            self._members = _members(self._part("xl/workbook.xml"), self._part("xl/_rels/workbook.xml.rels"))
            self._styles = _styles(self._part("xl/styles.xml"))
        except (KeyError, SyntaxError):  # lxml's errors are SyntaxErrors
            return

    def hidden(self, sheet: str) -> HiddenCells:
        """What of a sheet nobody sees."""
        member = self._member(sheet)
        return hidden_cells(self._archive, member) if member else HiddenCells()

    def comments(self, sheet: str) -> list[tuple[str, str]]:
        """The remarks on a sheet's cells, each as (cell, words)."""
        member = self._member(sheet)
        return cell_comments(self._archive, member) if member else []

    def lacks_results(self, sheet: str) -> bool:
        """Whether a sheet has formulas without a result, as programs write them that do not calculate."""
        member = self._member(sheet)
        return bool(member) and any(map(_WITHOUT_RESULT.search, read_tags(self._archive, member)))

    def rows(self, sheet: str) -> Iterator[tuple[int, dict[int, NumberFormat]]]:
        """The rows (0-based) of a sheet that hold formatted cells, as they come, each with the formats by column."""
        member = self._member(sheet)
        if not self._styles or not member:
            return
        row = -1
        formats: dict[int, NumberFormat] = {}
        for style, letters, number in self._cells(member):
            form = self._styles.get(style)
            if form is None:
                continue
            if int(number) - 1 != row:
                if formats:
                    yield row, formats
                row, formats = int(number) - 1, {}
            formats[column_number(letters) - 1] = form
        if formats:
            yield row, formats

    def _cells(self, member: str) -> Iterator[tuple[bytes, bytes, bytes]]:
        for tags in read_tags(self._archive, member):
            for found in _CELL.finditer(tags):
                yield found.group(1), found.group(2), found.group(3)

    def _member(self, sheet: str) -> str:
        """The archive's member that holds a sheet, "" where there is none."""
        member = self._members.get(sheet, "")
        return member if member in self._archive.NameToInfo else ""

    def _part(self, name: str) -> Any:
        return parse_xml(read_member(self._archive, name, _MAX_PART_BYTES))


def column_number(letters: bytes) -> int:
    """The number (1-based) of the column that people call by these letters."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - ord("A") + 1
    return number


def cell_position(name: str) -> tuple[int, int]:
    """The row and column (both 0-based) of the cell that people call so ("B3"); (-1, -1) for what is no such name."""
    found = _NAME.fullmatch(name)
    return (int(found.group(2)) - 1, column_number(found.group(1).encode()) - 1) if found else (-1, -1)


def number_format(code: str) -> NumberFormat | None:
    """What a format's code (ECMA-376-1, 18.8.31) makes of numbers; None for dates, text, scales and the like."""
    code = code.partition(";")[0]
    unit = _CURRENCY.search(code) or _SIGN.search(code) or _UNIT.search(code)
    bare = _SIGN.sub("", _UNSHOWN.sub("", code))
    found = _NUMBER.fullmatch(bare)
    if not found or ",." in bare or bare.removesuffix("%").endswith(","):
        return None
    decimals = found.group(1) or ""
    return NumberFormat(
        len(decimals),
        len(decimals) - len(decimals.rstrip("#?")),
        found.group(2) or (unit.group(unit.lastindex or 0).strip() if unit else ""),
    )


def _styles(root: Any) -> dict[bytes, NumberFormat]:
    """The number format of each style of cells that has one, by the style's number as cells write it."""
    codes = _BUILT_IN | {
        int(each.get("numFmtId")): each.get("formatCode") or ""
        for each in root.iterfind("{*}numFmts/{*}numFmt")
        if (each.get("numFmtId") or "").isdigit()
    }
    styles = {}
    for number, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        named = style.get("numFmtId") or ""
        form = number_format(codes.get(int(named), "")) if named.isdigit() else None
        if form is not None:
            styles[str(number).encode()] = form
    return styles


def _members(workbook: Any, relations: Any) -> dict[str, str]:
    """The archive's member of each sheet, by the sheet's name."""
    targets = {each.get("Id"): each.get("Target") or "" for each in relations.iterfind("{*}Relationship")}
    return {
        sheet.get("name") or "": posixpath.normpath(posixpath.join("/xl", targets.get(sheet.get(_RELATION), "")))[1:]
        for sheet in workbook.iterfind("{*}sheets/{*}sheet")
    }
