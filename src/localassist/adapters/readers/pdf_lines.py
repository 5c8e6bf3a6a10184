"""The lines of a PDF's page and their characters, with where they stand."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

Box = tuple[float, float, float, float]
"""Left, bottom, right and top in points, y upwards."""


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

    `quarter` counts quarter turns of the writing; boxes are as if it had none. `text` is what `glyphs` say.
    """

    glyphs: list[Glyph]
    size: float
    bold: bool
    quarter: int
    left: float = field(init=False)
    right: float = field(init=False)
    bottom: float = field(init=False)
    lowest: float = field(init=False)
    highest: float = field(init=False)
    text: str = field(init=False)

    def __post_init__(self) -> None:
        self.text = "".join([glyph.text for glyph in self.glyphs])
        ink = [glyph for glyph in self.glyphs if glyph.text != " "]
        bottoms = sorted([glyph.bottom for glyph in ink])
        self.left = min([glyph.left for glyph in ink])
        self.right = max([glyph.right for glyph in ink])
        self.bottom = bottoms[len(bottoms) // 2]
        self.lowest = bottoms[0]
        self.highest = max([glyph.top for glyph in ink])

    @property
    def box(self) -> Box:
        """What it fills, as if the writing weren't turned."""
        return self.left, self.lowest, self.right, self.highest


def upright(glyph: Glyph, quarter: int) -> Glyph:
    """The glyph where it would stand if the writing were turned back."""
    if not quarter:
        return glyph
    text, char, left, bottom, right, top = glyph
    turned = {
        1: (-top, left, -bottom, right),
        2: (-right, -top, -left, -bottom),
        3: (bottom, -right, top, -left),
    }
    return Glyph(text, char, *turned[quarter])


def on_page(quarter: int, upright: Box) -> Box:
    """Where on the page a box stands that was turned upright."""
    left, bottom, right, top = upright
    turned = {
        0: (left, bottom, right, top),
        1: (bottom, -right, top, -left),
        2: (-right, -top, -left, -bottom),
        3: (-top, left, -bottom, right),
    }
    return turned[quarter]


@dataclass(frozen=True, slots=True)
class Placement:
    """How a page is shown: the six numbers that turn its own points into those from the upper left corner."""

    a: float
    b: float
    c: float
    d: float
    e: float
    f: float

    def shown(self, quarter: int, upright: Box) -> Box:
        """Left, upper edge, right and lower edge of a box of turned writing, in points from the upper left corner."""
        left, bottom, right, top = on_page(quarter, upright)
        x1, y1 = self._shown(left, bottom)
        x2, y2 = self._shown(right, top)
        return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)

    def _shown(self, x: float, y: float) -> tuple[float, float]:
        return self.a * x + self.c * y + self.e, self.b * x + self.d * y + self.f
