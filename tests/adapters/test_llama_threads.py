"""The number of threads follows what other programs leave of the processors."""

from __future__ import annotations

import os
from collections import namedtuple
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.llama import threads
from localassist.adapters.llama.threads import ThreadChoice, default_threads

if TYPE_CHECKING:
    from collections.abc import Callable

Times = namedtuple("Times", ["user", "system", "idle"])


@pytest.fixture
def pass_time(monkeypatch: pytest.MonkeyPatch) -> Callable[[float, float], None]:
    """Four processors; lets a second pass in which others and this process used that many of them."""
    now = {"clock": 0.0, "all": 0.0, "own": 0.0}
    monkeypatch.setattr(threads, "_own_processors", lambda: [0, 1, 2, 3])
    monkeypatch.setattr("psutil.cpu_times", lambda percpu: [Times(now["all"] / 4, 0.0, 0.0)] * 4)
    monkeypatch.setattr("time.monotonic", lambda: now["clock"])
    monkeypatch.setattr("time.process_time", lambda: now["own"])

    def pass_time(others: float, own: float) -> None:
        now["clock"] += 1.0
        now["all"] += others + own
        now["own"] += own

    return pass_time


def test_takes_all_while_nobody_else_computes(pass_time: Callable[[float, float], None]) -> None:
    choice = ThreadChoice(4)
    for _ in range(5):
        pass_time(0.05, 4.0)
        assert choice.update() == 4


def test_leaves_busy_processors_alone_and_comes_back(pass_time: Callable[[float, float], None]) -> None:
    choice = ThreadChoice(4)
    chosen = []
    for others in [3.0] * 5 + [0.0] * 5:
        pass_time(others, 1.0)
        chosen.append(choice.update())
    assert chosen[4] == 1
    assert chosen[-1] == 4
    assert chosen == [*sorted(chosen[:5], reverse=True), *sorted(chosen[5:])]


def test_keeps_one_however_busy_the_machine_is(pass_time: Callable[[float, float], None]) -> None:
    choice = ThreadChoice(2)
    for _ in range(5):
        pass_time(40.0, 0.1)
        choice.update()
    assert choice.count == 1


def test_looks_again_only_after_a_while(pass_time: Callable[[float, float], None]) -> None:
    choice = ThreadChoice(4)
    pass_time(4.0, 0.0)
    first = choice.update()
    assert choice.update() == first < 4


def test_never_starts_with_more_than_the_machine_has() -> None:
    assert 1 <= default_threads() <= (os.cpu_count() or 1)
    real = ThreadChoice(default_threads())
    assert 1 <= real.update() <= default_threads()
