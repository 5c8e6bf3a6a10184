"""Who waits for an answer just now, so that work in the background can step aside."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.domain.ports.activity import Activity

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.stopping import Stop


class ForegroundActivity(Activity):
    """Counts the answers under way in this process; safe to use from any thread."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._answers = 0

    @property
    def busy(self) -> bool:
        """Whether an answer is under way."""
        return self._answers > 0

    @override
    @contextmanager
    def answering(self) -> Iterator[None]:
        self._count(1)
        try:
            yield
        finally:
            self._count(-1)

    @override
    def wait_until_idle(self, stop: Stop) -> None:
        with stop.while_waiting(self._wake), self._changed:
            self._changed.wait_for(lambda: self._answers == 0 or stop.requested)

    def _count(self, change: int) -> None:
        with self._changed:
            self._answers += change
            self._changed.notify_all()

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()
