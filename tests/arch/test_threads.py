"""The rules for threads in the window, read off its source."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

UI = Path(__file__).resolve().parents[2] / "src" / "localassist" / "ui"
SOURCES = sorted(UI.rglob("*.py"))
# Each blocks the GUI thread or runs slots off it in ways that only show on somebody else's computer.
FORBIDDEN = {
    "QThread",
    "QThreadPool",
    "QRunnable",
    "moveToThread",
    "processEvents",
    "sleep",
    "waitForFinished",
    "exec_",
}
THREADING = {"threading", "concurrent.futures", "multiprocessing", "asyncio", "qasync", "subprocess"}


def named(path: Path) -> set[str]:
    """Every name and attribute a module uses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name)}
    return names | {node.attr for node in ast.walk(tree) if isinstance(node, ast.Attribute)}


def imported(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    plain = {alias.name for node in ast.walk(tree) if isinstance(node, ast.Import) for alias in node.names}
    return plain | {node.module or "" for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(UI)))
def test_no_thread_but_a_job(path: Path) -> None:
    assert not named(path) & FORBIDDEN
    if path.name != "jobs.py":
        assert not imported(path) & THREADING, "work runs in a Job"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(UI)))
def test_no_signal_is_called_event(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    targets = [t for node in ast.walk(tree) if isinstance(node, ast.Assign) for t in node.targets]
    assert not [t for t in targets if isinstance(t, ast.Name) and t.id == "event"], "it would hide QObject.event"


@pytest.mark.parametrize("path", SOURCES, ids=lambda p: str(p.relative_to(UI)))
def test_jobs_are_connected_before_they_start(path: Path) -> None:
    """In every function, nothing is connected to a job after its `start`."""
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(function, ast.FunctionDef):
            started: set[str] = set()
            calls = [node for node in ast.walk(function) if isinstance(node, ast.Call)]
            for call in sorted(calls, key=lambda call: call.end_lineno or 0):
                words = ast.unparse(call.func)
                if words.endswith("job.start"):
                    started.add(words.removesuffix(".start"))
                assert not any(words.startswith(f"{job}.") and words.endswith(".connect") for job in started), words
