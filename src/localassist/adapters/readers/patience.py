"""How long text recognition may go on over one file, and how much of the file it then left."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Iterator


class Patience:
    """Time for recognising text, shared by a file and the files inside it.

    `seconds` are counted by the clock and by the processor, whichever runs faster: a child process is bounded by
    both. `left_out` is how many pages and pictures were not looked at for want of time.
    """

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self.left_out = 0

    @property
    def is_over(self) -> bool:
        """Whether there is no time left."""
        return self._seconds <= 0

    @contextmanager
    def spent(self) -> Iterator[None]:
        """What runs inside is counted."""
        began, used = time.monotonic(), time.process_time()
        try:
            yield
        finally:
            self._seconds -= max(time.monotonic() - began, time.process_time() - used)
