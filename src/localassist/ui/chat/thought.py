"""What a model thinks before it answers: as it grows, and the one line it is folded to."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from localassist.ui.figures import time_words

if TYPE_CHECKING:
    from collections.abc import Callable


class Thought:
    """Collects a thought while it goes on; a model may think again after it has said something.

    `text` is all that was thought so far.
    """

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._began: float | None = None
        self._seconds = 0.0  # of what was thought to its end
        self.text = ""

    def add(self, delta: str) -> None:
        """Take more of it."""
        if self._began is None:
            self._began = self._clock()
        self.text += delta if self.text else delta.lstrip()

    def end(self, seconds: float) -> None:
        """The thinking that went on has ended and took so long."""
        self._began = None
        self._seconds += seconds

    @property
    def seconds(self) -> float:
        """How long was thought, up to now while it goes on."""
        return self._seconds + (self._clock() - self._began if self._began is not None else 0.0)

    @property
    def label(self) -> str:
        """The one line it is folded to."""
        if self._began is None:
            return thought_label(self._seconds)
        return f"Thinking… {time_words(self.seconds)}" if self.seconds >= 1 else "Thinking…"


def thought_label(seconds: float) -> str:
    """The one line that a thought which took so long is folded to; 0 where that is not known."""
    return f"Thought for {time_words(seconds)}" if seconds else "Thought"
