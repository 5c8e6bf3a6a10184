"""What the door, the ledger and putting back what was redacted cost a streamed answer, against bare HTTP."""

from __future__ import annotations

import json
import subprocess
import sys
from contextlib import contextmanager
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SHORT: Final = 60
_STREAMS: Final = 12
_EVENTS: Final = 400
_PAUSE_US: Final = 2_500
"""400 events a second are several times what models write."""


def run() -> Iterator[Result]:
    """Alternate ours and bare over the same server and report medians of the differences and ratios of the pairs."""
    with _server() as address, _streams(address) as ask:
        ask("1/0")  # what is loaded at first use is no part of it
        yield _first_byte([ask("1/0") for _ in range(_SHORT)])
        streams = [ask(f"{_EVENTS}/{_PAUSE_US}") for _ in range(_STREAMS)]
        yield _stream_time(streams)
        yield _computing(streams)


Pair = tuple[list[float], list[float]]


def _first_byte(pairs: list[Pair]) -> Result:
    more = median(ours[0] - bare[0] for bare, ours in pairs) * 1000
    reference = f"bare, {median(bare[0] for bare, _ in pairs) * 1000:.1f} ms"
    return Result("first byte, later", more, "ms", reference, "less than 5 ms", more < 5)


def _stream_time(pairs: list[Pair]) -> Result:
    more = (median(ours[1] / bare[1] for bare, ours in pairs) - 1) * 100
    reference = f"bare, {median(bare[1] for bare, _ in pairs):.2f} s"
    return Result("stream, longer", more, "%", reference, "less than 2 %", more < 2)


def _computing(pairs: list[Pair]) -> Result:
    """What a pause between two events hides, and a busy computer does not."""
    bare = median(bare[2] for bare, _ in pairs) / _EVENTS * 1_000_000
    more = median(ours[2] - bare[2] for bare, ours in pairs) / _EVENTS * 1_000_000
    return Result("computing for an event, more", more, "us", f"bare, {bare:.0f} us")


@contextmanager
def _streams(address: str) -> Iterator[Callable[[str], Pair]]:
    """Asks in a process of its own, as this one may be guarded by the app's door, which lets no other pass."""
    command = [sys.executable, "-m", "localassist.bench.streaming", address]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603  our own
        asks, answers = child.stdin, child.stdout
        assert asks is not None
        assert answers is not None

        def ask(path: str) -> Pair:
            asks.write(f"{path}\n")
            asks.flush()
            bare, ours = json.loads(answers.readline())
            return bare, ours

        yield ask


@contextmanager
def _server() -> Iterator[str]:
    command = [sys.executable, "-m", "localassist.bench.event_server"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  our own
        try:
            assert server.stdout is not None
            yield f"http://127.0.0.1:{int(server.stdout.readline())}"
        finally:
            server.kill()
