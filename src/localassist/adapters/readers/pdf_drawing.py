"""Draws pages of a PDF, with boxes around marked words."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers import png
from localassist.adapters.readers.pdf import open_pdf, read_page
from localassist.adapters.readers.pdf_glyphs import box_of
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import PageImage

if TYPE_CHECKING:
    from localassist.adapters.readers.pdf_layout import PageText

_WHITE: Final = (255, 255, 255, 255)
_MAX_PIXELS: Final = 40_000_000
_Box = tuple[float, float, float, float]


def draw(path: str, number: int, width: int, mark: tuple[int, int] | None) -> PageImage:
    """Draw page `number` (1-based), `width` pixels wide, with boxes around the characters of `mark`.

    `mark` counts in the page's own text. Raises `UnreadableError`.
    """
    from pypdfium2 import PdfiumError

    with open_pdf(path) as document:
        if not 1 <= number <= len(document):
            raise UnreadableError(f"has no page {number}: it has {len(document)}")
        try:
            page = document[number - 1]
        except PdfiumError:
            raise UnreadableError(f"is damaged: its page {number} can't be shown") from None
        across, down = page.get_size()
        height = max(round(width * down / across), 1) if across > 0 else 0
        if not 0 < width * height <= _MAX_PIXELS:
            raise UnreadableError(f"has a page {number} of a shape that can't be shown")
        marks: tuple[_Box, ...] = ()
        if mark:
            text, _ = read_page(document, number - 1)
            marks = _boxes(page, text, mark, (width, height))
        return PageImage(_picture(page, width, height), width, height, marks)


def _picture(page: Any, width: int, height: int) -> bytes:
    from pypdfium2 import PdfBitmap, raw

    bitmap = PdfBitmap.new_native(width, height, raw.FPDFBitmap_BGR, rev_byteorder=True)
    bitmap.fill_rect(_WHITE, 0, 0, width, height)
    raw.FPDF_RenderPageBitmap(bitmap, page, 0, 0, width, height, 0, raw.FPDF_ANNOT | raw.FPDF_REVERSE_BYTE_ORDER)
    return png.encode(memoryview(bitmap.buffer).cast("B"), width, height)


def _boxes(page: Any, text: PageText, mark: tuple[int, int], size: tuple[int, int]) -> tuple[_Box, ...]:
    """One box (x, y, w, h) in pixels for every stretch of marked characters on one line."""
    text_page = page.get_textpage()
    merged: list[_Box] = []
    before: _Box | None = None
    for index in text.origins[mark[0] : mark[1]]:
        if index < 0:
            continue
        left, bottom, right, top = box_of(text_page, index)
        if right <= left or top <= bottom:
            continue
        box = _on_picture(page, (left, bottom, right, top), size)
        if before and _on_one_line(before, box):
            merged[-1] = _around(merged[-1], box)
        else:
            merged.append(box)
        before = box
    text_page.close()
    return tuple((left, top, right - left, bottom - top) for left, top, right, bottom in merged)


def _on_picture(page: Any, box: _Box, size: tuple[int, int]) -> _Box:
    """Left, top, right and bottom in pixels of a box in points, however the page is turned or cropped."""
    from pypdfium2 import raw

    left, bottom, right, top = box
    corners = []
    for x, y in ((left, bottom), (right, top)):
        across, down = ctypes.c_int(), ctypes.c_int()
        raw.FPDF_PageToDevice(page, 0, 0, *size, 0, x, y, across, down)
        corners.append((across.value, down.value))
    (x1, y1), (x2, y2) = corners
    return float(min(x1, x2)), float(min(y1, y2)), float(max(x1, x2)), float(max(y1, y2))


def _on_one_line(before: _Box, box: _Box) -> bool:
    """Whether two characters that follow each other stand on one line, written across or (on a turned page) down."""
    shared_height = min(before[3], box[3]) - max(before[1], box[1])
    shared_width = min(before[2], box[2]) - max(before[0], box[0])
    height = min(before[3] - before[1], box[3] - box[1])
    width = min(before[2] - before[0], box[2] - box[0])
    return shared_height > 0.5 * height or shared_width > 0.5 * width


def _around(first: _Box, second: _Box) -> _Box:
    return min(first[0], second[0]), min(first[1], second[1]), max(first[2], second[2]), max(first[3], second[3])
