"""How far indexing is, how fast it goes and how long it still takes, in words."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Callable

SETTLED_SECONDS: Final = 2.0  # an estimate from less than this would jump about


class Pace:
    """Measures work on a number of files, from its creation on."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._started = clock()

    def words(self, done: int, total: int) -> str:
        """ "12 of 214, 3.1 a second, 1 min left"; only the count while an estimate means nothing yet."""
        seconds = self._clock() - self._started
        counted = f"{done:,} of {total:,}"
        if done == 0 or seconds < SETTLED_SECONDS:
            return counted
        rate = done / seconds
        speed = f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.0f} s each"
        left = (total - done) / rate
        return f"{counted}, {speed}, {duration(left)} left" if done < total else f"{counted}, {speed}"


def duration(seconds: float) -> str:
    """A length of time in one rounded unit."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
