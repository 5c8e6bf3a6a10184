"""What a text denies, and which of two opposites it says: polarity, compared with that of another text."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.denying import DENYING, DENYING_SOFTLY, ROMANCE, ROMANCE_DENYING
from localassist.domain.inflections import APOSTROPHE, base_of, is_romance
from localassist.domain.numerals import MONTHS
from localassist.domain.opposites import MODALS, OPPOSITES, RELATIONS
from localassist.domain.terms import FUNCTION_WORDS, WORD, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_NOT_DENYING: Final = re.compile(
    r"\bnot only\b|\bnicht nur\b|\bno doubt\b|\bno\.\s?\d|\bnot least\b|\bnicht zuletzt\b|\bwhether or not\b|\bif not\b"
    r"|\bno sooner\b|\bno one else\b",
    re.IGNORECASE,
)
_BOUNDS: Final = re.compile(
    r"\b(?:no|not) (?:more|later|longer|greater|higher) than\b|\bnicht (?:mehr|später|länger|höher) als\b"
    r"|\bno (?:less|fewer|earlier) than\b|\bnicht (?:weniger|früher) als\b",
    re.IGNORECASE,
)
_ONLY: Final = frozenset({"only", "nur", "erst"})
_UNLESS: Final = frozenset({"unless", "until", "without", "before", "except", "bevor", "bis", "ohne", "außer"})
_ROMANCE_ENDING: Final = re.compile(r"(?:[ai]d[oa]s?|[oa]s|ees?|[aei]r|[ae]nt?|[aeo])$")
_SHORTEST_ROMANCE: Final = 5
_PREFIXES: Final = ("un", "in", "im", "ir", "il", "dis", "non")
_CLAUSE_END: Final = re.compile(
    r"[,;:()–—|]|\b(?:but|because|which|while|whereas|although|though|since|when|where|if|unless|and|or|so"
    r"|aber|weil|da|während|obwohl|wenn|falls|und|oder|sondern|damit|dass|et|mais|y|pero)\b",
    re.IGNORECASE,
)
_CONNECTING_WORDS: Final = "jedoch allerdings dennoch however though yet wegen aufgrund weiterhin"
_CONNECTING: Final = frozenset(_CONNECTING_WORDS.split())
_PHRASE: Final = re.compile(r"\b(?:(?:go(?:es|ne|ing)?|went) (?:up|down)|au moins|al menos)\b", re.IGNORECASE)
_IN_A_WORD: Final = {
    "go up": "rise", "goes up": "rises", "gone up": "risen", "going up": "rising", "went up": "rose",
    "go down": "fall", "goes down": "falls", "gone down": "fallen", "going down": "falling", "went down": "fell",
    "au moins": "minimum", "al menos": "minimum",
}  # fmt: skip
_SHUT: Final = re.compile(
    r"\b(?:ist|sind|war|waren|bleib\w+|blieb\w*|hat|haben|hatte\w?)\b[^.,;:!?]*\s(zu)(?=\W*(?:$|[.,;:!?]))"
)
"""A German "zu" that means "closed", and none before what is "zu besetzen"."""
_LONGEST: Final = 2000
"""Characters of a sentence or row that are looked at: more is neither."""
_REACH: Final = 3
_WIDE_REACH: Final = 6
"""How many telling words on either side a denial or an opposite is taken to speak of."""
_NEAR: Final = 7
"""How many words apart a denial and what it denies may stand in the other text."""
_ENOUGH: Final = 0.5
_ENOUGH_CLAIMED: Final = 0.75
"""Of the words that a denial speaks of, that the other text must hold for the two to be compared."""


@dataclass(frozen=True, slots=True)
class _Word:
    start: int
    end: int
    folded: str
    stem: str
    clause: int
    telling: bool
    denies: bool


class Statement:
    """A text as far as polarity goes: its words with their clauses, and which of them deny."""

    def __init__(self, text: str) -> None:
        text = text[:_LONGEST]
        blind = [match.span() for pattern in (_NOT_DENYING, _BOUNDS) for match in pattern.finditer(text)]
        ends = [match.start() for match in _CLAUSE_END.finditer(text)]
        text = _PHRASE.sub(_said_in_a_word, text)
        self.is_romance = is_romance(text)
        self.words = [_word(match, bisect_right(ends, match.start()), blind) for match in WORD.finditer(text)]
        if self.is_romance:
            self.words = [_as_romance(word) for word in self.words]
        if shut := {match.start(1) for match in _SHUT.finditer(text)}:
            self.words = [replace(word, folded="geschlossen") if word.start in shut else word for word in self.words]
        self.folded = frozenset(word.folded for word in self.words)
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            if word.telling:
                self.places.setdefault(word.stem, []).append(place)

    def around(self, place: int, reach: int = _REACH, *, same_clause: bool = True) -> tuple[list[str], list[str]]:
        """The telling stems before and behind a place, nearest first, so many at most."""
        clause = self.words[place].clause

        def collect(others: Iterator[_Word]) -> list[str]:
            found: list[str] = []
            for word in others:
                if (same_clause and word.clause != clause) or len(found) == reach:
                    break
                if word.telling:
                    found.append(word.stem)
            return found

        return collect(reversed(self.words[:place])), collect(iter(self.words[place + 1 :]))

    def denials(self) -> list[int]:
        """Where the words are that deny."""
        return [place for place, word in enumerate(self.words) if word.denies]

    def near(self, stems: Sequence[str]) -> set[int]:
        """The places close to any of the stems."""
        return {
            beside
            for place in (place for each in stems for place in self.places.get(each, ()))
            for beside in range(max(place - _NEAR, 0), min(place + _NEAR + 1, len(self.words)))
        }

    def softens(self, stems: Sequence[str], other: Statement) -> bool:
        """Whether a word that the other text has not denies the stems here without saying "not"."""
        near = {self.words[place].folded for place in self.near(stems)} - other.folded
        if near & DENYING_SOFTLY or (near & _ONLY and other.folded & _UNLESS):
            return True
        return any(key in stems for _, key in self.prefixed(other))

    def prefixed(self, other: Statement) -> list[tuple[int, str]]:
        """The places of words like "unaudited" that the other text has not, and the key of what they deny."""
        return [
            (place, base_of(word.folded[len(prefix) :]))
            for place, word in enumerate(self.words)
            for prefix in _PREFIXES
            if word.folded.startswith(prefix) and word.folded not in other.folded
        ]


def _as_romance(word: _Word) -> _Word:
    folded = APOSTROPHE.split(word.folded)[-1]
    denies = folded in ROMANCE_DENYING
    telling = not denies and word.telling and folded not in ROMANCE
    stem = _ROMANCE_ENDING.sub("", word.stem) if len(word.stem) > _SHORTEST_ROMANCE else word.stem
    return replace(word, denies=denies, telling=telling, stem=stem)


def _said_in_a_word(match: re.Match[str]) -> str:
    """A word for two that mean another thing than each alone, made as long, so that places stay."""
    return _IN_A_WORD[match.group().casefold()].ljust(len(match.group()))


def _word(match: re.Match[str], clause: int, blind: list[tuple[int, int]]) -> _Word:
    text = match.group()
    folded = (words(text) or [text.casefold()])[0]
    plain = text.casefold().replace("’", "'")
    denies = (plain in DENYING or plain.endswith("n't")) and not any(
        start <= match.start() < end for start, end in blind
    )
    counts = any(character.isdigit() for character in plain) or plain in MONTHS
    telling = not (counts or denies or plain in FUNCTION_WORDS or plain in _CONNECTING or plain.endswith("n't"))
    return _Word(match.start(), match.end(), plain, base_of(folded), clause, telling, denies)


def contradictions(said: Statement, held: Statement) -> list[tuple[int, int]]:
    """The spans of `said` whose polarity is not that of `held`: denials that are new, denied words that are claimed,
    opposites of what is held. Only where both speak of the same, judged by the words around.
    """
    mine, theirs = _unpaired(said, held)
    found = [said_word_span(said, place) for place in mine if _is_new(said, place, held)]
    for place in theirs:
        claimed = _claimed(held, place, said)
        if claimed is not None:
            found.append(said_word_span(said, claimed))
    found += [said_word_span(said, place) for place in [*_opposed(said, held), *_prefixed(said, held)]]
    return sorted(set(found))


def _unpaired(said: Statement, held: Statement) -> tuple[list[int], list[int]]:
    """The denials of each text that none of the other answers to, those among the most equal words paired first."""
    mine, theirs = _uncancelled(said), _uncancelled(held)
    pairs = [(_likeness(said, one, held, other), -one, -other) for one in mine for other in theirs]
    for likeness, one, other in sorted(pairs, reverse=True):
        if likeness and -one in mine and -other in theirs:
            mine.remove(-one)
            theirs.remove(-other)
    return mine, theirs


def _uncancelled(text: Statement) -> list[int]:
    """Where something is denied, without two denials in one clause: "not allowed without" demands."""
    places = text.denials()
    if text.is_romance:  # where "no ... nada" denies once
        return places
    clauses = [text.words[place].clause for place in places]
    return [place for place, clause in zip(places, clauses, strict=True) if clauses.count(clause) % 2]


def _prefixed(said: Statement, held: Statement) -> Iterator[int]:
    """The words that deny what is held, or claim what is denied there, by a prefix alone."""
    for place, key in said.prefixed(held):
        if key in held.places and not any(held.words[near].denies for near in held.near([key])):
            yield place
    for _, key in held.prefixed(said):
        if key in said.places and not any(said.words[near].denies for near in said.near([key])):
            yield said.places[key][0]


def _likeness(said: Statement, one: int, held: Statement, other: int) -> int:
    """How many words around two denials are the same, 0 if they deny different things."""
    (before, behind), (before_there, behind_there) = said.around(one), held.around(other)
    head = (behind or before)[:1]
    if head and head[0] in (behind_there + before_there)[:_REACH]:
        return 10 + len({*before, *behind} & {*before_there, *behind_there})
    return len({*before, *behind} & {*before_there, *behind_there})


def said_word_span(said: Statement, place: int) -> tuple[int, int]:
    """Where a word stands."""
    return said.words[place].start, said.words[place].end


def _spoken_of(one: Statement, place: int, other: Statement, enough: float) -> list[str]:
    """The stems near a denial, those that the other text holds first; [] if it holds too few to be about the same."""
    before, behind = one.around(place)
    scope = list(dict.fromkeys(behind + before[:2]))
    shared = [each for each in scope if each in other.places]
    head = (behind or before)[:1]
    same_head = bool(head) and head[0] in other.places and len(shared) >= min(2, len(scope))
    if same_head or (scope and len(shared) >= max(2, enough * len(scope))):
        return shared + [each for each in scope if each not in shared]
    return []


def _is_new(said: Statement, place: int, held: Statement) -> bool:
    scope = _spoken_of(said, place, held, _ENOUGH)
    return bool(scope) and not held.softens(scope, said)


def _claimed(held: Statement, place: int, said: Statement) -> int | None:
    scope = _spoken_of(held, place, said, _ENOUGH_CLAIMED)
    if not scope or said.softens(scope, held):
        return None
    return said.places[scope[0]][0]


def _opposed(said: Statement, held: Statement) -> Iterator[int]:
    for one, other in OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if said.folded & mine and held.folded & theirs and not said.folded & theirs:
                yield from (place for place, word in enumerate(said.words)
                            if word.folded in mine and not _is_said_too(said, place, held, mine)
                            and _same_context(said, place, held, theirs))  # fmt: skip


def _is_said_too(said: Statement, place: int, held: Statement, mine: frozenset[str]) -> bool:
    """Whether the other text says as much of the same, or of something that has no opposite beside it."""
    there = [n for n, word in enumerate(held.words) if word.folded in mine]
    if said.words[place].folded in RELATIONS:
        return bool(there)
    around = {each for side in said.around(place, _WIDE_REACH, same_clause=False) for each in side}
    told = ({each for side in held.around(n, _WIDE_REACH) for each in side} for n in there)
    return any(not stems or stems & around for stems in told)


def _same_context(said: Statement, place: int, held: Statement, theirs: frozenset[str]) -> bool:
    """Whether the opposite stands among the same words there, with neither of the two denied."""
    if _is_denied(said, place):
        return False
    there = [n for n, word in enumerate(held.words) if word.folded in theirs and not _is_denied(held, n)]
    folded = said.words[place].folded
    if folded in RELATIONS:
        return any(_same_sides(said, place, held, n) for n in there)
    if folded in MODALS and any(held.words[n].folded in MODALS for n in there):
        behind = said.around(place)[1][:1]
        return any(behind and behind == held.around(n)[1][:1] for n in there)
    around = {each for side in said.around(place, _WIDE_REACH, same_clause=False) for each in side}
    beside = {side[0] for side in said.around(place, same_clause=False) if side}
    for n in there:
        same = around & {each for side in held.around(n, _WIDE_REACH, same_clause=False) for each in side}
        if len(same) >= 2 or (same & beside):
            return True
    return False


def _is_denied(text: Statement, place: int) -> bool:
    return any(word.denies for word in text.words[max(place - 3, 0) : place + 3])


def _same_sides(said: Statement, place: int, held: Statement, there: int) -> bool:
    """Whether the same stands before or behind both: "A before B" is "B after A"."""
    before, behind = (set(side) for side in said.around(place, same_clause=False))
    before_there, behind_there = (set(side) for side in held.around(there, same_clause=False))
    return bool(before & before_there or behind & behind_there) and not (before & behind_there or behind & before_there)
