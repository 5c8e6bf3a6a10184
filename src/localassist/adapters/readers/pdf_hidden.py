"""Which text of a PDF's page nobody sees: how it is painted, and what is painted before and after it."""

from __future__ import annotations

import ctypes
import math
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.pdf_lines import Box

_UNSEEN_SIZE: Final = 1.5
"""Points: letters below this size can't be read by a person, on paper or at any usual zoom."""

_ALIKE: Final = 12
"""By how much of 255 each of a colour's three parts may differ from its background's and not be told from it."""

_TRANSPARENT: Final = 8
_MAX_OBJECTS: Final = 60_000
_MAX_DEPTH: Final = 6
_MAX_COMPARED: Final = 300_000
_WHITE: Final = (255, 255, 255)

_Matrix = tuple[float, float, float, float, float, float]
_Colour = tuple[int, int, int]
_PLAIN: Final[_Matrix] = (1.0, 0.0, 0.0, 1.0, 0.0, 0.0)


class _Surface(NamedTuple):
    """Something painted: `colour` is that of a rectangle that nothing shows through, else None."""

    order: int
    box: Box
    colour: _Colour | None
    is_picture: bool = False


@dataclass(slots=True)
class _Text:
    """A piece of text as it is painted; `colour` is None where it isn't simply filled."""

    order: int
    address: int
    box: Box
    colour: _Colour | None
    alpha: int
    size: float
    is_invisible: bool


@dataclass(slots=True)
class PageObjects:
    """What a page is painted with, as far as it matters to what can be read.

    `unseen` are the text objects that nobody sees, by address, each with the reason that `HiddenText` gives;
    `pictured` is the part of the page, from 0 to 1, that the largest picture on it takes up.
    """

    unseen: dict[int, str]
    pictured: float


def look_at_objects(page: Any, area: Box) -> PageObjects:
    """Which text of a page is unseen. `area` is what of the page is shown: left, bottom, right, top.

    Invisible letters on a picture are what a scanner's program recognised in it: they are what the picture shows,
    and no hidden text.
    """
    texts: list[_Text] = []
    surfaces: list[_Surface] = []
    for order, (item, kind, matrix) in enumerate(_objects(page)):
        found = _painted(order, item, kind, matrix)
        if isinstance(found, _Text):
            texts.append(found)
        elif found:
            surfaces.append(found)
    whole = _extent(area) or 1.0
    pictures = [surface.box for surface in surfaces if surface.is_picture]
    pictured = max([_extent(_common(picture, area)) for picture in pictures], default=0.0) / whole
    if len(texts) * len(surfaces) > _MAX_COMPARED:
        for text in texts:
            text.colour = None  # too many to compare: then none is called hidden for its colour
    unseen = {text.address: reason for text in texts if (reason := _why_unseen(text, surfaces, pictures))}
    return PageObjects(unseen, pictured)


def address_of(handle: Any) -> int:
    """Where PDFium keeps an object: the same whenever it is asked for."""
    return ctypes.cast(handle, ctypes.c_void_p).value or 0


def _why_unseen(text: _Text, surfaces: list[_Surface], pictures: list[Box]) -> str:
    if text.is_invisible:
        on_picture = any(_extent(_common(text.box, picture)) >= 0.5 * _extent(text.box) for picture in pictures)
        return "" if on_picture else "drawn invisibly"
    if text.size < _UNSEEN_SIZE:
        return "too small to be seen"
    if text.alpha <= _TRANSPARENT:
        return "transparent"
    return _why_lost(text, text.colour, surfaces) if text.colour else ""


def _why_lost(text: _Text, colour: _Colour, surfaces: list[_Surface]) -> str:
    """Why text of one colour can't be told from what is behind it, or is behind something itself."""
    behind: _Colour | None = _WHITE
    order, (left, bottom, right, top) = text.order, text.box
    x, y = (left + right) / 2, (bottom + top) / 2
    for painted, box, own, _ in surfaces:
        if painted < order:
            if box[0] <= x <= box[2] and box[1] <= y <= box[3]:
                behind = own
        elif own and box[0] - 1 <= left and right <= box[2] + 1 and box[1] - 1 <= bottom and top <= box[3] + 1:
            return "covered by something painted over it"
    if behind is None or any(abs(one - other) > _ALIKE for one, other in zip(colour, behind, strict=True)):
        return ""
    return "white on white" if behind == _WHITE else "of the same colour as what is behind it"


def _objects(page: Any) -> Iterator[tuple[Any, int, _Matrix]]:
    """Everything painted on a page in its order, with its kind and the matrix of the forms around it."""
    import pypdfium2.raw as pdfium

    waiting = [(iter(_children(page, pdfium.FPDFPage_CountObjects, pdfium.FPDFPage_GetObject)), _PLAIN)]
    for _ in range(_MAX_OBJECTS):
        while waiting:
            items, matrix = waiting[-1]
            item = next(items, None)
            if item is not None:
                break
            waiting.pop()
        else:
            return
        kind = pdfium.FPDFPageObj_GetType(item)
        if kind != pdfium.FPDF_PAGEOBJ_FORM:
            yield item, kind, matrix
        elif len(waiting) <= _MAX_DEPTH:
            inner = _children(item, pdfium.FPDFFormObj_CountObjects, pdfium.FPDFFormObj_GetObject)
            waiting.append((iter(inner), _times(_matrix_of(item), matrix)))


def _children(owner: Any, count: Any, get: Any) -> Iterator[Any]:
    return (get(owner, index) for index in range(count(owner)))


def _painted(order: int, item: Any, kind: int, matrix: _Matrix) -> _Text | _Surface | None:
    import pypdfium2.raw as pdfium

    if kind == pdfium.FPDF_PAGEOBJ_TEXT:
        return _text(order, item, matrix)
    if kind == pdfium.FPDF_PAGEOBJ_PATH:
        return _path(order, item, matrix)
    if kind in {pdfium.FPDF_PAGEOBJ_IMAGE, pdfium.FPDF_PAGEOBJ_SHADING}:
        return _Surface(order, _bounds(item, matrix), None, is_picture=kind == pdfium.FPDF_PAGEOBJ_IMAGE)
    return None


def _text(order: int, item: Any, matrix: _Matrix) -> _Text:
    import pypdfium2.raw as pdfium

    mode = pdfium.FPDFTextObj_GetTextRenderMode(item)
    size = ctypes.c_float()
    pdfium.FPDFTextObj_GetFontSize(item, size)
    placed = _times(_matrix_of(item), matrix)
    em = abs(size.value) * math.hypot(placed[2], placed[3])
    filled = mode in {pdfium.FPDF_TEXTRENDERMODE_FILL, pdfium.FPDF_TEXTRENDERMODE_FILL_CLIP}
    colour, alpha = _fill_of(item) if filled else (None, 255)
    is_invisible = mode == pdfium.FPDF_TEXTRENDERMODE_INVISIBLE
    return _Text(order, address_of(item), _bounds(item, matrix), colour, alpha, em, is_invisible)


def _path(order: int, item: Any, matrix: _Matrix) -> _Surface | None:
    """The surface that a path fills, None if it fills none; one cut to a shape of its own is of no known colour."""
    import pypdfium2.raw as pdfium

    fill, stroked = ctypes.c_int(), ctypes.c_int()
    pdfium.FPDFPath_GetDrawMode(item, fill, stroked)
    if not fill.value:
        return None
    colour, alpha = _fill_of(item)
    if alpha <= _TRANSPARENT:
        return None
    is_plain = alpha == 255 and not pdfium.FPDFPageObj_HasTransparency(item) and _is_rectangle(item)
    is_cut = pdfium.FPDFClipPath_CountPaths(pdfium.FPDFPageObj_GetClipPath(item)) > 0
    return _Surface(order, _bounds(item, matrix), colour if is_plain and not is_cut else None)


def _is_rectangle(item: Any) -> bool:
    import pypdfium2.raw as pdfium

    count = pdfium.FPDFPath_CountSegments(item)
    if not 4 <= count <= 6:
        return False
    across, down = set(), set()
    x, y = ctypes.c_float(), ctypes.c_float()
    for index in range(count):
        segment = pdfium.FPDFPath_GetPathSegment(item, index)
        if pdfium.FPDFPathSegment_GetType(segment) == pdfium.FPDF_SEGMENT_BEZIERTO:
            return False
        pdfium.FPDFPathSegment_GetPoint(segment, x, y)
        across.add(round(x.value, 2))
        down.add(round(y.value, 2))
    return len(across) == len(down) == 2


def _fill_of(item: Any) -> tuple[_Colour | None, int]:
    """The colour an object is filled with, None for patterns, and how opaque it is, from 0 to 255."""
    import pypdfium2.raw as pdfium

    red, green, blue, alpha = ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint(), ctypes.c_uint()
    if not pdfium.FPDFPageObj_GetFillColor(item, red, green, blue, alpha):
        return None, 255
    return (red.value, green.value, blue.value), alpha.value


def _bounds(item: Any, matrix: _Matrix) -> Box:
    import pypdfium2.raw as pdfium

    left, bottom, right, top = ctypes.c_float(), ctypes.c_float(), ctypes.c_float(), ctypes.c_float()
    pdfium.FPDFPageObj_GetBounds(item, left, bottom, right, top)
    box = (left.value, bottom.value, right.value, top.value)
    if matrix is _PLAIN:
        return box
    a, b, c, d, e, f = matrix
    corners = [(a * x + c * y + e, b * x + d * y + f) for x in box[::2] for y in box[1::2]]
    across, down = [x for x, _ in corners], [y for _, y in corners]
    return min(across), min(down), max(across), max(down)


def _matrix_of(item: Any) -> _Matrix:
    import pypdfium2.raw as pdfium

    matrix = pdfium.FS_MATRIX()
    pdfium.FPDFPageObj_GetMatrix(item, matrix)
    return matrix.a, matrix.b, matrix.c, matrix.d, matrix.e, matrix.f


def _times(inner: _Matrix, outer: _Matrix) -> _Matrix:
    """Both matrices as one, the inner one applied first (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = inner
    p, q, r, s, t, u = outer
    return a * p + b * r, a * q + b * s, c * p + d * r, c * q + d * s, e * p + f * r + t, e * q + f * s + u


def _common(one: Box, other: Box) -> Box:
    return max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])


def _extent(box: Box) -> float:
    return max(box[2] - box[0], 0.0) * max(box[3] - box[1], 0.0)
