"""Plain text, split into paragraphs at blank lines."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import MAX_CHARACTERS, TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText

_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")
_MAX_HEADING: Final = 80
_SENTENCE_ENDS: Final = (".", ",", ";", ":", "!", "?")
_NUMBERED: Final = re.compile(r"(\d{1,2}(?:\.\d{1,2})*)\.?[ \t]+[^\W\d]")
_TRAILING: Final = re.compile(r"(?<![ \t])[ \t]++(?=\n|$)")


def read(path: str) -> StructuredText:
    """The structured text of a plain text file: its paragraphs, lines kept."""
    return structure(decode(read_bytes(path)))


def structure(text: str) -> StructuredText:
    """Paragraphs of a text, split at blank lines."""
    assembly = TextAssembly()
    add_paragraphs(assembly, text)
    return assembly.finish()


def add_paragraphs(assembly: TextAssembly, text: str) -> None:
    """Append a text's paragraphs; the lines inside them stay."""
    for paragraph in _BLANK_LINES.split(_TRAILING.sub("", assembly.clean(text))):
        shown = paragraph.strip("\n")
        level = _heading_level(shown)
        if shown.strip():
            assembly.add_verbatim(BlockKind.HEADING if level else BlockKind.PARAGRAPH, shown, level)


def _heading_level(paragraph: str) -> int:
    """1 to 6 for a short line by itself, in capitals or numbered, that is no sentence; else 0."""
    if len(paragraph) > _MAX_HEADING or "\n" in paragraph or paragraph.endswith(_SENTENCE_ENDS):
        return 0
    numbered = _NUMBERED.match(paragraph)
    if numbered:
        return min(2 + numbered.group(1).count("."), 6)
    return 1 if paragraph.isupper() and len(paragraph) > 3 else 0


def read_bytes(path: str) -> bytes:
    """A file's bytes. Raises `UnreadableError` when they can only be too much text."""
    with Path(path).open("rb") as file:
        data = file.read(4 * MAX_CHARACTERS + 1)
    if len(data) > 4 * MAX_CHARACTERS:
        raise UnreadableError(
            f"holds more than {MAX_CHARACTERS // 1_000_000} million characters of text", "Split it into smaller files."
        )
    return data
