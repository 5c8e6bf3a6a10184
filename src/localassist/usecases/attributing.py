"""Which names, numbers and opposites of a sentence its passage gives to something else: two of them changed places."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from localassist.domain.names import find_names
from localassist.domain.opposites import OPPOSITES
from localassist.domain.quantities import find_quantities
from localassist.domain.terms import WORD, terms
from localassist.domain.units import is_unit
from localassist.usecases.facts import CLAUSE, counted, kind_of

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.usecases.facts import Span

_LEAST: Final = 2
"""So many telling words must be said of another for it to be the one that they are said of."""
_OWN_SHARE: Final = 1 / 3
"""Of these words, that may be said of what the sentence says them of."""
_LONGEST: Final = 1000
"""Characters that are looked at: more is no sentence."""
_TO: Final = re.compile(
    r"\W{1,3}(?:[^\W\d]{1,4}\W{1,2})?(?:to|until|bis|auf|and|und|à|y|a)\W{1,3}|\s?[–—-]\s?", re.IGNORECASE
)
_FROM: Final = re.compile(r"\b(?:from|between|vo[nm]|zwischen|entre|de|desde)\s\W?$", re.IGNORECASE)
_BESIDE: Final = 6
_BEFORE_RANGE: Final = 12
_SIDES: Final = {word: (n, side) for n, pair in enumerate(OPPOSITES) for side, some in enumerate(pair) for word in some}


@dataclass(frozen=True, slots=True)
class _Item:
    """A name, a number or one of two opposites; `ahead`: of the first telling word of its clause."""

    span: Span
    kind: object
    values: frozenset[object]
    ahead: bool

    def is_same(self, other: _Item) -> bool:
        return self.kind == other.kind and not self.values.isdisjoint(other.values)


@dataclass(frozen=True, slots=True)
class _Clause:
    stems: frozenset[str]
    items: tuple[_Item, ...]


class Attribution:
    """What each clause of a text says of whom."""

    def __init__(self, text: str) -> None:
        text = text[:_LONGEST]
        self.clauses = _read_clauses(text)
        self.ranges = list(_ranges(text))
        self.days = list(_days(text))
        self.counted = list(counted(text))


def misattributed(said: Attribution, held: Sequence[Attribution]) -> Iterator[Span]:
    """The spans in a sentence of what the units that it comes from say of something else, or the other way round."""
    clauses = [clause for each in held for clause in each.clauses]
    known = frozenset[str]().union(*(clause.stems for clause in clauses))
    for clause in said.clauses:
        told = clause.stems & known
        for item in clause.items if len(told) >= _LEAST else ():
            if _is_of_another(item, clause, told, clauses):
                yield item.span
    ranges = {(low, high) for each in held for low, high, _ in each.ranges}
    days = {(day, date) for each in held for day, date, _ in each.days}
    yield from (
        span for day, date, span in said.days
        if (day, date) not in days and any(other != day and date == when for other, when in days)
    )  # fmt: skip
    yield from (span for low, high, span in said.ranges if (high, low) in ranges and (low, high) not in ranges)
    yield from _counting_another(said, held)


def _is_of_another(item: _Item, clause: _Clause, told: frozenset[str], clauses: Sequence[_Clause]) -> bool:
    own = [each for each in clauses if any(item.is_same(other) for other in each.items)]
    if not own or any(len(told & each.stems) > _OWN_SHARE * len(told) for each in own):
        return False
    # "450 in June" is not whole: "sold 300 in May" says what is meant.
    is_whole = all(len(each.stems) >= _LEAST for each in own)
    others = (each for each in clauses if each not in own and told <= each.stems)
    return any((is_whole or each.stems <= clause.stems) and _has_other(each, item, clause) for each in others)


def _has_other(each: _Clause, item: _Item, clause: _Clause) -> bool:
    """Whether a clause has another of the kind at the same side, which the sentence does not say there as well."""
    return any(
        other.kind == item.kind and other.ahead == item.ahead and not any(other.is_same(own) for own in clause.items)
        for other in each.items
    )


def _counting_another(said: Attribution, held: Sequence[Attribution]) -> Iterator[Span]:
    """Numbers before a thing that count another one there: "14 sensors at 62 sites"."""
    there: dict[str, set[str]] = {}
    for each in held:
        for thing, values, _ in each.counted:
            there.setdefault(thing, set()).update(values)
    others = {value for values in there.values() for value in values}
    for thing, values, span in said.counted:
        if thing in there and there[thing].isdisjoint(values) and values <= others:
            yield span


def _ranges(text: str) -> Iterator[tuple[frozenset[str], frozenset[str], Span]]:
    """The two ends of "from ... to ...", and where they stand."""
    found = find_quantities(text)
    for low, high in pairwise(found):
        lead = text[max(low.start - _BEFORE_RANGE, 0) : low.start]
        if _FROM.search(lead) and _TO.fullmatch(text, low.end, high.start):
            yield low.values, high.values, (low.start, high.end)


def _days(text: str) -> Iterator[tuple[frozenset[str], frozenset[str], Span]]:
    """Weekdays with the dates that they stand beside, without years, and where the weekdays stand."""
    for day, date in pairwise(find_quantities(text)):
        is_weekday = any(value.startswith("weekday") for value in day.values)
        if is_weekday and date.unit == "date" and date.start - day.end <= _BESIDE:
            when = frozenset(value for value in date.values | date.implied if value.startswith("date 0-"))
            yield day.values, when, (day.start, day.end)


def _read_clauses(text: str) -> list[_Clause]:
    items = sorted([*_names(text), *_numbers(text), *_opposites(text)], key=lambda item: item.span)
    stems = _stems(text, items)
    clauses: list[_Clause] = []
    first = 0
    bounds = [*(match.start() for match in CLAUSE.finditer(text)), len(text)]
    for bound in bounds:
        own = {stem: place for place, stem in reversed(stems) if first <= place < bound}
        if not own and bound < len(text):  # "Anna, Ben and Carl went home"
            continue
        begin = min(own.values(), default=bound)
        found = tuple(
            _Item(item.span, item.kind, item.values, item.span[0] < begin)
            for item in items if first <= item.span[0] < bound
        )  # fmt: skip
        clauses.append(_Clause(frozenset(own), found))
        first = bound
    return clauses


def _stems(text: str, items: Sequence[_Item]) -> list[tuple[int, str]]:
    """The places and stems of the telling words that are no items themselves."""
    taken = {place for item in items for place in range(*item.span)}
    return [
        (match.start(), stem)
        for match in WORD.finditer(text)
        if match.start() not in taken and not is_unit(match.group())
        for stem in terms(match.group())
    ]


def _names(text: str) -> Iterator[_Item]:
    """Names, of which adjacent words are one."""
    start = end = -1
    keys: set[object] = set()
    for name in find_names(text):
        if keys and text[end : name.start] not in {" ", "-"}:
            yield _Item((start, end), "name", frozenset(keys), ahead=False)
            keys = set()
        start, end = (start if keys else name.start), name.end
        keys.add(name.key)
    if keys:
        yield _Item((start, end), "name", frozenset(keys), ahead=False)


def _numbers(text: str) -> Iterator[_Item]:
    for number in find_quantities(text):
        if not number.spelled:
            values = frozenset[object](number.values)
            yield _Item((number.start, number.end), kind_of(number), values, ahead=False)


def _opposites(text: str) -> Iterator[_Item]:
    for match in WORD.finditer(text):
        pair, side = _SIDES.get(match.group().casefold(), (None, 0))
        if pair is not None:
            yield _Item(match.span(), pair, frozenset[object]({side}), ahead=False)
