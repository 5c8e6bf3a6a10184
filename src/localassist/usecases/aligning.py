"""How well a sentence rests on the sentences of a passage: shared words by their rarity, and equal quantities."""

from __future__ import annotations

import math
from bisect import bisect_right
from collections import Counter
from dataclasses import dataclass
from operator import add
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Block, BlockKind
from localassist.domain.locating import are_one_table
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
_ROUNDING: Final = 1e-9
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
    """A sentence or table row of a passage, at `[start:end]` of its document: what it says, and what its names say.

    Its names are its document's title, the headings above it and, for a row, its table's first row: the `header`.
    """

    start: int
    end: int
    stems: frozenset[str]
    held: frozenset[str]
    name_stems: frozenset[str]
    name_held: frozenset[str]
    header: str = ""


@dataclass(frozen=True, slots=True)
class Source:
    """A passage divided into its sentences and rows; `held` are the values of all quantities in it and its names."""

    passage: Passage
    units: tuple[Unit, ...]
    held: frozenset[str]

    def quote(self, start: int, end: int) -> str:
        """The document's `[start:end]`, which lies within the passage."""
        return self.passage.text[start - self.passage.char_start : end - self.passage.char_start]


def read_source(passage: Passage, document: StructuredText | None) -> Source:
    """A passage with its units: the document's own rows if it is at hand, and sentences."""
    names = _Names(passage)
    before: Block | None = None
    units: list[Unit] = []
    for start, end, block in _parts(passage, document):
        text = passage.text[start - passage.char_start : end - passage.char_start]
        content = content_of(text)
        if block.kind is BlockKind.HEADING or (document is None and text.startswith("#")):
            names.enter(block.level, content)
            continue
        if not (document and are_one_table(document, before, block)):
            names.header = ""
        before = block
        units.append(Unit(start, end, content.stems, held_values(content.quantities), *names.now, names.header))
        if block.kind is BlockKind.TABLE_ROW and not names.header:
            names.header = text
    return Source(passage, tuple(units), names.held.union(*(unit.held for unit in units)))


class _Names:
    """What stands above the unit that is read next.

    `header` is the first row of the table it is in, "" outside; `held` are the values of the quantities in all
    names so far.
    """

    def __init__(self, passage: Passage) -> None:
        self._outer = content_of(f"{passage.title}\n{passage.heading}")
        self._headings: list[tuple[int, Content]] = []
        self.header = ""
        self.held = held_values(self._outer.quantities)

    def enter(self, level: int, heading: Content) -> None:
        """Go below a heading."""
        self._headings = [(above, content) for above, content in self._headings if above < level]
        self._headings.append((level, heading))
        self.header = ""
        self.held |= held_values(heading.quantities)

    @property
    def now(self) -> tuple[frozenset[str], frozenset[str]]:
        """The stems and the values of the quantities in the names of a unit."""
        names = [self._outer, *(content for _, content in self._headings)]
        if self.header:
            names.append(content_of(self.header))
        stems = frozenset[str]().union(*(name.stems for name in names))
        return stems, held_values(quantity for name in names for quantity in name.quantities)


def _parts(passage: Passage, document: StructuredText | None) -> Iterator[tuple[int, int, Block]]:
    """Sentences, rows and headings of a passage, each with the block that it is in."""
    for block in _blocks(passage, document):
        start, end = max(block.start, passage.char_start), min(block.end, passage.char_end)
        text = passage.text[start - passage.char_start : end - passage.char_start]
        whole = block.kind in {BlockKind.TABLE_ROW, BlockKind.HEADING}
        for first, last in [(0, len(text))] if whole else split_sentences(text):
            yield start + first, start + last, block


def _blocks(passage: Passage, document: StructuredText | None) -> Iterator[Block]:
    if document is None or not document.blocks:
        yield Block(BlockKind.PARAGRAPH, passage.char_start, passage.char_end)
        return
    first = max(bisect_right(document.blocks, passage.char_start, key=lambda block: block.start) - 1, 0)
    for block in document.blocks[first:]:
        if block.start >= passage.char_end:
            break
        if block.end > passage.char_start:
            yield block


@dataclass(frozen=True, slots=True)
class Window:
    """Adjacent units of a source; `share` is how much of a sentence they hold together with their names, 0 to 1."""

    source: Source
    units: Sequence[Unit]
    share: float

    @property
    def start(self) -> int:
        """Where the first unit begins in the document."""
        return self.units[0].start

    @property
    def end(self) -> int:
        """Where the last unit ends in the document."""
        return self.units[-1].end

    @property
    def stems(self) -> frozenset[str]:
        """The words in the units, not those in their names."""
        return frozenset[str]().union(*(unit.stems for unit in self.units))

    @property
    def held(self) -> frozenset[str]:
        """The values of the quantities in the units, not of those in their names."""
        return frozenset[str]().union(*(unit.held for unit in self.units))

    @property
    def name_stems(self) -> frozenset[str]:
        """The words in the names of the units."""
        return frozenset[str]().union(*(unit.name_stems for unit in self.units))

    @property
    def name_held(self) -> frozenset[str]:
        """The values of the quantities in the names of the units."""
        return frozenset[str]().union(*(unit.name_held for unit in self.units))


class Weights:
    """How much each word tells the units of some sources apart."""

    def __init__(self, sources: Iterable[Source]) -> None:
        units = [unit for source in sources for unit in source.units]
        self._holders = Counter(stem for unit in units for stem in unit.stems)
        self.rarest = math.log(2 + len(units))
        self._named: dict[str, list[int]] = {}
        self._counted: dict[str, list[int]] = {}
        for place, unit in enumerate(units):
            for stem in unit.stems | unit.name_stems:
                self._named.setdefault(stem, []).append(place)
            for value in unit.held | unit.name_held:
                self._counted.setdefault(value, []).append(place)

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

    def shares(self, content: Content) -> dict[int, float]:
        """At most how much of a content each unit holds with its names, by its place among all; the share itself
        where no quantity is spelled. Units that hold nothing are left out.
        """
        quantity = self.rarest * _QUANTITY_WEIGHT
        total = sum(map(self.of, content.stems)) + quantity * sum(not q.spelled for q in content.quantities)
        found: dict[int, float] = {}
        for stem in content.stems:
            weight = self.of(stem)
            for place in self._named.get(stem, ()):
                found[place] = found.get(place, 0.0) + weight
        for each in content.quantities:
            for place in {place for value in each.values for place in self._counted.get(value, ())}:
                found[place] = found.get(place, 0.0) + quantity
        return {place: min(value / total, 1.0) if total else 1.0 for place, value in found.items()}

    def bounds(self, sources: Sequence[Source], content: Content) -> list[float]:
        """More than which no window of each source holds of a content; `sources` are all, in their order."""
        shares = self.shares(content)
        bounds: list[float] = []
        first = 0
        for source in sources:
            held = [shares.get(place, 0.0) for place in range(first, first + len(source.units))]
            bounds.append(min(max((sum(held[n : n + _WINDOW]) for n in range(len(held))), default=0.0), 1.0))
            first += len(held)
        return bounds


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
        stems = frozenset[str]().union(*(unit.stems | unit.name_stems for unit in run))
        held = frozenset[str]().union(*(unit.held | unit.name_held for unit in run))
        shares = [weights.share(content, stems, held) for content, _ in wanted]
        value = sum(share * importance for share, (_, importance) in zip(shares, wanted, strict=True))
        value -= _WINDOW_COST * (len(run) - 1)
        if best is None or value > best[0] + _ROUNDING:
            best = value, Window(source, run, shares[0])
    return best[1] if best else None


def best_of_all(
    sources: Sequence[Source], wanted: Sequence[tuple[Content, float]], extra: Sequence[float], weights: Weights
) -> Window | None:
    """The best window of the source whose best one holds most of the first content, with something `extra` for each.

    The first of equals. `sources` are all that `weights` are of: those that can't hold enough are not looked at.
    """
    bounds = list(map(add, weights.bounds(sources, wanted[0][0]), extra))
    found: list[tuple[float, int, Window]] = []
    reached = -math.inf
    for place in sorted(range(len(bounds)), key=lambda place: -bounds[place]):
        if bounds[place] < reached - _ROUNDING:
            break
        window = best_window(sources[place], wanted, weights)
        if window is not None:
            found.append((window.share + extra[place], -place, window))
            reached = max(reached, window.share + extra[place])
    return max(found, key=lambda each: each[:2])[2] if found else None
