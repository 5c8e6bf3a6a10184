"""How running work is asked to end: one thread-safe Stop handed to every long call."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from localassist.domain.errors import Stopped

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


class Stop:
    """A request to end work, set from any thread, seen by the work at its next step.

    Adapters that block register, with `while_waiting`, what ends their wait at once (writing llama's abort
    byte, closing a response, killing a child process).
    """

    def __init__(self) -> None:
        self._event = threading.Event()
        self._lock = threading.Lock()
        self._wakers: list[Callable[[], None]] = []

    @property
    def requested(self) -> bool:
        """Whether somebody asked the work to end."""
        return self._event.is_set()

    def request(self) -> None:
        """Ask the work to end; calling it again does nothing."""
        with self._lock:
            if self._event.is_set():
                return
            self._event.set()
            wakers = list(self._wakers)
        for wake in wakers:
            wake()

    def raise_if_requested(self) -> None:
        """Raise `Stopped` if somebody asked the work to end."""
        if self._event.is_set():
            raise Stopped

    @contextmanager
    def while_waiting(self, wake: Callable[[], None]) -> Iterator[None]:
        """Call `wake` once when a stop is requested inside this block, at once if it already was.

        `wake` runs on the requesting thread, so it must be quick and safe to call from any thread.
        """
        with self._lock:
            self._wakers.append(wake)
            already = self._event.is_set()
        if already:
            wake()
        try:
            yield
        finally:
            with self._lock:
                self._wakers.remove(wake)
