"""What PDFium finds on a page: its visible characters with their boxes, line by line."""

from __future__ import annotations

import ctypes
import functools
import math
import re
import unicodedata
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.cleaning import clean
from localassist.adapters.readers.pdf_hidden import address_of
from localassist.adapters.readers.pdf_lines import Box, Glyph, Line, on_page, upright

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Mapping

_LINE_ENDS: Final = frozenset({0x0A, 0x0D})
_HYPHENS: Final = frozenset({0x02, 0xFFFE})
"""What PDFium makes of a hyphen at the end of a line; it then leaves the line break out."""

_BOLD_WEIGHT: Final = 600
_BOLD_NAME: Final = re.compile(rb"bold|black|heavy|demi|bx\d", re.IGNORECASE)
_FONT_NAME_BYTES: Final = 128
_FIRST_ACCENT: Final = "\u0300"
"""Unicode has no character below that joins the one before it."""


@dataclass(slots=True)
class GlyphLines:
    """The lines of a page that show something, how many invisible characters stood between them, and hidden words.

    `hidden` are (reason, words) as in `HiddenText`; `chars` is how many characters PDFium counts.
    """

    lines: list[Line]
    invisible: int
    hidden: list[tuple[str, str]]
    chars: int


def read_lines(text_page: Any, unseen: Mapping[int, str], shown_area: Box) -> GlyphLines:
    """The lines of a PDFium text page, in the order PDFium reads them.

    `unseen` are the text objects that nobody sees, by address, each with its reason; `shown_area` is what of the
    page is shown, as left, bottom, right and top.
    """
    import pypdfium2.raw as pdfium

    found = GlyphLines([], 0, [], pdfium.FPDFText_CountChars(text_page))
    hidden = _Hidden(text_page, unseen)
    box_at = _box_reader(text_page)
    for codes in _split(text_page, found.chars, box_at):
        glyphs: list[Glyph] = []
        for index, code in hidden.left_by(codes) if unseen else codes:
            shown, removed = _shown(code)
            found.invisible += removed
            if shown:
                left, bottom, right, top = box_at(index)
                _append(glyphs, Glyph(shown, index, left, bottom, right, top))
        for quarter, run in _runs(text_page, glyphs):
            line = _line(text_page, quarter, run)
            if _is_within(line, shown_area):
                found.lines.append(line)
            else:
                hidden.add("outside of the page's visible part", line.text)
    found.hidden = hidden.words()
    return found


class _Hidden:
    """Keeps the words apart that nobody sees, by reason."""

    def __init__(self, text_page: Any, unseen: Mapping[int, str]) -> None:
        self._text_page = text_page
        self._unseen = unseen
        self._words: dict[str, list[str]] = {}

    def left_by(self, codes: list[tuple[int, int]]) -> list[tuple[int, int]]:
        """The characters of a line without the hidden ones, which are kept here."""
        from pypdfium2 import raw as pdfium

        left: list[tuple[int, int]] = []
        hidden: dict[str, list[str]] = {}
        reason = ""
        for index, code in codes:
            owner = pdfium.FPDFText_GetTextObject(self._text_page, index)
            if owner:  # spaces that PDFium made up have none: they go with the character before
                reason = self._unseen.get(address_of(owner), "")
            if reason:
                hidden.setdefault(reason, []).append(_shown(code)[0])
            else:
                left.append((index, code))
        for why, words in hidden.items():
            self.add(why, "".join(words))
        return left

    def add(self, reason: str, words: str) -> None:
        self._words.setdefault(reason, []).append(words)

    def words(self) -> list[tuple[str, str]]:
        return [(reason, "\n".join(words)) for reason, words in self._words.items() if "".join(words).strip()]


def _is_within(line: Line, area: Box) -> bool:
    """Whether any of a line is in the area of a page that is shown."""
    left, bottom, right, top = on_page(line.quarter, line.box)
    return right > area[0] and left < area[2] and top > area[1] and bottom < area[3]


def _box_reader(text_page: Any) -> Callable[[int], Box]:
    """Gives left, bottom, right and top of a character in points, as high as its line."""
    import pypdfium2.raw as pdfium

    box = pdfium.FS_RECTF()
    place = ctypes.byref(box)
    handle, loose_box = ctypes.c_void_p(address_of(text_page.raw)), _untyped(pdfium.FPDFText_GetLooseCharBox)

    def read(char: int) -> Box:
        loose_box(handle, char, place)
        left, bottom, right, top = box.left, box.bottom, box.right, box.top
        if left > right:
            left, right = right, left
        return (left, bottom, right, top) if bottom <= top else (left, top, right, bottom)

    return read


def _untyped(function: Any) -> Any:
    """A function of PDFium's whose arguments are taken as they come: looking at each takes longer than the call."""
    return ctypes.CFUNCTYPE(ctypes.c_uint)(address_of(function))


def _split(text_page: Any, count: int, box_at: Callable[[int], Box]) -> Iterator[list[tuple[int, int]]]:
    """The characters of each line as (index, code), a hyphen at its end as a plain one."""
    import pypdfium2.raw as pdfium

    line: list[tuple[int, int]] = []
    handle, unicode_of = ctypes.c_void_p(address_of(text_page.raw)), _untyped(pdfium.FPDFText_GetUnicode)
    for index in range(count):
        code = unicode_of(handle, index)
        if code in _HYPHENS:
            line.append((index, ord("-")))
            if index + 1 < count and not _on_one_line(box_at(index), box_at(index + 1)):
                yield line
                line = []
        elif code in _LINE_ENDS:
            yield line
            line = []
        else:
            line.append((index, code))
    yield line


def _on_one_line(here: Box, after: Box) -> bool:
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
    text = glyph.text
    if glyphs and (text == " " or text >= _FIRST_ACCENT):
        last = glyphs[-1]
        if text == last.text == " ":
            return
        if unicodedata.combining(text[0]):
            joined = unicodedata.normalize("NFC", last.text + text)
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
    for glyph in glyphs if not quarter else [upright(glyph, quarter) for glyph in glyphs]:
        if glyph.text != " ":
            if last and glyph.bottom != last.bottom and _is_apart(last, glyph):
                yield quarter, _trimmed(run)
                run = []
            last = glyph
        run.append(glyph)
    yield quarter, _trimmed(run)


def _is_apart(last: Glyph, glyph: Glyph) -> bool:
    """Whether a glyph stands on another line than the last."""
    return abs(glyph.bottom - last.bottom) > 0.8 * max(last.top - last.bottom, glyph.top - glyph.bottom)


def _trimmed(glyphs: list[Glyph]) -> list[Glyph]:
    """Glyphs, of which some are not spaces, without the spaces at both ends."""
    first, end = 0, len(glyphs)
    while glyphs[first].is_space:
        first += 1
    while glyphs[end - 1].is_space:
        end -= 1
    return glyphs[first:end]


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


def _is_bold(text_page: Any, char: int) -> bool:
    import pypdfium2.raw as pdfium

    if pdfium.FPDFText_GetFontWeight(text_page, char) >= _BOLD_WEIGHT:
        return True
    name = ctypes.create_string_buffer(_FONT_NAME_BYTES)
    pdfium.FPDFText_GetFontInfo(text_page, char, name, _FONT_NAME_BYTES, None)
    return bool(_BOLD_NAME.search(name.value))
