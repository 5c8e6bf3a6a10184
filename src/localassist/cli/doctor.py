"""`doctor`: what was found out about this computer, and what to do about what is wrong."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from localassist.domain.diagnosis import Finding, State

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.cli.console import Console

MARKS = {State.GOOD: "ok  ", State.NOTE: "note", State.BAD: "BAD "}


def doctor(findings: Iterable[Finding], console: Console) -> int:
    """Print each finding as it is made; exit code 1 if anything is bad."""
    found: list[Finding] = []
    area = ""
    for finding in findings:
        if finding.area != area:
            area = finding.area
            console.print(area)
        console.print(f"  {MARKS[finding.state]} {finding.name}: {finding.detail}")
        if finding.remedy:
            console.print(f"       -> {finding.remedy}")
        found.append(finding)
    bad = sum(finding.state is State.BAD for finding in found)
    if console.as_json:
        console.object({"ok": bad == 0, "findings": [_object(finding) for finding in found]})
    console.print("\nEverything works." if not bad else f"\n{bad} of {len(found)} checked things are wrong.")
    return 1 if bad else 0


def _object(finding: Finding) -> dict[str, Any]:
    return {
        "area": finding.area,
        "name": finding.name,
        "state": finding.state.value,
        "detail": finding.detail,
        "remedy": finding.remedy,
    }
