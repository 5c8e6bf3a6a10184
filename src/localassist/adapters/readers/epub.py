"""Books (.epub): their chapters in reading order, each a page by its name in the table of contents."""

from __future__ import annotations

import re
from html import escape
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.archives import open_archive, read_member
from localassist.adapters.readers.assembly import MAX_CHARACTERS, TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.epub_package import Package
from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.html import add_fragment, declared_encoding
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from zipfile import ZipFile

    from localassist.domain.documents import StructuredText

_DAMAGED: Final = ("is damaged or no complete EPUB", "Download it again, or convert it anew.")
_LOCKED: Final = (
    "is protected against copying, so that only its seller's program can show it",
    "Books without such protection can be read.",
)
_MAX_CHAPTER_BYTES: Final = 4 * MAX_CHARACTERS
_CLOSED_AT_ONCE: Final = re.compile(r"<([a-zA-Z][\w:-]*)((?:\s[^<>]*)?)/>")
_DECLARING: Final = re.compile(r"\A\s*+(?:<\?xml[^>]*+>)?\s*+<!DOCTYPE[^<>\[]*+\[[^\]]*+\]\s*+>")
"""The head of a page with a document type that has declarations of its own."""

_SET_APART: Final = "<![CDATA["
_VOID: Final = frozenset(
    {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "param", "source", "track", "wbr"}
)
_HEADING: Final = re.compile(r"<h[1-6][\s>]", re.IGNORECASE)
_MAX_LABEL: Final = 80


def read(path: str) -> StructuredText:
    """The structured text of a book; its table of contents is no part of it. Raises `UnreadableError`."""
    with open_archive(path, _DAMAGED) as archive:
        try:
            package = Package(archive)
        except (SyntaxError, KeyError) as error:  # lxml's errors are SyntaxErrors
            raise UnreadableError(*_DAMAGED) from error
        if package.locked:
            raise UnreadableError(*_LOCKED)
        if not package.chapters:
            raise UnreadableError(*_DAMAGED)
        return _read_chapters(archive, package)


def _read_chapters(archive: ZipFile, package: Package) -> StructuredText:
    assembly = TextAssembly()
    title = ""
    for number, chapter in enumerate(package.chapters, 1):
        begins = package.titles.get(chapter, "")
        title = begins or title  # one without a title goes on with the chapter before
        label = title if 0 < len(title) <= _MAX_LABEL else f"chapter {number}"
        assembly.start_page(label)
        try:
            data = read_member(archive, chapter, _MAX_CHAPTER_BYTES)
        except (KeyError, *BROKEN_ARCHIVE):
            assembly.note(f"The part called {label} is missing or damaged.", misses_text=True)
            continue
        markup = _as_html(decode(data, declared_encoding(data)))
        if begins and not _HEADING.search(markup):
            assembly.add(BlockKind.HEADING, begins, 1)
        add_fragment(assembly, markup)
    return assembly.finish(package.title)


def _as_html(markup: str) -> str:
    """XHTML in the words of HTML, whose parser takes the rest of a document type and text set apart for comments."""
    markup = _DECLARING.sub("", markup)
    first, *others = markup.split(_SET_APART)
    return _CLOSED_AT_ONCE.sub(_opened_and_closed, first + "".join(map(_escaped, others)))


def _escaped(markup: str) -> str:
    """What follows the beginning of a CDATA section, with the section as plain markup."""
    words, end, rest = markup.partition("]]>")
    return escape(words, quote=False) + rest if end else markup


def _opened_and_closed(element: re.Match[str]) -> str:
    """An empty element as HTML writes it: there `<title/>` would swallow the rest of the page."""
    name, attributes = element.groups()
    return element.group() if name.lower() in _VOID else f"<{name}{attributes}></{name}>"
