"""Clauses of a text: whom and what each names, how a word leads to them, and which of its words may be verbs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from localassist.domain import deeds
from localassist.domain.inflections import base_of, is_romance
from localassist.domain.names import is_german
from localassist.domain.numerals import SPELLED, TENS
from localassist.domain.terms import FUNCTION_WORDS, words
from localassist.domain.units import is_unit

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_LONGEST: Final = 1000
"""Characters that are looked at: more is no sentence."""
_TOKEN: Final = re.compile(r"\d+(?:[.,:]\d+)*|[^\W\d_]+(?:-[^\W\d_]+)*(?:['’]s\b)?|[,;:()|—–]")
_CONNECTING_WORDS: Final = "and but while whereas because und aber während sondern weil et mais y e pero"
_CONNECTING: Final = frozenset(_CONNECTING_WORDS.split())
_COUNTS: Final = frozenset(SPELLED) | frozenset(TENS)
_GERMAN_ENDING: Final = re.compile(r"(?:e?te?n?|en|e?st|e)$")
_SHORTEST: Final = 5
_APART: Final = frozenset(["that", "which", "whom", "que"])
"""Before what an object is said of."""
_WHO: Final = "who"
"""Before what somebody does who was named last."""
_LEADING: Final = deeds.TO | deeds.BY | deeds.FROM | deeds.PREPOSITIONS
_PARTING: Final = _CONNECTING | _APART
_ADJECTIVE: Final = re.compile(r"(?:[^e]al|ous|[ai]ble|ful|less|ary)$")
"""What words end with that are hardly ever verbs, in English."""
_GERMAN_ADJECTIVE: Final = re.compile(r"e[nmrs]?$|^neu$")
_ADJECTIVES: Final = 2


@dataclass(frozen=True, slots=True)
class Token:
    """A word, number or sign at `text[start:end]`: casefolded, and the `key` of what it means ("" for function words).

    `leads` tells an article and the like, which a noun follows.
    """

    start: int
    end: int
    plain: str
    key: str
    capital: bool
    possessive: bool
    leads: bool


@dataclass(frozen=True, slots=True)
class Party:
    """Somebody or something in a clause, at `place` of its tokens; `mark` is the word that leads to it.

    `head` is its last word, casefolded.
    """

    keys: frozenset[str]
    head: str
    place: int
    span: tuple[int, int]
    mark: str
    article: str


@dataclass(frozen=True, slots=True)
class Clause:
    """What one clause says: whom it names, the keys of all its telling words, and where its verbs may stand."""

    tokens: tuple[Token, ...]
    parties: tuple[Party, ...]
    keys: frozenset[str]
    german: bool
    english: bool
    verbs: tuple[int, ...]


class Clauses:
    """The clauses of a text as far as they say who does what to whom."""

    def __init__(self, text: str) -> None:
        text = text[:_LONGEST]
        self._german = is_german(text)
        self._romance = not self._german and is_romance(text)
        leading = deeds.DETERMINERS | ({"l", "d"} if self._romance else set() if self._german else {"a", "an"})
        tokens = list(_tokens(text, leading, german=self._german))
        self.articles = {(one.plain, other.plain) for one, other in pairwise(tokens)}
        self._tokens = _outside_brackets(tokens)
        self.nouns = frozenset(_nouns(tokens, german=self._german))

    def clauses(self, nouns: frozenset[str]) -> list[Clause]:
        """Its clauses, where `nouns` are known to be nouns."""
        found: list[Clause] = []
        run: list[Token] = []
        for token in [*self._tokens, None]:
            if token is not None and not _parts(token):
                run.append(token)
                continue
            clause = self._clause(run, nouns)
            if token is None or token.plain in ";:" or not _is_only_named(clause):  # "Ann Lee, the tenant, pays"
                found.append(clause)
                run = []
            if token is not None and _is_who(token) and not run:
                run = _named_last(found)
        return found

    def _clause(self, run: Sequence[Token], nouns: frozenset[str]) -> Clause:
        parties = tuple(_parties(run, nouns, german=self._german))
        taken = {key for party in parties for key in party.keys}
        english = not (self._german or self._romance)
        verbs = tuple(
            place
            for place in range(len(run))
            if _may_be_verb(run, place, taken) and not (english and _ADJECTIVE.search(run[place].plain))
        )
        keys = frozenset(token.key for token in run if token.key)
        return Clause(tuple(run), parties, keys, self._german, english, verbs)


def counts(word: str) -> bool:
    """Whether a word is a number."""
    return word[:1].isdigit() or word in _COUNTS


def _parts(token: Token) -> bool:
    """Whether a clause ends there."""
    return token.plain in _PARTING or token.plain[0] in ",;:()|—–" or _is_who(token)


def _is_who(token: Token) -> bool:
    return token.plain == _WHO and not token.capital  # the WHO, Doctor Who


def _named_last(clauses: Sequence[Clause]) -> list[Token]:
    """The tokens of whom or what was named last."""
    named = next((clause for clause in reversed(clauses) if clause.parties), None)
    if named is None:
        return []
    last = named.parties[-1]
    return [token for token in named.tokens[last.place :] if token.end <= last.span[1]]


def _is_only_named(clause: Clause) -> bool:
    """Whether a clause does nothing but name some."""
    named = all(token.key or token.leads or token.plain in deeds.TITLES for token in clause.tokens)
    return named and not clause.verbs and not any(party.mark for party in clause.parties)


def _may_be_verb(run: Sequence[Token], place: int, taken: set[str]) -> bool:
    """Whether no other word than a verb can stand there, as far as its neighbours tell; `taken` are nouns."""
    if not _is_other(run[place], taken) or _is_led(run, place):
        return False
    before = run[place - 1] if place else None
    is_behind_one = before is not None and _is_other(before, taken) and not before.plain.endswith(("ly", "mente"))
    return run[place].plain in deeds.DEEDS or not is_behind_one


def _is_other(token: Token, taken: set[str]) -> bool:
    return (
        not is_unit(token.plain)
        and token.key not in {"", *taken}
        and not token.capital | token.possessive
        and not counts(token.plain)
    )


def _is_led(run: Sequence[Token], place: int) -> bool:
    """Whether a number stands there, or a word stands before that no verb follows."""
    if run[place].plain[0].isdigit():
        return True
    before = run[place - 1] if place else None
    if before is None or before.plain in {"to", "zu", "a", "à"}:
        return False
    leads = before.plain in deeds.PREPOSITIONS | deeds.FROM | deeds.BY
    return before.leads or leads or before.plain[0].isdigit()


def _outside_brackets(tokens: Sequence[Token]) -> list[Token]:
    """What is said around brackets goes on behind them."""
    kept: list[Token] = []
    opened: int | None = None
    for token in tokens:
        if token.plain == ")" and opened is not None:
            del kept[opened:]
            opened = None
            continue
        if token.plain == "(":
            opened = len(kept)
        kept.append(token)
    return kept


def _tokens(text: str, leading: frozenset[str], *, german: bool) -> Iterator[Token]:
    begins = True
    for match in _TOKEN.finditer(text):
        plain = match.group().casefold().replace("’", "'")
        possessive = plain.endswith("'s")
        plain = plain.removesuffix("'s")
        folded = (words(plain) or [plain])[0]
        idle = plain in FUNCTION_WORDS or plain in deeds.IDLE or not folded[0].isalnum()
        yield Token(
            match.start(), match.end(), plain, "" if idle else _key(folded, german=german and match.group().islower()),
            match.group()[0].isupper() and not begins, possessive, plain in leading,
        )  # fmt: skip
        begins = False


def _key(folded: str, *, german: bool) -> str:
    key = base_of(folded)
    return _GERMAN_ENDING.sub("", key) if german and len(key) > _SHORTEST else key


def _nouns(tokens: Sequence[Token], *, german: bool) -> Iterator[str]:
    yield from (token.key for token in tokens if token.capital and token.key and not german)
    for one, other in pairwise(tokens):
        if one.leads and other.key and not other.plain[0].isdigit():
            yield other.key


def _parties(run: Sequence[Token], nouns: frozenset[str], *, german: bool) -> Iterator[Party]:
    """Names and nouns of a clause, adjacent ones as one, without those that belong to another."""
    place = 0
    while place < len(run):
        first = place
        led = run[first].leads
        last = first + led
        while last < len(run) and _goes_on(run, last, first + led, nouns, german=german, led=led):
            last += 1
        inner = [token for token in run[first + led : last] if token.key and token.plain not in deeds.TITLES]
        if inner and not (run[last - 1].possessive):
            mark, article = _lead(run, _led_from(run, first) if german and not led else first, led=led)
            keys = frozenset(token.key for token in inner if token.capital or not german)
            counted = first and run[first - 1].plain[0].isdigit()
            if keys and not counted:
                yield Party(keys, run[last - 1].plain, first, (inner[0].start, inner[-1].end), mark, article)
        place = max(last, first + 1)


def _goes_on(run: Sequence[Token], at: int, first: int, nouns: frozenset[str], *, german: bool, led: bool) -> bool:
    token = run[at]
    if not token.key and token.plain not in deeds.TITLES:
        return False
    if token.plain[0].isdigit():
        return False
    if token.capital or token.plain in deeds.TITLES:
        return True
    if german:  # an adjective before its noun
        return led and at == first and any(each.capital for each in run[at + 1 : at + 2])
    return (led and at == first) or token.key in nouns


def _led_from(run: Sequence[Token], first: int) -> int:
    """Where what leads to a German noun begins, adjectives before it included; `first` where nothing leads to it."""
    place = first
    while (
        place and first - place < _ADJECTIVES and _GERMAN_ADJECTIVE.search(run[place - 1].plain) and run[place - 1].key
    ):
        place -= 1
    before = run[place - 1] if place else None
    if before is None:
        return first
    if before.leads:
        return place - 1
    return place if before.plain in _LEADING else first


def _lead(run: Sequence[Token], first: int, *, led: bool) -> tuple[str, str]:
    """The preposition before a party, and its article."""
    article = run[first].plain if led or run[first].leads else "dem" if run[first].plain == "herrn" else ""
    if article in {"au", "aux", "al"}:
        return "to", ""
    if article in {"du", "del", "des", "d"}:
        return "de", ""
    before = run[first - 1].plain if first else ""
    if before in _LEADING:
        return before, article
    if article == "der" and first and run[first - 1].capital:
        return "of", article
    return "", article
