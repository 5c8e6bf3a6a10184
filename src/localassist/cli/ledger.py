"""`ledger`: what left this computer, when, to whom and why, and whether that record is whole."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.domain.errors import NotFoundError
from localassist.usecases import auditing

if TYPE_CHECKING:
    import argparse
    from collections.abc import Sequence

    from localassist.cli.console import Console
    from localassist.domain.ports.ledger import Ledger
    from localassist.domain.privacy import LedgerEntry, LedgerSeal
    from localassist.usecases.services import Services

_RIGHT: Final = ("number", "requests", "sent", "received", "conversation")
_SHOWN: Final = ("number", "time", "host", "reason", "destination", "outcome", "sent", "received", "body")


def ledger(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`ledger`: what was recorded since `--since`, to `--host`, of `--conversation`, or what a request sent.

    Days are those of this computer's clock, times for other programs are in UTC. Gives 1 where rows were changed or
    taken out. Raises `StorageError`, and `NotFoundError` for a `--body` that is not kept.
    """
    if arguments.body:
        _print_body(arguments.body, services.ledger, console)
        return 0
    since = arguments.since.astimezone(UTC) if arguments.since else None
    entries = services.ledger.entries(since, arguments.host, arguments.conversation)
    seal = services.ledger.seal()
    if arguments.csv or arguments.jsonl:
        for line in auditing.as_csv(entries) if arguments.csv else auditing.as_json_lines(entries):
            console.write(line)
        if seal.problem:
            console.warn(auditing.standing(seal))
    else:
        today = services.ledger.entries(auditing.today())
        if arguments.json:
            console.object(_object(entries, today, seal))
        else:
            _print(entries, today, seal, console)
            if not entries and seal.rows and (wanted := _wanted(arguments)):
                console.print(f"It has no request {wanted}.")
    return 1 if seal.problem else 0


def _print_body(number: int, ledger: Ledger, console: Console) -> None:
    body = ledger.body(number)
    if body is None and all(each.number != number for each in ledger.entries()):
        raise NotFoundError(f"There is no request {number} in the ledger.", "`localassist ledger` shows all.")
    if body is None:
        raise NotFoundError(
            f"The ledger does not have what request {number} sent: it was not kept, or erased with its conversation.",
            "`localassist ledger` says of each request whether it was kept.",
        )
    if console.as_json:
        console.object({"number": number, "body": body})
    else:
        console.write_exactly(body)


def _print(entries: Sequence[LedgerEntry], today: Sequence[LedgerEntry], seal: LedgerSeal, console: Console) -> None:
    console.print(auditing.left_words(today))
    if unknown := auditing.unended_words(today):
        console.print(unknown)
    console.print(auditing.standing(seal))
    if not entries:
        return
    console.print()
    _print_table(_destinations(entries), console)
    console.print()
    _print_table(auditing.by_day(entries), console)
    console.print()
    rows = (auditing.as_row(each, each.begun.astimezone().strftime("%Y-%m-%d %H:%M:%S")) for each in entries)
    _print_table([{name: row[name] for name in _SHOWN} for row in rows], console)


def _wanted(arguments: argparse.Namespace) -> str:
    """What was looked for, in words; "" for everything."""
    since = f"since {arguments.since:%Y-%m-%d}" if arguments.since else ""
    host = f"to {one_line(arguments.host)}" if arguments.host else ""
    conversation = f"of conversation {arguments.conversation}" if arguments.conversation else ""
    return " ".join(filter(None, (since, host, conversation)))


def _destinations(entries: Sequence[LedgerEntry]) -> list[dict[str, Any]]:
    return [{"destination": name.value, **asdict(total)} for name, total in auditing.by_destination(entries).items()]


def _print_table(rows: Sequence[dict[str, Any]], console: Console) -> None:
    cells = [dict.fromkeys(rows[0]), *rows]
    texts = [{name: one_line(str(row[name] if row[name] is not None else name)) for name in row} for row in cells]
    wide = {name: max(len(row[name]) for row in texts) for name in rows[0]}
    for row in texts:
        aligned = (text.rjust(wide[name]) if name in _RIGHT else text.ljust(wide[name]) for name, text in row.items())
        console.print("  ".join(aligned).rstrip())


def _object(entries: Sequence[LedgerEntry], today: Sequence[LedgerEntry], seal: LedgerSeal) -> dict[str, Any]:
    return {
        "left_today": auditing.left(today),
        "unknown_today": auditing.unended(today),
        "whole": not seal.problem,
        "problem": seal.problem,
        "rows": seal.rows,
        "newest": seal.newest,
        "destinations": _destinations(entries),
        "totals": auditing.by_day(entries),
        "entries": [auditing.as_row(each) for each in entries],
    }
