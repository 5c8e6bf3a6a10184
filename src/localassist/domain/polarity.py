"""What a text denies, and which of two opposites it says: polarity, compared with that of another text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.opposites import OPPOSITES
from localassist.domain.terms import FUNCTION_WORDS, WORD, stem, words

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_DENYING_WORDS: Final = """not no never none nobody nothing neither nor without cannot nowhere
    nicht kein keine keinen keinem keiner keines nie niemals niemand niemanden nichts ohne weder"""
_SOFTLY_DENYING_WORDS: Final = """
fail failed fails failing failure lack lacks lacked lacking refuse refuses refused deny denies denied prevent prevents
prevented avoid avoids avoided forbid forbids forbidden prohibit prohibits prohibited prohibition ban banned exclude
excludes excluded excluding except unless unable absent absence missing hardly barely rarely seldom scarcely only
instead rather little few stop stops stopped rule rules ruled reject rejects rejected void useless unaffected free
zero decline declines declined exempt exempts exempted impossible ineligible invalid verboten untersagt ausgeschlossen
außer verhindert scheitert gescheitert fehlt fehlen fehlte mangels unmöglich verweigert abgelehnt selten kaum nur frei
statt unzulässig ungültig unwirksam entfällt
"""
_DENYING: Final = frozenset(_DENYING_WORDS.split())
_DENYING_SOFTLY: Final = frozenset(_SOFTLY_DENYING_WORDS.split())
"""Words that deny as well as "not" does when both texts speak of the same."""
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
_PREFIXES: Final = ("un", "in", "im", "ir", "il", "dis", "non")
_CLAUSE_END: Final = re.compile(
    r"[,;:()–—|]|\b(?:but|because|which|while|whereas|although|though|since|when|where|if|unless|and|or|so"
    r"|aber|weil|da|während|obwohl|wenn|falls|und|oder|sondern|damit|dass)\b",
    re.IGNORECASE,
)
_REACH: Final = 3
"""How many telling words on either side a denial or an opposite is taken to speak of."""
_NEAR: Final = 7
"""How many words apart a denial and what it denies may stand in the other text."""
_ENOUGH: Final = 0.6
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
        blind = [match.span() for pattern in (_NOT_DENYING, _BOUNDS) for match in pattern.finditer(text)]
        ends = [match.start() for match in _CLAUSE_END.finditer(text)]
        self.words = [_word(match, ends, blind) for match in WORD.finditer(text)]
        self.folded = frozenset(word.folded for word in self.words)
        self.places: dict[str, list[int]] = {}
        for place, word in enumerate(self.words):
            if word.telling:
                self.places.setdefault(word.stem, []).append(place)

    def around(self, place: int, *, same_clause: bool = True) -> tuple[list[str], list[str]]:
        """The telling stems before and behind a place, nearest first."""
        clause = self.words[place].clause

        def collect(others: Iterator[_Word]) -> list[str]:
            found: list[str] = []
            for word in others:
                if (same_clause and word.clause != clause) or len(found) == _REACH:
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
        if near & _DENYING_SOFTLY:
            return True
        return any(word.startswith(prefix) and stem(word[len(prefix) :]) in stems
                   for word in self.folded - other.folded for prefix in _PREFIXES)  # fmt: skip


def _word(match: re.Match[str], ends: list[int], blind: list[tuple[int, int]]) -> _Word:
    text = match.group()
    folded = (words(text) or [text.casefold()])[0]
    plain = text.casefold().replace("’", "'")
    denies = (plain in _DENYING or plain.endswith("n't")) and not any(
        start <= match.start() < end for start, end in blind
    )
    telling = plain not in FUNCTION_WORDS and not plain.endswith("n't") and not denies
    clause = sum(end <= match.start() for end in ends)
    return _Word(match.start(), match.end(), plain, stem(folded), clause, telling, denies)


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
    found += [said_word_span(said, place) for place in _opposed(said, held)]
    return sorted(set(found))


def _unpaired(said: Statement, held: Statement) -> tuple[list[int], list[int]]:
    """The denials of each text that none of the other answers to, those among the most equal words paired first."""
    mine, theirs = said.denials(), held.denials()
    pairs = [(_likeness(said, one, held, other), -one, -other) for one in mine for other in theirs]
    for likeness, one, other in sorted(pairs, reverse=True):
        if likeness and -one in mine and -other in theirs:
            mine.remove(-one)
            theirs.remove(-other)
    return mine, theirs


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


def _spoken_of(one: Statement, place: int, other: Statement) -> list[str]:
    """The stems near a denial that the other text holds, [] if it holds too few to be about the same."""
    before, behind = one.around(place)
    head = (behind or before)[:1]
    scope = list(dict.fromkeys(behind[:2] + before[:2]))
    shared = [each for each in scope if each in other.places]
    if head and head[0] in other.places and len(shared) >= min(2, len(scope)):
        return shared
    return shared if scope and len(shared) >= max(2, _ENOUGH * len(scope)) else []


def _is_new(said: Statement, place: int, held: Statement) -> bool:
    shared = _spoken_of(said, place, held)
    return bool(shared) and not held.softens(shared, said)


def _claimed(held: Statement, place: int, said: Statement) -> int | None:
    shared = _spoken_of(held, place, said)
    if not shared or said.softens(shared, held):
        return None
    return said.places[shared[0]][0]


def _opposed(said: Statement, held: Statement) -> Iterator[int]:
    for one, other in OPPOSITES:
        for mine, theirs in ((one, other), (other, one)):
            if said.folded & mine and held.folded & theirs and not (said.folded & theirs or held.folded & mine):
                yield from (place for place, word in enumerate(said.words)
                            if word.folded in mine and _same_context(said, place, held, theirs))  # fmt: skip


def _same_context(said: Statement, place: int, held: Statement, theirs: frozenset[str]) -> bool:
    """Whether the opposite stands among the same words there, with neither of the two denied."""
    if any(word.denies for word in said.words[max(place - 3, 0) : place]):
        return False
    before, behind = said.around(place, same_clause=False)
    for there, word in enumerate(held.words):
        if word.folded in theirs and not any(w.denies for w in held.words[max(there - 3, 0) : there]):
            before_there, behind_there = held.around(there, same_clause=False)
            same = len(set(before) & set(before_there)) + len(set(behind) & set(behind_there))
            next_to = before[:1] == before_there[:1] or behind[:1] == behind_there[:1]
            if same >= 2 or (same == 1 and next_to):
                return True
    return False
