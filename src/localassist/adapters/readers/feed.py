"""Feeds (RSS and Atom): their entries, each with its heading, date and text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers import code
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.html import add_fragment
from localassist.adapters.readers.text import read_bytes
from localassist.adapters.readers.xml_parts import parse_xml
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText

_DATES: Final = ("pubDate", "published", "updated", "date")
_TEXTS: Final = ("encoded", "content", "description", "summary")
"""Where an entry's text stands, the fullest first."""


def read(path: str) -> StructuredText:
    """The structured text of a feed; one that is no well-formed XML is read as plain code."""
    data = read_bytes(path)
    try:
        root = parse_xml(data)
    except SyntaxError:
        return code.structure(decode(data))
    assembly = TextAssembly()
    channel = next((element for element in root.iter("{*}channel")), root)
    title = _text(channel, "title")
    assembly.add(BlockKind.HEADING, title, 1)
    add_fragment(assembly, _text(channel, "description") or _text(channel, "subtitle"))
    for entry in root.iter("{*}item", "{*}entry"):
        _add_entry(assembly, entry)
    return assembly.finish(title)


def _add_entry(assembly: TextAssembly, entry: Any) -> None:
    assembly.add(BlockKind.HEADING, _text(entry, "title"), 2)
    assembly.add(BlockKind.PARAGRAPH, next(filter(None, (_text(entry, name) for name in _DATES)), ""))
    add_fragment(assembly, next(filter(None, (_text(entry, name) for name in _TEXTS)), ""))


def _text(element: Any, name: str) -> str:
    """What the first child of that name says, its own elements' words included, "" if there is none."""
    child = next(element.iterchildren("{*}" + name), None)
    return "".join(child.itertext()).strip() if child is not None else ""
