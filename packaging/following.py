"""Running one long command: it is shown to be alive, and everything it says is kept in a log."""

import os
import signal
import subprocess
import sys
import threading
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO

TAIL_LINES = 25
SECONDS_BETWEEN_SIGNS = 10.0  # in a log file; a terminal shows one line that changes every second


class SetupError(Exception):
    """A sentence for the person at the keyboard: what happened, why, and what to do."""


@dataclass
class Command:
    """One command to follow: what to call it, how to read its lines, what to announce when."""

    title: str
    arguments: Sequence[str]
    describe: Callable[[str], str | None] | None = None
    announcements: Mapping[str, str] = field(default_factory=dict)  # part of a line -> sentence, said once
    environment: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and the end of what it said."""

    code: int
    tail: str


def say(text: str) -> None:
    """Print one line at once, also where the output is a file."""
    print(text, flush=True)


def clock(seconds: float) -> str:
    """Minutes and seconds: 75 -> "1:15"."""
    return f"{int(seconds) // 60}:{int(seconds) % 60:02d}"


class _Reader:
    """Drains a command's output into the log, in a thread of its own, and remembers what the command is doing."""

    def __init__(self, command: Command, stream: IO[str], log: Path) -> None:
        self.thread = threading.Thread(target=self._read, daemon=True)
        self.tail: deque[str] = deque(maxlen=TAIL_LINES)
        self.doing = ""
        self._command = command
        self._stream = stream
        self._log = log
        self.news: deque[str] = deque()  # sentences to say, each once
        self._unsaid = dict(command.announcements)

    def _read(self) -> None:
        with self._log.open("a", encoding="utf-8") as log:
            for line in self._stream:
                log.write(line)
                self.tail.append(line.rstrip())
                if self._command.describe is not None:
                    self.doing = self._command.describe(line) or self.doing
                for part in [part for part in self._unsaid if part in line]:
                    self.news.append(self._unsaid.pop(part))


def follow(command: Command, log: Path) -> Outcome:
    """Run the command to its end, showing what it does and for how long; its output goes to the log.

    An interruption ends the command too, with everything it started.
    """
    log.parent.mkdir(exist_ok=True)
    started = time.monotonic()
    say(f"{command.title} ...")
    with subprocess.Popen(
        command.arguments,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, **command.environment},
        start_new_session=True,
    ) as process:
        assert process.stdout is not None
        reader = _Reader(command, process.stdout, log)
        reader.thread.start()
        try:
            _show_life(process, reader, started)
        except BaseException:
            _end(process)
            reader.thread.join()
            raise
    return Outcome(process.returncode, "\n".join(reader.tail))


def _end(process: subprocess.Popen[str]) -> None:
    """End a command with its compilers, which would go on for minutes."""
    if sys.platform == "win32":
        process.terminate()
    else:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)


def _show_life(process: subprocess.Popen[str], reader: _Reader, started: float) -> None:
    """Until the command ends: what it does, in one changing line on a terminal, in a line now and then elsewhere."""
    terminal = sys.stdout.isatty()
    pause = 1.0 if terminal else SECONDS_BETWEEN_SIGNS
    width = 0
    while True:
        try:
            process.wait(pause)
        except subprocess.TimeoutExpired:
            over = False
        else:
            over = True
            reader.thread.join()
        if width:
            print("\r" + " " * width + "\r", end="", flush=True)
        while reader.news:
            say(f"  {reader.news.popleft()}")
        if over:
            return
        sign = f"  {clock(time.monotonic() - started)}  {reader.doing}"[:100]
        print(sign, end="" if terminal else "\n", flush=True)
        width = len(sign) if terminal else 0
