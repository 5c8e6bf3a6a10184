"""From the passages that a search found to those worth reading: widened, trimmed and joined within a budget."""

from __future__ import annotations

import math
from bisect import bisect_left, bisect_right
from collections import Counter, defaultdict
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import BlockKind
from localassist.domain.locating import place_of
from localassist.domain.sentences import split_sentences
from localassist.usecases.ranking import WantedTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.documents import Passage, StructuredText

    FindDocument = Callable[[int], StructuredText | None]
    CountTokens = Callable[[Sequence[str]], list[int]]

LOOKED_AT: Final = 30
"""How many passages, best first, are drawn on: give as many where there are."""
_NEIGHBOUR_SHARE: Final = 0.2
"""Of a passage's score, for what stands beside it."""
_WORDS_SHARE: Final = 0.6
"""Of a sentence's worth, that the question's words in it decide; the rest is its passage's alone."""
_BESIDE_SHARE: Final = 0.8
"""Of the words of the sentence before or after, which often say what this one means."""
_LEAST_REACH: Final = 400
"""Characters."""
_NO_GAP: Final = 4
"""So many characters between two passages are no gap: they are white space and marks."""


@dataclass(slots=True)
class _Unit:
    """A sentence or row `[start:end]` of a document: what its passages give it, its words of the question, tokens."""

    start: int
    end: int
    score: float
    held: set[str]
    tokens: int = 0
    worth: float = 0.0


@dataclass(slots=True)
class _Home:
    """A passage with the units inside and beside it, in order, of which `[first:last]` are taken; none at first."""

    passage: Passage
    content: StructuredText
    units: list[_Unit] = field(default_factory=list)
    first: int = 0
    last: int = 0

    def cost(self, position: int) -> int:
        """The tokens that taking the unit at `position`, and all between, would add."""
        if self.first == self.last:
            return self.units[position].tokens
        added = [*self.units[position : self.first], *self.units[self.last : position + 1]]
        return sum(unit.tokens for unit in added)

    def take(self, position: int) -> None:
        """Take the unit at `position`, and all between."""
        taken = self.first < self.last
        self.first = min(self.first, position) if taken else position
        self.last = max(self.last, position + 1) if taken else position + 1


def widen(
    query: str, passages: Sequence[Passage], find_document: FindDocument, count_tokens: CountTokens, budget: int
) -> tuple[Passage, ...]:
    """What of the passages and around them is worth most to a question, in at most `budget` tokens of text.

    `passages` come best first. Sentences and rows are taken by what they are worth: by their passage's score, by
    the question's words in and beside them; those beside a passage, within its section (slide, sheet), have part
    of its score. Each passage given is a single stretch of its document, verbatim, with its page and place; those
    of a section that touch are one, under the better's chunk. Best first. `find_document` gives a document's text,
    None where it is gone: its passages are then left out. `count_tokens` counts as whoever reads them does.
    """
    homes = _homes(query, passages[:LOOKED_AT], find_document)
    units = [unit for home in homes for unit in home.units]
    texts = [home.content.text[unit.start : unit.end] for home in homes for unit in home.units]
    for unit, tokens in zip(units, count_tokens(texts) if texts else [], strict=True):
        unit.tokens = max(tokens, 1)
    _take_best(homes, budget)
    taken = [home for home in homes if home.first < home.last]
    return tuple(sorted(_joined(taken), key=lambda passage: -passage.score))


def _take_best(homes: Sequence[_Home], budget: int) -> None:
    offers = [(unit.worth, home, position) for home in homes for position, unit in enumerate(home.units)]
    for _, home, position in sorted(offers, key=lambda offer: -offer[0]):
        if home.first <= position < home.last:
            continue
        cost = home.cost(position)
        if cost <= budget:
            home.take(position)
            budget -= cost


def _homes(query: str, passages: Sequence[Passage], find_document: FindDocument) -> list[_Home]:
    by_document: dict[int, list[Passage]] = defaultdict(list)
    for passage in passages:
        by_document[passage.document_id].append(passage)
    wanted = WantedTerms(query)
    homes: list[_Home] = []
    for document_id, found in by_document.items():
        content = find_document(document_id)
        if content is not None:
            homes += _homes_in(content, found, wanted)
    _value(homes)
    return homes


def _homes_in(content: StructuredText, found: Sequence[Passage], wanted: WantedTerms) -> Iterator[_Home]:
    """The passages of a document with their units; what stands beside two of them goes to the better."""
    reaches = [(passage, *_reach(content, passage)) for passage in found]
    used: set[int] = set()
    for passage, first, last in reaches:
        home = _Home(passage, content)
        own = passage.score + _NEIGHBOUR_SHARE * sum(_beside(reaches, passage.char_start, passage.char_end, passage))
        for start, end in _spans(content, passage, first, last):
            inside = start < passage.char_end and passage.char_start < end
            if start in used or (not inside and _is_held(found, start, end)):
                continue
            used.add(start)
            score = own if inside else _NEIGHBOUR_SHARE * sum(_beside(reaches, start, end))
            home.units.append(_Unit(start, end, score, wanted.held_by(content.text[start:end])))
        yield home


def _beside(
    reaches: Sequence[tuple[Passage, int, int]], start: int, end: int, own: Passage | None = None
) -> Iterator[float]:
    """The scores of the passages, without `own`, whose reach holds something of a stretch."""
    return (passage.score for passage, first, last in reaches if passage is not own and start < last and first < end)


def _is_held(found: Sequence[Passage], start: int, end: int) -> bool:
    return any(start < passage.char_end and passage.char_start < end for passage in found)


def _reach(content: StructuredText, passage: Passage) -> tuple[int, int]:
    """The passage and as much again (some sentences at least) before and behind it, within its section or slide."""
    size = max(passage.char_end - passage.char_start, _LEAST_REACH)
    first, last = passage.char_start - size, passage.char_end + size
    index = bisect_right(content.pages, passage.char_start, key=lambda page: page.start)
    if index and content.pages[index - 1].label:
        page = content.pages[index - 1]
        first, last = max(first, page.start), min(last, page.end)
    for block in content.blocks[_first_block(content, first) :]:
        if block.start >= last:
            break
        if block.kind is BlockKind.HEADING:
            if block.start <= passage.char_start:
                first = max(first, block.start)
            elif block.start >= passage.char_end:
                last = block.start
                break
    return max(min(first, passage.char_start), 0), max(last, passage.char_end)


def _first_block(content: StructuredText, position: int) -> int:
    return bisect_right(content.blocks, position, key=lambda block: block.end)


def _spans(content: StructuredText, passage: Passage, first: int, last: int) -> Iterator[tuple[int, int]]:
    """The sentences, rows and headings of a passage and, as far as they are whole, of `text[first:last]` around it."""
    start, end = passage.char_start, passage.char_end
    yield from _pieces(content, first, start, (True, False))
    yield from _pieces(content, start, end, (False, False))
    yield from _pieces(content, end, last, (False, True))


def _pieces(content: StructuredText, first: int, last: int, torn: tuple[bool, bool]) -> Iterator[tuple[int, int]]:
    """The pieces of `text[first:last]`; `torn` says whether it begins and ends anywhere, within a sentence maybe."""
    stop_block = bisect_left(content.blocks, last, key=lambda block: block.start)
    for block in content.blocks[_first_block(content, first) : stop_block]:
        start, end = max(block.start, first), min(block.end, last)
        pieces = [(start, end)]
        if block.kind not in {BlockKind.TABLE_ROW, BlockKind.HEADING}:
            pieces = [
                (start + opening, start + closing) for opening, closing in split_sentences(content.text[start:end])
            ]
        skipped = int(torn[0] and start > block.start)
        yield from pieces[skipped : len(pieces) - int(torn[1] and end < block.end)]


def _value(homes: Sequence[_Home]) -> None:
    """Give every unit its worth."""
    holders = Counter(term for home in homes for term in set().union(*(unit.held for unit in home.units)))
    weights = {term: math.log(1 + len(homes) / count) for term, count in holders.items()}
    total = sum(weights.values()) or 1.0
    for home in homes:
        held = [sum(weights[term] for term in unit.held) / total for unit in home.units]
        for position, unit in enumerate(home.units):
            beside = max([*held[max(position - 1, 0) : position], *held[position + 1 : position + 2]], default=0.0)
            words = max(held[position], _BESIDE_SHARE * beside)
            unit.worth = unit.score * (1 - _WORDS_SHARE + _WORDS_SHARE * words)


def _joined(homes: Sequence[_Home]) -> Iterator[Passage]:
    """The stretches taken, as passages; those that touch as one."""
    before: _Home | None = None
    start = end = 0
    for home in sorted(homes, key=lambda home: (home.passage.document_id, home.units[home.first].start)):
        own_start, own_end = home.units[home.first].start, home.units[home.last - 1].end
        if before is not None and _touches(before, end, home, own_start):
            end = max(end, own_end)
            before = max(before, home, key=lambda each: each.passage.score)
            continue
        if before is not None:
            yield _stretch(before, start, end)
        before, start, end = home, own_start, own_end
    if before is not None:
        yield _stretch(before, start, end)


def _touches(before: _Home, end: int, home: _Home, start: int) -> bool:
    one, other = before.passage, home.passage
    return (one.document_id, one.heading) == (other.document_id, other.heading) and start - end <= _NO_GAP


def _stretch(home: _Home, start: int, end: int) -> Passage:
    content = home.content
    return replace(
        home.passage,
        page=content.page_at(start),
        text=content.text[start:end],
        char_start=start,
        char_end=end,
        place=place_of(content, start, end),
    )
