"""How fast work goes on, read off the events it yields."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from localassist.domain.events import DocumentIndexed, Embedding, Pace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from localassist.domain.events import MirrorEvent

_TOLD_EVERY_S: Final = 0.5


def with_pace(
    events: Iterator[MirrorEvent], clock: Callable[[], float] = time.monotonic
) -> Generator[MirrorEvent, None, None]:
    """The events, and twice a second a `Pace` behind one; unchanged files are no work and count as none."""
    meter: _Meter | None = None
    stage: type[DocumentIndexed | Embedding]
    for event in events:
        yield event
        match event:
            case DocumentIndexed(_, position, total, unchanged):
                stage = DocumentIndexed
                done, idle = position, int(unchanged)
            case Embedding(done, total):
                stage, idle = Embedding, 0
            case _:
                meter = meter or _Meter(DocumentIndexed, clock())
                continue
        if meter is None or meter.stage is not stage:
            meter = _Meter(stage, clock())
        meter.idle += idle
        if pace := meter.pace(done, total, clock()):
            yield pace


class _Meter:
    """Measures one stage of work, from its creation on."""

    def __init__(self, stage: type[DocumentIndexed | Embedding], now: float) -> None:
        self.stage = stage
        self.idle = 0
        self._started = self._told = now

    def pace(self, done: int, total: int, now: float) -> Pace | None:
        """The pace, where it is time to tell it and there is any."""
        if now - self._told < _TOLD_EVERY_S or done <= self.idle:
            return None
        self._told = now
        rate = (done - self.idle) / (now - self._started)
        return Pace(done, total, rate, (total - done) / rate)
