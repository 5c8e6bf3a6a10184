"""What the sentences and rows of passages say, taken apart for comparing: quantities, names, and the words around."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from localassist.domain.names import find_names, held_names
from localassist.domain.quantities import find_quantities
from localassist.domain.terms import terms
from localassist.domain.units import is_unit, unit_of
from localassist.usecases.aligning import Content, content_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.names import Name
    from localassist.domain.quantities import Quantity
    from localassist.usecases.aligning import Source, Unit

CLAUSE: Final = re.compile(
    r"[,;:()|–—]\s|\b(?:and|but|while|whereas|which|who|because|und|aber|während|sowie|weil|sondern)\b", re.IGNORECASE
)
_ITEM_MARK: Final = re.compile(r"[\s>*#-]*\(?(\d{1,3})[.)]\s")
_ITEM: Final = "item"
"""What the number before an item or paragraph counts: it is no number of months."""
_FEW_STEMS: Final = 2
_BESIDE: Final = 40
_MODIFIERS: Final = 2
_LONGEST_WORD: Final = 60
_LONGEST_CLAUSE: Final = 400
"""Characters to either side of a number or name that may be of its clause."""
_COUNTED: Final = re.compile(r"[\s-]+([^\W\d_]+(?:['’-][^\W\d_]+)*)")
_ARTICLE: Final = re.compile(
    r"\b(?:an?|eine?[mnrs]?)(?=\s\w+\s(?:ago|later|earlier|before|after|old|zuvor|später|vorher|nach)\b)", re.IGNORECASE
)
_YEAR_DIGITS: Final = 4
_ONE: Final = re.compile(
    r"\b(?:one|a single|ein einzige[rs]?)\b(?!\s+(?:of|another|that|who|which|can|must|may)\b)", re.IGNORECASE
)

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Facts:
    """What a unit says: its quantities and those of its names, its names, the words that names are compared with (its
    own, and with its title's and headings'), its stems, the units that it has one of ("a year ago"), and of which kinds
    its quantities are.
    """

    unit: Unit
    source: Source
    quantities: tuple[Quantity, ...]
    named: tuple[Quantity, ...]
    names: tuple[Name, ...]
    own_keys: frozenset[str]
    keys: frozenset[str]
    stems: frozenset[str]
    single: frozenset[str]
    kinds: frozenset[tuple[str, bool, bool]]


def read_facts(source: Source) -> Iterator[Facts]:
    """What each unit of a source says."""
    outer = f"{source.passage.title}\n{source.passage.heading}"
    for unit in source.units:
        text = source.quote(unit.start, unit.end)
        names = f"{outer}\n{unit.header}"
        own = held_names(text)
        keys = own | held_names(names) | unit.name_stems
        stems = unit.stems | unit.name_stems
        named = tuple(find_quantities(names))
        mark = _ITEM_MARK.match(text)
        found = tuple(replace(q, unit=_ITEM) if mark and q.start == mark.start(1) else q for q in find_quantities(text))
        kinds = frozenset(map(kind_of, found))
        yield Facts(unit, source, found, named, tuple(find_names(text)), own, keys, stems, _single(text), kinds)


def holds(facts: Facts, claim: Quantity) -> bool:
    """Whether a unit or its names bear out a quantity."""
    if any(claim.is_borne_out_by(each) for each in facts.quantities + facts.named):
        return True
    if claim.is_among(facts.unit.name_held) or _is_day_of_its_year(claim, facts):
        return True
    return claim.values == {"1"} and claim.unit in facts.single


def _is_day_of_its_year(claim: Quantity, facts: Facts) -> bool:
    """Whether a date stands there without its year, and the year beside it: "in 1978 ... on 3 May"."""
    days = {value for value in claim.implied if value.startswith("date 0-")}
    years = {value for value in claim.implied if value.isdecimal() and len(value) == _YEAR_DIGITS}
    held = frozenset().union(*(each.values | each.implied for each in facts.quantities))
    return bool(days & held) and bool(years & (held | facts.unit.name_held))


def _single(text: str) -> frozenset[str]:
    """The units that a text has one of: "a year ago"."""
    return frozenset(unit_of(text, match.start(), match.end()) for match in _ARTICLE.finditer(text)) - {""}


def same_kind(one: Quantity, other: Quantity) -> bool:
    """Whether one may stand where the other does: the same unit, both codes or years or neither."""
    return kind_of(one) == kind_of(other)


def kind_of(quantity: Quantity) -> tuple[str, bool, bool]:
    """Its unit, whether it is a code, and whether it is a year."""
    return quantity.unit, _is_code(quantity), _is_year(quantity)


def _is_code(quantity: Quantity) -> bool:
    return not any(value[:1].isdigit() or " " in value for value in quantity.values)


def _is_year(quantity: Quantity) -> bool:
    return not quantity.unit and any(
        len(value) == 4 and value.isdecimal() and value[:2] in {"17", "18", "19", "20"} for value in quantity.values
    )


def clause_of(text: str, start: int, end: int) -> Content:
    """What the clause around a span says besides; the whole sentence where that is next to nothing."""
    shift = max(start - _LONGEST_CLAUSE, 0)
    text, start, end = text[shift : end + _LONGEST_CLAUSE], start - shift, end - shift
    bounds = [match.start() for match in CLAUSE.finditer(text)]
    first = max((bound for bound in bounds if bound < start), default=0)
    last = min((bound for bound in bounds if bound >= end), default=len(text))
    content = content_of(f"{text[first:start]} {text[end:last]}")
    if sum(not is_unit(stem) for stem in content.stems) < _FEW_STEMS:
        content = content_of(f"{text[:start]} {text[end:]}")
    return Content(content.stems, ())


def counted(text: str) -> Iterator[tuple[str, frozenset[str], Span]]:
    """The words that numbers stand before, with up to two between, by their stems; dates and times count nothing."""
    found = [(q.start, q.end, q.values) for q in find_quantities(text) if q.unit not in {"date", "time"}]
    found += [(match.start(), match.end(), frozenset({"1"})) for match in _ONE.finditer(text)]
    for start, end, values in found:
        position = end
        for _ in range(_MODIFIERS):
            word = _COUNTED.match(text, position, position + _LONGEST_WORD)
            if word is None:
                break
            telling = terms(word.group(1))
            if not telling:
                break
            yield telling[0], values, (start, end)
            position = word.end()


def neighbours(text: str, name: Name) -> tuple[str, str]:
    """The stems of the telling words before and behind a name, "" at an end."""
    before, behind = terms(text[max(name.start - _BESIDE, 0) : name.start]), terms(text[name.end : name.end + _BESIDE])
    return (before or [""])[-1], (behind or [""])[0]


def miscounted(text: str, units: Sequence[Facts]) -> Iterator[Span]:
    """Numbers before a word that has another number before it in the units: "two masts" for "one mast"."""
    held: dict[str, set[str]] = {}
    there = frozenset[str]().union(*(each.values for facts in units for each in facts.quantities))
    for facts in units:
        for thing, values, _ in counted(facts.source.quote(facts.unit.start, facts.unit.end)):
            held.setdefault(thing, set()).update(values)
    for thing, values, span in counted(text):
        if thing in held and held[thing].isdisjoint(values) and there.isdisjoint(values):
            yield span


def whole_names(names: Iterable[Name]) -> frozenset[tuple[str, str]]:
    """The keys of names that stand side by side, as a first and a family name do."""
    return frozenset((one.key, other.key) for one, other in pairwise(names) if other.start == one.end + 1)


def apart(spans: Iterable[Span]) -> list[Span]:
    """The spans in order, without those that lie within others."""
    kept: list[Span] = []
    for start, end in sorted(set(spans), key=lambda span: (span[0], -span[1])):
        if not kept or start >= kept[-1][1]:
            kept.append((start, end))
    return kept
