"""Where every request that passes the door, or is refused there, is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from localassist.domain.privacy import Destination, LedgerEntry, LedgerSeal, Outcome


class Ledger(Protocol):
    """The ledger; rows are only ever added. Safe to use from any thread, beside other processes.

    Every call raises `StorageError` when the ledger can't be written or read.
    """

    def begin(self, host: str, reason: str, destination: Destination) -> int:
        """A request begins; gives its number. It is stored when this returns."""

    def end(self, number: int, outcome: Outcome, destination: Destination, sent: int, received: int) -> None:
        """The request of that number ended: how, where it went after all, bytes, bytes."""

    def refuse(self, host: str, reason: str, destination: Destination) -> None:
        """A request was refused before a byte of it left."""

    def entries(self, since: datetime | None = None, host: str = "") -> tuple[LedgerEntry, ...]:
        """The requests that began at that time (UTC) or later, to that host, oldest first; without them all."""

    def seal(self) -> LedgerSeal:
        """Whether all rows are there as they were written."""
