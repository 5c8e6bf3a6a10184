"""How many threads llama.cpp is given: the physical cores, fewer while other programs keep them busy."""

from __future__ import annotations

import os
import time
from typing import Final

_INTERVAL: Final = 0.25
_BUSY: Final = ("user", "nice", "system", "irq", "softirq", "steal")


def default_threads() -> int:
    """Physical cores that this process may use: two threads on one core slow each other down."""
    import psutil

    allowed = len(_own_processors())
    return max(1, min(psutil.cpu_count(logical=False) or allowed, allowed))


class ThreadChoice:
    """Follows how busy other programs keep the processors.

    llama.cpp's threads wait for each other after every operation. One that has to share its core holds up all
    others: on a busy machine two threads were measured to be a tenth as fast as one. Flash attention adds up in
    another order with another number, so the last digits of an answer's probabilities depend on it.
    """

    def __init__(self, most: int) -> None:
        self._most = most
        self._processors = _own_processors()
        self._foreign = 0.0
        self._since, self._busy, self._own = self._measure()
        self.count = most

    def update(self) -> int:
        """The number of threads for now, at most `most`; looks again after a quarter of a second."""
        if time.monotonic() - self._since >= _INTERVAL:
            since, busy, own = self._since, self._busy, self._own
            self._since, self._busy, self._own = self._measure()
            others = (self._busy - busy - (self._own - own)) / (self._since - since)
            self._foreign = (self._foreign + max(others, 0.0)) / 2
            free = len(self._processors) - self._foreign
            self.count = max(1, min(self._most, round(free)))
        return self.count

    def _measure(self) -> tuple[float, float, float]:
        """Now, and the processor seconds used so far by everybody and by this process."""
        import psutil

        times = psutil.cpu_times(percpu=True)
        mine = [times[number] for number in self._processors if number < len(times)]
        busy = sum(getattr(one, kind, 0.0) for one in mine for kind in _BUSY)
        return time.monotonic(), busy, time.process_time()


def _own_processors() -> list[int]:
    """The numbers of the logical processors that this process may use."""
    allowed = getattr(os, "sched_getaffinity", None)
    return sorted(allowed(0)) if allowed is not None else list(range(os.cpu_count() or 1))
