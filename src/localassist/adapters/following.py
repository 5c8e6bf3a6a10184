"""Caches that follow the database on threads of their own, so that nobody waits for them."""

from __future__ import annotations

import logging
import threading
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError, Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable

_LOG: Final = logging.getLogger(__name__)


class CacheError(Exception):
    """A cache failed; what it holds can be made again."""


class Follower:
    """Runs `catch_up` on a thread of its own when it is told to, and once more when it is told meanwhile.

    Where `catch_up` raises `CacheError` or `LocalAssistError`, the cache is left alone until the next start.
    """

    def __init__(self, name: str, catch_up: Callable[[Stop], None]) -> None:
        self._name = name
        self._catch_up = catch_up
        self._stop = Stop()
        self._lock = threading.Lock()
        self._thread: threading.Thread | None = None
        self._behind = False

    def follow(self) -> None:
        """Have the cache catch up in the background."""
        with self._lock:
            self._behind = not self._stop.requested
            if self._behind and self._thread is None:
                self._thread = threading.Thread(target=self._run, name=self._name, daemon=True)
                self._thread.start()

    def join(self) -> None:
        """Wait until it has caught up, or failed."""
        with self._lock:
            thread = self._thread
        if thread is not None:
            thread.join()

    def close(self) -> None:
        """End the following for good."""
        self._stop.request()
        self.join()

    def _run(self) -> None:
        while self._still_behind():
            try:
                self._catch_up(self._stop)
            except Stopped:
                continue
            except (CacheError, LocalAssistError) as error:
                _LOG.warning("the index of %s is left alone until the next start: %s", self._name, error)
                self._stop.request()

    def _still_behind(self) -> bool:
        with self._lock:
            behind, self._behind = self._behind and not self._stop.requested, False
            if not behind:
                self._thread = None
            return behind
