"""What differs between two versions of a text, sentence by sentence."""

from __future__ import annotations

from collections import Counter
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.usecases.extracting import Sentence

_ALIKE: Final = 0.6
"""Share of their words (Dice's coefficient) that two wordings of one sentence have in common at least."""
_TOO_MANY: Final = 60
"""Sentences within one change: of more, nobody can say which became which."""


def differences(old: Sequence[Sentence], new: Sequence[Sentence]) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    """Pairs (old, new) of sentences that differ, in order; None stands where one has no counterpart.

    White space makes no difference. A sentence that only moved is none.
    """
    before, after = [_folded(each) for each in old], [_folded(each) for each in new]
    kept = set(before) & set(after)
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, a, b, c, d in matcher.get_opcodes():
        if kind == "equal":
            continue
        gone = [each for each in old[a:b] if _folded(each) not in kept]
        come = [each for each in new[c:d] if _folded(each) not in kept]
        yield from _paired(gone, come)


def _paired(gone: Sequence[Sentence], come: Sequence[Sentence]) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    left = list(come)
    if max(len(gone), len(come)) > _TOO_MANY:
        yield from ((one, None) for one in gone)
        gone = ()
    for one in gone:
        likest = max(left, key=lambda other: _likeness(one, other), default=None)
        if likest is None or _likeness(one, likest) < _ALIKE:
            yield one, None
            continue
        while left[0] is not likest:
            yield None, left.pop(0)
        yield one, left.pop(0)
    for other in left:
        yield None, other


def _likeness(one: Sentence, other: Sentence) -> float:
    held, others = Counter(_folded(one).split()), Counter(_folded(other).split())
    return 2 * (held & others).total() / (held.total() + others.total())


def _folded(sentence: Sentence) -> str:
    return " ".join(sentence.text.split())
