"""Runs commands of the app as people do: in a process of their own, over a home of their own."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

CHECKOUT = Path(__file__).resolve().parents[2]
SAMPLES = CHECKOUT / "assets" / "samples"
COMMAND = [sys.executable, "-m", "localassist"]


@dataclass(frozen=True)
class Home:
    """A home folder and what runs over it."""

    folder: Path

    def environment(self, **more: str) -> dict[str, str]:
        """The caller's environment without a display, over this home."""
        kept = {name: value for name, value in os.environ.items() if name not in ("DISPLAY", "WAYLAND_DISPLAY")}
        kept.pop("QT_QPA_PLATFORM", None)
        return {**kept, "LOCALASSIST_HOME": str(self.folder), **more}

    def run(
        self,
        *arguments: str | Path,
        said: str = "",
        within: float = 120,
        environment: Mapping[str, str] | None = None,
        before: Callable[[], None] | None = None,
    ) -> subprocess.CompletedProcess[str]:
        """Run a command to its end; `said` comes from standard input, `before` runs in the new process first."""
        return subprocess.run(
            [*COMMAND, *map(str, arguments)],
            check=False,
            input=said,
            capture_output=True,
            text=True,
            encoding="utf-8",
            timeout=within,
            env=self.environment(**(environment or {})),
            preexec_fn=before,
        )

    def at_terminal(self, *arguments: str | Path, typed: str) -> subprocess.CompletedProcess[str]:
        """Run a command whose standard input is a terminal at which this is typed."""
        ours, theirs = os.openpty()
        try:
            os.write(ours, typed.encode())
            return subprocess.run(
                [*COMMAND, *map(str, arguments)],
                check=False,
                stdin=theirs,
                capture_output=True,
                text=True,
                encoding="utf-8",
                timeout=120,
                env=self.environment(),
            )
        finally:
            os.close(ours)
            os.close(theirs)

    def start(self, *arguments: str | Path) -> subprocess.Popen[str]:
        """Start a command and go on."""
        return subprocess.Popen(
            [*COMMAND, *map(str, arguments)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            env=self.environment(),
        )


def only_object(ran: subprocess.CompletedProcess[str]) -> dict[str, Any]:
    """The one object that a command with `--json` printed; fails on anything around it."""
    found = json.loads(ran.stdout)
    assert isinstance(found, dict)
    return found


def assert_sentence(ran: subprocess.CompletedProcess[str], *words: str, code: int = 1) -> None:
    """The command said what happened and what to do, as people write, and ended with that exit code."""
    assert ran.returncode == code, (ran.stdout, ran.stderr)
    assert "Traceback" not in ran.stderr
    told = [line for line in ran.stderr.splitlines() if line.startswith("localassist: ")]
    assert told, (ran.stdout, ran.stderr)
    sentence = told[-1]
    assert sentence.endswith((".", "?", "`")), sentence
    assert "should not have" not in sentence, sentence
    for word in words:
        assert word.casefold() in ran.stderr.casefold(), (word, ran.stderr)


def answers(home: Home, *arguments: str | Path) -> list[dict[str, Any]]:
    """What a process answers to a folder and questions, given after its options, as `ask --json` prints it."""
    ran = subprocess.run(
        [sys.executable, Path(__file__).with_name("asking_process.py"), *arguments],
        check=False,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=240,
        env=home.environment(),
    )
    assert ran.returncode == 0, ran.stderr
    return _objects(ran.stdout)


def _objects(text: str) -> list[dict[str, Any]]:
    """The JSON objects that stand one after the other in the text, and nothing else."""
    decoder, found, position = json.JSONDecoder(), [], 0
    while position < len(text):
        value, end = decoder.raw_decode(text, position)
        found.append(value)
        position = end + len(text[end:]) - len(text[end:].lstrip())
    return found
