"""With the offline switch on the app asks the system for no socket that leads anywhere, whatever is done with it."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections import Counter
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from e2e.commands import SAMPLES, Home
from localassist.process import LIBRARY_SWITCHES

if TYPE_CHECKING:
    from collections.abc import Sequence

WORK = Path(__file__).with_name("working_process.py")
ON_A_DAY = ("lease-flat-4b.pdf", "expense-policy-2025.docx", "home-insurance-letter.txt", "water-report-north-well.md")
MINUTES = float(os.environ.get("LOCALASSIST_SOAK_MINUTES", "60"))
GRACE_S = 600.0  # a round that has begun is gone through, traced, on two busy cores
ASKED_OF_THE_SYSTEM = "socket,connect,bind,sendto,sendmsg,sendmmsg,io_uring_setup"
"""What opens sockets and sends, and what could do so past all of these (man 7 io_uring)."""
OPENS = re.compile(r"\bsocket\((AF_\w+|0x[0-9a-f]+|\d+)[,)]")
NAMES_AN_ADDRESS = re.compile(r"\bsa_family=(AF_\w+|0x[0-9a-f]+|\d+)")
QUIETEN_LIBRARIES = ("CI", "CIRCLECI", "GITHUB_ACTIONS", "GITLAB_CI", "ORT_RUNNING_UNIT_TESTS", "TF_BUILD")
"""Where one of these is set libraries report nothing, which they do on people's computers."""
INSIDE = frozenset({"AF_UNIX", "AF_UNSPEC"})  # inside the system; disconnecting
REFUSED = {
    "models fit",
    "models search qwen",
    "models show maker/Nothing-GGUF",
    "models download maker/Nothing-GGUF",
    "cloud models attic",
}


def _strace_works() -> bool:
    """Whether processes can be traced: it may be missing, or forbidden (in containers, for instance)."""
    strace = shutil.which("strace")
    return bool(strace) and subprocess.run([strace, "-f", "true"], check=False, capture_output=True).returncode == 0


def _namespaces_work() -> bool:
    """Whether a process can be started in a network of its own, in which there is nothing."""
    unshare = shutil.which("unshare")
    if not unshare:
        return False
    return subprocess.run([unshare, "--net", "true"], check=False, capture_output=True).returncode == 0


traced = pytest.mark.skipif(
    not _strace_works(), reason="processes can't be traced here: install strace (Linux), where ptrace is allowed"
)
cut_off = pytest.mark.skipif(
    not _namespaces_work(), reason="no network namespaces here: util-linux's unshare, as root, on Linux"
)


@dataclass(frozen=True)
class Day:
    """What was done, step by step, and the lines that strace wrote."""

    steps: list[tuple[str, str]]
    trace: Path

    def opened(self) -> Counter[str]:
        """The sockets asked for and the addresses named, by family; `io_uring` stands for itself."""
        found: Counter[str] = Counter()
        with self.trace.open(encoding="utf-8", errors="replace") as lines:
            for line in lines:
                found.update(OPENS.findall(line))
                found.update(NAMES_AN_ADDRESS.findall(line))
                found.update(["io_uring"] if "io_uring_setup(" in line else [])
        return found

    def processes(self) -> int:
        """How many processes and threads were traced."""
        with self.trace.open(encoding="utf-8", errors="replace") as lines:
            return len({line.split(maxsplit=1)[0] for line in lines if line.strip()})


def day(tmp_path: Path, home: Path, before: Sequence[str], seconds: float, control: str = "") -> Day:
    """Work for so many seconds, under what stands before the command."""
    papers = tmp_path / "papers"
    papers.mkdir()
    for name in ON_A_DAY:
        shutil.copy(SAMPLES / name, papers)
    environment = Home(home).environment(QT_QPA_PLATFORM="offscreen")
    for name in (*LIBRARY_SWITCHES, *QUIETEN_LIBRARIES):  # the app's own to set
        environment.pop(name, None)
    ran = subprocess.run(
        [*before, sys.executable, str(WORK), str(papers), str(seconds), control],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=seconds + GRACE_S,
        env=environment,
    )
    assert ran.returncode == 0, ran.stderr[-4000:]
    steps = [(step, outcome) for step, outcome in map(json.loads, ran.stdout.splitlines())]
    return Day(steps, tmp_path / "trace")


def tracing(tmp_path: Path) -> list[str]:
    """The command that traces another, all its threads and children."""
    return ["strace", "-f", "--seccomp-bpf", "-e", f"trace={ASKED_OF_THE_SYSTEM}", "-o", str(tmp_path / "trace")]


def assert_worked(steps: list[tuple[str, str]]) -> None:
    """All steps were taken, and what asks the network was refused, which the app said."""
    outcomes: dict[str, set[str]] = {}
    for step, outcome in steps:
        outcomes.setdefault(step, set()).add(outcome)
    assert outcomes.pop("end") == {"done"}
    assert outcomes.pop("close") == {"0 bytes sent"}
    assert outcomes.pop("ask") == {"complete"}
    assert outcomes.pop("look for a model") == {"OfflineError"}
    assert outcomes.pop("ask a server for its models") == {"OfflineError"}
    for step in REFUSED & set(outcomes):
        assert outcomes.pop(step) == {"refused"}, step
    assert outcomes.pop("add documents")
    said = {outcome for each in outcomes.values() for outcome in each}
    assert said == {"done", "exit 0"}, outcomes
    assert {"start", "a file came", "a file went", "look at a citation", "settings", "ledger"} <= set(outcomes)


@pytest.mark.parametrize(
    "seconds",
    [
        pytest.param(0.0, id="a little of all", marks=pytest.mark.slow),
        pytest.param(600.0, id="ten minutes", marks=pytest.mark.soak),
        pytest.param(60 * MINUTES, id="an hour", marks=pytest.mark.soak),
    ],
)
@traced
def test_a_day_with_the_switch_on_opens_no_socket(tmp_path: Path, home: Path, seconds: float) -> None:
    worked = day(tmp_path, home, tracing(tmp_path), seconds)
    assert_worked(worked.steps)
    opened = worked.opened()
    print(f"{len(worked.steps)} steps, {worked.processes()} threads that asked for something: {dict(opened)}")
    assert set(opened) <= INSIDE, opened


@pytest.mark.slow
@traced
@pytest.mark.parametrize("where", ["thread", "child"])
def test_a_socket_in_the_midst_of_it_is_seen(tmp_path: Path, where: str) -> None:
    worked = tmp_path / "trace"
    opens = f"import working_process; working_process.open_socket({where!r})"
    subprocess.run([*tracing(tmp_path), sys.executable, "-c", opens], check=True, cwd=WORK.parent)
    assert Day([], worked).opened()["AF_INET"] == 1


@pytest.mark.soak
@traced
@pytest.mark.parametrize("where", ["thread", "child"])
def test_a_socket_in_a_whole_day_is_seen(tmp_path: Path, home: Path, where: str) -> None:
    worked = day(tmp_path, home, tracing(tmp_path), 1.0, where)
    assert_worked(worked.steps)
    assert worked.opened()["AF_INET"] == 1


@pytest.mark.slow
@cut_off
def test_a_day_without_any_network_is_the_same(tmp_path: Path, home: Path) -> None:
    assert_worked(day(tmp_path, home, ["unshare", "--net"], 0.0).steps)
