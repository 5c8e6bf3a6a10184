"""Where every request that passes the door, or is refused there, is written down."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from localassist.domain.privacy import Destination, LedgerEntry, LedgerSeal, Outcome, Purpose


class Ledger(Protocol):
    """The ledger; rows are only ever added. Safe to use from any thread, beside other processes.

    Every call raises `StorageError` when the ledger can't be written or read.
    """

    def begin(
        self,
        host: str,
        reason: str,
        destination: Destination,
        purpose: Purpose | None = None,
        body: bytes | None = None,
    ) -> int:
        """A request begins; gives its number. It is stored when this returns.

        `body` is what is sent, where it is to be kept; that of a conversation which is not there is not.
        """

    def end(self, number: int, outcome: Outcome, destination: Destination, sent: int, received: int) -> None:
        """The request of that number ended: how, where it went after all, bytes, bytes."""

    def refuse(self, host: str, reason: str, destination: Destination, purpose: Purpose | None = None) -> None:
        """A request was refused before a byte of it left."""

    def entries(self, since: datetime | None = None, host: str = "", conversation: int = 0) -> tuple[LedgerEntry, ...]:
        """The requests that began at that time (UTC) or later, to that host, of that conversation, oldest first.

        What is left out does not narrow them.
        """

    def body(self, number: int) -> str | None:
        """What the request of that number sent, to the letter; None where it was not kept or is erased.

        Bytes that are no UTF-8 stand as `\\xff`.
        """

    def seal(self) -> LedgerSeal:
        """Whether all rows are there as they were written, and what is kept of bodies as it was sent."""
