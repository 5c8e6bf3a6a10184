"""HTML pages: what a visitor would read, without scripts, menus and hidden parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.html_looks import Look, Sheets, hiding
from localassist.adapters.readers.text import read_bytes
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

    from localassist.domain.documents import StructuredText

_SILENT: Final = frozenset(
    {"audio", "button", "canvas", "datalist", "embed", "head", "iframe", "nav", "noscript", "object"}
) | {"script", "select", "style", "svg", "template", "textarea", "title", "video"}
_INLINE: Final = (
    frozenset({"a", "abbr", "acronym", "b", "bdi", "bdo", "big", "cite", "code", "data", "del", "dfn", "em", "font"})
    | {"i", "img", "ins", "kbd", "label", "mark", "output", "q", "rp", "rt", "ruby", "s", "samp", "small", "span"}
    | {"strike", "strong", "sub", "sup", "time", "tt", "u", "var", "wbr"}
)
_LISTS: Final = frozenset({"ol", "ul", "menu"})
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4", "h5", "h6"})
_LAYOUT_CONTENT: Final = "table, h1, h2, h3, h4, ul, ol, form, pre"
"""A table that holds any of these arranges a page; its cells are no cells of data."""

_DECLARED: Final = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE
)
_DECLARED_WITHIN: Final = 4096
_MAX_DEPTH: Final = 40_000
_NESTING_TAG: Final = re.compile(
    r"<(/?)(?!(?:p|li|td|th|tr|dt|dd|option|br|hr|img|input|meta|link|col|wbr|area|base|source|tbody|thead|colgroup)\b)"
    r"[a-z](?![^<>]{0,500}/>)",
    re.IGNORECASE,
)
"""Tags of elements that stay open until they are closed."""

_MAX_COLUMNS: Final = 1000
_WHITE_SPACE: Final = re.compile(r"\s+")


def read(path: str) -> StructuredText:
    """The structured text of an HTML file."""
    data = read_bytes(path)
    return structure(decode(data, declared_encoding(data)))


def declared_encoding(data: bytes) -> str:
    """The encoding that a page says it is in, "" if it does not say."""
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    return declared.group(1).decode("ascii", "replace") if declared else ""


def structure(markup: str) -> StructuredText:
    """The structured text of a page; what it hides from its visitors is kept apart."""
    assembly = TextAssembly()
    return assembly.finish(add_fragment(assembly, markup))


def add_fragment(assembly: TextAssembly, markup: str) -> str:
    """Append what a page, or a piece of HTML inside another document, shows; returns its title, "" without one."""
    from selectolax.lexbor import LexborHTMLParser

    _refuse_depth(markup)
    tree = LexborHTMLParser(markup)
    if tree.body is not None:
        _Page(assembly, Sheets(tree)).add(tree.body)
    title = tree.css_first("title")
    return title.text() if title is not None else ""


def _refuse_depth(markup: str) -> None:
    """Raise `UnreadableError` for elements nested deeper than any page's: the parser takes square time over them."""
    if markup.count("<") < _MAX_DEPTH:
        return
    depth = 0
    for tag in _NESTING_TAG.finditer(markup):
        depth = max(depth + (-1 if tag.group(1) else 1), 0)
        if depth > _MAX_DEPTH:
            raise UnreadableError("nests its parts deeper than any page does", "It was not read: it may be harmful.")


class _Page:
    """Walks a tree of elements, without recursion (pages nest as deep as they like), and appends its blocks."""

    def __init__(self, assembly: TextAssembly, sheets: Sheets) -> None:
        self._assembly = assembly
        self._sheets = sheets
        self._line: list[str] = []
        self._kinds: list[tuple[BlockKind, int]] = [(BlockKind.PARAGRAPH, 0)]
        # White on an unknown background is no secret: that may be a picture, or painted by rules not understood.
        self._looks = [Look(background=None if sheets.may_paint else Look().background)]
        self._next_numbers = [0]
        self._number = ""

    def add(self, root: LexborNode) -> None:
        """Append all that `root` shows."""
        ahead: list[tuple[LexborNode, bool]] = [(root, True)]
        while ahead:
            node, entering = ahead.pop()
            if not entering:
                self._looks.pop()
                self._leave(node)
            elif node.is_text_node:
                self._line.append(_WHITE_SPACE.sub(" ", self._seen(node, self._looks[-1])))
            elif (look := self._look(node, self._looks[-1])) and self._enter(node, look):
                self._looks.append(look)
                ahead.append((node, False))
                ahead.extend((child, True) for child in reversed(list(node.iter(include_text=True))))
        self._end_block()

    def _seen(self, words: LexborNode, look: Look) -> str:
        """The words themselves, "" where they can't be seen; those are kept apart."""
        text = words.text(deep=False)
        if look.unseen and text.strip():
            self._assembly.hide(look.unseen, text)
            return " "
        return text

    def _look(self, node: LexborNode, around: Look) -> Look | None:
        """How an element looks inside one that looks as `around`; None where nothing of it is shown."""
        tag = node.tag or ""
        if tag in _SILENT or not node.is_element_node:
            return None
        declared = self._sheets.declared(node)
        reason = hiding(node, declared) if tag != "body" else ""
        if reason:
            self._assembly.hide(reason, _spoken(node))
            return None
        return around.within(declared) if declared else around

    def _enter(self, node: LexborNode, look: Look) -> bool:
        """Open an element; tells whether its children are to be walked."""
        tag = node.tag or ""
        if tag == "br":
            self._line.append("\n")
        elif tag not in _INLINE:
            self._end_block()
            return self._enter_block(node, tag, look)
        return True

    def _enter_block(self, node: LexborNode, tag: str, look: Look) -> bool:
        if tag == "pre":
            self._assembly.add(BlockKind.CODE, node.text())
            return False
        if tag == "table" and _holds_data(node):
            self._add_table(node, look)
            return False
        if tag in _LISTS:
            self._next_numbers.append(_first_number(node) if tag == "ol" else 0)
        elif tag == "li":
            self._kinds.append((BlockKind.LIST_ITEM, 0))
            self._number = self._take_number()
        elif tag in _HEADINGS:
            self._kinds.append((BlockKind.HEADING, int(tag[1])))
        return True

    def _take_number(self) -> str:
        """The number, with its dot, that a browser shows before the item that begins here."""
        number = self._next_numbers[-1]
        if number:
            self._next_numbers[-1] += 1
        return f"{number}. " if number else ""

    def _leave(self, node: LexborNode) -> None:
        tag = node.tag or ""
        if tag in _INLINE or tag == "br":
            return
        self._end_block()
        if tag in _LISTS:
            self._next_numbers.pop()
        elif tag == "li" or tag in _HEADINGS:
            self._kinds.pop()
            self._number = ""

    def _end_block(self) -> None:
        text = "".join(self._line)
        self._line.clear()
        if text.strip():
            kind, level = self._kinds[-1]
            self._assembly.add(kind, self._number + text.lstrip(), level)
            self._number = ""

    def _add_table(self, table: LexborNode, around: Look) -> None:
        caption = table.css_first("caption")
        if caption is not None:
            self._assembly.add(BlockKind.PARAGRAPH, self._shown_text(caption, around))
        above: dict[int, tuple[str, int]] = {}
        for row in table.css("tr"):
            look = self._look(row, around)
            if look:
                cells = [cell for cell in row.iter() if cell.tag in {"td", "th"}]
                spans = ((_span(cell, "rowspan"), _span(cell, "colspan")) for cell in cells)
                shown = [(self._shown_text(cell, look), *span) for cell, span in zip(cells, spans, strict=True)]
                self._assembly.add_row(_filled(shown, above))
        self._assembly.end_table()

    def _shown_text(self, root: LexborNode, around: Look) -> str:
        parts = []
        ahead = [(root, around)]
        while ahead:
            node, outside = ahead.pop()
            if node.is_text_node:
                parts.append(self._seen(node, outside))
            elif look := self._look(node, outside):
                if node.tag not in _INLINE:
                    parts.append(" ")
                ahead.extend((child, look) for child in reversed(list(node.iter(include_text=True))))
        return "".join(parts)


def _spoken(root: LexborNode) -> str:
    """The words of an element that is hidden, without scripts and styles."""
    words = []
    ahead = [root]
    while ahead:
        node = ahead.pop()
        if node.is_text_node:
            words.append(node.text(deep=False))
        elif node.tag not in _SILENT:
            ahead.extend(reversed(list(node.iter(include_text=True))))
    return " ".join(words)


def _filled(cells: list[tuple[str, int, int]], above: dict[int, tuple[str, int]]) -> list[str]:
    """A row's cells, each (text, rows, columns), in their columns.

    What reaches down from rows above, noted in `above` as (text, rows left) by column, stands again where it does;
    what reaches over several columns stands in the first.
    """
    row: list[str] = []
    ahead = list(reversed(cells))
    while (ahead or len(row) in above) and len(row) < _MAX_COLUMNS:
        column = len(row)
        if column in above:
            text, left = above.pop(column)
            row.append(text)
            if left > 1:
                above[column] = (text, left - 1)
            continue
        text, rows, columns = ahead.pop()
        for offset in range(columns):
            row.append("" if offset else text)
            if rows > 1:
                above[column + offset] = ("" if offset else text, rows - 1)
    return row


def _span(cell: LexborNode, name: str) -> int:
    """How many rows or columns a cell takes; what makes no sense counts as one."""
    told = cell.attributes.get(name) or "1"
    return int(told) if told.isascii() and told.isdigit() and len(told) < 4 and int(told) else 1


def _holds_data(table: LexborNode) -> bool:
    return all(child.css_first(_LAYOUT_CONTENT) is None for child in table.iter())  # ends at the first: tables nest


def _first_number(numbered: LexborNode) -> int:
    """The number that a numbered list begins with."""
    start = numbered.attributes.get("start") or "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
