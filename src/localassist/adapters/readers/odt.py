"""OpenDocument texts (.odt): headings, lists, tables and notes in the order of the body."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

from localassist.adapters.readers.archives import PROTECTED, open_archive, read_member
from localassist.adapters.readers.assembly import MAX_CHARACTERS, TextAssembly
from localassist.adapters.readers.looks import HIDDEN
from localassist.adapters.readers.odt_styles import Styles
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.adapters.readers.xml_parts import nearest, parse_xml
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator
    from zipfile import ZipFile

    from localassist.adapters.readers.looks import Look
    from localassist.domain.documents import StructuredText

_URN: Final = "urn:oasis:names:tc:opendocument:xmlns:"
_OFFICE, _TEXT, _TABLE, _DRAW = (f"{{{_URN}{name}:1.0}}" for name in ("office", "text", "table", "drawing"))
_SVG: Final = f"{{{_URN}svg-compatible:1.0}}"
_TITLE: Final = "{http://purl.org/dc/elements/1.1/}title"
_ENCRYPTED: Final = f"{{{_URN}manifest:1.0}}encryption-data"
_MAX_MEMBER_BYTES: Final = 4 * MAX_CHARACTERS

_SILENT: Final = (
    frozenset(f"{_TEXT}{name}" for name in ("tracked-changes", "table-of-content", "sequence-decls", "variable-decls"))
    | frozenset(f"{_TEXT}{name}" for name in ("user-field-decls", "note-citation", "ruby-text", "illustration-index"))
    | {f"{_OFFICE}forms", f"{_OFFICE}event-listeners", f"{_SVG}title", f"{_SVG}desc"}
)
"""What is no part of the text: deleted under tracked changes, said elsewhere (headings in a table of contents), or
about pictures."""

_PARAGRAPHS: Final = frozenset({f"{_TEXT}p", f"{_TEXT}h"})
_ASIDES: Final = frozenset({f"{_TEXT}note", f"{_OFFICE}annotation"})

_HIDDEN: Final = frozenset({f"{_TEXT}hidden-text", f"{_TEXT}hidden-paragraph"})
_SEPARATE: Final = frozenset({f"{_DRAW}text-box", f"{_DRAW}custom-shape"})
_SIGNS: Final = {f"{_TEXT}tab": "\t", f"{_TEXT}line-break": "\n"}
_COVERED: Final = f"{_TABLE}covered-table-cell"
_MAX_REPEATED: Final = 100
_COMMENTS: Final = "Comments"
_DAMAGED: Final = (
    "is damaged or no complete OpenDocument text",
    "Open it in LibreOffice and save it again as .odt.",
)


def read(path: str) -> StructuredText:
    """The structured text of an .odt file; text deleted under tracked changes is left out.

    Raises `UnreadableError` for damaged and protected files.
    """
    document = open_document(path, "text", _DAMAGED)
    body = Body(document.styles)
    body.add(document.body)
    return body.finish(document.title)


class OpenDocument(NamedTuple):
    """What an OpenDocument file holds: the element below `office:body`, its styles and its title."""

    body: Any
    styles: Styles
    title: str


def open_document(path: str, kind: str, damaged: tuple[str, str]) -> OpenDocument:
    """The document in a file, whose body is of that `kind` ("text", "presentation").

    Raises `UnreadableError`, of the predicate and hint in `damaged` for what is no such document.
    """
    with open_archive(path, damaged) as archive:
        try:
            names = set(archive.namelist())
            if "META-INF/manifest.xml" in names:
                _refuse_protected(archive)
            content = _part(archive, "content.xml")
            styles = Styles([_part(archive, name) for name in ("styles.xml",) if name in names] + [content])
            title = _title(_part(archive, "meta.xml")) if "meta.xml" in names else ""
        except (SyntaxError, KeyError) as error:  # lxml's errors are SyntaxErrors
            raise UnreadableError(*damaged) from error
    body = content.find(f"{_OFFICE}body/{_OFFICE}{kind}")
    if body is None:
        raise UnreadableError(*damaged)
    return OpenDocument(body, styles, title)


def _part(archive: ZipFile, name: str) -> Any:
    return parse_xml(read_member(archive, name, _MAX_MEMBER_BYTES))


def _refuse_protected(archive: ZipFile) -> None:
    if next(_part(archive, "META-INF/manifest.xml").iter(_ENCRYPTED), None) is not None:
        raise UnreadableError(*PROTECTED)


def _title(meta: Any) -> str:
    return next((title.text or "" for title in meta.iter(_TITLE)), "")


class Body:
    """Walks a body and appends to `assembly` what it shows, at the end its notes and comments.

    `on_colour` says that something coloured may lie behind all of it.
    """

    def __init__(self, styles: Styles, *, on_colour: bool = False) -> None:
        self.assembly = TextAssembly()
        self._styles = styles
        self._on_colour = on_colour
        self._notes: list[Any] = []
        self._comments: list[Any] = []

    def finish(self, title: str) -> StructuredText:
        """The whole, by the `title` that the file has."""
        # Notes may have notes of their own: they are put behind those that wait.
        for note in self._notes:
            self.add(note)
        if self._comments:
            self.assembly.add_label(_COMMENTS, 1)
        for comment in self._comments:
            self.add(comment)
        return self.assembly.finish(title)

    def add(self, root: Any, *, is_item: bool = False) -> None:
        """Append the paragraphs, lists and tables below `root`, those inside sections and frames too."""
        ahead = [(child, is_item) for child in reversed(root)]
        while ahead:
            element, in_list = ahead.pop()
            if element.tag in _PARAGRAPHS:
                self._add_paragraph(element, is_item=in_list)
            elif element.tag == f"{_TABLE}table":
                self._add_table(element)
            elif _is_hidden_section(element):
                self.assembly.hide(HIDDEN, "\n".join(_all_text(element)))
            elif isinstance(element.tag, str) and element.tag not in _SILENT:
                in_list = in_list or element.tag == f"{_TEXT}list"
                ahead.extend((child, in_list) for child in reversed(element))

    def _add_paragraph(self, paragraph: Any, *, is_item: bool) -> None:
        separate: list[Any] = []
        text = self._shown_text(paragraph, separate)
        level = self._level(paragraph)
        if level:
            self.assembly.add(BlockKind.HEADING, text, level)
        else:
            self.assembly.add(BlockKind.LIST_ITEM if is_item else BlockKind.PARAGRAPH, text)
        for box in separate:
            self.add(box)

    def _level(self, paragraph: Any) -> int:
        """1 to 6 for a heading, else 0."""
        if paragraph.tag == f"{_TEXT}h":
            level = paragraph.get(f"{_TEXT}outline-level") or "1"
            return min(max(int(level), 1), 6) if level.isdigit() else 1
        return 1 if self._styles.is_title(paragraph.get(f"{_TEXT}style-name")) else 0

    def _shown_text(self, paragraph: Any, separate: list[Any], *, on_colour: bool = False) -> str:
        """A paragraph's text; what stands apart from its line (text boxes) is put into `separate`."""
        on_colour = on_colour or self._on_colour
        base = self._styles.paragraph(paragraph.get(f"{_TEXT}style-name"), on_colour=on_colour)
        pieces: list[str] = []
        ahead: list[tuple[Any, Look, bool]] = [(paragraph, base, False)]
        while ahead:
            element, look, is_tail = ahead.pop()
            if is_tail:
                self._say(element.tail, look, pieces)
                continue
            if not isinstance(element.tag, str) or element.tag in _SILENT or self._set_apart(element, separate):
                continue
            if element.tag == f"{_TEXT}span":
                look = self._styles.span(element.get(f"{_TEXT}style-name")).over(look)
            pieces.append(_sign(element))
            self._say(element.text, look, pieces)
            for child in reversed(element):
                ahead.append((child, look, True))
                ahead.append((child, look, False))
        return "".join(pieces)

    def _set_apart(self, element: Any, separate: list[Any]) -> bool:
        """Keep for later what stands in a paragraph and is no part of its line; tells whether that is so."""
        if element.tag == f"{_TEXT}note":
            self._notes += element.findall(f"{_TEXT}note-body")
        elif element.tag == f"{_OFFICE}annotation":
            self._comments.append(element)
        elif element.tag in _SEPARATE:
            separate.append(element)
        elif element.tag in _HIDDEN:
            self.assembly.hide(HIDDEN, element.get(f"{_TEXT}string-value") or "".join(element.itertext()))
        else:
            return False
        return True

    def _say(self, text: str | None, look: Look, pieces: list[str]) -> None:
        reason = look.why_unseen() if text and not text.isspace() else ""
        if reason:
            self.assembly.hide(reason, text or "")
        else:
            pieces.append(" ".join((text or "").split("\n")))

    def _add_table(self, table: Any) -> None:
        spanning: dict[int, tuple[int, str]] = {}
        for row in nearest(table, f"{_TABLE}table-row", {f"{_TABLE}table"}):
            cells = [cell for cell in row if cell.tag in {f"{_TABLE}table-cell", _COVERED}]
            if len(cells) == 1:  # a frame around text, not a table of data
                self.add(cells[0])
            else:
                self.assembly.add_row(self._row(cells, spanning))
        self.assembly.end_table()

    def _row(self, cells: list[Any], spanning: dict[int, tuple[int, str]]) -> list[str]:
        """A row's texts, those of cells over several rows said again.

        `spanning` holds by column in how many rows more such a cell stands, and its text; it is brought up to date.
        """
        texts: list[str] = []
        for cell in cells:
            column = len(texts)
            repeated = min(_number(cell, "number-columns-repeated"), _MAX_REPEATED)
            rows, text = spanning.pop(column, (0, ""))
            if cell.tag == _COVERED and rows:
                texts += [text] + [""] * (repeated - 1)
            else:
                rows, text = _number(cell, "number-rows-spanned"), self._cell(cell)
                texts += [text] * repeated
            if rows > 1:
                spanning[column] = (rows - 1, text)
        return texts

    def _cell(self, cell: Any) -> str:
        on_colour = self._styles.is_coloured_cell(cell.get(f"{_TABLE}style-name"))
        texts: list[str] = []
        ahead = list(reversed(cell))
        while ahead:
            element = ahead.pop()
            if _is_hidden_section(element):
                self.assembly.hide(HIDDEN, "\n".join(_all_text(element)))
            elif element.tag not in _SILENT | _ASIDES:
                if element.tag in _PARAGRAPHS:
                    texts.append(self._shown_text(element, [], on_colour=on_colour))
                ahead.extend(reversed(element))
        return " ".join(texts)


def _is_hidden_section(element: Any) -> bool:
    return bool(element.tag == f"{_TEXT}section" and element.get(f"{_TEXT}display") == "none")


def _number(cell: Any, name: str) -> int:
    """How often something is so with a cell; 1 where nothing sensible is said."""
    told = cell.get(f"{_TABLE}{name}") or ""
    return int(told) if told.isdecimal() and len(told) < 10 else 1


def _sign(element: Any) -> str:
    if element.tag == f"{_TEXT}s":
        return " "  # runs of spaces become one anyway
    return _SIGNS.get(element.tag, "")


def _all_text(root: Any) -> Iterator[str]:
    return ("".join(paragraph.itertext()) for paragraph in root.iter(f"{_TEXT}p", f"{_TEXT}h"))
