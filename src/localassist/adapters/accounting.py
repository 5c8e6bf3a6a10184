"""What one request comes to: the bytes that pass for it, where it goes, and how it ends."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from localassist.domain.errors import OfflineError, Stopped
from localassist.domain.privacy import Outcome, destination_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextvars import ContextVar


class Account:
    """One request under way. What its thread counts while it works on the request goes to it; `ended` hears once how.

    `sent` and `received` are bytes so far. The destination is that of the host until the address is known.
    """

    def __init__(
        self,
        host: str,
        open_account: ContextVar[Account | None],
        ended: Callable[[Account, Outcome], None],
    ) -> None:
        self.destination = destination_of(host)
        self.sent = 0
        self.received = 0
        self._open = open_account
        self._ended: Callable[[Account, Outcome], None] | None = ended

    @contextmanager
    def working(self) -> Iterator[None]:
        """Around work on the request; an error that comes out of it ends it."""
        token = self._open.set(self)
        try:
            yield
        except BaseException as error:
            self.end(_outcome(error))
            raise
        finally:
            self._open.reset(token)

    def reached(self, address: str) -> None:
        """The address that the connection led to."""
        self.destination = destination_of(address)

    def end(self, outcome: Outcome) -> None:
        """Say how it ended; only the first time counts."""
        ended, self._ended = self._ended, None
        if ended is not None:
            ended(self, outcome)


def _outcome(error: BaseException) -> Outcome:
    if isinstance(error, OfflineError):
        return Outcome.REFUSED
    if isinstance(error, Stopped) or not isinstance(error, Exception):  # Ctrl-C
        return Outcome.STOPPED
    return Outcome.FAILED
