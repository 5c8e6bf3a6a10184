"""Documents cut into stretches that a model or a person can be given, in order, whether or not they are chunks."""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Coverage
from localassist.domain.documents import HEADING_JOINER, BlockKind, Passage
from localassist.domain.locating import place_of
from localassist.domain.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.documents import Block, Document, StructuredText

_OF_A_DOCUMENT: Final = 1 << 31
"""So many stretches may begin in one document: the ids of different ones differ."""


def stretch_of(document: Document, content: StructuredText, start: int, end: int) -> Passage:
    """The document's `[start:end]` as a passage that is no chunk: its id is negative, the same every time."""
    return _stretch(document, content, _headings(content), (start, end))


def _stretch(document: Document, content: StructuredText, headings: Sequence[Block], span: tuple[int, int]) -> Passage:
    start, end = span
    return Passage(
        -(document.id * _OF_A_DOCUMENT + start + 1),
        document.id,
        document.path,
        document.title,
        content.page_at(start),
        _headings_above(content, headings, start),
        content.text[start:end],
        start,
        end,
        place=place_of(content, start, end),
    )


def cut_otherwise(passage: Passage, content: StructuredText, start: int, end: int) -> Passage:
    """The same passage with other bounds in its document."""
    return replace(
        passage,
        page=content.page_at(start),
        text=content.text[start:end],
        char_start=start,
        char_end=end,
        place=place_of(content, start, end),
    )


def stretches(document: Document, content: StructuredText, size: int) -> list[Passage]:
    """The whole text in stretches of up to about `size` characters, in order.

    They end where a block does; a block that is longer is cut between sentences, a longer sentence anywhere.
    """
    found: list[Passage] = []
    headings = _headings(content)
    start = end = -1
    for first, last in _pieces(content, size):
        if start >= 0 and last - start > size:
            found.append(_stretch(document, content, headings, (start, end)))
            start = -1
        start = first if start < 0 else start
        end = last
    return [*found, _stretch(document, content, headings, (start, end))] if start >= 0 else found


def sentences_of(content: StructuredText) -> Iterator[tuple[int, int]]:
    """The spans of a document's sentences and rows, in order, without its headings."""
    for block in content.blocks:
        if block.kind is BlockKind.HEADING:
            continue
        if block.kind in {BlockKind.TABLE_ROW, BlockKind.CODE}:
            yield block.start, block.end
            continue
        for start, end in split_sentences(content.text[block.start : block.end]):
            yield block.start + start, block.start + end


def coverage_of(document: Document, content: StructuredText, read: Sequence[Passage]) -> Coverage:
    """How much of a document some stretches of it are: in pages, slides or sheets, else in hundredths."""
    own = [each for each in read if each.document_id == document.id]
    if content.pages:
        written = [page for page in content.pages if page.end > page.start]
        seen = sum(any(each.char_start < page.end and page.start < each.char_end for each in own) for page in written)
        blank = len(content.pages) - len(written)
        done = seen + (blank if seen == len(written) else 0)
        return Coverage(document.id, document.path, done, len(content.pages), _unit(content))
    whole = sum(_written(content.text[block.start : block.end]) for block in content.blocks)
    held = min(sum(_written(each.text) for each in own), whole)
    return Coverage(document.id, document.path, 100 * held // max(whole, 1), 100, "percent")


def _written(text: str) -> int:
    """Characters without white space."""
    return sum(map(len, text.split()))


def _unit(content: StructuredText) -> str:
    label = content.pages[0].label.partition(" ")[0]
    return f"{label}s" if label in {"slide", "sheet"} else "pages"


def _pieces(content: StructuredText, size: int) -> Iterator[tuple[int, int]]:
    for block in content.blocks:
        if block.end - block.start <= size:
            yield block.start, block.end
            continue
        for start, end in split_sentences(content.text[block.start : block.end]):
            for place in range(block.start + start, block.start + end, size):
                yield place, min(place + size, block.start + end)


def _headings(content: StructuredText) -> list[Block]:
    return [block for block in content.blocks if block.kind is BlockKind.HEADING]


def _headings_above(content: StructuredText, headings: Sequence[Block], position: int) -> str:
    above: list[Block] = []
    for block in headings[: bisect_right(headings, position, key=lambda heading: heading.start)]:
        above = [*(each for each in above if each.level < block.level), block]
    return HEADING_JOINER.join(" ".join(content.text[each.start : each.end].split()) for each in above)
