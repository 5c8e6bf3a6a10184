"""One page of a PDF: its lines, from its text or recognised in its picture, what it hides, and where it shows them."""

from __future__ import annotations

import ctypes
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.ocr import MAX_SIDE
from localassist.adapters.readers.pdf_fields import needs_form, put_in_place, read_fields, start_form
from localassist.adapters.readers.pdf_glyphs import read_lines
from localassist.adapters.readers.pdf_hidden import look_at_objects
from localassist.adapters.readers.pdf_lines import Line, Placement

if TYPE_CHECKING:
    from localassist.adapters.readers.ocr import Recogniser
    from localassist.adapters.readers.patience import Patience

_DOTS_PER_POINT: Final = 200 / 72
"""Text recognition gains nothing from more than 200 dots an inch."""

_PICTURED: Final = 0.05
"""A page without text is looked at when a picture fills that share of it: smaller ones are ornaments."""

_SCANNED: Final = 0.6
"""A picture that fills that share of a page is the page; a few words on it are a stamp."""

_STAMP: Final = 60
"""Characters that a stamp on a scanned page may have: a number, a program's name."""

_ILLEGIBLE: Final = re.compile(r"[\ue000-\uf8ff\ufffd\U000f0000-\U0010ffff]")
_FINE: Final = 1000
"""Parts of a point in which PDFium is asked where things stand: it answers in whole numbers."""


@dataclass(slots=True)
class Page:
    """A page as it is read; `width` and `height` are points as it is shown.

    `hidden` are (reason, words) as in `HiddenText`. `unsure` counts lines that were not made out; `unrecognised`
    says that there was a picture to look at, and no time or way to.
    """

    width: float
    height: float
    placement: Placement
    lines: list[Line] = field(default_factory=list)
    invisible: int = 0
    hidden: list[tuple[str, str]] = field(default_factory=list)
    recognised: bool = False
    unsure: int = 0
    unrecognised: bool = False
    is_damaged: bool = False


class PageReader:
    """Reads the pages of an open PDFium document.

    Pages that are pictures are left `unrecognised` without a `recogniser` and when the `patience` is over.
    """

    def __init__(self, document: Any, recogniser: Recogniser | None, patience: Patience) -> None:
        self._document = document
        self._recogniser = recogniser
        self._patience = patience

    def read(self, index: int) -> Page:
        """The page with that index, from 0. One that PDFium can't load is empty and damaged."""
        from pypdfium2 import PdfiumError

        try:
            page = self._document[index]
            if needs_form(self._document, page):
                page.close()
                start_form(self._document)
                page = self._document[index]
        except PdfiumError:
            return Page(0.0, 0.0, Placement(1, 0, 0, 1, 0, 0), is_damaged=True)
        try:
            return self._read(page)
        finally:
            page.close()

    def _read(self, page: Any) -> Page:
        across, down = page.get_size()
        read = Page(across, down, _placement(page, across, down))
        area = page.get_bbox()
        objects = look_at_objects(page, area)
        text_page = page.get_textpage()
        found = read_lines(text_page, objects.unseen, area)
        text_page.close()
        read.lines, read.invisible, read.hidden = found.lines, found.invisible, found.hidden
        if _is_picture(found.lines, objects.pictured):
            self._recognise(page, read)
        if not read.recognised:  # what was typed into a page shows in its picture too
            typed, hidden = read_fields(self._document, page, found.chars)
            read.lines = put_in_place(read.lines, typed)
            read.hidden += [("in a form field that is not shown", value) for value in hidden]
        return read

    def _recognise(self, page: Any, read: Page) -> None:
        """Put what is recognised in the page's picture in the place of its text."""
        if self._recogniser is None or self._patience.is_over:
            read.unrecognised = True
            return
        with self._patience.spent():
            scale = min(_DOTS_PER_POINT, MAX_SIDE / max(read.width, read.height, 1.0))
            bitmap = page.render(scale=scale, may_draw_forms=False)
            found = self._recogniser.read(bitmap.to_pil(), scale)
            read.placement = Placement(1, 0, 0, -1, 0, bitmap.height / scale)
            bitmap.close()
        read.lines, read.unsure, read.recognised = found.lines, found.unsure, True


def _is_picture(lines: list[Line], pictured: float) -> bool:
    """Whether what a page says stands in its picture: it has no text, or none that is of use."""
    letters = "".join(line.text for line in lines).replace(" ", "")
    if not letters:
        return pictured >= _PICTURED
    if pictured < _SCANNED:
        return False
    return len(letters) <= _STAMP or len(_ILLEGIBLE.findall(letters)) > 0.3 * len(letters)


def _placement(page: Any, across: float, down: float) -> Placement:
    from pypdfium2 import raw

    x, y = ctypes.c_int(), ctypes.c_int()
    points = []
    for at in ((0.0, 0.0), (1000.0, 0.0), (0.0, 1000.0)):
        raw.FPDF_PageToDevice(page, 0, 0, round(across * _FINE), round(down * _FINE), 0, *at, x, y)
        points.append((x.value / _FINE, y.value / _FINE))
    (e, f), (ax, bx), (cx, dx) = points
    return Placement((ax - e) / 1000, (bx - f) / 1000, (cx - e) / 1000, (dx - f) / 1000, e, f)
