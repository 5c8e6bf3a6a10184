"""Which words of a sentence each of its numbers belongs to, where it has several of one kind."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.quantities import find_quantities
from localassist.domain.terms import WORD, terms
from localassist.domain.units import is_unit
from localassist.usecases.facts import kind_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.quantities import Quantity

_SPANS: Final = frozenset({"second", "minute", "hour", "day", "week", "month", "quarter", "year"})
_JOINED: Final = re.compile(r"\b(?:and|or|und|oder|et|ou|y|o)\s\W{0,2}$")
"""What a number follows that goes with the words of the one before: "300 cars in May and 450 in June"."""
_BEFORE: Final = 12
_LONGEST: Final = 600
"""Characters of a sentence or row that are looked at."""


def belongs_to_another(claim: Quantity, stems: frozenset[str], said: Sequence[Quantity], held: str) -> bool:
    """Whether a held text has the claimed number beside words that a sentence does not say, and another number of
    its kind beside those that it says: "seven months" where there is "two months' notice in a trial of seven months".

    `stems` are those of the sentence, `said` its quantities.
    """
    found = find_quantities(held[:_LONGEST])
    own = [each for each in found if claim.is_borne_out_by(each)]
    others = [each for each in found if _sort(each) == _sort(claim) and not _is_said(each, said)]
    if len(own) != 1 or _JOINED.search(held, max(own[0].start - _BEFORE, 0), own[0].start):
        return False
    others = [each for each in others if _is_apart(held, own[0], each)]
    if not others:
        return False
    beside = _beside(held[:_LONGEST], [own[0], *others])
    rest = [each for each in found if each not in own + others]
    if any(_is_said(each, said) and _nearest(each.start, each.end, [own[0], *others]) is own[0] for each in rest):
        return False
    mine = beside.get(own[0].start, frozenset())
    return (
        bool(mine) and mine.isdisjoint(stems) and any(len(stems & beside.get(o.start, frozenset())) > 1 for o in others)
    )


def _is_apart(text: str, one: Quantity, other: Quantity) -> bool:
    """Whether words stand between two numbers: "from 5 to 4" belong to the same."""
    return any(not is_unit(word) for word in terms(text[min(one.end, other.end) : max(one.start, other.start)]))


def _sort(quantity: Quantity) -> object:
    """Its kind, or that it is a length of time."""
    return "time" if quantity.unit in _SPANS else kind_of(quantity)


def _is_said(quantity: Quantity, said: Sequence[Quantity]) -> bool:
    return any(each.is_borne_out_by(quantity) for each in said)


def _beside(text: str, numbers: Sequence[Quantity]) -> dict[int, frozenset[str]]:
    """The stems of telling words by the place of the number that they stand nearest to."""
    beside: dict[int, frozenset[str]] = {}
    for match in WORD.finditer(text):
        word = match.group()
        inside = any(each.start <= match.start() < each.end for each in numbers)
        if inside or is_unit(word) or any(character.isdigit() for character in word):
            continue
        nearest = _nearest(match.start(), match.end(), numbers).start
        beside[nearest] = beside.get(nearest, frozenset()).union(terms(word))
    return beside


def _nearest(start: int, end: int, numbers: Sequence[Quantity]) -> Quantity:
    return min(numbers, key=lambda each: max(each.start - end, start - each.end))
