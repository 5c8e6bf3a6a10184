"""How often, and how long after, a question is sent again that surely was not answered."""

from __future__ import annotations

from dataclasses import dataclass
from math import ldexp
from secrets import SystemRandom


@dataclass(frozen=True, slots=True)
class Patience:
    """So many tries in a row, each wait twice as long as the one before, from `first_s` to `longest_s` seconds.

    A quarter of it more or less, so that not everybody comes back at once. A time that is asked for is kept to; where
    it is more than `asked_s` nothing is tried again.
    """

    tries: int = 3
    first_s: float = 0.5
    longest_s: float = 8.0
    asked_s: float = 20.0

    def seconds(self, failures: int, asked: float | None) -> float | None:
        """How long to wait after so many failures, None to give up."""
        if failures >= self.tries or (asked is not None and asked > self.asked_s):
            return None
        if asked is not None:
            return asked
        return min(self.longest_s, ldexp(self.first_s, failures - 1)) * SystemRandom().uniform(0.75, 1.25)
