"""`bench`: the report of one benchmark, as a table or as one object."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from localassist.cli.console import Console


def bench(report: dict[str, Any], console: Console) -> int:
    """Print a report; exit code 1 if a figure misses its target."""
    if console.as_json:
        console.object(report)
    for result in report["results"]:
        holds = {True: "holds", False: "MISSED", None: ""}[result["holds"]]
        target = f"  target {result['target']}: {holds}" if result["target"] else ""
        reference = f"  (against {result['reference']})" if result["reference"] else ""
        console.print(f"{result['name']}: {result['value']:.4g} {result['unit']}{reference}{target}")
    return 1 if any(result["holds"] is False for result in report["results"]) else 0
