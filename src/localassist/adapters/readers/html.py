"""HTML pages: what a visitor would read, without scripts, menus and hidden parts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.text import read_bytes
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

_HIDDEN_STYLE: Final = re.compile(
    r"(?:^|;)(?:display:none|visibility:hidden|(?:font-size|opacity):0(?:\.0*)?(?:px|pt|em|rem|%)?)(?:!important)?(?:;|$)"
)
_DECLARED: Final = re.compile(
    rb"<(?:meta|\?xml)[^>]{0,200}?(?:charset|encoding)\s*=\s*[\"']?([\w.:-]{2,40})", re.IGNORECASE
)
_DECLARED_WITHIN: Final = 4096
_HIDDEN_NOTE: Final = "Parts that the page hides from its visitors were left out."
_WHITE_SPACE: Final = re.compile(r"\s+")


def read(path: str) -> StructuredText:
    """The structured text of an HTML file."""
    data = read_bytes(path)
    declared = _DECLARED.search(data[:_DECLARED_WITHIN])
    return structure(decode(data, declared.group(1).decode("ascii", "replace") if declared else ""))


def structure(markup: str) -> StructuredText:
    """The structured text of a page."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    assembly = TextAssembly()
    page = _Page(assembly)
    if tree.body is not None:
        page.add(tree.body)
    title = tree.css_first("title")
    return assembly.finish(title.text() if title is not None else "", (_HIDDEN_NOTE,) if page.hides_text else ())


def add_fragment(assembly: TextAssembly, markup: str) -> None:
    """Append what a piece of HTML inside another document shows."""
    from selectolax.lexbor import LexborHTMLParser

    tree = LexborHTMLParser(markup)
    if tree.body is not None:
        _Page(assembly).add(tree.body)


class _Page:
    """Walks a tree of elements, without recursion (pages nest as deep as they like), and appends its blocks."""

    def __init__(self, assembly: TextAssembly) -> None:
        self.hides_text = False
        self._assembly = assembly
        self._line: list[str] = []
        self._kinds: list[tuple[BlockKind, int]] = [(BlockKind.PARAGRAPH, 0)]
        self._next_numbers = [0]
        self._number = ""

    def add(self, root: LexborNode) -> None:
        """Append all that `root` shows."""
        ahead: list[tuple[LexborNode, bool]] = [(root, True)]
        while ahead:
            node, entering = ahead.pop()
            if not entering:
                self._leave(node)
            elif node.is_text_node:
                self._line.append(_WHITE_SPACE.sub(" ", node.text(deep=False)))
            elif self._shows(node) and self._enter(node):
                ahead.append((node, False))
                ahead.extend((child, True) for child in reversed(list(node.iter(include_text=True))))
        self._end_block()

    def _shows(self, node: LexborNode) -> bool:
        tag = node.tag or ""
        if tag in _SILENT or not node.is_element_node:
            return False
        if tag != "body" and _is_hidden(node):
            self.hides_text = self.hides_text or bool(node.text().strip())
            return False
        return True

    def _enter(self, node: LexborNode) -> bool:
        """Open an element; tells whether its children are to be walked."""
        tag = node.tag or ""
        if tag == "br":
            self._line.append("\n")
        elif tag not in _INLINE:
            self._end_block()
            return self._enter_block(node, tag)
        return True

    def _enter_block(self, node: LexborNode, tag: str) -> bool:
        if tag == "pre":
            self._assembly.add(BlockKind.CODE, node.text())
            return False
        if tag == "table" and _holds_data(node):
            self._add_table(node)
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

    def _add_table(self, table: LexborNode) -> None:
        caption = table.css_first("caption")
        if caption is not None:
            self._assembly.add(BlockKind.PARAGRAPH, self._shown_text(caption))
        for row in table.css("tr"):
            if self._shows(row):
                cells = [cell for cell in row.iter() if cell.tag in {"td", "th"}]
                self._assembly.add_row([self._shown_text(cell) for cell in cells])

    def _shown_text(self, root: LexborNode) -> str:
        parts = []
        ahead = [root]
        while ahead:
            node = ahead.pop()
            if node.is_text_node:
                parts.append(node.text(deep=False))
            elif self._shows(node):
                if node.tag not in _INLINE:
                    parts.append(" ")
                ahead.extend(reversed(list(node.iter(include_text=True))))
        return "".join(parts)


def _is_hidden(node: LexborNode) -> bool:
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    style = attributes.get("style")
    return bool(style and _HIDDEN_STYLE.search(_WHITE_SPACE.sub("", style).lower()))


def _holds_data(table: LexborNode) -> bool:
    return all(child.css_first(_LAYOUT_CONTENT) is None for child in table.iter())  # ends at the first: tables nest


def _first_number(numbered: LexborNode) -> int:
    """The number that a numbered list begins with."""
    start = numbered.attributes.get("start") or "1"
    return int(start) if start.isascii() and start.isdigit() and len(start) < 10 else 1
