"""How far indexing is, how fast it goes and how long it still takes, in words."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.events import Pace


def counted(done: int, total: int, things: str) -> str:
    """ "12 of 214 files"."""
    return f"{done:,} of {total:,} {things}"


def pace_words(pace: Pace, things: str) -> str:
    """ "12 of 214 files, 3.1 a second, 1 min left"."""
    rate = pace.per_second
    speed = f"{rate:.1f} a second" if rate >= 1 else f"{1 / rate:.0f} s each"
    left = f", {duration(pace.seconds_left)} left" if pace.done < pace.total else ""
    return f"{counted(pace.done, pace.total, things)}, {speed}{left}"


def duration(seconds: float) -> str:
    """A length of time in one rounded unit."""
    if seconds < 60:
        return f"{max(1, round(seconds))} s"
    if seconds < 3600:
        return f"{round(seconds / 60)} min"
    return f"{seconds / 3600:.1f} h"
