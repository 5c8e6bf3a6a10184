"""Who a sentence says does something to whom, and where its passage has them the other way round."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain import deeds
from localassist.domain.clauses import counts
from localassist.domain.inflections import base_of
from localassist.domain.terms import words

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.clauses import Clause, Clauses, Party
    from localassist.usecases.facts import Span

    _Acting = Sequence[tuple[Party, int]]

_CLITICS: Final = frozenset({"lo", "le", "les", "los"})
"""Spanish ones: whoever acts stands behind the verb then."""
_MUTUAL_VERBS: Final = "meet marry married match equal resemble border join agree heiraten treffen"
_MUTUAL: Final = frozenset(map(base_of, _MUTUAL_VERBS.split()))
_DEFINED: Final = re.compile(r"((?:[^\W\d_a-z][^\W\d_]*[ -]){1,5})\((?:[^\W\d_]{2,3}\s|[ld]['’])?([^\W\d_]+)\)")
_FEMININE: Final = re.compile(r"(?:er|ar|or|eur|[tdfgks])in$")
"""What German women's words end with, and not Verein or Termin."""
_PLURAL_ENDING: Final = "en"
"""Of a German noun behind "die" that is no singular, and of a verb whose subject is none."""
_DATIVE: Final = frozenset({"dem", "einem", "seinem", "ihrem"})
_REACH: Final = 3


def defined(text: str) -> list[frozenset[str]]:
    """The keys of names with those that stand for them from then on: "Ann Lee (the tenant)"."""
    return [frozenset(map(base_of, words(f"{name} {role}"))) for name, role in _DEFINED.findall(text)]


def exchanged(
    said: Clauses,
    held: Sequence[Clauses],
    aliases: Sequence[frozenset[str]],
    known: frozenset[str],
    beside: Callable[[], Sequence[Clauses]],
) -> Iterator[Span]:
    """The spans of those that a sentence says do what others do in the units that it comes from.

    `known` are the keys of names. `beside` gives all units around: those on two sides of a deed there are two.
    """
    nouns = (said.nouns | known).union(*(each.nouns for each in held))
    articles = said.articles.union(*(each.articles for each in held))
    sides = _Sides(articles, aliases)
    there = [clause for each in held for clause in each.clauses(nouns)]
    for clause in said.clauses(nouns):
        rated = [(sides.likeness(clause, other), other) for other in there if _shared(clause, other)]
        most = max((shared for shared, _ in rated), default=0.0)
        best = [other for shared, other in rated if shared == most]
        wrong = [sides.wrong(clause, other) for other in best]
        if wrong and all(wrong):
            yield wrong[0][0].span
        elif best and most > 1:
            others = [sides.other(clause, other) for other in best]
            if all(others) and all(_are_opposed(pair, beside(), nouns, sides) for pair in others if pair):
                yield from (pair[0].span for pair in others[:1] if pair)


def _are_opposed(pair: tuple[Party, Party], around: Sequence[Clauses], nouns: frozenset[str], sides: _Sides) -> bool:
    """Whether two stand on both sides of one deed somewhere."""
    one, other = pair
    for each in around:
        for clause in each.clauses(nouns):
            mine = [party for party in clause.parties if sides.same(party, one)]
            theirs = [party for party in clause.parties if sides.same(party, other)]
            if mine and theirs and clause.verbs and not any(party in theirs for party in mine):
                return True
    return False


def _shared(said: Clause, held: Clause) -> list[tuple[int, int]]:
    """The places of verbs that both have, those of one class among them."""
    found = []
    for one in said.verbs:
        for other in held.verbs:
            mine, theirs = said.tokens[one], held.tokens[other]
            kind, kind_there = (deeds.DEEDS.get(token.plain, (-1, 0))[0] for token in (mine, theirs))
            alike = kind >= 0 and kind_there >= 0 and (kind == kind_there or not kind or not kind_there)
            if alike or (mine.key == theirs.key and mine.key not in _MUTUAL):
                found.append((one, other))
    return found


def _told(said: Clause, held: Clause) -> list[tuple[int, int]]:
    """Those verbs of both that are no further words of one noun, as in "silver medal", and whose subjects are there:
    who approves in "she asked the board to approve it" is not told.
    """

    def before(clause: Clause, place: int) -> str:
        return clause.tokens[place - 1].key if place else ""

    return [
        (one, other)
        for one, other in _shared(said, held)
        if not (_is_ordered(said, one) or _is_ordered(held, other))
        and (
            said.tokens[one].key != held.tokens[other].key
            or before(said, one) != before(held, other)
            or not before(said, one)
        )
    ]


def _is_ordered(clause: Clause, verb: int) -> bool:
    """Whether an English infinitive stands behind another verb."""
    return clause.english and verb > 0 and clause.tokens[verb - 1].plain == "to" and min(clause.verbs) < verb


class _Sides:
    """Tells who acts in clauses."""

    def __init__(
        self, articles: set[tuple[str, str]] | frozenset[tuple[str, str]], aliases: Sequence[frozenset[str]]
    ) -> None:
        self._articles = articles
        self._aliases = aliases

    def likeness(self, said: Clause, held: Clause) -> float:
        """How many words two clauses share; to whom it is done tells more than who does it."""
        done = [party for one, _ in _shared(said, held)[:1] for party, side in self._acting(said, one) if side <= 0]
        same = any(self.same(party, other) for party in done for other in held.parties)
        shared = said.keys & held.keys
        return len(shared) + sum(counts(key) for key in shared) + same / 2

    def wrong(self, said: Clause, held: Clause) -> list[Party]:
        """Those acting in a clause who do not in another one, while somebody acts there to whom it is done here.

        One verb that both say alike of two is enough for none to be.
        """
        found: list[Party] = []
        for one, other in _told(said, held):
            mine, theirs = self._acting(said, one), self._acting(held, other)
            turns = [(side, self._turns(party, side, theirs)) for party, side in mine]
            kept = [side for side, products in turns if products and max(products) > 0]
            if 1 in kept:
                if len(kept) > 1:
                    return []
                continue
            changed = {side for side, products in turns if products and max(products) < 0}
            two_deeds = self._is_done_to_others(mine, held) and self._is_done_to_others(theirs, said)
            acts_there = -1 in changed and not kept
            if (acts_there or (1 in changed and _actors(theirs))) and not two_deeds:
                found = found or _actors(mine)
        return found

    def _turns(self, party: Party, side: int, theirs: _Acting) -> list[int]:
        """For each time that a party is named: 1 where its side is the same, -1 where it is the other one."""
        return [side * side_there for party_there, side_there in theirs if self.same(party, party_there)]

    def _is_done_to_others(self, parties: _Acting, there: Clause) -> bool:
        """Whether something is done to one that another clause does not name."""
        return any(
            side <= 0
            and party.keys.isdisjoint(there.keys)
            and not any(self.same(party, other) for other in there.parties)
            for party, side in parties
        )

    def other(self, said: Clause, held: Clause) -> tuple[Party, Party] | None:
        """Who acts in a clause and who acts in another one instead."""
        for one, other in _told(said, held):
            mine, theirs = self._acting(said, one), self._acting(held, other)
            acting, instead = _actors(mine), _actors(theirs)
            apart = acting and instead and not any(self.same(a, b) for a in acting for b, _ in theirs)
            if apart and not any(self.same(a, b) for a in instead for b, _ in mine):
                return acting[0], instead[0]
        return None

    def same(self, one: Party, other: Party) -> bool:
        """Whether two name the same."""
        if not one.keys.isdisjoint(other.keys):
            return True
        return any(not one.keys.isdisjoint(alias) and not other.keys.isdisjoint(alias) for alias in self._aliases)

    def _acting(self, clause: Clause, verb: int) -> list[tuple[Party, int]]:
        """The parties of a clause with 1 for whoever acts or gives, -1 for whom it is done to, 0 for what is taken."""
        takes = deeds.DEEDS.get(clause.tokens[verb].plain, (0, 1))[1] < 0
        passive = _is_passive(clause, verb)
        subject = self._subject(clause, verb)
        acting = []
        for party in clause.parties:
            side = self._side(party, subject=party is subject, passive=passive)
            if side is not None and takes:
                side = self._taking(party, side, clause, behind=party.place > verb)
            if side is not None:
                acting.append((party, side))
        return acting

    def _side(self, party: Party, *, subject: bool, passive: bool) -> int | None:
        if subject:
            return -1 if passive else 1
        if party.mark in deeds.BY and passive:
            return 1
        if not party.mark or party.mark in deeds.TO:
            return -1
        return 0 if party.mark in deeds.FROM else None

    def _taking(self, party: Party, side: int, clause: Clause, *, behind: bool) -> int:
        """The side of a party of a verb whose subject takes."""
        if side > 0:
            return -1
        gives = party.mark in deeds.FROM or (party.mark in deeds.TO and not clause.english)
        return 1 if (gives and behind) or party.article in _DATIVE else 0

    def _subject(self, clause: Clause, verb: int) -> Party | None:
        bare = [party for party in clause.parties if not party.mark]
        if clause.german:
            return self._german_subject(bare, clause, verb)
        before = [party for party in bare if party.place < verb]
        if before:
            return before[0]
        turned = verb and clause.tokens[verb - 1].plain in _CLITICS
        return bare[0] if bare and turned else None

    def _german_subject(self, bare: Sequence[Party], clause: Clause, verb: int) -> Party | None:
        open_ones = [party for party in bare if not self._is_oblique(party)]
        if not {token.plain for token in clause.tokens} & deeds.HELPING:
            one = not clause.tokens[verb].plain.endswith(_PLURAL_ENDING)
            open_ones = [party for party in open_ones if not (one and _are_many(party))]
        certain = [party for party in open_ones if party.article == "der"]
        return next(iter(certain or open_ones), None)

    def _is_oblique(self, party: Party) -> bool:
        if party.article in deeds.OBLIQUE:
            return True
        feminine = _FEMININE.search(party.head) is not None or any(
            (each, party.head) in self._articles for each in ("die", "eine")
        )
        return party.article in {"der", "einer", "ihrer", "seiner"} and feminine


def _are_many(party: Party) -> bool:
    return party.article == "die" and party.head.endswith(_PLURAL_ENDING)


def _actors(parties: _Acting) -> list[Party]:
    return [party for party, side in parties if side > 0]


def _is_passive(clause: Clause, verb: int) -> bool:
    plain = clause.tokens[verb].plain
    if clause.german:
        becomes = {token.plain for token in clause.tokens} & deeds.BECOMING
        return bool(becomes) and (plain.endswith("t") or "ge" in plain[:6] or bool(becomes - {"wird", "werden"}))
    before = {token.plain for token in clause.tokens[max(verb - _REACH, 0) : verb]}
    return bool(before & deeds.BEING) and deeds.PARTICIPLE.search(plain) is not None
