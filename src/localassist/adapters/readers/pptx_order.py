"""A slide's shapes in the order in which people read them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

P: Final = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
A: Final = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
R: Final = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
ALTERNATIVES: Final = "{http://schemas.openxmlformats.org/markup-compatibility/2006}AlternateContent"
_SHAPES: Final = frozenset({f"{P}sp", f"{P}graphicFrame", f"{P}pic", f"{P}grpSp", f"{P}cxnSp"})
_OFFSETS: Final = (f"{P}spPr/{A}xfrm", f"{P}grpSpPr/{A}xfrm", f"{P}xfrm")
_TITLES: Final = frozenset({"title", "ctrTitle"})
_FURNITURE: Final = frozenset({"sldNum", "dt", "ftr", "hdr"})
"""Placeholders that say the same on every slide."""

Box = tuple[int, int, int, int]


class _Placed(NamedTuple):
    element: Any
    left: int
    top: int
    height: int


def placeholder_type(element: Any) -> str | None:
    """What a shape is a placeholder for ("title", "body", ...), None if it is none."""
    found = next(element.iterfind(f"*/{P}nvPr/{P}ph"), None)
    return None if found is None else found.get("type") or "obj"


def is_title(element: Any) -> bool:
    """Whether a shape holds its slide's title."""
    return placeholder_type(element) in _TITLES


def in_reading_order(slide: Any, size: tuple[int, int], hide: Callable[[str, str], None]) -> Iterator[Any]:
    """The elements of a slide's shapes: the title, then row by row from the left, a group's members together.

    `size` is the slide's width and height. What nobody sees (hidden shapes, shapes beside the slide) goes to
    `hide(reason, text)`. Numbers, dates and footers are left out.
    """
    inherited = {
        shape.element: (shape.left or 0, shape.top or 0, shape.width or 0, shape.height or 0)
        for shape in slide.placeholders
    }
    ahead = [(element, True) for element in reversed(_sorted(slide.shapes.element, inherited))]
    while ahead:
        element, on_slide = ahead.pop()
        reason = _why_unseen(element, _box(element, inherited), size if on_slide else None)
        if reason:
            hide(reason, all_text(element))
        elif element.tag == f"{P}grpSp":
            ahead.extend((member, False) for member in reversed(_sorted(element, inherited)))
        elif placeholder_type(element) not in _FURNITURE:
            yield element


def _sorted(tree: Any, inherited: dict[Any, Box]) -> list[Any]:
    placed = []
    for element in _members(tree):
        left, top, _, height = _box(element, inherited) or (0, 0, 0, 0)
        placed.append(_Placed(element, left, top, height))
    titles = [shape.element for shape in placed if is_title(shape.element)]
    rest = sorted((shape for shape in placed if not is_title(shape.element)), key=lambda shape: shape.top)
    rows: list[list[_Placed]] = []
    for shape in rest:
        if rows and _beside(rows[-1][0], shape):
            rows[-1].append(shape)
        else:
            rows.append([shape])
    return titles + [shape.element for row in rows for shape in sorted(row, key=lambda shape: shape.left)]


def _beside(first: _Placed, shape: _Placed) -> bool:
    """Whether a shape stands in the row that the `first` one began: it begins within the upper half of the flatter."""
    return 2 * (shape.top - first.top) < min(first.height, shape.height) or shape.top == first.top


def _members(tree: Any) -> Iterator[Any]:
    """The shapes right below a tree; of alternatives for different programs the first that is a shape."""
    for child in tree:
        if child.tag in _SHAPES:
            yield child
        elif child.tag == ALTERNATIVES:
            for choice in child:
                shapes = [element for element in choice if element.tag in _SHAPES]
                if shapes:
                    yield from shapes
                    break


def _box(element: Any, inherited: dict[Any, Box]) -> Box | None:
    for path in _OFFSETS:
        frame = element.find(path)
        offset, extent = (None, None) if frame is None else (frame.find(f"{A}off"), frame.find(f"{A}ext"))
        if offset is not None and extent is not None:
            numbers = (offset.get("x"), offset.get("y"), extent.get("cx"), extent.get("cy"))
            left, top, width, height = (int(number or 0) for number in numbers)
            return left, top, width, height
    return inherited.get(element)


def _why_unseen(element: Any, box: Box | None, size: tuple[int, int] | None) -> str:
    properties = next(element.iterfind(f"*/{P}cNvPr"), None)
    if properties is not None and properties.get("hidden") in {"1", "true"}:
        return "in a shape that is hidden"
    if box is None or size is None or not all(size):
        return ""
    left, top, width, height = box
    apart = left >= size[0] or top >= size[1] or left + width < 0 or top + height < 0
    return "beside the slide, where nobody sees it" if apart else ""


def all_text(element: Any) -> str:
    """The words below an element, a line for each paragraph."""
    paragraphs = element.iter(f"{A}p")
    return "\n".join("".join(text.text or "" for text in paragraph.iter(f"{A}t")) for paragraph in paragraphs)
