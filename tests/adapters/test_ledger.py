"""The ledger: what is written stays in order, and whatever is done to it later shows."""

from __future__ import annotations

import subprocess
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.database import Database, DatabaseLedger
from localassist.domain.errors import StorageError
from localassist.domain.privacy import Destination, Outcome, destination_of

if TYPE_CHECKING:
    from pathlib import Path

CLOUD = Destination.CLOUD


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


def test_two_processes_that_write_at_once_keep_one_chain(home: Path) -> None:
    home.mkdir(exist_ok=True)
    path = home / "localassist.db"
    program = f"""
from pathlib import Path
from localassist.adapters.database import Database, DatabaseLedger
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
