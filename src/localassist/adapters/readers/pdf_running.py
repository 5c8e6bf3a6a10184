"""Tells what runs along the edges of a PDF's pages (heads, feet, page numbers) from what stands on this one page."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.readers.pdf_lines import Line
    from localassist.adapters.readers.pdf_pages import Page

REACH: Final = 4
"""How many pages before and after one are compared with it: left and right pages, at the end of a chapter too.

Few, and the same for reading and drawing: so one page can be drawn without reading the whole file.
"""

_EDGE: Final = 0.12
"""The share of a page's height, above and below, in which heads and feet stand."""

_MOST_LINES: Final = 4
_GAP: Final = 0.6
"""The white below a head, as a share of its line's height: lines of one text have less between them."""

_SAME_PLACE: Final = 4.0
"""Points by which a head may move from page to page."""

_NUMBER: Final = re.compile(r"\d+|(?<![^\W\d_])[ivxlc]{1,7}(?![^\W\d_])", re.IGNORECASE)
_BARE: Final = re.compile(r"(?:page|seite|p|página|pagina|pg|of|von|de|di|sur|[^\w]|_)*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Edge:
    """A line at the edge of a page: its words without numbers, and how far below the upper edge it stands."""

    words: str
    top: float

    @property
    def is_number(self) -> bool:
        """Whether there is nothing in it but a page number."""
        return _BARE.fullmatch(self.words) is not None


def edges_of(page: Page) -> dict[int, Edge]:
    """What may be heads and feet of a page, by the index of the line: lines at its edges, apart from the rest.

    None where there is no rest, and none of a page that was recognised: comparing must not cost recognising others.
    """
    if page.recognised or page.unrecognised or not page.lines:
        return {}
    boxes = [page.placement.shown(line.quarter, line.box) for line in page.lines]
    heights = [(top, bottom) for _, top, _, bottom in boxes]
    down = sorted(range(len(boxes)), key=lambda place: heights[place][0])
    up = sorted(range(len(boxes)), key=lambda place: -heights[place][1])
    upside = [(page.height - bottom, page.height - top) for top, bottom in heights]
    found = _outermost(down, heights, _EDGE * page.height) + _outermost(up, upside, _EDGE * page.height)
    edges = {place: Edge(_words(page.lines[place]), heights[place][0]) for place in found}
    ends = {down[0], up[0]}
    numbers = {place: Edge(_words(page.lines[place]), heights[place][0]) for place in ends - edges.keys()}
    edges |= {place: edge for place, edge in numbers.items() if edge.is_number}
    return edges if len(edges) < len(boxes) else {}


def _outermost(order: list[int], spans: list[tuple[float, float]], depth: float) -> list[int]:
    """The lines nearest to an edge that a gap parts from all others; `spans` are their distances from it."""
    found = [place for place in order[:_MOST_LINES] if spans[place][1] <= depth]
    while found and len(found) < len(order):
        near, far = spans[found[-1]]
        if spans[order[len(found)]][0] - far >= _GAP * (far - near):
            break
        found.pop()
    return found


def _words(line: Line) -> str:
    return " ".join(_NUMBER.sub(" ", line.text).split())


def _is_same(one: Edge, other: Edge) -> bool:
    return one.words == other.words and abs(one.top - other.top) <= _SAME_PLACE


def running_lines(edges: dict[int, Edge], around: Sequence[dict[int, Edge]]) -> set[int]:
    """The indices of a page's lines that run on along its neighbours, of which there are at most two times `REACH`."""
    counts = Counter(
        place
        for place, edge in edges.items()
        for other in around
        if any(_is_same(edge, candidate) for candidate in other.values())
    )
    wanted = 1 if len(around) <= 2 else 2
    return {place for place, count in counts.items() if count >= (1 if edges[place].is_number else wanted)}
