"""Names of people in a text, by rules: what stands before and after them, and mail addresses that repeat them."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left, bisect_right
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.cues import (
    AFTER,
    CLOSINGS,
    DEEDS,
    EVERYBODY,
    GREETINGS,
    LABELS,
    LEADS,
    MEETING,
    NAMES_TOO,
    NO_NAMES,
    PARTICLES,
    ROLES,
    TITLE_ENDINGS,
    TITLE_WORDS,
    TITLES,
)
from localassist.domain.outbound import Identifier, Recognised
from localassist.domain.terms import FUNCTION_WORDS

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_UPPER: Final = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĖĘĚĞĢĪĮİĶŁĹĻŃŇŐŒŔŘŚŠŞŤŢŪŮŰŲŹŻŽ"
_INITIALS: Final = rf"[{_UPPER}]\.(?:-?[{_UPPER}]\.)?(?!-?[{_UPPER}]\w)"
_WORD: Final = rf"(?:{_INITIALS}|(?:[{_UPPER}]\.-)?(?:[{_UPPER}]'|[Dd]')?[{_UPPER}][\w'\-]*\w)"
_LINK: Final = rf"(?:(?:{PARTICLES})[ ])?"
_FIRST_LINK: Final = r"(?:(?:von|van|de|di|da|del|della|du)(?:[ ](?:der|den|la))?[ ])?"
_LINE: Final = rf"{_FIRST_LINK}{_WORD}(?:[ ]{{1,2}}{_LINK}{_WORD}){{0,4}}"
"""A name within a line."""
_TEXT: Final = rf"{_FIRST_LINK}{_WORD}(?:(?:[ ]{{1,2}}|[ ]?\n[ ]?){_LINK}{_WORD}){{0,3}}"
"""A name that may be broken over lines."""
_GAP: Final = r"(?:[ ]{1,2}|[ ]?\n[ ]?)"
_BEFORE: Final = r"(?<![^\W_])(?<![.\-])"


def _in_text(cue: str) -> str:
    """A cue of several words, which may be broken over lines."""
    return cue.replace(" ", r"[ \n]")


_TITLED: Final = re.compile(
    rf"{_BEFORE}(?:(?:{TITLES}|(?:HERRN?|FRAU|MR|MRS|MS|DR|PROF|MME|SRA?|"
    rf"SIG)){TITLE_ENDINGS}{_GAP}?)+(?<=[ .\n])(?P<name>{_TEXT})"
)
_GREETED: Final = re.compile(
    rf"(?:^|(?<=[\n>.!?*\"“„] )|(?<=[\n>*\"“„]))[ ]{{0,9}}(?i:{GREETINGS})(?:[/(]\w{{1,3}}\)?)?{_GAP}"
    rf"(?P<name>{_TEXT})(?=[ ]?(?:[,:;!\n.–\-]|$|and|und|et|y|e)(?:\W|$))"
)
_CLOSED: Final = re.compile(
    rf"(?:^|\n|[.!?,;] |  )[ ]{{0,9}}(?i:{CLOSINGS})[ ]?[,.!:–\-]?"
    r"[ ]{0,9}\n?[ ]{0,9}\n?(?:[ ]{0,9}\n){0,3}[ ]{0,9}[\-–—_*]{0,3}[ ]?"
    r"(?:(?:i\.[ ]?[AV]\.|p\.?p\.?a?\.?|gez\.|p\.[ ]?o\.)[ ]?)?"
    rf"(?:{TITLES}{TITLE_ENDINGS}[ ])*(?P<name>{_LINE})(?=[ ]{{0,9}}(?:[\n,|(/–\-;.]|$))"
)
_LABELLED: Final = re.compile(
    rf"(?:^|(?<=[\n,;|.>\t(\-•*] )|(?<=[\n|"
    rf">(\t*;]))[ ]{{0,9}}\W{{0,3}}(?i:{LABELS})(?:[ ]?\([^)\n]{{1,20}}\))?\*{{0,2}}[ ]?(?::|=|\t|\.{{3,}}|"
    rf"[ ]{{2,}}|\|)"
    rf"\*{{0,2}}[ \t]*\n?[ ]?[\"'“„]?(?:{TITLES}{TITLE_ENDINGS}[ ])*(?P<name>{_LINE})"
)
_LISTED: Final = re.compile(
    rf"(?:[ ]?[,;&/]|[ ](?:and|und|et|y|e))[ ]?\n?[ ]?(?:{TITLES}{TITLE_ENDINGS}[ ])*(?P<name>{_TEXT})"
)
_SPEAKING: Final = re.compile(
    rf"(?:^|(?<=\n))[ ]{{0,9}}(?P<name>{_WORD}(?:[ ]{{1,2}}{_LINK}{_WORD}){{1,2}})[ ]?:[ ](?=[a-zà-ÿ¿¡\"'„“«])"
)
_MET: Final = re.compile(rf"(?<!\w)(?i:{_in_text(MEETING)})\s*\Z")
_LEADS: Final = frozenset(lead.rsplit(" ", 1)[-1] for lead in LEADS.split("|"))
_ROLES: Final = frozenset(ROLES.casefold().split("|"))
_MORE: Final = re.compile(rf"[ ]{_WORD}")
_FOLLOWED: Final = re.compile(
    rf"{_BEFORE}(?P<name>{_WORD}{_GAP}{_LINK}{_WORD}(?:{_GAP}{_LINK}{_WORD}){{0,2}}),?{_GAP}{AFTER}"
    rf"|{_BEFORE}(?P<writer>{_WORD}[ ]{_LINK}{_WORD}(?:[ ]{_LINK}{_WORD})?)[ ]?\n?[<(](?=[\w.+\-]+@)"
)
_PAIR: Final = re.compile(rf"{_BEFORE}(?=(?P<one>{_WORD}){_GAP}(?P<other>{_LINK}{_WORD}))")
_ADDRESSED: Final = re.compile(
    rf"(?:^|\n)[ ]{{0,9}}(?:(?:{TITLES}{TITLE_ENDINGS}[ ]?\n?)+)?(?P<name>{_LINE})[ ]{{0,9}}[\n,][ ]{{0,9}}"
    r"(?:(?:[Tt]el|[Pp]hone|[Ee]?-?[Mm]ail|[Mm]obile?|Tél|[Tt][ée]l[ée]\w+|[TMEP])\b\.?[ ]?:?[ ]?)?\Z"
)
_ACTING: Final = re.compile(
    rf"{_BEFORE}(?P<name>{_WORD}(?:{_GAP}{_LINK}{_WORD}){{1,3}}){_GAP}(?:{_in_text(DEEDS)})(?![^\W_])"
)
_CAPITALISED: Final = NO_NAMES | FUNCTION_WORDS | frozenset(GREETINGS.casefold().replace(" ", "|").split("|"))
_MAIL_PART: Final = re.compile(r"[._\-+]|\d+")
_LONGEST_LINE: Final = 80
_LONGEST_CUE: Final = 48
_MOST_CUE_WORDS: Final = 4
_NEAR: Final = 600
_MOST_WORDS: Final = 5
_SHORTEST_PART: Final = 3


def find_persons(text: str, mails: Sequence[Recognised], others: Sequence[Recognised]) -> list[Recognised]:
    """Names in a text that was read, given where its mail addresses and `others` stand that follow names."""
    found = list(_cued(text, mails, [*mails, *others]))
    last = {text[name.start : name.end].rsplit(maxsplit=1)[-1] for name in found}
    for match in _PAIR.finditer(text) if last else ():
        if match["other"] in last and match["one"].casefold() not in _CAPITALISED:
            found += _names(text, match.start("one"), match.end("other"))
    return found


def _cued(text: str, mails: Sequence[Recognised], others: Sequence[Recognised]) -> Iterator[Recognised]:
    for pattern in (_TITLED, _GREETED, _CLOSED, _LABELLED, _SPEAKING, _FOLLOWED):
        for match in pattern.finditer(text):
            group = "writer" if pattern is _FOLLOWED and match["name"] is None else "name"
            sure = pattern in {_TITLED, _GREETED, _CLOSED}
            found = list(_names(text, *match.span(group), NO_NAMES - NAMES_TOO if sure else NO_NAMES))
            yield from found
            if pattern is _LABELLED and found and found[-1].end == match.end(group):
                yield from _listed(text, match.end(group))
    for other in others:
        block = _ADDRESSED.search(text, max(other.start - _LONGEST_LINE, 0), other.start)
        if block is not None and len(block["name"].split()) > 1:
            yield from _names(text, *block.span("name"))
    yield from _named_in_mails(text, mails)
    yield from _acting(text)
    yield from _introduced(text)


def _listed(text: str, place: int) -> Iterator[Recognised]:
    """Names that go on after one: "Present: Anna Schmidt, Jens Maier"."""
    while match := _LISTED.match(text, place):
        found = list(_names(text, *match.span("name")))
        if not found or len(text[found[0].start : found[0].end].split()) < 2:
            return
        yield from found
        place = found[0].end


def _names(text: str, start: int, end: int, no_names: frozenset[str] = NO_NAMES) -> Iterator[Recognised]:
    """A name without what is capitalised before and after it and is none."""
    words = [match.span() for match in re.finditer(r"\S+", text[start:end])]
    while words and _is_no_name(text[start + words[0][0] : start + words[0][1]], TITLE_WORDS | no_names):
        words = words[1:]
    for count, (first, last) in enumerate(words):
        if _is_no_name(text[start + first : start + last], no_names):
            words = words[:count]
            break
    while words and text[start + words[-1][0]].islower():
        words = words[:-1]
    if words and len(words) <= _MOST_WORDS and any(last - first > 2 for first, last in words):
        yield Recognised(Identifier.PERSON, start + words[0][0], start + words[-1][1])


def _is_no_name(word: str, no_names: frozenset[str]) -> bool:
    return word[0].isupper() and len(word.strip(".")) > 1 and word.strip(".,;:").casefold() in no_names


def _named_in_mails(text: str, mails: Sequence[Recognised]) -> Iterator[Recognised]:
    """Names near mail addresses that those are made of: "Anna Schmidt" near "a.schmidt@"."""
    pairs = [_Pair.of(match) for match in _PAIR.finditer(text)] if mails else []
    starts = [pair.start for pair in pairs]
    for mail in mails:
        local = re.split(r"\s*[@(\[{]", text[mail.start : mail.end])[0]
        parts = [_folded(part) for part in _MAIL_PART.split(local) if part.strip()]
        if len("".join(parts)) < _SHORTEST_PART or "".join(parts) in EVERYBODY:
            continue
        near = slice(bisect_left(starts, mail.start - _NEAR), bisect_right(starts, mail.end + _NEAR))
        for pair in pairs[near]:
            if pair.is_in(parts):
                yield from _names(text, pair.start, pair.end)


@dataclass(frozen=True, slots=True)
class _Pair:
    """Two words that may be a name, folded; `last` is the second without what links it ("von")."""

    start: int
    end: int
    one: str
    other: str
    last: str

    @classmethod
    def of(cls, match: re.Match[str]) -> _Pair:
        other = match["other"]
        last = _folded(other.rsplit(maxsplit=1)[-1])
        return cls(match.start("one"), match.end("other"), _folded(match["one"]), _folded(other), last)

    def is_in(self, parts: Sequence[str]) -> bool:
        """Whether a mail address of these parts is made of the name."""
        one, other, last = self.one, self.other, self.last
        if not one or not last:
            return False
        forms = {one + other, other + one, one + last, last + one}
        forms |= {one[0] + last, last + one[0], one + last[0], one[0] + other}
        return "".join(parts) in forms or any(len(name) > _SHORTEST_PART and name in parts for name in (one, last))


def _introduced(text: str) -> Iterator[Recognised]:
    """Names after what somebody is or what was done with them: "our tenant Anna Schmidt", "I met with Jens Maier"."""
    for match in _PAIR.finditer(text):
        before = text[max(match.start() - _LONGEST_CUE, 0) : match.start()]
        words = before.casefold().replace(",", " ").split()[-_MOST_CUE_WORDS:]
        cues = {" ".join(words[n:]) for n in range(len(words))}
        if cues & _ROLES or (words and words[-1] in _LEADS and _MET.search(before)):
            more = _MORE.match(text, match.end("other"))
            yield from _names(text, match.start("one"), more.end() if more else match.end("other"))


def _acting(text: str) -> Iterator[Recognised]:
    """Names of several words that do what people do: "Anna Schmidt called"."""
    for match in _ACTING.finditer(text):
        for name in _names(text, *match.span("name"), _CAPITALISED):
            if len(text[name.start : name.end].split()) > 1:
                yield name


def _folded(word: str) -> str:
    """Letters alone, without accents; "ü" as mail addresses have it is "ue"."""
    spelt = word.casefold().translate({0xE4: "ae", 0xF6: "oe", 0xFC: "ue", 0xDF: "ss"})
    decomposed = unicodedata.normalize("NFKD", spelt)
    return "".join(sign for sign in decomposed if sign.isalpha() and not unicodedata.combining(sign))
