"""One download in the queue: how it stands, how fast it goes, and how it is to end."""

from __future__ import annotations

import math
from collections import deque
from typing import TYPE_CHECKING, Final

from localassist.domain.library import DownloadState
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from localassist.domain.library import Download

_TOLD_EVERY_S: Final = 0.2
_RATE_OVER_S: Final = 5.0


class QueuedDownload:
    """A download and what its worker needs: while it runs, `stop` ends it and `ends_as` says as what."""

    def __init__(self, download: Download) -> None:
        self.download = download
        self.is_running = False
        self.stop = Stop()
        self.ends_as = DownloadState.QUEUED
        self._seen: deque[tuple[float, int]] = deque()
        self._told = -math.inf

    def begin(self) -> None:
        """A worker takes it."""
        self.is_running = True
        self.stop = Stop()
        self.ends_as = DownloadState.QUEUED
        self._seen.clear()
        self._told = -math.inf

    def rate(self, now: float, received: int) -> float:
        """Bytes a second over the last seconds, with what is known at `now`."""
        self._seen.append((now, received))
        while now - self._seen[0][0] > _RATE_OVER_S:
            self._seen.popleft()
        since, was = self._seen[0]
        return (received - was) / (now - since) if now > since else 0.0

    def rate_by(self, now: float) -> float:
        """The same where nothing more came until `now`."""
        return self.rate(now, self._seen[-1][1]) if self._seen else 0.0

    def is_to_be_told(self, now: float) -> bool:
        """Whether somebody who watches should hear of it: a few times a second."""
        if now - self._told < _TOLD_EVERY_S:
            return False
        self._told = now
        return True
