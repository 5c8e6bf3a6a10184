"""Progress goes on while a piece is read, never back and never further than the piece."""

from __future__ import annotations

import pytest

from localassist.adapters.llama import reading as module
from localassist.adapters.llama.reading import Reading
from localassist.domain.events import PromptProgress


class Clock:
    now = 0.0

    def perf_counter(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    clock = Clock()
    monkeypatch.setattr(module, "time", clock)
    return clock


def test_a_piece_is_estimated_by_the_speed_of_the_one_before(clock: Clock) -> None:
    reading = Reading(2000, speed=0.0, piece=512)
    assert reading.estimate().done == 0
    reading.take(PromptProgress(100, 2000, 100))
    clock.now = 5.0
    assert reading.estimate() == PromptProgress(100, 2000, 100)
    clock.now = 10.0
    reading.take(PromptProgress(600, 2000, 100))
    clock.now = 14.0
    assert reading.estimate() == PromptProgress(800, 2000, 100)
    clock.now = 40.0
    assert reading.estimate().done == 1099
    reading.take(PromptProgress(1100, 2000, 100))
    assert reading.speed == pytest.approx(500 / 30)


def test_the_first_piece_is_estimated_by_the_prompt_before(clock: Clock) -> None:
    reading = Reading(1000, speed=50.0, piece=512)
    clock.now = 1.0
    assert reading.estimate().done == 0
    reading.take(PromptProgress(0, 1000, 0))
    clock.now = 3.0
    assert reading.estimate().done == 100
    clock.now = 300.0
    assert reading.estimate().done == 511, "no further than the piece"
    assert not reading.is_over
    reading.take(PromptProgress(1000, 1000, 0))
    assert reading.is_over
