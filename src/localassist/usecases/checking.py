"""Which numbers, dates, names and denials of a sentence the passage that it comes from does not bear out."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.names import find_names, held_names
from localassist.domain.polarity import Statement, contradictions
from localassist.domain.quantities import find_quantities
from localassist.domain.terms import terms
from localassist.domain.units import unit_of
from localassist.usecases.aligning import Window, content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.names import Name
    from localassist.domain.quantities import Quantity
    from localassist.usecases.aligning import Content, Source, Unit, Weights

_CLAUSE: Final = re.compile(
    r"[,;:()|–—]\s|\b(?:and|but|while|whereas|which|who|because|und|aber|während|sowie|weil|sondern)\b", re.IGNORECASE
)
_CLEARLY_NEARER: Final = 0.1
"""By how much more of a clause another sentence must hold for its number to be the one that was meant."""
_NAME_NEARER: Final = 0.15
_FEW_STEMS: Final = 2
_CONTEXT: Final = 2
"""How many sentences back what "he" or "the company" means may be named."""
_BESIDE: Final = 40
_HARDLY: Final = 0.15
_LEAST: Final = 1e-6
_SAME_CLAUSE: Final = 0.7
"""From which share on a sentence says a clause, whatever number it has."""
_MODIFIERS: Final = 2
_COUNTED: Final = re.compile(r"[\s-]+([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_ARTICLE: Final = re.compile(
    r"\b(?:an?|eine?[mnrs]?)(?=\s\w+\s(?:ago|later|earlier|before|after|old|zuvor|später|vorher|nach)\b)", re.IGNORECASE
)
_YEAR_DIGITS: Final = 4
_ONE: Final = re.compile(
    r"\b(?:one|a single|ein einzige[rs]?)\b(?!\s+(?:of|another|that|who|which|can|must|may)\b)", re.IGNORECASE
)
_SUBJECT: Final = re.compile(
    r"(?:['’]s)?\s(?:is|was|has|had|will|were|are|did|does|can|could|would|must|may|[a-z]{3,}ed)\b"
)
_COMMON_ENDING: Final = re.compile(r"(?:ings?|eds?|lys?|tions?|ments?|ness|ities|ity|[^s]s)$", re.IGNORECASE)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class _Facts:
    """What a unit says, each in itself and with its names."""

    unit: Unit
    source: Source
    quantities: tuple[Quantity, ...]
    named: tuple[Quantity, ...]
    names: tuple[Name, ...]
    own_keys: frozenset[str]
    keys: frozenset[str]
    stems: frozenset[str]
    single: frozenset[str]


class Checker:
    """Compares what sentences claim with the units of some sources; `question` may be repeated without proof."""

    def __init__(self, sources: Sequence[Source], question: str, weights: Weights) -> None:
        self._weights = weights
        self._asked = find_quantities(question)
        self._asked_keys = held_names(question)
        self._facts = [facts for source in sources for facts in _read(source)]
        self._places = {(each.source.passage.chunk_id, each.unit.start): n for n, each in enumerate(self._facts)}
        self._keys = frozenset().union(self._asked_keys, *(each.keys for each in self._facts))
        self._statements: dict[int, Statement] = {}

    def check(
        self, text: str, claims: Sequence[Quantity], windows: Sequence[Window]
    ) -> tuple[list[Span], list[Window]]:
        """The spans of a sentence that are not borne out, and the windows that bear out the rest besides.

        `claims` are its quantities, at their places in it; `windows` are those that hold most of its words.
        """
        near = [self._places[window.source.passage.chunk_id, unit.start] for window in windows for unit in window.units]
        spans, further = self._figures(text, claims, near)
        named, more = self._names(text, near)
        spans += named
        if near:
            spans += self._miscounted(text, near)
            spans += self._denied(text, near)
        added = [Window(self._facts[n].source, (self._facts[n].unit,), 0.0) for n in dict.fromkeys(further + more)]
        return _apart(spans), added

    def _figures(self, text: str, claims: Sequence[Quantity], near: Sequence[int]) -> tuple[list[Span], list[int]]:
        spans: list[Span] = []
        further: list[int] = []
        for claim in claims:
            clause = _clause(text, claim.start, claim.end)
            holder, reached = self._best(clause, (n for n, f in enumerate(self._facts) if _holds(f, claim)), near)
            if claim.spelled:  # may be a manner of speaking
                wrong = holder is None and self._meant(clause, claim, claims, near) >= _SAME_CLAUSE
            else:
                if holder is None and any(claim.is_borne_out_by(each) for each in self._asked):
                    reached = _CLEARLY_NEARER
                meant = self._meant(clause, claim, claims, near)
                aside = holder is not None and holder not in near and reached < _HARDLY
                wrong = not reached or meant > (0.0 if aside else reached + _CLEARLY_NEARER)
            if wrong or self._is_doubled(claim, claims, near):
                spans.append((claim.start, claim.end))
            elif holder is not None and holder not in near and not claim.spelled:
                further.append(holder)
        return spans, further

    def _meant(self, clause: Content, claim: Quantity, claims: Sequence[Quantity], near: Sequence[int]) -> float:
        """How much of a clause the best unit holds that has another number of the claim's kind where it belongs."""
        best = 0.0
        for n, facts in enumerate(self._facts):
            if not any(_same_kind(each, claim) for each in facts.quantities) or _holds(facts, claim):
                continue
            share = self._weights.share(clause, facts.stems, frozenset())
            left_out = self._is_rival(facts, claim, claims)
            if share >= _SAME_CLAUSE or (left_out and n in near):
                best = max(best, share, _LEAST)
        return best

    def _is_doubled(self, claim: Quantity, claims: Sequence[Quantity], near: Sequence[int]) -> bool:
        """Whether it is said more often than there, where a number of its kind is said that is left out."""
        same = [each for each in claims if each.values == claim.values]
        if len(same) < 2 or same[0] is claim:
            return False
        there = [each for n in near for each in self._facts[n].quantities]
        if sum(claim.is_borne_out_by(each) for each in there) >= len(same):
            return False
        return any(_same_kind(each, claim) and not any(said.is_borne_out_by(each) for said in claims) for each in there)

    def _best(self, clause: Content, places: Iterable[int], near: Sequence[int]) -> tuple[int | None, float]:
        """Which of some units holds most of a clause, one of the window before others, and how much."""
        rated = [(self._weights.share(clause, self._facts[n].stems, frozenset()), n in near, -n) for n in places]
        if not rated:
            return None, 0.0
        share, _, place = max(rated)
        return -place, max(share, _LEAST)

    @staticmethod
    def _is_rival(facts: _Facts, claim: Quantity, claims: Sequence[Quantity]) -> bool:
        """Whether a unit has a number of the same kind that the sentence leaves out."""
        return any(
            _same_kind(each, claim)
            and not any(said.is_borne_out_by(each) or each.is_borne_out_by(said) for said in claims)
            for each in facts.quantities
        )

    def _miscounted(self, text: str, near: Sequence[int]) -> Iterator[Span]:
        """Numbers before a word that has another number before it there: "two masts" for "one mast"."""
        held: dict[str, set[str]] = {}
        there = frozenset().union(*(each.values for n in near for each in self._facts[n].quantities))
        for n in near:
            facts = self._facts[n]
            for thing, values, _ in _counted(facts.source.quote(facts.unit.start, facts.unit.end)):
                held.setdefault(thing, set()).update(values)
        for thing, values, span in _counted(text):
            if thing in held and held[thing].isdisjoint(values) and there.isdisjoint(values):
                yield span

    def _names(self, text: str, near: Sequence[int]) -> tuple[list[Span], list[int]]:
        said = held_names(text)
        spans: list[Span] = []
        further: list[int] = []
        for name in find_names(text):
            rivals = [n for n in near if self._other_names(n, said) and not self._names_it(n, name, said)]
            if name.initial and not self._is_name(text, name, rivalled=bool(rivals)):
                continue
            if not name.is_among(self._keys):
                spans.append((name.start, name.end))
                continue
            holder, is_wrong = self._named_by(text, name, near, rivals)
            if is_wrong:
                spans.append((name.start, name.end))
            elif holder is not None and holder not in near:
                further.append(holder)
        return spans, further

    def _named_by(self, text: str, name: Name, near: Sequence[int], rivals: Sequence[int]) -> tuple[int | None, bool]:
        """Which unit says what the sentence says of a name, and whether another name is said there instead."""
        said = held_names(text)
        if not rivals or self._is_known_above(name, near):
            return None, any(self._takes_its_place(text, name, n, said) for n in rivals)
        clause = _clause(text, name.start, name.end)
        holders = (n for n in range(len(self._facts)) if self._names_it(n, name, said))
        holder, reached = self._best(clause, holders, near)
        _, rivalled = self._best(clause, rivals, near)
        return holder, rivalled > reached + _NAME_NEARER

    def _is_name(self, text: str, name: Name, *, rivalled: bool) -> bool:
        """Whether the first word of a sentence is a name, and not just any word."""
        word = text[name.start : name.end]
        if any(each.key == name.key and not each.initial for facts in self._facts for each in facts.names):
            return True
        if name.is_among(self._keys) or _COMMON_ENDING.search(word):
            return False
        following = text[name.end : name.end + 2].strip()
        return following[:1].isupper() or (rivalled and _SUBJECT.match(text, name.end) is not None)

    def _is_known_above(self, name: Name, near: Sequence[int]) -> bool:
        """Whether the question names it, or a title or heading does."""
        return name.is_among(self._asked_keys) or any(name.is_among(self._facts[n].keys) for n in near)

    def _takes_its_place(self, text: str, name: Name, n: int, said: frozenset[str]) -> bool:
        """Whether a unit has another name between the very same words."""
        facts = self._facts[n]
        there = facts.source.quote(facts.unit.start, facts.unit.end)
        around = _neighbours(text, name)
        return any(
            not other.is_among(said) and around == _neighbours(there, other) != ("", "")
            for other in facts.names
            if other.initial == name.initial
        )

    def _other_names(self, n: int, said: frozenset[str]) -> bool:
        return any(not each.initial and not each.is_among(said) for each in self._facts[n].names)

    def _names_it(self, n: int, name: Name, said: frozenset[str]) -> bool:
        """Whether a unit names it, or one just before does and this one names nobody else."""
        facts = self._facts[n]
        if name.is_among(facts.own_keys):
            return True
        if self._other_names(n, said):
            return False
        if name.is_among(facts.keys):
            return True
        before = self._facts[max(n - _CONTEXT, 0) : n]
        return any(each.source is facts.source and name.is_among(each.keys) for each in before)

    def _denied(self, text: str, near: Sequence[int]) -> list[Span]:
        said = Statement(text)
        return [span for n in near for span in contradictions(said, self._statement(n))
                if not self._is_said_beside(said, n, near, span)]  # fmt: skip

    def _is_said_beside(self, said: Statement, n: int, near: Sequence[int], span: Span) -> bool:
        """Whether another unit of the window does not contradict there and holds more of the sentence."""
        own = len(said.places.keys() & self._statement(n).places.keys())
        return any(
            other != n
            and len(said.places.keys() & self._statement(other).places.keys()) >= own
            and span not in contradictions(said, self._statement(other))
            for other in near
        )

    def _statement(self, n: int) -> Statement:
        if n not in self._statements:
            facts = self._facts[n]
            self._statements[n] = Statement(facts.source.quote(facts.unit.start, facts.unit.end))
        return self._statements[n]


def _read(source: Source) -> Iterator[_Facts]:
    outer = f"{source.passage.title}\n{source.passage.heading}"
    for unit in source.units:
        text = source.quote(unit.start, unit.end)
        names = f"{outer}\n{unit.header}"
        own = held_names(text)
        keys = own | held_names(names) | unit.name_stems
        stems = unit.stems | unit.name_stems
        named = tuple(find_quantities(names))
        yield _Facts(
            unit, source, tuple(find_quantities(text)), named, tuple(find_names(text)), own, keys, stems, _single(text)
        )


def _holds(facts: _Facts, claim: Quantity) -> bool:
    if any(claim.is_borne_out_by(each) for each in facts.quantities + facts.named):
        return True
    if claim.is_among(facts.unit.name_held) or _is_day_of_its_year(claim, facts):
        return True
    return claim.values == {"1"} and claim.unit in facts.single


def _is_day_of_its_year(claim: Quantity, facts: _Facts) -> bool:
    """Whether a date stands there without its year, and the year beside it: "in 1978 ... on 3 May"."""
    days = {value for value in claim.implied if value.startswith("date 0-")}
    years = {value for value in claim.implied if value.isdecimal() and len(value) == _YEAR_DIGITS}
    held = frozenset().union(*(each.values | each.implied for each in facts.quantities))
    return bool(days & held) and bool(years & (held | facts.unit.name_held))


def _single(text: str) -> frozenset[str]:
    """The units that a text has one of: "a year ago"."""
    return frozenset(unit_of(text, match.start(), match.end()) for match in _ARTICLE.finditer(text)) - {""}


def _same_kind(one: Quantity, other: Quantity) -> bool:
    return one.unit == other.unit and _is_code(one) == _is_code(other) and _is_year(one) == _is_year(other)


def _is_code(quantity: Quantity) -> bool:
    return not any(value[:1].isdigit() or " " in value for value in quantity.values)


def _is_year(quantity: Quantity) -> bool:
    return any(
        len(value) == 4 and value.isdecimal() and value[:2] in {"17", "18", "19", "20"} for value in quantity.values
    )


def _clause(text: str, start: int, end: int) -> Content:
    """What the clause around a span says besides; the whole sentence where that is next to nothing."""
    bounds = [match.start() for match in _CLAUSE.finditer(text)]
    first = max((bound for bound in bounds if bound < start), default=0)
    last = min((bound for bound in bounds if bound >= end), default=len(text))
    content = content_of(f"{text[first:start]} {text[end:last]}")
    if len(content.stems) < _FEW_STEMS:
        content = content_of(f"{text[:start]} {text[end:]}")
    return type(content)(content.stems, ())


def _counted(text: str) -> Iterator[tuple[str, frozenset[str], Span]]:
    """The words that numbers stand before, with up to two between, by their stems; dates and times count nothing."""
    found = [(q.start, q.end, q.values) for q in find_quantities(text) if q.unit not in {"date", "time"}]
    found += [(match.start(), match.end(), frozenset({"1"})) for match in _ONE.finditer(text)]
    for start, end, values in found:
        position = end
        for _ in range(_MODIFIERS):
            word = _COUNTED.match(text, position)
            if word is None:
                break
            telling = terms(word.group(1))
            if not telling:
                break
            yield telling[0], values, (start, end)
            position = word.end()


def _neighbours(text: str, name: Name) -> tuple[str, str]:
    """The stems of the telling words before and behind a name, "" at an end."""
    before, behind = terms(text[max(name.start - _BESIDE, 0) : name.start]), terms(text[name.end : name.end + _BESIDE])
    return (before or [""])[-1], (behind or [""])[0]


def _apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, without those that lie within others."""
    kept: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
