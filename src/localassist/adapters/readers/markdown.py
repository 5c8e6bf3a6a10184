"""Markdown: the words a reader sees, without the marks that format them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers import html
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.text import read_bytes
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from markdown_it.token import Token

    from localassist.domain.documents import StructuredText

_FRONT_MATTER: Final = re.compile(r"\A---[ \t]*\r?\n(.*?)\r?\n(?:---|\.\.\.)[ \t]*(?:\r?\n|\Z)", re.DOTALL)
_TITLE: Final = re.compile(r"^title:(.*)$", re.MULTILINE)
_BREAK_TAG: Final = re.compile(r"<br\s*/?>", re.IGNORECASE)


def read(path: str) -> StructuredText:
    """The structured text of a Markdown file (CommonMark with tables)."""
    return structure(decode(read_bytes(path)))


def structure(source: str) -> StructuredText:
    """The structured text of a Markdown source."""
    assembly = TextAssembly()
    title = ""
    front = _FRONT_MATTER.match(source)
    if front:
        source = source[front.end() :]
        named = _TITLE.search(front.group(1))
        title = named.group(1).strip().strip("\"'") if named else ""
        assembly.add(BlockKind.PARAGRAPH, front.group(1))
    add_source(assembly, source)
    return assembly.finish(title)


def add_source(assembly: TextAssembly, source: str) -> None:
    """Append what a piece of Markdown shows."""
    from markdown_it import MarkdownIt

    builder = _Builder(assembly)
    for token in MarkdownIt("commonmark").enable(["table", "strikethrough"]).parse(source):
        builder.take(token)


class _Builder:
    """Appends the blocks that a stream of tokens stands for."""

    def __init__(self, assembly: TextAssembly) -> None:
        self._assembly = assembly
        self._heading = 0
        self._items = 0
        self._number = ""
        self._cells: list[str] | None = None

    def take(self, token: Token) -> None:
        """Take the next token."""
        match token.type:
            case "fence" | "code_block":
                self._assembly.add(BlockKind.CODE, token.content)
            case "html_block":
                html.add_fragment(self._assembly, token.content)
            case "inline":
                self._add_words(_words(token))
            case "tr_open":
                self._cells = []
            case "tr_close":
                self._assembly.add_row(self._cells or [])
                self._cells = None
            case "table_close":
                self._assembly.end_table()
            case _:
                self._note_place(token)

    def _note_place(self, token: Token) -> None:
        """Keep account of the heading or list that what follows stands in."""
        match token.type:
            case "heading_open":
                self._heading = int(token.tag[1])
            case "heading_close":
                self._heading = 0
            case "list_item_open":
                self._items += 1
                self._number = f"{token.info}. " if token.info else ""
            case "list_item_close":
                self._items -= 1
                self._number = ""

    def _add_words(self, words: str) -> None:
        if self._cells is not None:
            self._cells.append(words)
            return
        kind = BlockKind.LIST_ITEM if self._items else BlockKind.PARAGRAPH
        if self._heading:
            kind = BlockKind.HEADING
        self._assembly.add(kind, self._number + words, self._heading)
        self._number = ""


def _words(inline: Token) -> str:
    """The text of a line of Markdown: labels of links and descriptions of pictures stay, addresses go."""
    parts = []
    for token in inline.children or []:
        match token.type:
            case "text" | "code_inline" | "image":
                parts.append(token.content)
            case "softbreak":
                parts.append(" ")
            case "hardbreak":
                parts.append("\n")
            case "html_inline" if _BREAK_TAG.fullmatch(token.content):
                parts.append("\n")
    return "".join(parts)
