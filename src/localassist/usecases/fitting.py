"""Which of several prompts fits, counted as seldom as can be: to count one, a model writes and tokenises all of it."""

from __future__ import annotations

from bisect import bisect_left
from typing import TYPE_CHECKING, Final, Generic, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.domain.chat import Turn

_GUESSES: Final = 3
_FAR: Final = 2
"""Times as long as it may be, by a guess, is too long for sure: that guess is off by what languages differ in."""

CutT = TypeVar("CutT")


class Sizes(Generic[CutT]):
    """How many tokens prompts have, by what they leave out; each is counted once.

    `write` gives the turns of one, `count` their tokens.
    """

    def __init__(self, write: Callable[[CutT], Sequence[Turn]], count: Callable[[Sequence[Turn]], int]) -> None:
        self._write = write
        self._count = count
        self._counted: dict[CutT, int] = {}
        self._density = 0.0

    def of(self, cut: CutT) -> int:
        """Tokens of a prompt."""
        if cut not in self._counted:
            turns = self._write(cut)
            self._counted[cut] = self._count(turns)
            self._density = self._counted[cut] / max(1, _characters(turns))
        return self._counted[cut]

    def fits(self, cut: CutT, limit: int) -> bool:
        """Whether a prompt has no more tokens than it may; one that is far too long is not counted."""
        return self._guess(cut) <= _FAR * limit and self.of(cut) <= limit

    def first_that_fits(self, steps: Sequence[tuple[CutT, int]]) -> int:
        """The place of the first prompt within its limit, the number of them if none is; all behind it fit as well.

        The next to be counted is the first that should fit, going by the last; after a few, the one in the middle.
        """
        low, high, guesses = 0, len(steps), _GUESSES
        while low < high:
            should_fit = bisect_left(steps, 1, low, high, key=lambda step: self._guess(step[0]) <= step[1])
            place = min(should_fit, high - 1) if guesses else (low + high) // 2
            guesses = max(0, guesses - 1)
            cut, limit = steps[place]
            if self.of(cut) <= limit:
                high = place
            else:
                low = place + 1
        return low

    def _guess(self, cut: CutT) -> float:
        return self._density * _characters(self._write(cut))


def _characters(turns: Sequence[Turn]) -> int:
    return sum(len(turn.text) for turn in turns)
