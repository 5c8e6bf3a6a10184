"""How well decoding holds its own beside a painter and a busy thread; also the process that bears the same load."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from statistics import median
from typing import TYPE_CHECKING, Final, NamedTuple

from localassist.adapters.llama.loading import LoadOptions
from localassist.adapters.llama.threads import default_threads
from localassist.bench.engine.bare import Bare
from localassist.bench.engine.opening import opened
from localassist.bench.engine.texts import question
from localassist.bench.report import Result
from localassist.domain.events import TokenDelta
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.llama.model import LlamaChatModel

_FRAME_S, _PAINTING_S = 1 / 60, 0.003
_ROUNDS: Final = 3
_SETTLE_S, _MEASURE_S = 1.5, 1.5
_LENGTH: Final = 2048
_CALL: Final = 4


class _Round(NamedTuple):
    """Tokens a second: ours and bare, alone and under load; bare under load with the best number of threads too."""

    ours_alone: float
    bare_alone: float
    ours: float
    bare: float
    bare_best: float


def measure(path: str) -> Iterator[Result]:
    """What decode keeps under load in its own process, against bare decode under the same load in another."""
    most = default_threads()
    with opened(path, LoadOptions(context_length=_LENGTH)) as model, closing(Bare(path, _LENGTH, most)) as bare:
        rounds = [_round(model, bare, most) for _ in range(_ROUNDS)]
    kept = median((one.ours / one.ours_alone) / (one.bare / one.bare_alone) for one in rounds)
    best = median((one.ours / one.ours_alone) / (one.bare_best / one.bare_alone) for one in rounds)
    ours = median(one.ours / one.ours_alone for one in rounds)
    reference = f"bare with {most} threads beside another process; ours keeps {ours:.2f}"
    yield Result("decode kept under load, ratio", kept, "x", reference, "at least 0.9", kept >= 0.9)
    yield Result(
        "decode kept under load, ratio to the best count", best, "x", "bare with the threads that measure fastest"
    )


def _round(model: LlamaChatModel, bare: Bare, most: int) -> _Round:
    ours_alone = _ours(model)
    bare.use(most)
    bare_alone = _bare(bare)
    with _busy_here():
        ours = _ours(model)
    with _busy_elsewhere():
        by_count = []
        for count in range(1, most + 1):
            bare.use(count)
            by_count.append(_bare(bare))
    return _Round(ours_alone, bare_alone, ours, by_count[-1], max(by_count))


def _ours(model: LlamaChatModel) -> float:
    """Tokens a second through the port, after a while in which threads are chosen."""
    turn = question(0, model.count_tokens)
    written = 0
    started = time.perf_counter()
    while (now := time.perf_counter()) < started + _SETTLE_S + _MEASURE_S:
        for event in model.generate([turn], Sampling(seed=1), Stop()):
            now = time.perf_counter()
            written += isinstance(event, TokenDelta) and now > started + _SETTLE_S
            if now > started + _SETTLE_S + _MEASURE_S:
                break
    return written / (now - started - _SETTLE_S)


def _bare(bare: Bare) -> float:
    bare.clear()
    started, count = time.perf_counter(), 0
    while time.perf_counter() < started + _MEASURE_S:
        bare.step(_CALL)
        count += _CALL
    return count / (time.perf_counter() - started)


@contextmanager
def _busy_here() -> Iterator[None]:
    """A painter and a busy thread in this process."""
    over = threading.Event()
    threads = [threading.Thread(target=work, args=(over,)) for work in (_paint, _compute)]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        over.set()
        for thread in threads:
            thread.join()


@contextmanager
def _busy_elsewhere() -> Iterator[None]:
    """The same in a process of its own."""
    command = [sys.executable, "-c", f"from {__name__} import bear; bear()"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:  # noqa: S603  our own
        if child.stdin is None or child.stdout is None:
            raise RuntimeError("asked for pipes")
        child.stdout.readline()
        try:
            yield
        finally:
            child.stdin.close()


def _paint(over: threading.Event) -> None:
    """Draw a window 60 times a second, in Python for 3 ms each time."""
    while not over.is_set():
        started = time.perf_counter()
        while time.perf_counter() < started + _PAINTING_S:
            continue
        over.wait(max(started + _FRAME_S - time.perf_counter(), 0.0))


def _compute(over: threading.Event) -> None:
    """Never wait for anything."""
    while not over.is_set():
        sum(number * number for number in range(1000))


def bear() -> None:
    """Be the other process: busy until standard input ends."""
    with _busy_here():
        sys.stdout.write("busy\n")
        sys.stdout.flush()
        sys.stdin.read()
