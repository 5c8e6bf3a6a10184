"""Source code, data and settings as text: every line as it stands, so that lines can be counted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.text import read_bytes

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.documents import StructuredText

_LINE_END: Final = re.compile(r"\r\n?")
_NO_LINE_END: Final = re.compile(r"[\x0b\x0c\x85\u2028\u2029]")
"""What ends a line elsewhere, and is a sign like others to whoever counts lines of code."""

_CLOSING: Final = re.compile(r"[})\]]+[;,]?\s*$|end\b")
"""What ends a function at the left margin: brackets, or the word that some languages have for them."""

_LONG: Final = 40
"""Lines after which a block may end between the methods of a class."""

_LONGEST: Final = 120
"""Lines after which a block ends wherever it is."""


def read(path: str) -> StructuredText:
    """The structured text of a file of code: a block for each function, class or paragraph of statements."""
    return structure(decode(read_bytes(path)))


def structure(source: str) -> StructuredText:
    """The structured text of some code."""
    assembly = TextAssembly()
    text = assembly.clean(_NO_LINE_END.sub(" ", _LINE_END.sub("\n", source)))
    assembly.add_lines(text, [(start, end) for start, end in _units(text) if text[start:end].strip()])
    return assembly.finish()


def _units(text: str) -> Iterator[tuple[int, int]]:
    """Stretches of whole lines that belong together, without the blank lines and the line break after them.

    A new one begins at the left margin after a blank line or after what closes the one before; inside long
    ones also at a blank line.
    """
    start = position = count = 0
    before = ""
    for line in text.splitlines(keepends=True):
        if count and _begins(line, before, count):
            yield start, _trimmed(text, start, position)
            start, count = position, 0
        if count or line.strip():
            count += 1
        else:
            start = position + len(line)
        position += len(line)
        before = line
    yield start, _trimmed(text, start, position)


def _begins(line: str, before: str, count: int) -> bool:
    if count >= _LONGEST:
        return True
    if not line.strip():
        return False
    at_margin = not line[0].isspace() and not _CLOSING.match(line)
    after_blank = not before.strip()
    return (at_margin and (after_blank or bool(_CLOSING.match(before)))) or (after_blank and count >= _LONG)


def _trimmed(text: str, start: int, end: int) -> int:
    while end > start and text[end - 1].isspace():
        end -= 1
    return end
