"""Names in text: people, places, organisations and abbreviations, told from other capitalised words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

from localassist.domain.denying import ROMANCE
from localassist.domain.numerals import MONTHS, WEEKDAYS
from localassist.domain.terms import FUNCTION_WORDS, words
from localassist.domain.units import is_unit

_TOKEN: Final = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_BEGINS: Final = re.compile(r"[\s>*#_\"'“„‘«»(\[|•‣▪–-]*(?:\(?\w{1,3}[.)]\s+)?[\"'“„‘«(*_]*$")
_AFTER_STOP: Final = re.compile(r"[.!?:|]\s*[\"'“„‘«(*_]*$")
_GERMAN_WORDS: Final = """
der die das den dem des ein eine einen einem einer und ist sind wird werden nicht mit von zu auf für im am ich sie wir
was wer wie wann wo welche welcher welches wurde hat es gibt nun bei als auch oder dass kein keine
"""
_ENGLISH_WORDS: Final = """
the a an of and is are was were to in for with not by on that this it be has have what which who when how did does do
where why
"""
_GERMAN: Final = frozenset(_GERMAN_WORDS.split())
_ENGLISH: Final = frozenset(_ENGLISH_WORDS.split())
_TITLE_WORDS: Final = "mr mrs ms miss dr prof sir lord lady herr frau herrn st saint mister madam messrs"
_LEADING_WORDS: Final = "präsident könig kaiser papst in aus von nach bei laut durch gegen für an and und"
_CALENDAR: Final = (MONTHS.keys() | WEEKDAYS.keys()) - {"mars"}
_TITLES: Final = frozenset(_TITLE_WORDS.split())
_NO_NAMES: Final = FUNCTION_WORDS | ROMANCE | _TITLES
_BEFORE_A_NAME: Final = _TITLES | frozenset(_LEADING_WORDS.split())
_DETERMINER_ENDINGS: Final = ("e", "en", "er", "es", "em")
_NAME_ENDINGS: Final = """
s es n en e y a i o an ian ean ese ish er ers in ic ies ia ians ans ean eans isch ische ischen ischer isches iens land
"""
_ENDINGS: Final = frozenset(["", *_NAME_ENDINGS.split()])
_DEMONYM: Final = 5
"""So many first letters make "Germany" and "German", "Paris" and "Parisian" one."""


@dataclass(frozen=True, slots=True)
class Name:
    """A word of a name at `text[start:end]`; `key` is it folded. `initial`: its capital may be the sentence's."""

    start: int
    end: int
    key: str
    initial: bool = False

    def is_among(self, keys: frozenset[str]) -> bool:
        """Whether folded words hold it, in a form like it at least ("German" for "Germany")."""
        if self.key in keys or any(f"{self.key}{ending}" in keys for ending in ("s", "es", "n", "en")):
            return True
        begin = self.key[:_DEMONYM]
        return len(self.key) >= _DEMONYM and any(
            each.startswith(begin) and abs(len(each) - len(self.key)) <= 4 and _alike(each, self.key) for each in keys
        )


def _alike(one: str, other: str) -> bool:
    """Whether two words differ in nothing but endings: "Brandl" and "Brandner" are two people."""
    shorter, longer = sorted((one, other), key=len)
    same = next((n for n, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(shorter))
    return any({longer[cut:], shorter[cut:]} <= _ENDINGS for cut in range(max(len(shorter) - 2, _DEMONYM), same + 1))


def is_english(text: str) -> bool:
    """Whether more of a text's function words are English than German, and there are any."""
    found = words(text)
    return sum(word in _ENGLISH for word in found) > sum(word in _GERMAN for word in found)


def is_german(text: str) -> bool:
    """Whether a text's function words are German ones: its nouns then have capitals, names or not."""
    found = words(text)
    return sum(word in _GERMAN for word in found) > sum(word in _ENGLISH for word in found)


def find_names(text: str) -> list[Name]:
    """The words of names in a text, in order. The first word of a sentence may be one that only looks so."""
    german = is_german(text)
    found: list[Name] = []
    tokens = list(_TOKEN.finditer(text))
    for place, token in enumerate(tokens):
        word = token.group()
        if not word[0].isupper() or word.casefold() in _NO_NAMES:
            continue
        if len(word) == 1 or is_unit(word) or word.casefold() in _CALENDAR or _touches_digit(text, token):
            continue
        initial = _is_initial(text, token) and not (place and _follows_title(text, tokens[place - 1], token))
        if german and not word.isupper() and not _is_german_name(text, tokens, place):
            continue
        key = "".join(words(word)) or word.casefold()
        found.append(Name(token.start(), token.end(), key, initial))
    return found


def held_names(text: str) -> frozenset[str]:
    """All words of a text, folded, that a name may be compared with, and the initials of names of several words."""
    parts = [part for word in words(text) for part in re.split(r"[-.'’]", word) if part]
    keys = set(parts) | set(words(text))
    capitals = ""
    for token in _TOKEN.finditer(text):
        if token.group()[0].isupper():
            capitals += token.group()[0].casefold()
        elif token.group() not in {"of", "and", "the", "for", "und", "für", "der", "de"}:
            keys |= _initials(capitals)
            capitals = ""
    return frozenset(keys | _initials(capitals))


def _initials(capitals: str) -> set[str]:
    return {capitals[a:b] for a in range(len(capitals)) for b in range(a + 2, min(a + 6, len(capitals)) + 1)}


def _follows_title(text: str, previous: re.Match[str], token: re.Match[str]) -> bool:
    """Whether an abbreviated form of address stands before: "Dr. Brandl" begins no sentence."""
    return previous.group().casefold() in _TITLES and text[previous.end() : token.start()] == ". "


def _touches_digit(text: str, token: re.Match[str]) -> bool:
    around = text[max(token.start() - 1, 0) : token.start()] + text[token.end() : token.end() + 1]
    return any(character.isdigit() for character in around)


def _is_initial(text: str, token: re.Match[str]) -> bool:
    before = text[max(token.start() - 12, 0) : token.start()]
    whole = token.start() <= 12
    return bool((whole and _BEGINS.fullmatch(before)) or _AFTER_STOP.search(before))


def _is_german_name(text: str, tokens: list[re.Match[str]], place: int) -> bool:
    """A capitalised word in German that no article or adjective leads to, beside another one or behind a title."""
    token = tokens[place]
    previous = tokens[place - 1] if place else None
    is_beside = previous is not None and (
        text[previous.end() : token.start()] == " " or _follows_title(text, previous, token)
    )
    before = previous.group() if previous is not None and is_beside else ""
    following = tokens[place + 1] if place + 1 < len(tokens) else None
    beside = (
        following is not None and text[token.end() : following.start()] in {" ", "-"} and following.group()[0].isupper()
    )
    if before.casefold() in _BEFORE_A_NAME:
        return before.casefold() in _TITLES or beside or not before.islower()
    if before and before[0].isupper() and before.casefold() not in FUNCTION_WORDS:
        return not before.casefold().endswith(_DETERMINER_ENDINGS) or beside
    return beside and not before.casefold().endswith(_DETERMINER_ENDINGS)
