"""Which blocks of a PDF are headings, and of which level: by its outline, and by the size and weight of letters."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Block, BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localassist.adapters.readers.pdf_files import Bookmark
    from localassist.adapters.readers.pdf_layout import PageBlock, PageText

_MAX_HEADING: Final = 160
_LARGER: Final = 1.15
_RUNNING_SHARE: Final = 0.2
"""On that share of the pages a line at the edge is no heading: one kind for left and right pages each, with room."""

_DIGITS: Final = re.compile(r"\d+")
_SENTENCE_END: Final = re.compile(r"[.,:;]$")
_WORD: Final = re.compile(r"[^\W\d_]{3}|[\u2e80-\ua4cf]{2}")
_NO_LETTER: Final = re.compile(r"[\W_]+")
_TRUSTED: Final = 2
"""That many of an outline's entries must be found in the text: one alone may be by chance."""


class Headings:
    """Settles the kinds of a document's blocks.

    `outline` is the file's own, by which levels go where it is one; `running` are lines known to be no headings.
    """

    def __init__(self, pages: Sequence[PageText], outline: Sequence[Bookmark], running: Iterable[str]) -> None:
        sizes: Counter[tuple[float, bool]] = Counter()
        for page in pages:
            for block in page.blocks:
                sizes[_type(block)] += block.end - block.start
        self._running = _running_lines(pages) | {_DIGITS.sub("", line) for line in running}
        self._body = sizes.most_common(1)[0][0] if sizes else (0.0, False)
        types = {_type(block) for page in pages for block in page.blocks if self._is_heading(page, block)}
        self._levels = {kind: min(level, 6) for level, kind in enumerate(sorted(types, reverse=True), 1)}
        self._listed = _listed(pages, outline)
        self._places = sorted(self._listed)

    def blocks(self, number: int, page: PageText) -> list[Block]:
        """The blocks of the page with that index, with their kinds."""
        return [self._block(number, page, block) for block in page.blocks]

    def _block(self, number: int, page: PageText, block: PageBlock) -> Block:
        level = self._listed.get((number, block.start))
        if level is None and self._is_heading(page, block):
            level = self._level_of(number, block)
        if level is None:
            return Block(block.kind, block.start, block.end, box=block.box)
        return Block(BlockKind.HEADING, block.start, block.end, level, box=block.box)

    def _level_of(self, number: int, block: PageBlock) -> int:
        """The level of a heading that no outline lists: below the listed one before it."""
        before = bisect_right(self._places, (number, block.start))
        above = self._listed[self._places[before - 1]] if before else 0
        return min(max(self._levels[_type(block)], above + 1), 6) if self._listed else self._levels[_type(block)]

    def _is_heading(self, page: PageText, block: PageBlock) -> bool:
        text = page.text[block.start : block.end]
        short = block.lines <= 3 and len(text) <= _MAX_HEADING and _WORD.search(text)
        if block.kind is BlockKind.TABLE_ROW or not short or _DIGITS.sub("", text) in self._running:
            return False
        size, bold = _type(block)
        if size >= _LARGER * self._body[0]:
            return True
        bolder = bold and not self._body[1] and size >= 0.95 * self._body[0]
        return bolder and not _SENTENCE_END.search(text)


def _listed(pages: Sequence[PageText], outline: Sequence[Bookmark]) -> dict[tuple[int, int], int]:
    """The levels of the blocks that the outline lists, by page and position in it; empty when it is of no use."""
    levels: dict[tuple[int, int], int] = {}
    found = 0
    for entry in outline:
        if entry.page >= len(pages):
            continue
        page, wanted = pages[entry.page], _letters(entry.title)
        for block in page.blocks:
            place = (entry.page, block.start)
            if place not in levels and _is_titled(page, block, wanted):
                levels[place] = entry.level
                found += 1
                break
    return levels if found >= min(_TRUSTED, len(outline)) else {}


def _is_titled(page: PageText, block: PageBlock, wanted: str) -> bool:
    """Whether a block is what an entry of the outline says, whose numbering one of the two may lack."""
    if block.end - block.start > 2 * _MAX_HEADING or block.kind is BlockKind.TABLE_ROW or not wanted:
        return False
    text = _letters(page.text[block.start : block.end])
    return text == wanted or (len(wanted) >= 4 and text.lstrip("0123456789ivx") == wanted.lstrip("0123456789ivx") != "")


def _letters(text: str) -> str:
    return _NO_LETTER.sub("", text).casefold()


def _running_lines(pages: Iterable[PageText]) -> set[str]:
    """What stands at the head or foot of many pages, without its numbers."""
    counts: Counter[str] = Counter()
    total = 0
    for page in pages:
        total += 1
        edges = page.blocks[:1] + page.blocks[-1:]
        counts.update({_DIGITS.sub("", page.text[block.start : block.end]) for block in edges})
    return {text for text, count in counts.items() if count >= max(3, _RUNNING_SHARE * total)}


def _type(block: PageBlock) -> tuple[float, bool]:
    return round(block.size * 2) / 2, block.bold
