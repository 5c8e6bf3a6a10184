"""Plain text: told from other bytes, decoded, split into paragraphs at blank lines."""

from __future__ import annotations

import codecs
import re
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import MAX_CHARACTERS, TextAssembly
from localassist.adapters.readers.cleaning import clean
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import StructuredText

_BYTE_ORDER_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16: its mark begins with that one's
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE_BYTES: Final = 65_536
_MAX_CONTROL_SHARE: Final = 0.1
_CONTROLS: Final = bytes(code for code in range(32) if code not in b"\t\n\v\f\r\x1b")
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
    text, removed = clean(text)
    assembly.count_invisible(removed)
    for paragraph in _BLANK_LINES.split(_TRAILING.sub("", text)):
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


def decode(data: bytes, declared: str = "") -> str:
    """Text from bytes: by its byte order mark, the `declared` encoding, as UTF-8, else by the likeliest guess.

    Raises `UnreadableError` for bytes that are no text.
    """
    for mark, encoding in _BYTE_ORDER_MARKS:
        if data.startswith(mark):
            return data.decode(encoding, "replace")
    wide = _wide_encoding(data[:_SAMPLE_BYTES])
    if wide:
        return data.decode(wide, "replace")
    _refuse_binary(data[:_SAMPLE_BYTES])
    for encoding in ("utf-8", declared):
        try:
            if encoding:
                return data.decode(encoding)
        except (UnicodeError, LookupError):
            continue
    return data.decode(_guess(data), "replace")


def _wide_encoding(sample: bytes) -> str:
    """UTF-16 without a mark shows in mostly Latin text: every other byte is NUL."""
    pairs = len(sample) // 2
    if pairs < 2:
        return ""
    if sample[1::2].count(0) > 0.6 * pairs and sample[::2].count(0) < 0.05 * pairs:
        return "utf-16-le"
    if sample[::2].count(0) > 0.6 * pairs and sample[1::2].count(0) < 0.05 * pairs:
        return "utf-16-be"
    return ""


def _refuse_binary(sample: bytes) -> None:
    controls = len(sample) - len(sample.translate(None, _CONTROLS))
    if controls > _MAX_CONTROL_SHARE * len(sample):
        raise UnreadableError(
            "holds no text", "Its name says text, but it looks like a program, a picture or an archive."
        )


def _guess(data: bytes) -> str:
    from charset_normalizer import from_bytes  # loads slowly and is rarely needed

    best = from_bytes(data[:_SAMPLE_BYTES]).best()
    return best.encoding if best else "cp1252"
