"""What PDFium finds on a page: its visible characters with their boxes, line by line."""

from __future__ import annotations

import ctypes
import functools
import math
import re
import unicodedata
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from localassist.adapters.readers.cleaning import clean

if TYPE_CHECKING:
    from collections.abc import Iterator

_LINE_ENDS: Final = frozenset({0x0A, 0x0D})
_HYPHENS: Final = frozenset({0x02, 0xFFFE})
"""What PDFium makes of a hyphen at the end of a line; it then leaves the line break out."""

_BOLD_WEIGHT: Final = 600
_BOLD_NAME: Final = re.compile(rb"bold|black|heavy|demi|bx\d", re.IGNORECASE)
_FONT_NAME_BYTES: Final = 128


class Glyph(NamedTuple):
    """A visible character or ligature's letters: `char` is PDFium's index of it, the box is points, y upwards."""

    text: str
    char: int
    left: float
    bottom: float
    right: float
    top: float

    @property
    def is_space(self) -> bool:
        """Whether it is white space, whose box means nothing: PDFium makes many of them up."""
        return self.text == " "


@dataclass(slots=True)
class Line:
    """A line as PDFium finds it; `size` is its letters' em in points, `bottom` where most of them end.

    `quarter` counts quarter turns of the writing; boxes are as if it had none.
    """

    glyphs: list[Glyph]
    size: float
    bold: bool
    quarter: int
    left: float = field(init=False)
    right: float = field(init=False)
    bottom: float = field(init=False)

    def __post_init__(self) -> None:
        ink = self.ink
        self.left = min(glyph.left for glyph in ink)
        self.right = max(glyph.right for glyph in ink)
        self.bottom = sorted(glyph.bottom for glyph in ink)[len(ink) // 2]

    @property
    def ink(self) -> list[Glyph]:
        """Its characters but for the spaces."""
        return [glyph for glyph in self.glyphs if not glyph.is_space]

    @property
    def text(self) -> str:
        """Its characters."""
        return "".join(glyph.text for glyph in self.glyphs)


@dataclass(slots=True)
class GlyphLines:
    """The lines of a page that show something, and how many invisible characters stood between them."""

    lines: list[Line]
    invisible: int


def read_lines(text_page: Any) -> GlyphLines:
    """The lines of a PDFium text page, in the order PDFium reads them."""
    lines: list[Line] = []
    invisible = 0
    for codes in _split(text_page):
        glyphs: list[Glyph] = []
        for index, code in codes:
            shown, removed = _shown(code)
            invisible += removed
            if shown:
                _append(glyphs, Glyph(shown, index, *box_of(text_page, index)))
        lines += [_line(text_page, quarter, run) for quarter, run in _runs(text_page, glyphs)]
    return GlyphLines(lines, invisible)


def box_of(text_page: Any, char: int) -> tuple[float, float, float, float]:
    """Left, bottom, right and top of a character in points, as high as its line."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    pdfium.FPDFText_GetLooseCharBox(text_page, char, box)
    return min(box.left, box.right), min(box.bottom, box.top), max(box.left, box.right), max(box.bottom, box.top)


def _split(text_page: Any) -> Iterator[list[tuple[int, int]]]:
    """The characters of each line as (index, code), a hyphen at its end as a plain one."""
    import pypdfium2.raw as pdfium

    line: list[tuple[int, int]] = []
    count = pdfium.FPDFText_CountChars(text_page)
    for index in range(count):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        if code in _HYPHENS:
            line.append((index, ord("-")))
            if index + 1 < count and not _on_one_line(text_page, index):
                yield line
                line = []
        elif code in _LINE_ENDS:
            yield line
            line = []
        else:
            line.append((index, code))
    yield line


def _on_one_line(text_page: Any, index: int) -> bool:
    here, after = box_of(text_page, index), box_of(text_page, index + 1)
    return abs(here[1] - after[1]) < 0.3 * (here[3] - here[1]) and after[0] > here[0]


@functools.cache
def _shown(code: int) -> tuple[str, int]:
    """What a character shows, and 1 if it hides; control codes do not, they are signs that have no letter."""
    if 0xF000 <= code <= 0xF0FF:  # where Symbol and Wingdings keep their bullets
        return "•", 0
    text, removed = clean(chr(code)) if code <= 0x10FFFF else ("", 0)
    return (" " if text.isspace() else text), (removed if code > 0xFF else 0)


def _append(glyphs: list[Glyph], glyph: Glyph) -> None:
    """Append a glyph; an accent that stands by itself joins its letter, spaces in a row are one."""
    last = glyphs[-1] if glyphs else None
    if last and glyph.is_space and last.is_space:
        return
    if last and unicodedata.combining(glyph.text[0]):
        joined = unicodedata.normalize("NFC", last.text + glyph.text)
        if len(joined) == len(last.text):
            glyphs[-1] = last._replace(text=joined)
            return
    glyphs.append(glyph)


def _runs(text_page: Any, glyphs: list[Glyph]) -> Iterator[tuple[int, list[Glyph]]]:
    """The glyphs between two line breaks, upright, with the quarter turns that made them so.

    PDFium leaves some line breaks out: where a glyph stands a line lower or higher than the last, one is put in.
    """
    import pypdfium2.raw as pdfium

    first = next((glyph for glyph in glyphs if not glyph.is_space), None)
    if first is None:
        return
    quarter = round(pdfium.FPDFText_GetCharAngle(text_page, first.char) / (math.pi / 2)) % 4
    run: list[Glyph] = []
    last = None
    for glyph in glyphs:
        upright = _upright(glyph, quarter) if quarter else glyph
        if not glyph.is_space:
            if last and abs(upright.bottom - last.bottom) > 0.8 * max(
                last.top - last.bottom, upright.top - upright.bottom
            ):
                yield quarter, _trimmed(run)
                run = []
            last = upright
        run.append(upright)
    yield quarter, _trimmed(run)


def _trimmed(glyphs: list[Glyph]) -> list[Glyph]:
    """Glyphs, of which some are not spaces, without the spaces at both ends."""
    ink = [place for place, glyph in enumerate(glyphs) if not glyph.is_space]
    return glyphs[ink[0] : ink[-1] + 1]


def _line(text_page: Any, quarter: int, glyphs: list[Glyph]) -> Line:
    ink = [glyph.char for glyph in glyphs if not glyph.is_space]
    bold = all(_is_bold(text_page, char) for char in (ink[0], ink[-1]))
    return Line(glyphs, _em(text_page, ink[len(ink) // 2]), bold, quarter)


def _em(text_page: Any, char: int) -> float:
    """The size of a character's font in points, as it is shown."""
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFText_GetMatrix(text_page, char, matrix)
    size: float = pdfium.FPDFText_GetFontSize(text_page, char)
    return max(size * math.hypot(matrix.c, matrix.d), 0.1)


def _upright(glyph: Glyph, quarter: int) -> Glyph:
    """The glyph where it would stand if the writing were turned back."""
    text, char, left, bottom, right, top = glyph
    turned = {
        1: (-top, left, -bottom, right),
        2: (-right, -top, -left, -bottom),
        3: (bottom, -right, top, -left),
    }
    return Glyph(text, char, *turned[quarter])


def _is_bold(text_page: Any, char: int) -> bool:
    import pypdfium2.raw as pdfium

    if pdfium.FPDFText_GetFontWeight(text_page, char) >= _BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    pdfium.FPDFText_GetFontInfo(text_page, char, name, _FONT_NAME_BYTES, None)
    return bool(_BOLD_NAME.search(name.value))
