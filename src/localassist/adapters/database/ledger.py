"""The ledger in the database: rows chained by their hashes, added and never changed."""

from __future__ import annotations

import hashlib
import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.database.codec import storable
from localassist.domain.errors import StorageError
from localassist.domain.ports.ledger import Ledger
from localassist.domain.privacy import Destination, LedgerEntry, LedgerSeal, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    from localassist.adapters.database.connection import Database

_ROWS: Final = """
SELECT number, request, time, host, reason, destination, outcome, sent, received, hash FROM ledger ORDER BY number
"""
_END: Final = "SELECT number, hash FROM ledger_end"
_LAST: Final = "SELECT max(number, coalesce((SELECT max(number) FROM ledger), 0)), hash FROM ledger_end"
_ADD: Final = """
INSERT INTO ledger (number, request, time, host, reason, destination, outcome, sent, received, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_MOVE_END: Final = "UPDATE ledger_end SET number = ?, hash = ?"
_BEGUN: Final = "SELECT host, reason FROM ledger WHERE number = ?"
_ENTRIES: Final = """
SELECT b.number, b.time, b.host, b.reason, coalesce(e.destination, b.destination), coalesce(e.outcome, b.outcome),
    coalesce(e.sent, b.sent), coalesce(e.received, b.received)
FROM ledger b LEFT JOIN ledger e ON e.request = b.number AND e.number <> b.number
WHERE b.request = b.number AND b.time >= ?1 AND (?2 = '' OR b.host = ?2) ORDER BY b.number
"""


def _now() -> datetime:
    return datetime.now(UTC)


class DatabaseLedger(Ledger):
    """The ledger of the app's database; `now` gives the time in UTC.

    Each row holds the SHA-256 of its own fields and the hash before it; the newest hash and the number of rows stand
    in a table of their own. That proves that no row was changed, taken out, put in or cut off by anybody who did not
    make all later hashes anew, and against everybody once the newest hash was noted elsewhere. It does not prove
    anything against somebody who writes to the file, knows how this works and makes all hashes anew; nor that what
    was never written, past the door or before the ledger was there, did not happen.

    Rows do not wait for the disk: the death of the process loses none, a power cut perhaps the last seconds' rows,
    all that come after one together with it, so that what is left is whole.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._now = now

    @override
    def begin(self, host: str, reason: str, destination: Destination) -> int:
        return self._add(host, reason, destination, Outcome.BEGUN)

    @override
    def refuse(self, host: str, reason: str, destination: Destination) -> None:
        self._add(host, reason, destination, Outcome.REFUSED)

    @override
    def end(self, number: int, outcome: Outcome, destination: Destination, sent: int, received: int) -> None:
        with self._database.writing(repeatable=True) as connection:
            begun: Any = connection.execute(_BEGUN, (number,)).fetchone()
            host, reason = begun or ("", "")  # taken out meanwhile, which the chain shows
            _append(connection, number, (self._stamp(), host, reason, destination, outcome, sent, received))

    @override
    def entries(self, since: datetime | None = None, host: str = "") -> tuple[LedgerEntry, ...]:
        start = _stamped(since) if since else ""
        with self._database.reading() as connection:
            rows: Any = connection.execute(_ENTRIES, (start, storable(host))).fetchall()
        try:
            return tuple(_entry(*row) for row in rows)
        except (TypeError, ValueError) as error:
            raise StorageError(
                f"The ledger can't be read, because somebody changed it. {self.seal().problem}",
                "Put a backup of the database in its place.",
            ) from error

    @override
    def seal(self) -> LedgerSeal:
        with self._database.reading() as connection:
            ends: Any = connection.execute(_END).fetchall()
            return _sealed(connection.execute(_ROWS), *(ends[0] if ends else (0, "")))

    def _add(self, host: str, reason: str, destination: Destination, outcome: Outcome) -> int:
        with self._database.writing(repeatable=True) as connection:
            fields = (self._stamp(), storable(host), storable(reason), destination, outcome, 0, 0)
            return _append(connection, None, fields)

    def _stamp(self) -> str:
        return _stamped(self._now())


def _append(connection: Any, request: int | None, fields: tuple[object, ...]) -> int:
    """Add a row at the end of the chain, for its own request where none is named; gives its number."""
    end: Any = connection.execute(_LAST).fetchone()
    if end is None:
        raise StorageError(
            "Nothing can be written to the ledger, because its end was taken out of the database.",
            "Put a backup of the database in its place.",
        )
    last, before = end
    number: int = last + 1
    row = (number, request or number, *fields)
    hashed = _hash(row, before)
    connection.execute(_ADD, (*row, hashed))
    connection.execute(_MOVE_END, (number, hashed))
    return number


def _hash(row: tuple[object, ...], before: str) -> str:
    # What no row has as it was written, bytes for instance, must not end the reading of the chain.
    return hashlib.sha256(json.dumps([*row, before], default=repr).encode()).hexdigest()


def _sealed(rows: Iterable[Any], last: int, newest: str) -> LedgerSeal:
    """Follow the chain from its first row."""
    number, before = 0, ""
    for *row, hashed in rows:
        number += 1
        if row[0] != number:
            return LedgerSeal(last, newest, f"Row {number} is missing.")
        if hashed != _hash(tuple(row), before):
            return LedgerSeal(last, newest, f"Row {number} is not as it was written, or the one before was replaced.")
        before = hashed
    if (number, before) != (last, newest):
        return LedgerSeal(last, newest, f"Its end is not as it was written: {number} rows are there, {last} were.")
    return LedgerSeal(last, newest)


def _stamped(time: datetime) -> str:
    """The time as a column: all of one length, so that they sort as texts."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _entry(number: int, begun: str, host: str, reason: str, *ended: Any) -> LedgerEntry:  # a row of `_ENTRIES`
    destination, outcome, sent, received = ended
    time = datetime.fromisoformat(begun)
    return LedgerEntry(number, time, host, reason, Destination(destination), Outcome(outcome), int(sent), int(received))
