"""Which numbers, dates, names and denials of a sentence the passage that it comes from does not bear out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.clauses import Clauses
from localassist.domain.inflections import base_of
from localassist.domain.names import find_names, held_names, is_german
from localassist.domain.polarity import Statement, contradictions
from localassist.domain.quantities import find_quantities
from localassist.domain.terms import terms
from localassist.usecases.aligning import Window
from localassist.usecases.attributing import Attribution, misattributed
from localassist.usecases.belonging import belongs_to_another
from localassist.usecases.enacting import defined, exchanged
from localassist.usecases.facts import (
    apart,
    clause_of,
    holds,
    kind_of,
    miscounted,
    neighbours,
    read_facts,
    same_kind,
    whole_names,
)

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localassist.domain.names import Name
    from localassist.domain.quantities import Quantity
    from localassist.usecases.aligning import Content, Source, Weights
    from localassist.usecases.facts import Facts, Span

_CLEARLY_NEARER: Final = 0.1
"""By how much more of a clause another sentence must hold for its number to be the one that was meant."""
_NAME_NEARER: Final = 0.15
_CONTEXT: Final = 2
"""How many sentences back what "he" or "the company" means may be named."""
_HARDLY: Final = 0.15
_LEAST: Final = 1e-6
_SAME_CLAUSE: Final = 0.7
"""From which share on a sentence says a clause, whatever number it has."""
_SUBJECT: Final = re.compile(
    r"(?:['’]s)?\s(?:is|was|has|had|will|were|are|did|does|can|could|would|must|may|[a-z]{3,}ed)\b"
)
_COMMON_ENDING: Final = re.compile(r"(?:ings?|eds?|lys?|tions?|ments?|ness|ities|ity|[^s]s)$", re.IGNORECASE)


class Checker:
    """Compares what sentences claim with the units of some sources; `question` may be repeated without proof."""

    def __init__(self, sources: Sequence[Source], question: str, weights: Weights) -> None:
        self._weights = weights
        self._asked = find_quantities(question)
        self._asked_keys = held_names(question)
        self._facts = [facts for source in sources for facts in read_facts(source)]
        self._places = {(each.source.passage.chunk_id, each.unit.start): n for n, each in enumerate(self._facts)}
        self._keys = frozenset().union(self._asked_keys, *(each.keys for each in self._facts))
        self._named = frozenset(base_of(name.key) for facts in self._facts for name in facts.names if not name.initial)
        self._whole_names = frozenset().union(*(whole_names(facts.names) for facts in self._facts))
        self._statements: dict[int, Statement] = {}
        self._attributions: dict[int, Attribution] = {}
        self._enacted: dict[int, Clauses] = {}

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
            spans += miscounted(text, [self._facts[n] for n in near])
            spans += self._denied(text, near)
            spans += misattributed(Attribution(text), [self._attribution(n) for n in near])
            spans += exchanged(
                Clauses(text),
                [self._deeds(n) for n in near],
                self._defined(near),
                self._named,
                lambda: self._around(near),
            )
        added = [Window(self._facts[n].source, (self._facts[n].unit,), 0.0) for n in dict.fromkeys(further + more)]
        return apart(spans), added

    def _figures(self, text: str, claims: Sequence[Quantity], near: Sequence[int]) -> tuple[list[Span], list[int]]:
        spans: list[Span] = []
        further: list[int] = []
        for claim in claims:
            clause = clause_of(text, claim.start, claim.end)
            holder, reached = self._best(clause, (n for n, f in enumerate(self._facts) if holds(f, claim)), near)
            if claim.spelled:  # may be a manner of speaking
                wrong = holder is None and self._meant(clause, claim, claims, near) >= _SAME_CLAUSE
            else:
                if holder is None and any(claim.is_borne_out_by(each) for each in self._asked):
                    reached = _CLEARLY_NEARER
                meant = self._meant(clause, claim, claims, near)
                aside = holder is not None and holder not in near and reached < _HARDLY
                wrong = not reached or meant > (0.0 if aside else reached + _CLEARLY_NEARER)
                wrong = wrong or self._has_other_unit(claim, near) or self._is_of_another(text, claim, claims, near)
            if wrong or self._is_doubled(claim, claims, near):
                spans.append((claim.start, claim.end))
            elif holder is not None and holder not in near and not claim.spelled:
                further.append(holder)
        return spans, further

    def _meant(self, clause: Content, claim: Quantity, claims: Sequence[Quantity], near: Sequence[int]) -> float:
        """How much of a clause the best unit holds that has another number of the claim's kind where it belongs."""
        best = 0.0
        kind, shares = kind_of(claim), self._weights.shares(clause)
        for n, facts in enumerate(self._facts):
            if kind not in facts.kinds or holds(facts, claim):
                continue
            share = shares.get(n, 0.0)
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
        return any(same_kind(each, claim) and not any(said.is_borne_out_by(each) for said in claims) for each in there)

    def _is_of_another(self, text: str, claim: Quantity, claims: Sequence[Quantity], near: Sequence[int]) -> bool:
        """Whether the window says it of something else, in every unit that has it."""
        units = [self._facts[n] for n in near if any(claim.is_borne_out_by(each) for each in self._facts[n].quantities)]
        stems = frozenset(terms(text))
        return bool(units) and all(
            belongs_to_another(claim, stems, claims, each.source.quote(each.unit.start, each.unit.end))
            for each in units
        )

    def _has_other_unit(self, claim: Quantity, near: Sequence[int]) -> bool:
        """Whether the window counts just as many of something else: "two weeks" for "two months"."""
        there = [each for n in near for each in self._facts[n].quantities if each.values == claim.values]
        units = {each.unit for each in there} - {""}
        return bool(claim.unit and units) and claim.unit not in units

    def _best(self, clause: Content, places: Iterable[int], near: Sequence[int]) -> tuple[int | None, float]:
        """Which of some units holds most of a clause, one of the window before others, and how much."""
        shares = self._weights.shares(clause)
        rated = [(shares.get(n, 0.0), n in near, -n) for n in places]
        if not rated:
            return None, 0.0
        share, _, place = max(rated)
        return -place, max(share, _LEAST)

    @staticmethod
    def _is_rival(facts: Facts, claim: Quantity, claims: Sequence[Quantity]) -> bool:
        """Whether a unit has a number of the same kind that the sentence leaves out."""
        return any(
            same_kind(each, claim)
            and not any(said.is_borne_out_by(each) or each.is_borne_out_by(said) for said in claims)
            for each in facts.quantities
        )

    def _names(self, text: str, near: Sequence[int]) -> tuple[list[Span], list[int]]:
        said, names = held_names(text), find_names(text)
        spans: list[Span] = []
        further: list[int] = []
        whole = whole_names(names) & self._whole_names
        for name in names:
            # "Ms Fisk" is Lena Fisk where somebody is called so.
            parts = {part for pair in whole if name.key in pair for part in pair}
            rivals = [
                n
                for n in near
                if self._other_names(n, said)
                and parts.isdisjoint(self._facts[n].own_keys)
                and not self._names_it(n, name, said)
            ]
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
        clause = clause_of(text, name.start, name.end)
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
        if following[:1].isupper():
            return not is_german(text) or self._has_other_first_name(text, name)
        return rivalled and _SUBJECT.match(text, name.end) is not None

    def _has_other_first_name(self, text: str, name: Name) -> bool:
        """Whether the next word is a name that always has another one before it."""
        following = next((each for each in find_names(text) if each.start == name.end + 1), None)
        before = {one for one, other in self._whole_names if following is not None and other == following.key}
        return bool(before) and not name.is_among(frozenset(before))

    def _is_known_above(self, name: Name, near: Sequence[int]) -> bool:
        """Whether the question names it, or a title or heading does."""
        return name.is_among(self._asked_keys) or any(name.is_among(self._facts[n].keys) for n in near)

    def _takes_its_place(self, text: str, name: Name, n: int, said: frozenset[str]) -> bool:
        """Whether a unit has another name between the very same words."""
        facts = self._facts[n]
        there = facts.source.quote(facts.unit.start, facts.unit.end)
        around = neighbours(text, name)
        return any(
            not other.is_among(said) and around == neighbours(there, other) != ("", "")
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
        around = {stem for stem, places in said.places.items() if all(said.words[at].start != span[0] for at in places)}
        own = len(around & self._statement(n).places.keys())
        return any(
            other != n
            and len(around & self._statement(other).places.keys()) >= own
            and span not in contradictions(said, self._statement(other))
            for other in near
        )

    def _attribution(self, n: int) -> Attribution:
        if n not in self._attributions:
            facts = self._facts[n]
            self._attributions[n] = Attribution(facts.source.quote(facts.unit.start, facts.unit.end))
        return self._attributions[n]

    def _deeds(self, n: int) -> Clauses:
        if n not in self._enacted:
            facts = self._facts[n]
            self._enacted[n] = Clauses(facts.source.quote(facts.unit.start, facts.unit.end))
        return self._enacted[n]

    def _around(self, near: Sequence[int]) -> list[Clauses]:
        sources = [self._facts[n].source for n in near]
        return [self._deeds(n) for n, facts in enumerate(self._facts) if any(facts.source is each for each in sources)]

    def _defined(self, near: Sequence[int]) -> list[frozenset[str]]:
        texts = {self._facts[n].source.passage.text for n in near}
        return [alias for text in texts for alias in defined(text)]

    def _statement(self, n: int) -> Statement:
        if n not in self._statements:
            facts = self._facts[n]
            self._statements[n] = Statement(facts.source.quote(facts.unit.start, facts.unit.end))
        return self._statements[n]
