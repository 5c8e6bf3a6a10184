"""How well a sentence rests on the sentences of a passage: shared words by their rarity, and equal quantities."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import BlockKind
from localassist.domain.quantities import Quantity, find_quantities, held_values
from localassist.domain.sentences import split_sentences
from localassist.domain.terms import terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.documents import Passage, StructuredText

_CURRENCIES: Final = {"€": " euro ", "$": " dollar ", "£": " pound ", "¥": " yen ", "%": " percent "}
_ABBREVIATED: Final = {"eur": "euro", "usd": "dollar", "gbp": "pound", "prozent": "percent"}
_WINDOW: Final = 3
"""How many sentences of a passage one sentence may be made of."""
_WINDOW_COST: Final = 0.06
"""What each further sentence must bring: a quote is as short as it can be."""
_QUANTITY_WEIGHT: Final = 2.0
"""Of a quantity, in rarest words."""


@dataclass(frozen=True, slots=True)
class Content:
    """What a stretch of text says: the stems of its telling words, and its quantities."""

    stems: frozenset[str]
    quantities: tuple[Quantity, ...]

    @property
    def size(self) -> int:
        """How many different things there are to compare."""
        return len(self.stems) + len(self.quantities)


def content_of(text: str) -> Content:
    """What a text says. Words with digits count among the quantities only."""
    for sign, name in _CURRENCIES.items():
        if sign in text:
            text = text.replace(sign, name)
    stems = frozenset(_ABBREVIATED.get(t, t) for t in terms(text) if not any(c.isdigit() for c in t))
    return Content(stems, tuple(find_quantities(text)))


@dataclass(frozen=True, slots=True)
class Unit:
    """A sentence or table row of a passage, at `[start:end]` of its document."""

    start: int
    end: int
    stems: frozenset[str]
    held: frozenset[str]


@dataclass(frozen=True, slots=True)
class Source:
    """A passage divided into its sentences and rows; `name_stems` and `name_held` are what its names say.

    Its names are its document's title, the headings above it and those within.
    """

    passage: Passage
    units: tuple[Unit, ...]
    name_stems: frozenset[str]
    name_held: frozenset[str]

    @property
    def held(self) -> frozenset[str]:
        """The values of all quantities in the passage and its names."""
        return self.name_held.union(*(unit.held for unit in self.units))

    def quote(self, start: int, end: int) -> str:
        """The document's `[start:end]`, which lies within the passage."""
        return self.passage.text[start - self.passage.char_start : end - self.passage.char_start]


def read_source(passage: Passage, document: StructuredText | None) -> Source:
    """A passage with its units: the document's own rows if it is at hand, and sentences."""
    names = [passage.title, passage.heading]
    units: list[Unit] = []
    for start, end, kind in _parts(passage, document):
        text = passage.text[start - passage.char_start : end - passage.char_start]
        if kind is BlockKind.HEADING or text.startswith("#"):
            names.append(text)
            continue
        content = content_of(text)
        units.append(Unit(start, end, content.stems, held_values(content.quantities)))
    name = content_of("\n".join(names))
    return Source(passage, tuple(units), name.stems, held_values(name.quantities))


def _parts(passage: Passage, document: StructuredText | None) -> Iterator[tuple[int, int, BlockKind]]:
    """Sentences, rows and headings of a passage."""
    for start, end, kind in _stretches(passage, document):
        text = passage.text[start - passage.char_start : end - passage.char_start]
        whole = kind in {BlockKind.TABLE_ROW, BlockKind.HEADING}
        for first, last in [(0, len(text))] if whole else split_sentences(text):
            yield start + first, start + last, kind


def _stretches(passage: Passage, document: StructuredText | None) -> Iterator[tuple[int, int, BlockKind]]:
    if document is None or not document.blocks:
        yield passage.char_start, passage.char_end, BlockKind.PARAGRAPH
        return
    first = max(bisect_right(document.blocks, passage.char_start, key=lambda block: block.start) - 1, 0)
    for block in document.blocks[first:]:
        if block.start >= passage.char_end:
            break
        start, end = max(block.start, passage.char_start), min(block.end, passage.char_end)
        if start < end:
            yield start, end, block.kind


@dataclass(frozen=True, slots=True)
class Window:
    """Adjacent units of a source with the words and quantities in them, the source's names left out.

    `share` is how much of a sentence they hold together with the names, 0 to 1.
    """

    source: Source
    start: int
    end: int
    stems: frozenset[str]
    held: frozenset[str]
    share: float


class Weights:
    """How much each word tells the units of some sources apart."""

    def __init__(self, sources: Iterable[Source]) -> None:
        units = [unit for source in sources for unit in source.units]
        self._holders = Counter(stem for unit in units for stem in unit.stems)
        self.rarest = math.log(2 + len(units))

    def of(self, stem: str) -> float:
        """The weight of a word; one that no unit has weighs half of the rarest: it may be a paraphrase."""
        holders = self._holders[stem]
        return self.rarest - math.log(1 + holders) if holders else self.rarest / 2

    def share(self, content: Content, stems: frozenset[str], held: frozenset[str]) -> float:
        """How much of a content the given words and quantities hold, 0 to 1."""
        quantity = self.rarest * _QUANTITY_WEIGHT
        figures = [q for q in content.quantities if not q.spelled or q.is_among(held)]
        total = sum(map(self.of, content.stems)) + quantity * len(figures)
        found = sum(map(self.of, content.stems & stems)) + quantity * sum(q.is_among(held) for q in figures)
        return found / total if total else 0.0


def windows_of(source: Source) -> Iterator[Sequence[Unit]]:
    """Runs of up to three adjacent units."""
    for first in range(len(source.units)):
        for last in range(first + 1, min(first + _WINDOW, len(source.units)) + 1):
            yield source.units[first:last]


def best_window(source: Source, wanted: Sequence[tuple[Content, float]], weights: Weights) -> Window | None:
    """The units that hold most of the wanted contents, each with its importance; short ones before long.

    `share` is that of the first content alone. None for a passage without sentences.
    """
    best: tuple[float, Window] | None = None
    for run in windows_of(source):
        stems = frozenset().union(*(unit.stems for unit in run))
        held = frozenset().union(*(unit.held for unit in run))
        shares = [weights.share(c, stems | source.name_stems, held | source.name_held) for c, _ in wanted]
        value = sum(share * importance for share, (_, importance) in zip(shares, wanted, strict=True))
        value -= _WINDOW_COST * (len(run) - 1)
        if best is None or value > best[0] + 1e-9:
            best = value, Window(source, run[0].start, run[-1].end, stems, held, shares[0])
    return best[1] if best else None
