"""Word documents (.docx): paragraphs, lists and tables in the order of the body, with pages where they are known."""

from __future__ import annotations

import contextlib
import re
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.documents import StructuredText

_MAX_UNPACKED_BYTES: Final = 1_000_000_000
_MAX_RATIO: Final = 200
_RATIO_COUNTS_ABOVE: Final = 50_000_000
_W: Final = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DELETED: Final = frozenset(
    {f"{_W}del", f"{_W}moveFrom", "{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback"}
)
"""What shows nothing: deleted under tracked changes, or said a second time for programs that lack text boxes."""

_SIGNS: Final = {"br": "\n", "cr": "\n", "tab": "\t", "noBreakHyphen": "-"}
_PAGE_BREAK: Final = "\f"
_HEADING_STYLE: Final = re.compile(r"heading ([1-9])$", re.IGNORECASE)
_TEMPLATE_TITLES: Final = frozenset({"word document", "document", "untitled", "microsoft word document"})
_HIDDEN_NOTE: Final = "Text that the document hides was left out."
_DAMAGED: Final = (
    "is damaged or no complete Word document",
    "Open it in Word or LibreOffice and save it again as .docx.",
)


def read(path: str) -> StructuredText:
    """The structured text of a .docx file; text deleted under tracked changes is left out."""
    from docx import Document

    try:
        _refuse_bomb(path)
        document: Any = Document(path)
        body = document.element.body
    except (*BROKEN_ARCHIVE, SyntaxError, KeyError, AttributeError) as error:
        # python-docx raises whatever its parts raise (lxml's errors are SyntaxErrors); it has none of its own.
        raise UnreadableError(*_DAMAGED) from error
    if body is None:
        raise UnreadableError(*_DAMAGED)
    walk = _Body(_styles(document))
    walk.add(body)
    for notes in _footnotes(document):
        walk.add(notes)
    return walk.finish(_title(document))


def _title(document: Any) -> str:
    try:
        title = (document.core_properties.title or "").strip()
    except (KeyError, ValueError, AttributeError):
        return ""
    return "" if title.lower() in _TEMPLATE_TITLES else title


def _footnotes(document: Any) -> Iterator[Any]:
    """The roots of the footnotes and endnotes, which stand in parts of their own."""
    from docx.oxml import parse_xml

    for relation in document.part.rels.values():
        if not relation.is_external and relation.reltype.endswith(("/footnotes", "/endnotes")):
            with contextlib.suppress(SyntaxError, ValueError):
                yield parse_xml(relation.target_part.blob)


def _refuse_bomb(path: str) -> None:
    with zipfile.ZipFile(path) as archive:
        unpacked = sum(entry.file_size for entry in archive.infolist())
    packed = Path(path).stat().st_size
    ratio_counts = unpacked > _RATIO_COUNTS_ABOVE
    if unpacked > _MAX_UNPACKED_BYTES or (ratio_counts and unpacked > _MAX_RATIO * packed):
        raise UnreadableError(
            f"would unpack to {unpacked / 1e6:,.0f} MB, far more than a document needs",
            "It was not opened: such files are made to harm programs.",
        )


@dataclass(frozen=True, slots=True)
class _Style:
    """What a paragraph's style makes of it: a heading of some level (else 0), or an item of a list."""

    level: int
    is_item: bool


def _styles(document: Any) -> dict[str, _Style]:
    """The paragraph styles by id, with what they inherit."""
    styles: dict[str, _Style] = {}
    try:
        elements = {style.get(f"{_W}styleId"): style for style in document.styles.element.iterchildren(f"{_W}style")}
    except (KeyError, AttributeError):
        return styles
    for style_id in elements:
        level, is_item = 0, False
        seen: set[str] = set()
        current = style_id
        while current in elements and current not in seen:
            seen.add(current)
            element = elements[current]
            level = level or _heading_level(element)
            is_item = is_item or element.find(f"{_W}pPr/{_W}numPr") is not None
            current = _value(element.find(f"{_W}basedOn"))
        styles[style_id] = _Style(level, is_item and not level)
    return styles


def _heading_level(style: Any) -> int:
    """1 to 6 by the style's name, which is English in every Word, or by its outline level; else 0."""
    name = _value(style.find(f"{_W}name"))
    named = _HEADING_STYLE.match(name)
    if named:
        return min(int(named.group(1)), 6)
    if name.lower() == "title":
        return 1
    return _outline_level(style.find(f"{_W}pPr"))


def _outline_level(properties: Any) -> int:
    outline = _value(properties.find(f"{_W}outlineLvl")) if properties is not None else ""
    return min(int(outline) + 1, 6) if outline.isdigit() and int(outline) < 9 else 0


def _value(element: Any) -> str:
    return (element.get(f"{_W}val") or "") if element is not None else ""


def _is_on(element: Any) -> bool:
    """Whether a property that is on by its mere presence is there and not switched off."""
    return element is not None and _value(element).lower() not in {"0", "false", "off"}


class _Body:
    """Walks the body and appends what it shows."""

    def __init__(self, styles: dict[str, _Style]) -> None:
        self._styles = styles
        self._assembly = TextAssembly()
        self._assembly.start_page()
        self._pages_known = False
        self._fresh_page = False
        self._hides_text = False

    def add(self, root: Any) -> None:
        """Append the paragraphs and tables below `root`, those inside content controls too."""
        ahead = [root]
        while ahead:
            element = ahead.pop()
            if element.tag == f"{_W}p":
                self._add_paragraph(element)
            elif element.tag == f"{_W}tbl":
                self._add_table(element)
            elif element.tag not in _DELETED:
                ahead.extend(reversed(element))

    def finish(self, title: str) -> StructuredText:
        """The whole; without pages when nothing in the file tells where they end."""
        content = self._assembly.finish(title, (_HIDDEN_NOTE,) if self._hides_text else ())
        return content if self._pages_known else replace(content, pages=())

    def _add_paragraph(self, paragraph: Any) -> None:
        properties = paragraph.find(f"{_W}pPr")
        kind, level = self._kind(properties)
        boxes: list[Any] = []
        before = properties is not None and _is_on(properties.find(f"{_W}pageBreakBefore"))
        first, *rest = self._shown_text(paragraph, boxes, starts_page=before).split(_PAGE_BREAK)
        begun = self._assembly.add(kind, first, level)
        for text in rest:
            self._start_page()
            if begun:
                self._assembly.continue_block(text)
            else:
                begun = self._assembly.add(kind, text, level)
        for box in boxes:
            self.add(box)
        if properties is not None and _ends_page(properties.find(f"{_W}sectPr")):
            self._fresh_page = True
            self._start_page()

    def _kind(self, properties: Any) -> tuple[BlockKind, int]:
        style = _Style(0, is_item=False)
        if properties is not None:
            style = self._styles.get(_value(properties.find(f"{_W}pStyle")), style)
            level = _outline_level(properties) or style.level
            numbered = properties.find(f"{_W}numPr") is not None
            style = _Style(level, (style.is_item or numbered) and not level)
        if style.level:
            return BlockKind.HEADING, style.level
        return (BlockKind.LIST_ITEM if style.is_item else BlockKind.PARAGRAPH), 0

    def _add_table(self, table: Any) -> None:
        for row in _nearest(table, f"{_W}tr"):
            cells = list(_nearest(row, f"{_W}tc"))
            if len(cells) == 1:  # a frame around text, not a table of data
                self.add(cells[0])
                continue
            texts = [" ".join(self._shown_text(part, []) for part in cell.iter(f"{_W}p")) for cell in cells]
            if any(_PAGE_BREAK in text for text in texts):
                self._start_page()
            self._assembly.add_row([text.replace(_PAGE_BREAK, " ") for text in texts])

    def _shown_text(self, paragraph: Any, boxes: list[Any], *, starts_page: bool = False) -> str:
        """A paragraph's text with page breaks in it; the text boxes that hang on it are put into `boxes`."""
        parts = [_PAGE_BREAK] if starts_page else []
        self._fresh_page = self._fresh_page or starts_page
        ahead = list(reversed(paragraph))
        while ahead:
            element = ahead.pop()
            if element.tag == f"{_W}txbxContent":
                boxes.append(element)
            elif element.tag == f"{_W}r" and _is_on(element.find(f"{_W}rPr/{_W}vanish")):
                self._hides_text = True
            elif element.tag not in _DELETED:
                parts.append(self._piece(element))
                ahead.extend(reversed(element))
        return "".join(parts)

    def _piece(self, element: Any) -> str:
        """What one element adds to a paragraph's text."""
        tag = element.tag.removeprefix(_W) if isinstance(element.tag, str) else ""
        if tag == "t":
            text: str = element.text or ""
            self._fresh_page = self._fresh_page and not text.strip()
            return text
        if tag == "br" and element.get(f"{_W}type") == "page":
            self._fresh_page = True
            return _PAGE_BREAK
        if tag == "lastRenderedPageBreak" and not self._fresh_page:
            # Word also writes one after a break that somebody put there: that page has begun already.
            return _PAGE_BREAK
        return _SIGNS.get(tag, "")

    def _start_page(self) -> None:
        self._pages_known = True
        self._assembly.start_page()


def _ends_page(section: Any) -> bool:
    """Whether a section ends here and the next one begins on a new page."""
    return section is not None and _value(section.find(f"{_W}type")) in {"", "nextPage", "oddPage", "evenPage"}


def _nearest(root: Any, tag: str) -> Iterator[Any]:
    """The elements of that tag below `root` that stand in no other such element and in no table inside it."""
    ahead = list(reversed(root))
    while ahead:
        element = ahead.pop()
        if element.tag == tag:
            yield element
        elif element.tag != f"{_W}tbl" and element.tag not in _DELETED:
            ahead.extend(reversed(element))
