"""Word documents (.docx): paragraphs, lists and tables in the order of the body, with pages where they are known."""

from __future__ import annotations

import contextlib
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.archives import check_office_file
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.docx_numbers import Numbers
from localassist.adapters.readers.docx_parts import DocumentParts, R
from localassist.adapters.readers.docx_styles import Style, Styles, W, is_on, is_shaded, value
from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.office_drawings import CHART, DIAGRAM, add_chart, add_diagram
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.adapters.readers.xml_parts import nearest
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.adapters.readers.looks import Look
    from localassist.domain.documents import StructuredText

_DELETED: Final = frozenset(
    {f"{W}del", f"{W}moveFrom", f"{W}rt", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
"""What shows nothing of its own: deleted under tracked changes, how a word is read aloud, or said a second time for
programs that lack text boxes."""

_APART: Final = _DELETED | {f"{W}tbl"}
_MATH: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_SIGNS: Final = {"br": "\n", "cr": "\n", "tab": "\t", "ptab": "\t", "noBreakHyphen": "-"}
_MATH_SIGNS: Final = {f"{_MATH}den": "/", f"{_MATH}sup": "^", f"{_MATH}sub": "_"}
"""What stands between the parts of a formula that is written on one line."""

_PAGE_BREAK: Final = "\f"
_COMMENTS: Final = "Comments"
_UNCOLOURED_TABLES: Final = frozenset({"", "TableGrid", "TableNormal"})
_DAMAGED: Final = (
    "is damaged or no complete Word document",
    "Open it in Word or LibreOffice and save it again as .docx.",
)


def read(path: str) -> StructuredText:
    """The structured text of a .docx file: the body, then notes and comments.

    Text deleted under tracked changes is left out. What headers and footers say on many pages is said once.
    """
    check_office_file(path, _DAMAGED)
    try:
        parts = DocumentParts(path)
        body = parts.root.find(f"{W}body")
        styles = Styles(next(parts.related("styles"), None))
        numbers = Numbers(next(parts.related("numbering"), None))
    except (*BROKEN_ARCHIVE, SyntaxError, KeyError, AttributeError, TypeError) as error:
        # lxml's errors are SyntaxErrors; python-docx has none of its own.
        raise UnreadableError(*_DAMAGED) from error
    if body is None:
        raise UnreadableError(*_DAMAGED)
    walk = _Body(styles, numbers, parts)
    walk.add_all(parts.furniture("header"))
    walk.add(body)
    walk.add_all(parts.furniture("footer"))
    walk.add_all([*parts.related("footnotes"), *parts.related("endnotes")])
    walk.add_comments(list(parts.related("comments")))
    return walk.finish(parts.title())


class _Body:
    """Walks the body and appends what it shows."""

    def __init__(self, styles: Styles, numbers: Numbers, parts: DocumentParts) -> None:
        self._styles = styles
        self._numbers = numbers
        self._parts = parts
        self._assembly = TextAssembly()
        self._assembly.start_page()
        self._pages_known = False
        self._fresh_page = False
        background = parts.root.find(f"{W}background")
        self._on_colour = background is not None

    def add(self, root: Any) -> None:
        """Append the paragraphs and tables below `root`, those inside content controls too, and its drawings."""
        ahead = [root]
        while ahead:
            element = ahead.pop()
            if element.tag == f"{W}p":
                self._add_paragraph(element)
            elif element.tag == f"{W}tbl":
                self._add_table(element)
            elif element.tag in {CHART, DIAGRAM}:
                self._add_drawing(element)
            elif element.tag not in _DELETED:
                ahead.extend(reversed(element))

    def add_all(self, roots: list[Any]) -> None:
        """Append what stands below each of these."""
        for root in roots:
            self.add(root)

    def add_comments(self, roots: list[Any]) -> None:
        """Append what readers of the document remarked."""
        if any("".join(root.itertext()).strip() for root in roots):
            self._assembly.add_label(_COMMENTS, 1)
        self.add_all(roots)

    def finish(self, title: str) -> StructuredText:
        """The whole; without pages when nothing in the file tells where they end."""
        content = self._assembly.finish(title)
        if self._pages_known:
            return content
        return replace(content, pages=(), hidden=tuple(replace(hidden, page=None) for hidden in content.hidden))

    def _add_paragraph(self, paragraph: Any) -> None:
        properties = paragraph.find(f"{W}pPr")
        style = self._styles.of_paragraph(properties)
        if style.is_contents:
            return
        kind = BlockKind.HEADING if style.level else BlockKind.LIST_ITEM if style.is_item else BlockKind.PARAGRAPH
        boxes: list[Any] = []
        before = properties is not None and is_on(properties.find(f"{W}pageBreakBefore"))
        text = self._shown_text(paragraph, style, boxes, starts_page=before)
        first, *rest = self._numbered(text, paragraph, style).split(_PAGE_BREAK)
        begun = self._assembly.add(kind, first, style.level)
        for text in rest:
            self._start_page()
            if begun:
                self._assembly.continue_block(text)
            else:
                begun = self._assembly.add(kind, text, style.level)
        self._add_boxes(boxes)
        if properties is not None and _ends_page(properties.find(f"{W}sectPr")):
            self._fresh_page = True
            self._start_page()

    def _numbered(self, text: str, paragraph: Any, style: Style) -> str:
        """A paragraph's text behind its number, which one deleted under tracked changes is not counted for."""
        is_deleted = not text.strip() and paragraph.find(f"{W}pPr/{W}rPr/{W}del") is not None
        if not style.numbering or is_deleted:
            return text
        number = self._numbers.next(style.numbering, style.depth, style.numbered_by)
        shown = text.lstrip(_PAGE_BREAK + " ")
        return f"{text[: len(text) - len(shown)]}{number} {shown}" if number and shown else text

    def _add_boxes(self, boxes: list[Any]) -> None:
        """Append what hangs on a paragraph; a text box may be filled with any colour."""
        before, self._on_colour = self._on_colour, True
        self.add_all(boxes)
        self._on_colour = before

    def _add_drawing(self, reference: Any) -> None:
        is_chart = reference.tag == CHART
        with contextlib.suppress(KeyError, SyntaxError, ValueError, TypeError):
            root = self._parts.named(reference.get(f"{R}id" if is_chart else f"{R}dm"))
            (add_chart if is_chart else add_diagram)(self._assembly, root)

    def _add_table(self, table: Any) -> None:
        is_coloured = value(table.find(f"{W}tblPr/{W}tblStyle")) not in _UNCOLOURED_TABLES
        above: dict[int, str] = {}
        has_rows = False
        for row in nearest(table, f"{W}tr", _APART):
            cells = list(nearest(row, f"{W}tc", _APART))
            if row.find(f"{W}trPr/{W}del") is not None:
                continue
            if len(cells) == 1 and not (has_rows and _is_line(cells[0])):  # a frame around text, not a row of data
                self.add(cells[0])
                continue
            has_rows = True
            boxes: list[Any] = []
            texts = [self._cell(cell, boxes, is_coloured=is_coloured) for cell in cells]
            if any(_PAGE_BREAK in text for text in texts):
                self._start_page()
            texts = [text.replace(_PAGE_BREAK, " ") for text in texts]
            self._assembly.add_row(_filled(cells, texts, above))
            self._add_boxes(boxes)
        self._assembly.end_table()

    def _cell(self, cell: Any, boxes: list[Any], *, is_coloured: bool) -> str:
        before = self._on_colour
        self._on_colour = before or is_coloured or is_shaded(cell.find(f"{W}tcPr"))
        paragraphs = (
            (part, self._styles.of_paragraph(part.find(f"{W}pPr"))) for part in nearest(cell, f"{W}p", _APART)
        )
        texts = [self._numbered(self._shown_text(part, style, boxes), part, style) for part, style in paragraphs]
        boxes.extend(nearest(cell, f"{W}tbl", _APART))
        self._on_colour = before
        return " ".join(texts)

    def _shown_text(self, paragraph: Any, style: Style, boxes: list[Any], *, starts_page: bool = False) -> str:
        """A paragraph's text with page breaks in it; what hangs on it (text boxes, drawings) is put into `boxes`."""
        parts = [_PAGE_BREAK] if starts_page else []
        self._fresh_page = self._fresh_page or starts_page
        ahead = list(reversed(paragraph))
        while ahead:
            element = ahead.pop()
            if element.tag in {f"{W}txbxContent", CHART, DIAGRAM}:
                boxes.append(element)
            elif element.tag == f"{W}r" and (reason := self._why_unseen(element, style.look)):
                self._assembly.hide(reason, "".join(text.text or "" for text in element.iter(f"{W}t")))
            elif element.tag not in _DELETED:
                parts.append(self._piece(element))
                ahead.extend(reversed(element))
        return "".join(parts)

    def _why_unseen(self, run: Any, around: Look) -> str:
        look = self._styles.of_run(run, around)
        return (replace(look, on_colour=True) if self._on_colour else look).why_unseen()

    def _piece(self, element: Any) -> str:
        """What one element adds to a paragraph's text."""
        tag = element.tag.removeprefix(W) if isinstance(element.tag, str) else ""
        if tag in {"t", f"{_MATH}t"}:
            text: str = element.text or ""
            self._fresh_page = self._fresh_page and not text.strip()
            return text
        if tag == "br" and element.get(f"{W}type") == "page":
            self._fresh_page = True
            return _PAGE_BREAK
        if tag == "lastRenderedPageBreak" and not self._fresh_page:
            # Word also writes one after a break that somebody put there: that page has begun already.
            return _PAGE_BREAK
        return _SIGNS.get(tag) or _MATH_SIGNS.get(tag, "")

    def _start_page(self) -> None:
        self._pages_known = True
        self._assembly.start_page()


def _filled(cells: list[Any], texts: list[str], above: dict[int, str]) -> list[str]:
    """A row's texts, those of cells merged with the ones `above` said again; that is brought up to date."""
    column = 0
    filled = []
    for cell, text in zip(cells, texts, strict=True):
        merged = cell.find(f"{W}tcPr/{W}vMerge")
        if merged is not None and value(merged) != "restart":
            filled.append(text.strip() or above.get(column, ""))
        else:
            filled.append(text)
            above[column] = text
        width = value(cell.find(f"{W}tcPr/{W}gridSpan"))
        column += int(width) if width.isdigit() else 1
    return filled


def _is_line(cell: Any) -> bool:
    """Whether a cell holds one paragraph and nothing else, as what stands between the rows of a table does."""
    return len(cell.findall(f"{W}p")) == 1 and cell.find(f"{W}tbl") is None


def _ends_page(section: Any) -> bool:
    """Whether a section ends here and the next one begins on a new page."""
    return section is not None and value(section.find(f"{W}type")) in {"", "nextPage", "oddPage", "evenPage"}
