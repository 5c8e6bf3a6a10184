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
from localassist.domain.privacy import Body, Destination, LedgerEntry, LedgerSeal, Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

    import apsw

    from localassist.adapters.database.connection import Database
    from localassist.domain.privacy import Purpose

_ROWS: Final = """
SELECT l.number, request, time, host, reason, destination, outcome, sent, received, l.conversation, consent, body_hash,
    hash, b.conversation, body
FROM ledger l LEFT JOIN ledger_bodies b USING (number) ORDER BY l.number
"""
_STRAY_BODIES: Final = "SELECT min(number) FROM ledger_bodies WHERE number NOT IN (SELECT number FROM ledger)"
_END: Final = "SELECT number, hash FROM ledger_end"
_LAST: Final = "SELECT max(number, coalesce((SELECT max(number) FROM ledger), 0)), hash FROM ledger_end"
_ADD: Final = """
INSERT INTO ledger (number, request, time, host, reason, destination, outcome, sent, received, conversation, consent,
    body_hash, hash)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_KEEP_BODY: Final = """
INSERT OR REPLACE INTO ledger_bodies (number, conversation, body)
SELECT ?1, ?2, ?3 WHERE ?2 = 0 OR EXISTS (SELECT 1 FROM conversations WHERE id = ?2)
"""
_BODY: Final = "SELECT body FROM ledger_bodies WHERE number = ?"
_MOVE_END: Final = "UPDATE ledger_end SET number = ?, hash = ?"
_BEGUN: Final = "SELECT host, reason FROM ledger WHERE number = ?"
_ENTRIES: Final = """
SELECT b.number, b.time, b.host, b.reason, coalesce(e.destination, b.destination), coalesce(e.outcome, b.outcome),
    coalesce(e.sent, b.sent), coalesce(e.received, b.received), b.conversation, b.consent,
    CASE WHEN b.body_hash = '' THEN 'not kept'
        WHEN EXISTS (SELECT 1 FROM ledger_bodies k WHERE k.number = b.number) THEN 'kept' ELSE 'erased' END
FROM ledger b LEFT JOIN ledger e ON e.request = b.number AND e.number <> b.number
WHERE b.request = b.number AND b.time >= ?1 AND (?2 = '' OR b.host = ?2) AND (?3 = 0 OR b.conversation = ?3)
ORDER BY b.number
"""
_NOTHING_ELSE: Final = (0, "", "")
"""The conversation, consent and hash of what was sent of a row that has none of them."""
_EXTRA: Final = len(_NOTHING_ELSE)


def _now() -> datetime:
    return datetime.now(UTC)


class DatabaseLedger(Ledger):
    """The ledger of the app's database; `now` gives the time in UTC.

    Each row holds the SHA-256 of its own fields and the hash before it; the newest hash and the number of rows stand
    in a table of their own. That proves that no row was changed, taken out, put in or cut off by anybody who did not
    make all later hashes anew, and against everybody once the newest hash was noted elsewhere. It does not prove
    anything against somebody who writes to the file, knows how this works and makes all hashes anew; nor that what
    was never written, past the door or before the ledger was there, did not happen.

    What a request sent stands apart, its hash in the row: erasing it leaves the chain whole, altering it shows.

    Rows do not wait for the disk: the death of the process loses none, a power cut perhaps the last seconds' rows,
    all that come after one together with it, so that what is left is whole.
    """

    def __init__(self, database: Database, now: Callable[[], datetime] = _now) -> None:
        self._database = database
        self._now = now

    @override
    def begin(
        self,
        host: str,
        reason: str,
        destination: Destination,
        purpose: Purpose | None = None,
        body: bytes | None = None,
    ) -> int:
        with self._database.writing(repeatable=True) as connection:
            number = self._add(connection, (host, reason, destination, Outcome.BEGUN), purpose, body)
            if body is not None:
                connection.execute(_KEEP_BODY, (number, purpose.conversation_id if purpose else 0, body))
            return number

    @override
    def refuse(self, host: str, reason: str, destination: Destination, purpose: Purpose | None = None) -> None:
        with self._database.writing(repeatable=True) as connection:
            self._add(connection, (host, reason, destination, Outcome.REFUSED), purpose)

    @override
    def end(self, number: int, outcome: Outcome, destination: Destination, sent: int, received: int) -> None:
        with self._database.writing(repeatable=True) as connection:
            begun: Any = connection.execute(_BEGUN, (number,)).fetchone()
            host, reason = begun or ("", "")  # taken out meanwhile, which the chain shows
            fields = (self._stamp(), host, reason, destination, outcome, sent, received)
            _append(connection, number, fields, _NOTHING_ELSE)

    @override
    def entries(self, since: datetime | None = None, host: str = "", conversation: int = 0) -> tuple[LedgerEntry, ...]:
        start = _stamped(since) if since else ""
        with self._database.reading() as connection:
            rows: Any = connection.execute(_ENTRIES, (start, storable(host), conversation)).fetchall()
        try:
            return tuple(_entry(*row) for row in rows)
        except (TypeError, ValueError) as error:
            raise StorageError(
                f"The ledger can't be read, because somebody changed it. {self.seal().problem}",
                "Put a backup of the database in its place.",
            ) from error

    @override
    def body(self, number: int) -> str | None:
        with self._database.reading() as connection:
            row: Any = connection.execute(_BODY, (number,)).fetchone()
        return None if row is None else row[0].decode(errors="backslashreplace")

    @override
    def seal(self) -> LedgerSeal:
        with self._database.reading() as connection:
            ends: Any = connection.execute(_END).fetchall()
            seal = _sealed(connection.execute(_ROWS), *(ends[0] if ends else (0, "")))
            ((stray,),) = connection.execute(_STRAY_BODIES)
        if seal.problem or stray is None:
            return seal
        return LedgerSeal(seal.rows, seal.newest, f"What row {stray} sent is kept, and there is no such row.")

    def _add(
        self,
        connection: apsw.Connection,
        request: tuple[str, str, Destination, Outcome],
        purpose: Purpose | None,
        body: bytes | None = None,
    ) -> int:
        host, reason, destination, outcome = request
        fields = (self._stamp(), storable(host), storable(reason), destination, outcome, 0, 0)
        hashed = "" if body is None else hashlib.sha256(body).hexdigest()
        belongs = (purpose.conversation_id, storable(purpose.consent)) if purpose else (0, "")
        return _append(connection, None, fields, (*belongs, hashed))

    def _stamp(self) -> str:
        return _stamped(self._now())


def _append(connection: Any, request: int | None, fields: tuple[object, ...], belongs: tuple[int, str, str]) -> int:
    """Add a row at the end of the chain, for its own request where none is named; gives its number.

    `belongs` is the conversation, the consent and the hash of what is sent.
    """
    end: Any = connection.execute(_LAST).fetchone()
    if end is None:
        raise StorageError(
            "Nothing can be written to the ledger, because its end was taken out of the database.",
            "Put a backup of the database in its place.",
        )
    last, before = end
    number: int = last + 1
    row = (number, request or number, *fields, *belongs)
    hashed = _hash(row, before)
    connection.execute(_ADD, (*row, hashed))
    connection.execute(_MOVE_END, (number, hashed))
    return number


def _hash(row: tuple[object, ...], before: str) -> str:
    # Rows of before 0008 have none of these, and keep their hashes.
    row = row[:-_EXTRA] if row[-_EXTRA:] == _NOTHING_ELSE else row
    # What no row has as it was written, bytes for instance, must not end the reading of the chain.
    return hashlib.sha256(json.dumps([*row, before], default=repr).encode()).hexdigest()


def _sealed(rows: Iterable[Any], last: int, newest: str) -> LedgerSeal:
    """Follow the chain from its first row."""
    number, before = 0, ""
    for *row, hashed, conversation, body in rows:
        number += 1
        if row[0] != number:
            return LedgerSeal(last, newest, f"Row {number} is missing.")
        if hashed != _hash(tuple(row), before):
            return LedgerSeal(last, newest, f"Row {number} is not as it was written, or the one before was replaced.")
        if body is not None and not _was_sent(body, conversation, row):
            return LedgerSeal(last, newest, f"What is kept as sent with row {number} is not what was sent.")
        before = hashed
    if (number, before) != (last, newest):
        return LedgerSeal(last, newest, f"Its end is not as it was written: {number} rows are there, {last} were.")
    return LedgerSeal(last, newest)


def _was_sent(body: bytes, conversation: int, row: list[Any]) -> bool:
    *_, belongs_to, _consent, hashed = row
    return [conversation, hashlib.sha256(body).hexdigest()] == [belongs_to, hashed]


def _stamped(time: datetime) -> str:
    """The time as a column: all of one length, so that they sort as texts."""
    return time.astimezone(UTC).isoformat(timespec="milliseconds")


def _entry(number: int, begun: str, host: str, reason: str, *ended: Any) -> LedgerEntry:  # a row of `_ENTRIES`
    destination, outcome, sent, received, conversation, consent, body = ended
    return LedgerEntry(
        number=number,
        begun=datetime.fromisoformat(begun),
        host=host,
        reason=reason,
        destination=Destination(destination),
        outcome=Outcome(outcome),
        sent=int(sent),
        received=int(received),
        conversation=int(conversation),
        consent=consent,
        body=Body(body),
    )
