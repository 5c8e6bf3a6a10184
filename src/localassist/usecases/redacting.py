"""Placeholders in place of what names somebody, the same ones all through a conversation."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import Identifier, Recognised, Replacement
from localassist.domain.private_words import INVISIBLE, find_words
from localassist.domain.terms import FUNCTION_WORDS
from localassist.usecases.restoring import find_placeholders

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.ports.recognising import Recogniser

_INVISIBLE: Final = re.compile(INVISIBLE)
_NUMBERS: Final = frozenset({Identifier.IBAN, Identifier.CARD, Identifier.PHONE, Identifier.NATIONAL_ID})
_GENITIVE: Final = re.compile(r"['’]?s(?![^\W_])")
_UNSEEN: Final = frozenset("\u00ad\u200b\u200c\u200d\u2060\ufeff")
_STAND_IN: Final = "[WORD 1]"
_SHORTEST: Final = 3
"""Shorter originals are replaced where they were recognised and nowhere else."""


@dataclass(frozen=True, slots=True)
class Redacted:
    """Texts with placeholders in them. It holds originals and never leaves.

    `texts` are in the order they were given. `replacements` are those that stand in them, by first occurrence, with
    how often each does. `known` are all of the conversation, those that were known before too (`count` as in these
    texts, 0 for what is not in them): hand it in with the next texts.
    """

    texts: tuple[str, ...]
    replacements: tuple[Replacement, ...]
    known: tuple[Replacement, ...]


class Redactor:
    """Replaces what a recogniser finds. Safe to call from any thread.

    What was recognised once is replaced wherever else it stands, in all texts and in those of later questions. A text
    that holds what looks like a placeholder gets one for it, so `restoring.restored` gives the text again, with each
    original as it was written first.
    """

    def __init__(self, recogniser: Recogniser) -> None:
        self._recogniser = recogniser

    @property
    def name(self) -> str:
        """Who looks for identifiers, for people."""
        return self._recogniser.name

    def __call__(
        self,
        texts: Sequence[str],
        known: Sequence[Replacement] = (),
        *,
        shown: frozenset[str] = frozenset(),
        hidden: Sequence[str] = (),
    ) -> Redacted:
        """Redact the texts of one review, none of which has placeholders of ours in it yet.

        `known` is `Redacted.known` of the question before. `shown` are originals that are left as they are, in any
        case and spacing; `hidden` are words that are replaced besides.
        """
        spans = self.find(texts, known, shown=shown, hidden=hidden)
        numbering = _Numbering(known)
        told = tuple(numbering.replaced(text, found) for text, found in zip(texts, spans, strict=True))
        return Redacted(told, numbering.used, numbering.all)

    def find(
        self,
        texts: Sequence[str],
        known: Sequence[Replacement] = (),
        *,
        shown: frozenset[str] = frozenset(),
        hidden: Sequence[str] = (),
    ) -> list[list[Recognised]]:
        """What would be replaced in each of the texts, by position."""
        visible = {_key(Identifier.WORD, original) for original in shown}
        found = [[span for span in self._found(text, hidden) if not _is_shown(text, span, visible)] for text in texts]
        numbering = _Numbering(known)
        for text, spans in zip(texts, found, strict=True):
            for span in spans:
                numbering.placeholder(span.kind, text[span.start : span.end])
        everywhere = _Everywhere(numbering.all, visible)
        return [
            _with_lookalikes(text, _united([*spans, *everywhere.find(text)]))
            for text, spans in zip(texts, found, strict=True)
        ]

    def _found(self, text: str, hidden: Sequence[str]) -> list[Recognised]:
        words = (Recognised(Identifier.WORD, *span) for span in find_words(text, hidden))
        return [*words, *self._recogniser(text)]


class _Numbering:
    """Which placeholder stands for what."""

    def __init__(self, known: Iterable[Replacement]) -> None:
        self._placeholders: dict[tuple[Identifier, str], Replacement] = {}
        self._last = dict.fromkeys(Identifier, 0)
        self._used: dict[str, Replacement] = {}
        for replacement in known:
            key = (replacement.kind, _key(replacement.kind, replacement.original))
            self._placeholders[key] = replace(replacement, count=0)
            number = int(replacement.placeholder.strip("[]").rpartition("_")[2])
            self._last[replacement.kind] = max(self._last[replacement.kind], number)

    @property
    def used(self) -> tuple[Replacement, ...]:
        return tuple(self._used.values())

    @property
    def all(self) -> tuple[Replacement, ...]:
        return tuple(self._used.get(each.placeholder, each) for each in self._placeholders.values())

    def placeholder(self, kind: Identifier, written: str) -> Replacement:
        key = (kind, _key(kind, written))
        if key not in self._placeholders:
            self._last[kind] += 1
            self._placeholders[key] = Replacement(f"[{kind.upper()}_{self._last[kind]}]", _tidy(written), kind, 0)
        return self._placeholders[key]

    def replaced(self, text: str, spans: Iterable[Recognised]) -> str:
        told, place = [], 0
        for span in spans:
            one = self.placeholder(span.kind, text[span.start : span.end])
            self._used[one.placeholder] = replace(one, count=self._used.get(one.placeholder, one).count + 1)
            told += [text[place : span.start], one.placeholder]
            place = span.end
        return "".join([*told, text[place:]])


class _Everywhere:
    """What was recognised once, wherever else it stands."""

    def __init__(self, known: Iterable[Replacement], visible: set[str]) -> None:
        self._parts = [
            (replacement.kind, part, part == replacement.original)
            for replacement in known
            for part in _parts(replacement)
            if len(_key(replacement.kind, part)) >= _SHORTEST and _key(Identifier.WORD, part) not in visible
        ]

    def find(self, text: str) -> Iterator[Recognised]:
        if not self._parts:
            return
        numbers, others = _bare(text, numbers=True), _bare(text, numbers=False)
        for kind, part, whole in self._parts:
            signs, places = numbers if kind in _NUMBERS else others
            key = _key(kind, part)
            place = signs.find(key)
            while place >= 0:
                start, end = places[place], places[place + len(key) - 1] + 1
                if _is_apart(text, start, end, kind) and (
                    kind is not Identifier.PERSON or (whole and " " in part) or _is_name(text[start:end], part)
                ):
                    yield Recognised(kind, start, end)
                place = signs.find(key, place + 1)


def _parts(replacement: Replacement) -> list[str]:
    """An original, and of a person's name the first and the last word."""
    names = replacement.original.split()
    if replacement.kind is not Identifier.PERSON or len(names) == 1:
        return [replacement.original]
    ends = {name for name in (names[0], names[-1]) if name.casefold() not in FUNCTION_WORDS and name[0].isupper()}
    return [replacement.original, *sorted(ends)]


def _is_name(written: str, name: str) -> bool:
    """Whether a single word is written as the name it may be: "Mark" is, "mark" is not."""
    return written in {name, name.upper()} or _INVISIBLE.sub("", written) == name


def _is_apart(text: str, start: int, end: int, kind: Identifier) -> bool:
    """Whether a stretch is no part of a longer word; a name may be in the genitive."""
    if text[start].isalnum() and start and text[start - 1].isalnum():
        return False
    if kind is Identifier.PERSON and (genitive := _GENITIVE.match(text, end)):
        end = genitive.end()
    return not (text[end - 1].isalnum() and text[end : end + 1].isalnum())


def _united(spans: Iterable[Recognised]) -> list[Recognised]:
    """Spans in order, those that overlap made one, of the kind of the longest."""
    united: list[Recognised] = []
    longest = 0
    for span in sorted(spans, key=lambda each: (each.start, -each.end)):
        if not united or span.start >= united[-1].end:
            united.append(span)
            longest = span.end - span.start
            continue
        last = united[-1]
        if span.end - span.start > longest:
            longest = span.end - span.start
            last = replace(last, kind=span.kind)
        united[-1] = replace(last, end=max(last.end, span.end))
    return united


def _with_lookalikes(text: str, spans: list[Recognised]) -> list[Recognised]:
    """Spans, and those of what would pass for a placeholder once they are replaced."""
    while True:
        told, place, ours, shifts = "", 0, set(), [(0, 0)]
        for span in spans:
            told += text[place : span.start]
            ours.add((len(told), len(told) + len(_STAND_IN)))
            shifts += [(len(told), span.start), (len(told) + len(_STAND_IN), span.end)]
            told += _STAND_IN
            place = span.end
        told += text[place:]
        strays = [span for span in find_placeholders(told) if span not in ours]
        if not strays:
            return spans
        found = (Recognised(Identifier.WORD, _source(shifts, start), _source(shifts, end)) for start, end in strays)
        spans = _united([*spans, *found])


def _source(shifts: list[tuple[int, int]], place: int) -> int:
    """Where in a text stands what is at `place` once its spans are replaced."""
    told, source = shifts[bisect_right(shifts, place, key=lambda shift: shift[0]) - 1]
    return source + place - told


def _is_shown(text: str, span: Recognised, visible: set[str]) -> bool:
    return _key(Identifier.WORD, text[span.start : span.end]) in visible


def _tidy(written: str) -> str:
    """An original as it is shown and put back: in one line, without what takes no room."""
    return " ".join(_INVISIBLE.sub("", written).split()) or written


def _key(kind: Identifier, written: str) -> str:
    """What two writings of one original have in common."""
    if not written.isascii():
        return _bare(written, numbers=kind in _NUMBERS)[0]
    folded = written.lower()
    return "".join(filter(str.isalnum, folded) if kind in _NUMBERS else folded.split())


def _bare(text: str, *, numbers: bool) -> tuple[str, list[int]]:
    """A text in one case without spaces and what takes no room (`numbers`: letters and digits alone).

    The list says where each of its characters stands in the text.
    """
    told = {sign: _folded(sign, numbers=numbers) for sign in set(text)}
    signs = [told[sign] for sign in text]
    return "".join(signs), [place for place, sign in enumerate(signs) for _ in sign]


def _folded(sign: str, *, numbers: bool) -> str:
    if not (sign.isalnum() if numbers else not (sign.isspace() or sign in _UNSEEN)):
        return ""
    return unicodedata.normalize("NFKC", sign).casefold()
