"""How many threads llama.cpp is given: the physical cores, fewer while others compute and fewer measures faster."""

from __future__ import annotations

import os
import time
from dataclasses import dataclass
from typing import Final

_INTERVAL: Final = 0.25
"""Seconds between two looks at the processors: their clocks tick only a hundred times a second."""

_CONTENDED, _CALM = 0.3, 0.15
"""Processors' worth of foreign work from which on, and below which, the threads are in somebody's way."""

_CROWDED: Final = 0.85
"""A thread that gets less than this share of the time has to wait for its processor."""
_LEAST_SHARE: Final = 0.1

_TRIAL: Final = 8
"""Tokens for which another number of threads is tried."""

_FASTER: Final = 0.95
_FIRST_HOLD, _LONGEST_HOLD = 1.0, 16.0
"""Seconds until the next trial after one that was lost, doubled each time."""

_BUSY: Final = ("user", "nice", "system", "irq", "softirq", "steal")


def default_threads() -> int:
    """Physical cores that this process may use: two threads on one core slow each other down."""
    import psutil

    allowed = len(_own_processors())
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


class ThreadChoice:
    """Follows what others, this process' own busy threads included, leave of the processors.

    llama.cpp's threads wait for each other after every operation. One that has to share its core holds up all
    others: on a busy machine two threads were measured to be a tenth as fast as one. While others compute, fewer
    threads are tried for a few tokens and kept if they are faster, and more again once there is room. In calm the
    count is always `most`: flash attention adds up in another order with another number, so the last digits of an
    answer's probabilities depend on it.

    The thread that decodes asks `begin` before every decode and tells `end` after it:

        now = choice.begin()
        if now != before:
            llama_set_n_threads(context, now, now)
        status = llama_decode(context, batch)
        choice.end(tokens_in_batch if status == 0 else 0)

    Only batches of one token are compared; others are read with what is chosen at the time.
    """

    def __init__(self, most: int) -> None:
        self.count = most
        self._most = most
        self._processors = _own_processors()
        self._others = 0.0
        self._contended = False
        self._trial: _Trial | None = None
        self._lost = 0
        self._hold, self._next_trial = _FIRST_HOLD, 0.0
        self._began = self._began_computing = 0.0
        self._start(time.perf_counter())

    def begin(self) -> int:
        """The number of threads for the decode that comes now, 1 to `most`; looks around four times a second."""
        now = time.perf_counter()
        if self._trial is None and now - self._since >= _INTERVAL:
            self._look(now)
        self._began, self._began_computing = now, time.thread_time()
        return self.count

    def end(self, tokens: int) -> None:
        """The decode that `begin` announced is over; `tokens` it read, 0 if it was stopped or failed."""
        seconds = time.perf_counter() - self._began
        computing = time.thread_time() - self._began_computing
        self._helpers += (self.count - 1) * computing
        self._seconds += seconds
        self._computing += computing
        if tokens == 1:
            self._steps += 1
            self._step_seconds += seconds
        if self._trial is not None:
            self._follow(self._trial, seconds, tokens)

    @property
    def _share(self) -> float:
        """Of the time that decoding took, how much its thread computed rather than waited for a processor."""
        return self._computing / self._seconds if self._seconds else 1.0

    def _start(self, now: float) -> None:
        """Begin a new stretch of time, in which the count stays the same."""
        self._since, self._busy = now, self._busy_seconds()
        self._thread = time.thread_time()
        self._helpers = self._seconds = self._computing = self._step_seconds = 0.0
        self._steps = 0

    def _look(self, now: float) -> None:
        """See how busy others were since the last look and choose by it."""
        wall = now - self._since
        # Who decodes and its helpers compute alike: what remains is of others, be they in this process or not.
        ours = time.thread_time() - self._thread + self._helpers
        others = max(self._busy_seconds() - self._busy - ours, 0.0) / wall
        # In a crowd nobody gets all it wants, and others miss as much of it as a thread of ours.
        others = min(others / max(self._share, _LEAST_SHARE), len(self._processors))
        self._others += (others - self._others) * (1 - 0.5 ** (wall / _INTERVAL))
        self._contended = self._others >= (_CALM if self._contended else _CONTENDED)
        if not self._contended:
            self.count, self._lost, self._hold, self._next_trial = self._most, 0, _FIRST_HOLD, now
        else:
            self._choose(now)
        self._start(now)

    def _choose(self, now: float) -> None:
        free = max(1, min(self._most, round(len(self._processors) - self._others)))
        if not self._steps:  # nothing to compare: trust the load, but for what was found out about it
            self.count = self.count if free == self._lost else free
            return
        other = free if free != self.count else self.count - (self._share < _CROWDED)
        if other not in {0, self.count} and now >= self._next_trial:
            self._trial = _Trial(self.count, self._step_seconds / self._steps * _TRIAL * _FASTER)
            self.count = other

    def _follow(self, trial: _Trial, seconds: float, tokens: int) -> None:
        trial.steps += 1
        if trial.steps > 1 or seconds > trial.allowed:  # the first one bears the cost of the change
            trial.seconds += seconds
        if tokens != 1:
            self.count = trial.before
        elif trial.seconds > trial.allowed:
            self._lost, self.count = self.count, trial.before
            self._next_trial = time.perf_counter() + self._hold
            self._hold = min(2 * self._hold, _LONGEST_HOLD)
        elif trial.steps > _TRIAL:
            self._lost, self._hold = trial.before, _FIRST_HOLD
            self._next_trial = time.perf_counter() + self._hold
        else:
            return
        self._trial = None
        self._start(time.perf_counter())

    def _busy_seconds(self) -> float:
        """Seconds that everybody has used of this process' processors so far."""
        import psutil

        times = psutil.cpu_times(percpu=True)
        mine = [times[number] for number in self._processors if number < len(times)]
        return sum(getattr(one, kind, 0.0) for one in mine for kind in _BUSY)


@dataclass(slots=True)
class _Trial:
    """Another count at work: the one `before`, and the seconds `allowed` for `_TRIAL` tokens if it is to be kept."""

    before: int
    allowed: float
    steps: int = 0
    seconds: float = 0.0


def _own_processors() -> list[int]:
    """The numbers of the logical processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return sorted(allowed(0)) if allowed is not None else list(range(os.cpu_count() or 1))
