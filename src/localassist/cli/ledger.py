"""`ledger`: what left this computer, when, to whom and why, and whether that record is whole."""

from __future__ import annotations

import csv
import io
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.domain.privacy import Outcome

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable, Sequence

    from localassist.cli.console import Console
    from localassist.domain.privacy import LedgerEntry, LedgerSeal
    from localassist.usecases.services import Services

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")
"""How a cell begins that spreadsheets compute."""
_FIELDS: Final = ("number", "time", "host", "reason", "destination", "outcome", "sent", "received")
_RIGHT: Final = ("requests", "sent", "received")


def ledger(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`ledger`: what was recorded since `--since`, to `--host`, for people, as JSON or as CSV. Raises `StorageError`.

    Days are those of this computer's clock, times in JSON and CSV are in UTC. Gives 1 where rows were changed or
    taken out.
    """
    since = arguments.since.astimezone(UTC) if arguments.since else None
    entries = services.ledger.entries(since, arguments.host)
    today = services.ledger.entries(_today().astimezone(UTC))
    seal = services.ledger.seal()
    if arguments.csv:
        console.write(_table_as_csv(entries))
        if seal.problem:
            console.warn(_standing(seal))
    elif arguments.json:
        console.object(_object(entries, today, seal))
    else:
        _print(entries, today, seal, console)
    return 1 if seal.problem else 0


def _today() -> datetime:
    return datetime.now().astimezone().replace(hour=0, minute=0, second=0, microsecond=0)


def _print(entries: Sequence[LedgerEntry], today: Sequence[LedgerEntry], seal: LedgerSeal, console: Console) -> None:
    console.print(f"{_left(today)} bytes left this computer today.")
    unknown = sum(each.outcome is Outcome.BEGUN for each in today)
    if unknown:
        requests = "1 request" if unknown == 1 else f"{unknown} requests"
        console.print(f"Not among them is what {requests} sent that went on or broke off without a word.")
    console.print(_standing(seal))
    if not entries:
        return
    console.print()
    _print_table(_totals(entries), console)
    console.print()
    _print_table([_row(each, each.begun.astimezone().strftime("%Y-%m-%d %H:%M:%S")) for each in entries], console)


def _left(entries: Iterable[LedgerEntry]) -> int:
    return sum(each.left for each in entries)


def _standing(seal: LedgerSeal) -> str:
    if seal.problem:
        return f"The ledger is not whole: {seal.problem}"
    if not seal.rows:
        return "The ledger is empty."
    return f"The ledger is whole; its row {seal.rows} ends in {seal.newest}."


def _totals(entries: Iterable[LedgerEntry]) -> list[dict[str, Any]]:
    """What passed by day, host and destination."""
    totals: dict[tuple[str, str, str], dict[str, Any]] = {}
    for each in entries:
        key = (each.begun.astimezone().date().isoformat(), each.host, each.destination.value)
        named = dict(zip(("day", "host", "destination"), key, strict=True))
        total = totals.setdefault(key, {**named, "requests": 0, "sent": 0, "received": 0})
        total["requests"] += 1
        total["sent"] += each.sent
        total["received"] += each.received
    return list(totals.values())


def _row(entry: LedgerEntry, time: str) -> dict[str, Any]:
    values = (entry.number, time, entry.host, entry.reason, entry.destination.value, entry.outcome.value)
    return dict(zip(_FIELDS, (*values, entry.sent, entry.received), strict=True))


def _utc_row(entry: LedgerEntry) -> dict[str, Any]:
    return _row(entry, entry.begun.isoformat(timespec="milliseconds"))


def _print_table(rows: Sequence[dict[str, Any]], console: Console) -> None:
    cells = [dict.fromkeys(rows[0]), *rows]
    texts = [{name: one_line(str(row[name] if row[name] is not None else name)) for name in row} for row in cells]
    wide = {name: max(len(row[name]) for row in texts) for name in rows[0]}
    for row in texts:
        aligned = (
            text.rjust(wide[name]) if name in _RIGHT or name == "number" else text.ljust(wide[name])
            for name, text in row.items()
        )
        console.print("  ".join(aligned).rstrip())


def _table_as_csv(entries: Iterable[LedgerEntry]) -> str:
    written = io.StringIO()
    table = csv.DictWriter(written, _FIELDS, lineterminator="\n")
    table.writeheader()
    for entry in entries:
        table.writerow({name: _as_text(value) for name, value in _utc_row(entry).items()})
    return written.getvalue()


def _as_text(value: Any) -> Any:
    """A cell that no spreadsheet takes for a formula: whoever tries to connect chooses what host he names."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _object(entries: Sequence[LedgerEntry], today: Sequence[LedgerEntry], seal: LedgerSeal) -> dict[str, Any]:
    return {
        "left_today": _left(today),
        "unknown_today": sum(each.outcome is Outcome.BEGUN for each in today),
        "whole": not seal.problem,
        "problem": seal.problem,
        "rows": seal.rows,
        "newest": seal.newest,
        "totals": _totals(entries),
        "entries": [_utc_row(each) for each in entries],
    }
