"""What the ledger says: sums of it, what is looked for in it, and its tables for other programs."""

from __future__ import annotations

import csv
import io
import json
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.privacy import Destination, Outcome
from localassist.usecases.spreadsheets import as_cell

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localassist.domain.privacy import LedgerEntry, LedgerSeal

FIELDS: Final = (
    "number",
    "time",
    "host",
    "reason",
    "destination",
    "outcome",
    "sent",
    "received",
    "conversation",
    "consent",
    "body",
)
"""What tables for other programs have of a request; times are in UTC."""


@dataclass(frozen=True, slots=True)
class Sum:
    """What requests come to: how many, bytes sent, bytes received."""

    requests: int = 0
    sent: int = 0
    received: int = 0


@dataclass(frozen=True, slots=True)
class Narrowing:
    """What is looked for: every word in host or reason, from a time (UTC) on, to where, only what left, of what
    conversation (0: any).
    """

    words: str = ""
    since: datetime | None = None
    destination: Destination | None = None
    only_left: bool = False
    conversation: int = 0


def today() -> datetime:
    """When this day began by the clock of this computer, in UTC."""
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0).astimezone(UTC)


def left(entries: Iterable[LedgerEntry]) -> int:
    """How many bytes left this computer with these requests, as far as they have ended."""
    return sum(each.left for each in entries)


def unended(entries: Iterable[LedgerEntry]) -> int:
    """Of how many of these requests the bytes are not known: they go on, or broke off without a word."""
    return sum(each.outcome is Outcome.BEGUN for each in entries)


def left_words(entries: Iterable[LedgerEntry]) -> str:
    """What left this computer today, of today's requests, in a sentence."""
    count = left(entries)
    return f"{count:,} {'byte' if count == 1 else 'bytes'} left this computer today."


def unended_words(entries: Iterable[LedgerEntry]) -> str:
    """What that sentence leaves out; "" for nothing."""
    unknown = unended(entries)
    if not unknown:
        return ""
    requests = "1 request" if unknown == 1 else f"{unknown:,} requests"
    return f"Not among them is what {requests} sent that went on or broke off without a word."


def standing(seal: LedgerSeal) -> str:
    """Whether the ledger is whole, in a sentence."""
    if seal.problem:
        return f"The ledger is not whole: {seal.problem}"
    if not seal.rows:
        return "The ledger is empty."
    return f"The ledger is whole; its row {seal.rows} ends in {seal.newest}."


def by_destination(entries: Iterable[LedgerEntry]) -> dict[Destination, Sum]:
    """What passed to each kind of destination, those that nothing passed to left out."""
    sums: dict[Destination, Sum] = {}
    for each in entries:
        was = sums.get(each.destination, Sum())
        sums[each.destination] = Sum(was.requests + 1, was.sent + each.sent, was.received + each.received)
    return {destination: sums[destination] for destination in Destination if destination in sums}


def by_day(entries: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """What passed by day (of this computer's clock), host and destination."""
    totals: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in entries:
        key = (each.begun.astimezone().date().isoformat(), each.host, each.destination.value)
        named = dict(zip(("day", "host", "destination"), key, strict=True))
        total = totals.setdefault(key, {**named, "requests": 0, "sent": 0, "received": 0})
        total["requests"] += 1
        total["sent"] += each.sent
        total["received"] += each.received
    return list(totals.values())


def sift(entries: Iterable[LedgerEntry], narrowing: Narrowing) -> tuple[LedgerEntry, ...]:
    """Those that are looked for, in their order."""
    words = narrowing.words.casefold().split()
    return tuple(each for each in entries if _fits(each, narrowing) and _holds(each, words))


def _fits(entry: LedgerEntry, narrowing: Narrowing) -> bool:
    if narrowing.since is not None and entry.begun < narrowing.since:
        return False
    if narrowing.destination is not None and entry.destination is not narrowing.destination:
        return False
    if narrowing.conversation not in {0, entry.conversation}:
        return False
    return entry.left > 0 or not narrowing.only_left


def _holds(entry: LedgerEntry, words: list[str]) -> bool:
    if not words:
        return True
    text = f"{entry.host} {entry.reason}".casefold()
    return all(word in text for word in words)


def as_row(entry: LedgerEntry, time: str = "") -> dict[str, Any]:
    """A request under the names of `FIELDS`; its time as it is given, without one in UTC to the millisecond."""
    values = (
        entry.number,
        time or entry.begun.isoformat(timespec="milliseconds"),
        entry.host,
        entry.reason,
        entry.destination.value,
        entry.outcome.value,
        entry.sent,
        entry.received,
        entry.conversation,
        entry.consent,
        entry.body.value,
    )
    return dict(zip(FIELDS, values, strict=True))


def as_csv(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """The lines of a table, its head first; none of its cells is computed by a spreadsheet."""
    yield _csv_line(dict(zip(FIELDS, FIELDS, strict=True)))
    for entry in entries:
        yield _csv_line({name: as_cell(value) for name, value in as_row(entry).items()})


def as_json_lines(entries: Iterable[LedgerEntry]) -> Iterator[str]:
    """A JSON object a line, in ASCII."""
    for entry in entries:
        yield json.dumps(as_row(entry)) + "\n"


def _csv_line(row: dict[str, Any]) -> str:
    written = io.StringIO()
    csv.DictWriter(written, FIELDS, lineterminator="\n").writerow(row)
    return written.getvalue()
