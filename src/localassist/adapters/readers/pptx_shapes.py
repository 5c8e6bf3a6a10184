"""What a slide's shapes say: paragraphs, lists, tables, charts and SmartArt."""

from __future__ import annotations

import contextlib
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.office_drawings import CHART, DIAGRAM, add_chart, add_diagram, shows_something
from localassist.adapters.readers.pptx_order import ALTERNATIVES, A, P, R, is_title, placeholder_type
from localassist.adapters.readers.xml_parts import parse_xml
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.adapters.readers.assembly import TextAssembly

_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_WORDS: Final = (f"{A}t", f"{_MATH}t")
_LISTS: Final = frozenset({"body", "obj"})
_MAX_TITLE: Final = 100
_TINY: Final = 300
"""Hundredths of a point below which nobody reads a text."""


class SlideText:
    """Appends what one slide shows, shape by shape, below its title or, where it has none, its number.

    `pictures` counts those that were passed over.
    """

    def __init__(self, assembly: TextAssembly, part: Any, number: int) -> None:
        self.pictures = 0
        self._assembly = assembly
        self._part = part
        self._number = number
        self._is_open = False
        self._numbers: dict[int, int] = {}

    def add(self, element: Any) -> None:
        """Append one shape, no group."""
        for text in filter(_is_tiny, element.iter(f"{A}t")):
            self._assembly.hide("too small to be seen", text.text or "")
        if element.tag == f"{P}pic":
            self.pictures += 1
        elif element.tag == f"{P}graphicFrame":
            self._add_frame(element)
        elif element.tag == f"{P}sp":
            body = element.find(f"{P}txBody")
            if body is None or not "".join(text.text or "" for text in body.iter(*_WORDS)).strip():
                return
            title = self._title(element, body)
            if title:
                self._assembly.add(BlockKind.HEADING, title, 1)
                self._is_open = True
            else:
                self.open_page()
                self.add_paragraphs(body, is_list=placeholder_type(element) in _LISTS)

    def open_page(self) -> None:
        """Before the first words: a slide without a title must not stand below the one before it."""
        if not self._is_open:
            self._assembly.add_label(f"Slide {self._number}", 1)
            self._is_open = True

    def add_paragraphs(self, body: Any, *, is_list: bool = False) -> None:
        """Append a text body; `is_list`: its layout puts bullets before paragraphs that say nothing else."""
        paragraphs = body.findall(f"{A}p")
        is_list = is_list and len(paragraphs) > 1
        self._numbers.clear()
        for paragraph in paragraphs:
            bullet = self._bullet(paragraph, is_list=is_list)
            kind = BlockKind.PARAGRAPH if bullet is None else BlockKind.LIST_ITEM
            self._assembly.add(kind, (bullet or "") + self._shown_text(paragraph))

    def _title(self, element: Any, body: Any) -> str:
        """The slide's title if this shape is one, or stands alone and short above all others of a slide without."""
        text = " ".join(filter(None, (self._shown_text(line).strip() for line in body.findall(f"{A}p"))))
        if is_title(element):
            return text
        stands_in = not self._is_open and len(text) <= _MAX_TITLE and len(body.findall(f"{A}p")) == 1
        return text if stands_in and text[-1:] not in ".;:," else ""

    def _bullet(self, paragraph: Any, *, is_list: bool) -> str | None:
        """What stands before a list's item ("2. ", "" for a dot), None before what is none."""
        properties = paragraph.find(f"{A}pPr")
        level = _number(properties, "lvl", 0)
        numbered = properties.find(f"{A}buAutoNum") if properties is not None else None
        if numbered is not None:
            first = _number(numbered, "startAt", 1)
            number = self._numbers[level] = self._numbers.get(level, first - 1) + 1
            self._numbers = {depth: last for depth, last in self._numbers.items() if depth <= level}
            return f"{number}. "
        if properties is not None and properties.find(f"{A}buNone") is not None:
            return None
        has_sign = properties is not None and properties.find(f"{A}buChar") is not None
        return "" if has_sign or is_list or level else None

    def _shown_text(self, paragraph: Any) -> str:
        pieces = []
        said_already = _said_again(paragraph)
        for element in paragraph.iter(*_WORDS, f"{A}br"):
            if element.tag == f"{A}br":
                pieces.append("\n")
            elif element not in said_already and not _is_tiny(element):
                pieces.append(element.text or "")
        return "".join(pieces)

    def _add_frame(self, frame: Any) -> None:
        """Append what a table, a chart or SmartArt says."""
        for table in frame.iter(f"{A}tbl"):
            above: list[str] = []
            rows = [above := self._row(row, above) for row in table.findall(f"{A}tr")]
            if any(any(row) for row in rows):
                self.open_page()
            for row in rows:
                self._assembly.add_row(row)
            self._assembly.end_table()
        for kind, attribute, add in (
            (CHART, f"{R}id", add_chart),
            (DIAGRAM, f"{R}dm", add_diagram),
        ):
            for reference in frame.iter(kind):
                with contextlib.suppress(KeyError, SyntaxError, ValueError):
                    root = parse_xml(self._part.related_part(reference.get(attribute)).blob)
                    if shows_something(root):
                        self.open_page()
                    add(self._assembly, root)

    def _row(self, row: Any, above: list[str]) -> list[str]:
        """A row's texts, those of cells merged with the ones `above` said again."""
        cells = row.findall(f"{A}tc")
        return [
            above[column] if cell.get("vMerge") in {"1", "true"} and column < len(above) else self._cell(cell)
            for column, cell in enumerate(cells)
        ]

    def _cell(self, cell: Any) -> str:
        return " ".join(self._shown_text(paragraph) for paragraph in cell.iter(f"{A}p"))


def _said_again(paragraph: Any) -> set[Any]:
    """The words that alternatives for other programs repeat, such as a formula as a picture of it."""
    repeated: set[Any] = set()
    for alternatives in paragraph.iter(ALTERNATIVES):
        told = [words for choice in alternatives if (words := list(choice.iter(*_WORDS)))]
        repeated.update(word for words in told[1:] for word in words)
    return repeated


def _number(element: Any, name: str, default: int) -> int:
    """An attribute that holds a small number; `default` where it is missing or makes no sense."""
    told = "" if element is None else element.get(name) or ""
    return int(told) if told.isdecimal() and len(told) < 10 else default


def _is_tiny(text: Any) -> bool:
    run = text.getparent().find(f"{A}rPr")
    size = run.get("sz") if run is not None else None
    return size is not None and size.isdigit() and int(size) < _TINY
