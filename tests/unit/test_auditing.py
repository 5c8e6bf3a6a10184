"""What the ledger says: sums to the byte, sieves that let the right ones through, tables without formulas."""

from __future__ import annotations

import csv
import json
from datetime import UTC, datetime, timedelta

import pytest

from localassist.domain.privacy import Body, Destination, LedgerEntry, LedgerSeal, Outcome
from localassist.usecases import auditing
from localassist.usecases.auditing import Narrowing, Sum

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)
ENTRIES = (
    LedgerEntry(1, NOON, "hub.test", "search for models", Destination.CLOUD, Outcome.DONE, 700, 9),
    LedgerEntry(3, NOON, "hub.test", "look at a model", Destination.CLOUD, Outcome.REFUSED),
    LedgerEntry(4, NOON + timedelta(days=1), "::1", "ask a model", Destination.THIS_COMPUTER, Outcome.DONE, 90, 1),
    LedgerEntry(
        6,
        NOON + timedelta(days=1),
        "cloud.test",
        "ask a model",
        Destination.CLOUD,
        Outcome.FAILED,
        1_200,
        50,
        7,
        "reviewed",
        Body.KEPT,
    ),
    LedgerEntry(8, NOON + timedelta(days=1), "192.168.1.2", "ask a model", Destination.YOUR_SERVER, Outcome.BEGUN),
)


def test_what_stays_on_this_computer_did_not_leave_it() -> None:
    assert auditing.left_words(ENTRIES) == "1,900 bytes left this computer today."
    assert auditing.left_words(ENTRIES[2:3]) == "0 bytes left this computer today."


def test_one_byte_is_no_bytes() -> None:
    one = LedgerEntry(1, NOON, "hub.test", "try", Destination.CLOUD, Outcome.DONE, 1)
    assert auditing.left_words([one]) == "1 byte left this computer today."


def test_what_is_not_known_is_said_beside() -> None:
    assert "what 1 request sent" in auditing.unended_words(ENTRIES)
    assert auditing.unended_words(ENTRIES[:4]) == ""


def test_sums_are_by_destination_nearest_first() -> None:
    assert list(auditing.by_destination(ENTRIES).items()) == [
        (Destination.THIS_COMPUTER, Sum(1, 90, 1)),
        (Destination.YOUR_SERVER, Sum(1, 0, 0)),
        (Destination.CLOUD, Sum(3, 1_900, 59)),
    ]


@pytest.mark.parametrize(
    ("narrowing", "numbers"),
    [
        (Narrowing(), [1, 3, 4, 6, 8]),
        (Narrowing("MODEL hub"), [1, 3]),
        (Narrowing(since=NOON + timedelta(days=1)), [4, 6, 8]),
        (Narrowing(destination=Destination.CLOUD), [1, 3, 6]),
        (Narrowing(only_left=True), [1, 6]),
        (Narrowing(conversation=7), [6]),
        (Narrowing("ask", only_left=True, destination=Destination.THIS_COMPUTER), []),
    ],
)
def test_only_what_is_looked_for_passes(narrowing: Narrowing, numbers: list[int]) -> None:
    assert [each.number for each in auditing.sift(ENTRIES, narrowing)] == numbers


def test_both_tables_have_all_of_a_request() -> None:
    (line,) = auditing.as_json_lines(ENTRIES[3:4])
    (row,) = csv.DictReader(auditing.as_csv(ENTRIES[3:4]))
    told = json.loads(line)
    assert told == {
        "number": 6,
        "time": "2026-03-02T12:00:00.000+00:00",
        "host": "cloud.test",
        "reason": "ask a model",
        "destination": "cloud",
        "outcome": "failed",
        "sent": 1_200,
        "received": 50,
        "conversation": 7,
        "consent": "reviewed",
        "body": "kept",
    }
    assert row == {name: str(value) for name, value in told.items()}


def test_no_mark_of_a_host_breaks_a_line_of_json() -> None:
    host = "a\n\u2028b\u202e"
    (line,) = auditing.as_json_lines([LedgerEntry(1, NOON, host, "try", Destination.CLOUD, Outcome.REFUSED)])
    assert line.isascii()
    assert line.count("\n") == 1
    assert json.loads(line)["host"] == host


@pytest.mark.parametrize(
    ("seal", "words"),
    [
        (LedgerSeal(0, ""), "The ledger is empty."),
        (LedgerSeal(3, "5e"), "The ledger is whole; its row 3 ends in 5e."),
        (LedgerSeal(3, "5e", "Row 2 is missing."), "The ledger is not whole: Row 2 is missing."),
    ],
)
def test_how_it_stands_is_a_sentence(seal: LedgerSeal, words: str) -> None:
    assert auditing.standing(seal) == words
