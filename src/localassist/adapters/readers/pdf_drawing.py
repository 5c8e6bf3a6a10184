"""Draws pages of a PDF, with boxes around marked words."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers import png
from localassist.adapters.readers.ocr import Recogniser
from localassist.adapters.readers.patience import Patience
from localassist.adapters.readers.pdf import page_text
from localassist.adapters.readers.pdf_files import open_pdf
from localassist.adapters.readers.pdf_pages import PageReader
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import PageImage

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.pdf_layout import PageText
    from localassist.adapters.readers.pdf_lines import Box
    from localassist.adapters.readers.pdf_pages import Page

_WHITE: Final = (255, 255, 255, 255)
_MAX_PIXELS: Final = 40_000_000
_PATIENCE: Final = 25.0
"""Seconds: the words of a scanned page are recognised again, to know where they stand."""


def draw(path: str, number: int, width: int, mark: tuple[int, int] | None, password: str = "") -> PageImage:
    """Draw page `number` (1-based), `width` pixels wide, with boxes around the characters of `mark`.

    `mark` counts in the page's own text. Raises `UnreadableError`.
    """
    from pypdfium2 import PdfiumError

    with open_pdf(path, password) as (document, _):
        if not 1 <= number <= len(document):
            raise UnreadableError(f"has no page {number}: it has {len(document)}")
        reader = PageReader(document, Recogniser(), Patience(_PATIENCE))
        try:
            page = document[number - 1]
        except PdfiumError:
            raise UnreadableError(f"is damaged: its page {number} can't be shown") from None
        across, down = page.get_size()
        height = max(round(width * down / across), 1) if across > 0 else 0
        if not 0 < width * height <= _MAX_PIXELS:
            raise UnreadableError(f"has a page {number} of a shape that can't be shown")
        marks: tuple[Box, ...] = ()
        if mark:
            neighbours = PageReader(document, None, Patience(0))
            marks = _boxes(*page_text(reader, neighbours, number - 1, len(document)), mark, width / across)
        return PageImage(_picture(page, width, height), width, height, marks)


def _picture(page: Any, width: int, height: int) -> bytes:
    from pypdfium2 import PdfBitmap, raw

    bitmap = PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR, rev_byteorder=True)
    bitmap.fill_rect(_WHITE, 0, 0, width, height)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
    return png.encode(memoryview(bitmap.buffer).cast("B"), width, height)


def _boxes(page: Page, text: PageText, mark: tuple[int, int], scale: float) -> tuple[Box, ...]:
    """One box (x, y, w, h) in pixels for every stretch of marked characters on one line."""
    merged: list[Box] = []
    before: Box | None = None
    for box in _marked(page, set(text.origins[mark[0] : mark[1]])):
        if before and _on_one_line(before, box):
            merged[-1] = _around(merged[-1], box)
        else:
            merged.append(box)
        before = box
    sides = ((left, top, right - left, bottom - top) for left, top, right, bottom in merged)
    return tuple((x * scale, y * scale, w * scale, h * scale) for x, y, w, h in sides)


def _marked(page: Page, chars: set[int]) -> Iterator[Box]:
    """Left, upper edge, right and lower edge of each of the characters that takes up room, in points."""
    for line in page.lines:
        for glyph in line.glyphs:
            if glyph.char >= 0 and glyph.char in chars and not glyph.is_space:
                left, top, right, bottom = page.placement.shown(line.quarter, glyph[2:])
                if right > left and bottom > top:
                    yield left, top, right, bottom


def _on_one_line(before: Box, box: Box) -> bool:
    """Whether two characters that follow each other stand on one line, written across or (on a turned page) down."""
    shared_height = min(before[3], box[3]) - max(before[1], box[1])
    shared_width = min(before[2], box[2]) - max(before[0], box[0])
    height = min(before[3] - before[1], box[3] - box[1])
    width = min(before[2] - before[0], box[2] - box[0])
    return shared_height > 0.5 * height or shared_width > 0.5 * width


def _around(first: Box, second: Box) -> Box:
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])
