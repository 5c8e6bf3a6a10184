"""What differs between two versions of a text, sentence by sentence."""

from __future__ import annotations

from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.usecases.extracting import Sentence

_ALIKE: Final = 0.6
"""From which ratio of `SequenceMatcher` on two sentences is one a new wording of the other."""
_COMPARED: Final = 400
"""Characters by which sentences are told to be wordings of each other."""
_TOO_MANY: Final = 40
"""Sentences within one change: then they are not held against each other one by one."""


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


def _paired(gone: Sequence[Sentence], come: list[Sentence]) -> Iterator[tuple[Sentence | None, Sentence | None]]:
    left = list(come)
    for one in gone:
        likest = max(left[:_TOO_MANY], key=lambda other: _likeness(one, other), default=None)
        if likest is not None and _likeness(one, likest) >= _ALIKE:
            while left[0] is not likest:
                yield None, left.pop(0)
            yield one, left.pop(0)
        else:
            yield one, None
    for other in left:
        yield None, other


def _likeness(one: Sentence, other: Sentence) -> float:
    matcher = SequenceMatcher(None, _folded(one)[:_COMPARED], _folded(other)[:_COMPARED], autojunk=False)
    return matcher.ratio() if matcher.quick_ratio() >= _ALIKE else 0.0


def _folded(sentence: Sentence) -> str:
    return " ".join(sentence.text.split())
