"""How far a prompt is read while a piece of it is under way."""

from __future__ import annotations

import time

from localassist.domain.events import PromptProgress


class Reading:
    """Follows the reading of a prompt of `total` tokens, at most `piece` at a time; `speed` is tokens a second, 0 while
    not known.

    A slow computer reads a piece for many seconds: between two pieces progress is estimated from the speed so far,
    and never beyond the piece.
    """

    def __init__(self, total: int, speed: float, piece: int) -> None:
        self.speed = speed
        self._known = PromptProgress(0, total, 0)
        self._since = time.perf_counter()
        self._began = False
        self._piece = piece

    @property
    def is_over(self) -> bool:
        """Whether all is read."""
        return self._known.done >= self._known.total

    def take(self, progress: PromptProgress) -> None:
        """A piece was read, or, the first time, reading begins with what was known before."""
        now = time.perf_counter()
        if self._began and now > self._since:
            self._piece = progress.done - self._known.done
            self.speed = self._piece / (now - self._since)
        self._began = True
        self._known, self._since = progress, now

    def estimate(self) -> PromptProgress:
        """How far it is by now."""
        known = self._known
        if not self._began:
            return known
        read = int(self.speed * (time.perf_counter() - self._since))
        upto = min(known.done + self._piece, known.total) - 1
        return PromptProgress(min(known.done + read, upto), known.total, known.cached)
