"""What was counted in the database, remembered until it changes."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable, Hashable

    import apsw

_Answer = TypeVar("_Answer")


class Remembered:
    """Answers by their questions, for each thread its own: they hold for what its connection sees."""

    def __init__(self) -> None:
        self._local = threading.local()

    def answer(self, connection: apsw.Connection, question: Hashable, ask: Callable[[], _Answer]) -> _Answer:
        """What `ask` gives, or gave before on this connection while nobody has changed the database."""
        seen = (connection, connection.pragma("data_version"), connection.total_changes())
        if getattr(self._local, "seen", None) != seen:
            self._local.seen, self._local.known = seen, {}
        known: dict[Hashable, _Answer] = self._local.known
        if question not in known:
            known[question] = ask()
        return known[question]
