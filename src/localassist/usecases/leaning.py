"""What a follow-up question leans on: which questions before it have to be searched for together with it."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.terms import terms, words

if TYPE_CHECKING:
    from collections.abc import Sequence

_ENGLISH_POINTERS: Final = "it its they them their he him his she her that this these those there one ones same former"
_GERMAN_POINTERS: Final = (
    "es er sie ihn ihm ihr ihre das dies diese dieser davon dafur dazu damit dort dabei daran deren"
)
_POINTING_BACK: Final = frozenset(f"{_ENGLISH_POINTERS} {_GERMAN_POINTERS}".split())
_GOES_ON: Final = re.compile(
    r"\W*(?:and|or|but|what about|how about|also|und|oder|aber|auch|was ist mit)\b", re.IGNORECASE
)
_FEW_TERMS: Final = 3
_FEW_TERMS_GOING_ON: Final = 4
"""A question that says it goes on may name one thing more, and still mean the matter of the one before."""
_CHAIN: Final = 3
"""How many questions back one may lean on another."""
_CODE: Final = re.compile(r"\w*\d\w*(?:[.,/-]\w*\d\w*)*")
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_NAME: Final = re.compile(r"(?<![.?!]\s)(?<!^)\b[^\W\d_a-zß-öø-ÿ][\w'’-]+(?:\s+[^\W\d_a-zß-öø-ÿ][\w'’-]+)+")
"""Two or more capitalised words in a row, not at a sentence's beginning: a name in English and in German."""


def context_of(question: str, earlier: Sequence[str]) -> str:
    """What to search for besides: the questions before (oldest first) that this one leans on, "" for none.

    A question leans on the one before when it says little alone, points back ("it", "davon"), or goes on ("and
    the deposit?"); that one may lean on another. What the question names anew takes the place of its like: years
    of years, other codes of codes ("and of flat 7A?"), full names of full names.
    """
    leaned_on: list[str] = []
    asking = question
    for before in reversed(earlier[-_CHAIN:]):
        if not _leans(asking):
            break
        leaned_on.insert(0, before)
        asking = before
    named = question
    kept: list[str] = []
    for before in reversed(leaned_on):
        kept.insert(0, _without_replaced(before, named))
        named = f"{named}\n{before}"
    return "\n".join(filter(None, kept))


def _leans(question: str) -> bool:
    few = _FEW_TERMS_GOING_ON if _GOES_ON.match(question) else _FEW_TERMS
    return len(set(terms(question))) < few or bool(_POINTING_BACK.intersection(words(question)))


def _without_replaced(before: str, named: str) -> str:
    """A question without what a later one names anew."""
    kinds = {_kind(code) for code in _CODE.findall(named)}
    kept = _CODE.sub(lambda code: " " if _kind(code.group()) in kinds else code.group(), before)
    if _NAME.search(named):
        kept = _NAME.sub(" ", kept)
    return " ".join(kept.split())


def _kind(code: str) -> str:
    return "year" if _YEAR.fullmatch(code) else "code"
