"""The ledger: what is written stays in order, and whatever is done to it later shows."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import apsw
import pytest

from localassist.adapters.database import Database, DatabaseConversationStore, DatabaseLedger
from localassist.adapters.database.migrating import scripts
from localassist.domain.errors import StorageError
from localassist.domain.privacy import Body, Destination, Outcome, Purpose, destination_of

if TYPE_CHECKING:
    from pathlib import Path

CLOUD = Destination.CLOUD
BODIES_KEPT = 8
"""The migration from which on the ledger keeps what was sent."""


@pytest.fixture
def ledger(database: Database) -> DatabaseLedger:
    """Two requests, one refused, and one that never ended."""
    ledger = DatabaseLedger(database)
    ledger.end(ledger.begin("hub.test", "look at a model", CLOUD), Outcome.DONE, CLOUD, 200, 3_000)
    ledger.refuse("hub.test", "search for models", CLOUD)
    number = ledger.begin("lan.test", "look at a model", CLOUD)
    ledger.end(number, Outcome.FAILED, Destination.YOUR_SERVER, 90, 0)
    ledger.begin("hub.test", "download a model", CLOUD)
    return ledger


def change(database: Database, order: str) -> None:
    with database.writing() as connection:
        connection.execute(order)


def test_what_was_written_is_there_in_order_and_whole(ledger: DatabaseLedger) -> None:
    assert [(each.host, each.outcome, each.destination, each.sent, each.received) for each in ledger.entries()] == [
        ("hub.test", Outcome.DONE, CLOUD, 200, 3_000),
        ("hub.test", Outcome.REFUSED, CLOUD, 0, 0),
        ("lan.test", Outcome.FAILED, Destination.YOUR_SERVER, 90, 0),
        ("hub.test", Outcome.BEGUN, CLOUD, 0, 0),
    ]
    seal = ledger.seal()
    assert (seal.rows, seal.problem) == (6, "")
    assert len(seal.newest) == 64


def test_a_ledger_in_which_nothing_stands_is_whole(database: Database) -> None:
    ledger = DatabaseLedger(database)
    assert ledger.entries() == ()
    assert ledger.seal().problem == ""


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("DELETE FROM ledger WHERE number = 3", "Row 3 is missing."),
        ("DELETE FROM ledger WHERE number = 1", "Row 1 is missing."),
        ("DELETE FROM ledger WHERE number > 4", "Its end"),
        ("DELETE FROM ledger", "Its end"),
        ("DELETE FROM ledger_end", "Its end"),
        ("UPDATE ledger SET sent = 0 WHERE number = 2", "Row 2 is not"),
        ("UPDATE ledger SET host = 'other.test' WHERE number = 6", "Row 6 is not"),
        ("UPDATE ledger SET time = '2020-01-01T00:00:00.000+00:00' WHERE number = 1", "Row 1 is not"),
        ("UPDATE ledger SET request = 2 WHERE number = 5", "Row 5 is not"),
        ("UPDATE ledger_end SET number = 4, hash = (SELECT hash FROM ledger WHERE number = 4)", "Its end"),
    ],
)
def test_what_is_done_to_it_later_shows(ledger: DatabaseLedger, database: Database, order: str, said: str) -> None:
    change(database, order)
    assert ledger.seal().problem.startswith(said)


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("DELETE FROM ledger WHERE number > 4", "Row 5 is missing."),
        ("UPDATE ledger_end SET number = 4, hash = (SELECT hash FROM ledger WHERE number = 4)", "Row 7 is not"),
    ],
)
def test_a_damaged_ledger_is_written_on_and_stays_damaged(
    ledger: DatabaseLedger, database: Database, order: str, said: str
) -> None:
    change(database, order)
    ledger.refuse("hub.test", "search for models", CLOUD)
    assert ledger.seal().problem.startswith(said)


@pytest.mark.parametrize("change_", ["outcome = 'gone'", "time = 'never'", "sent = x'00ff'"])
def test_a_row_that_makes_no_sense_any_more_is_told_of(
    ledger: DatabaseLedger, database: Database, change_: str
) -> None:
    change(database, f"UPDATE ledger SET {change_} WHERE number = 4")
    change(database, f"UPDATE ledger SET {change_} WHERE number = 5")
    assert ledger.seal().problem.startswith("Row 4 is not")
    with pytest.raises(StorageError, match="Row 4 is not"):
        ledger.entries()


def test_a_ledger_without_an_end_takes_nothing_more(ledger: DatabaseLedger, database: Database) -> None:
    change(database, "DELETE FROM ledger_end")
    with pytest.raises(StorageError, match="end was taken out"):
        ledger.refuse("hub.test", "search for models", CLOUD)


def test_entries_are_found_by_time_and_host(database: Database) -> None:
    time = datetime(2026, 3, 1, 23, 30, tzinfo=UTC)
    ledger = DatabaseLedger(database, lambda: time)
    ledger.refuse("hub.test", "first", CLOUD)
    time += timedelta(hours=1)
    ledger.refuse("hub.test", "second", CLOUD)
    ledger.refuse("other.test", "third", CLOUD)
    assert [each.reason for each in ledger.entries(since=time)] == ["second", "third"]
    assert [each.reason for each in ledger.entries(host="hub.test")] == ["first", "second"]
    assert ledger.entries(since=time)[0].begun == time


@pytest.fixture
def sent(database: Database) -> DatabaseLedger:
    """What two conversations sent, and a question of none: rows 1 to 3."""
    conversations = DatabaseConversationStore(database)
    ledger = DatabaseLedger(database)
    for title, body in (("Lease", b'{"said": "rent \xc3\xa9"}'), ("Tax", b"\xffno text")):
        purpose = Purpose(conversations.create(title, "").id, "reviewed at noon", keep_body=True)
        ledger.begin("cloud.test", "ask a model", CLOUD, purpose, body)
    ledger.begin("cloud.test", "compare models", CLOUD, Purpose(0, "", keep_body=True), b"compared")
    return ledger


def test_what_was_sent_is_kept_to_the_letter_with_whom_it_belongs_to(sent: DatabaseLedger) -> None:
    assert [sent.body(number) for number in (1, 2, 3, 4)] == ['{"said": "rent é"}', "\\xffno text", "compared", None]
    assert [(each.conversation, each.consent, each.body) for each in sent.entries()] == [
        (1, "reviewed at noon", Body.KEPT),
        (2, "reviewed at noon", Body.KEPT),
        (0, "", Body.KEPT),
    ]
    assert [each.number for each in sent.entries(conversation=2)] == [2]
    assert sent.seal().problem == ""


def test_a_deleted_conversation_takes_with_it_what_it_sent_and_leaves_the_chain_whole(
    sent: DatabaseLedger, database: Database
) -> None:
    DatabaseConversationStore(database).delete(1)
    assert [sent.body(number) for number in (1, 3)] == [None, "compared"]
    assert [each.body for each in sent.entries()] == [Body.ERASED, Body.KEPT, Body.KEPT]
    assert (sent.seal().rows, sent.seal().problem) == (3, "")


def test_what_is_sent_for_a_conversation_that_is_gone_is_not_kept(sent: DatabaseLedger, database: Database) -> None:
    DatabaseConversationStore(database).delete(1)
    number = sent.begin("cloud.test", "ask a model", CLOUD, Purpose(1, "", keep_body=True), b"tried once more")
    assert sent.body(number) is None
    assert sent.entries()[-1].body is Body.ERASED
    assert sent.seal().problem == ""


@pytest.mark.parametrize(
    ("order", "said"),
    [
        ("UPDATE ledger_bodies SET body = x'00' WHERE number = 2", "What is kept as sent with row 2 is not"),
        ("UPDATE ledger_bodies SET conversation = 2 WHERE number = 1", "What is kept as sent with row 1 is not"),
        ("UPDATE ledger_bodies SET number = 9 WHERE number = 3", "What row 9 sent is kept, and there is no such row."),
        ("UPDATE ledger SET body_hash = '' WHERE number = 2", "Row 2 is not"),
        ("UPDATE ledger SET conversation = 0, consent = '', body_hash = '' WHERE number = 1", "Row 1 is not"),
        ("UPDATE ledger SET consent = 'remembered' WHERE number = 2", "Row 2 is not"),
    ],
)
def test_what_is_done_to_what_was_sent_shows(sent: DatabaseLedger, database: Database, order: str, said: str) -> None:
    change(database, order)
    assert sent.seal().problem.startswith(said)


def test_a_body_put_to_a_request_that_had_none_shows(ledger: DatabaseLedger, database: Database) -> None:
    change(database, "INSERT INTO ledger_bodies VALUES (1, 0, x'61')")
    assert ledger.seal().problem.startswith("What is kept as sent with row 1 is not")


def test_a_ledger_of_before_bodies_were_kept_stays_whole(home: Path) -> None:
    home.mkdir(exist_ok=True)
    path = home / "localassist.db"
    connection = apsw.Connection(str(path))
    for number, script in scripts().items():
        if number < BODIES_KEPT:
            connection.execute(script)
            connection.pragma("user_version", number)
    # As the version before wrote it; the hash is that of its fields and the empty hash before it.
    row = [1, 1, "2026-11-25T10:00:00.000+00:00", "hub.test", "try", "cloud", "begun", 0, 0]
    hashed = hashlib.sha256(json.dumps([*row, ""]).encode()).hexdigest()
    connection.execute("INSERT INTO ledger VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (*row, hashed))
    connection.execute("UPDATE ledger_end SET number = 1, hash = ?", (hashed,))
    connection.close()
    database = Database(path)
    ledger = DatabaseLedger(database)
    ledger.end(1, Outcome.DONE, CLOUD, 5, 6)
    assert (ledger.seal().rows, ledger.seal().problem) == (2, "")
    assert [(each.sent, each.body) for each in ledger.entries()] == [(5, Body.NOT_KEPT)]
    database.close()


def test_two_processes_that_write_at_once_keep_one_chain(home: Path) -> None:
    home.mkdir(exist_ok=True)
    path = home / "localassist.db"
    program = f"""
from pathlib import Path
from localassist.adapters.database import Database, DatabaseConversationStore, DatabaseLedger
from localassist.adapters.database.migrating import scripts
from localassist.domain.errors import StorageError
from localassist.domain.privacy import Destination, Outcome
ledger = DatabaseLedger(Database(Path({str(path)!r})))
for _ in range(50):
    number = ledger.begin("hub.test", "look at a model", Destination.CLOUD)
    ledger.end(number, Outcome.DONE, Destination.CLOUD, 1, 2)
"""
    running = [subprocess.Popen([sys.executable, "-c", program]) for _ in range(2)]
    assert [process.wait(60) for process in running] == [0, 0]
    database = Database(path)
    ledger = DatabaseLedger(database)
    assert ledger.seal().rows == 200
    assert ledger.seal().problem == ""
    assert [each.outcome for each in ledger.entries()] == [Outcome.DONE] * 100
    database.close()


@pytest.mark.parametrize(
    ("host", "destination"),
    [
        ("localhost", Destination.THIS_COMPUTER),
        ("127.0.0.9", Destination.THIS_COMPUTER),
        ("::1", Destination.THIS_COMPUTER),
        ("::ffff:127.0.0.1", Destination.THIS_COMPUTER),
        ("192.168.1.20", Destination.YOUR_SERVER),
        ("172.31.0.1", Destination.YOUR_SERVER),
        ("172.32.0.1", Destination.CLOUD),
        ("10.0.0.1", Destination.YOUR_SERVER),
        ("fd00::1", Destination.YOUR_SERVER),
        ("fe80::1%eth0", Destination.YOUR_SERVER),
        ("203.0.113.5", Destination.CLOUD),
        ("2606:4700::1", Destination.CLOUD),
        ("localhost.example.org", Destination.CLOUD),
        ("10.example.org", Destination.CLOUD),
        ("", Destination.CLOUD),
    ],
)
def test_the_address_says_where_a_request_goes(host: str, destination: Destination) -> None:
    assert destination_of(host) is destination
