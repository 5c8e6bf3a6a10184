"""Bytes from a line onto the disk: gathered into blocks, held to a speed, written, and hashed beside that."""

from __future__ import annotations

import time
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final

from localassist.adapters.hub.parts import BLOCK
from localassist.adapters.hub.patience import pause

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

    from localassist.adapters.hub.parts import Part
    from localassist.domain.stopping import Stop

_AHEAD: Final = 2
"""Blocks that wait to be hashed: what a sudden end costs stays small, and so does the memory."""
_LONGEST_WAIT_S: Final = 0.5
"""What came is written after this time even where a slow line has not filled a block."""


def pour(pieces: Iterator[bytes], part: Part, stop: Stop, limit: Callable[[], float]) -> Iterator[int]:
    """Add what comes to the part, yielding how much of the file is safe. What came before an error is kept.

    `limit` is the most bytes a second, 0 for as many as there are; it is asked all the time.
    """
    pace = _Pace(limit)
    waiting: deque[Future[None]] = deque()
    block = bytearray()
    since = time.monotonic()
    with ThreadPoolExecutor(1, thread_name_prefix="hashing") as hashing:

        def put(block: bytearray) -> None:
            part.write(block)
            waiting.append(hashing.submit(part.note, block))

        try:
            for piece in pieces:
                block += piece
                if len(block) >= BLOCK or time.monotonic() - since > _LONGEST_WAIT_S:
                    put(block)
                    block, since = bytearray(), time.monotonic()
                    while len(waiting) > _AHEAD:
                        waiting.popleft().result()
                    yield part.safe
                pace.keep(len(piece), stop)
        finally:
            if block:
                put(block)
            for noted in waiting:
                noted.result()
    yield part.safe


class _Pace:
    """Holds what comes to a speed."""

    def __init__(self, limit: Callable[[], float]) -> None:
        self._limit = limit
        self._due = 0.0

    def keep(self, count: int, stop: Stop) -> None:
        """Wait until so many bytes more are allowed. Raises `Stopped` on request."""
        rate = self._limit()
        if rate <= 0:
            return
        self._due = max(self._due, time.monotonic()) + count / rate
        while (left := self._due - time.monotonic()) > 0:
            pause(min(left, _LONGEST_WAIT_S), stop)
            if self._limit() != rate:  # the wait was for another speed
                self._due = 0.0
