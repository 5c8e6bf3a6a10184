"""A text as it is looked at for identifiers: one kind of space, dash and digit, and where each character stands."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from localassist.domain.private_words import INVISIBLE

_INVISIBLE: Final = re.compile(f"{INVISIBLE}+")
_BROKEN: Final = re.compile(r"(?<=[A-Za-z0-9+/_=.\-])[ ]?\n[ ]?(?=[A-Za-z0-9+/_=.\-])")
_ALIKE: Final[dict[int, int | str]] = {
    **{code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F)},  # full-width forms
    **{0x0660 + digit: ord("0") + digit for digit in range(10)},
    **dict.fromkeys([0xA0, 0x1680, *range(0x2000, 0x200B), 0x202F, 0x205F, 0x3000, 0x09, 0x0B, 0x0C], " "),
    **dict.fromkeys([0x0D, 0x85, 0x2028, 0x2029], "\n"),
    **dict.fromkeys([*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63], "-"),
    **dict.fromkeys([0x2018, 0x2019, 0x02BC, 0xB4, 0x60], "'"),
}
_AFTER_DIGIT: Final = re.compile(r"(?<=\d)[OolI|]+(?![^\W\d_])")
DIGITS: Final = str.maketrans("OoQDlIi|SsBZz", "0000111155822")
"""What text recognition takes digits for."""


@dataclass(frozen=True, slots=True)
class Reading:
    """`text` is like another text without some of its characters, which stood before `cuts` of it."""

    text: str
    cuts: tuple[int, ...] = ()
    lengths: tuple[int, ...] = ()

    def source(self, start: int, end: int) -> tuple[int, int]:
        """Where in the other text stands what is `[start:end]` here."""
        return self._place(start), self._place(end - 1) + 1

    def _place(self, place: int) -> int:
        before = bisect_right(self.cuts, place)
        return place + (self.lengths[before - 1] if before else 0)


def read(text: str) -> Reading:
    """A text with one kind of space, dash, apostrophe, digit and line end, without what takes no room."""
    return _without(_INVISIBLE, text.translate(_ALIKE)) if not text.isascii() or "\r" in text else Reading(text)


def joined(text: str) -> Reading:
    """A text with its lines joined where a word may go on in the next one."""
    return _without(_BROKEN, text)


def with_digits(text: str) -> str:
    """A text, as long as before, with digits where letters after a digit can be nothing else."""
    return _AFTER_DIGIT.sub(lambda match: match.group().translate(DIGITS), text)


def is_random(word: str) -> bool:
    """Whether characters are no word of a language: digits among letters, capitals inside."""
    letters = any(sign.isalpha() for sign in word)
    digits = any(sign.isdigit() for sign in word)
    inner = any(before.islower() and after.isupper() for before, after in pairwise(word))
    return inner or (digits and (letters or len(word) > 3))


def _without(left_out: re.Pattern[str], text: str) -> Reading:
    kept, cuts, lengths = [], [], []
    place = gone = 0
    for match in left_out.finditer(text):
        kept.append(text[place : match.start()])
        cuts.append(match.start() - gone)
        gone += match.end() - match.start()
        lengths.append(gone)
        place = match.end()
    return Reading("".join([*kept, text[place:]]), tuple(cuts), tuple(lengths))
