"""How work in the background yields to somebody who waits for an answer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from localassist.domain.stopping import Stop


class Activity(Protocol):
    """Knows whether somebody waits for an answer."""

    def answering(self) -> AbstractContextManager[None]:
        """Around the work of an answer: while any is under way, background work waits."""

    def wait_until_idle(self, stop: Stop) -> None:
        """Called by background work between two steps: returns when nobody waits or `stop` is requested."""
