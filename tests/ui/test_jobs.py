"""Jobs: events arrive in order on the GUI thread, a stop ends the work, and an exception is told."""

from __future__ import annotations

import threading
import time
from itertools import pairwise
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QTimer

from localassist.domain.errors import LocalAssistError, Stopped
from localassist.ui.jobs import WORKERS, Jobs

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Job


def heard(job: Job) -> list[str]:
    """What a job says, as it is said."""
    said: list[str] = []
    job.progressed.connect(lambda event: said.append(f"progressed {event}"))
    job.succeeded.connect(lambda: said.append("succeeded"))
    job.failed.connect(lambda error: said.append(f"failed {error}"))
    job.ended.connect(lambda: said.append("ended"))
    return said


def test_events_arrive_in_order_on_the_gui_thread(qtbot: QtBot, jobs: Jobs) -> None:
    def work(_stop: Stop) -> Iterator[object]:
        yield from range(5000)

    job = jobs.prepare(work)
    threads: set[int] = set()
    job.progressed.connect(lambda _: threads.add(threading.get_ident()))
    said = heard(job)
    with qtbot.waitSignal(job.ended):
        job.start()
    assert said == [*(f"progressed {n}" for n in range(5000)), "succeeded", "ended"]
    assert threads == {threading.get_ident()}


def test_work_runs_off_the_gui_thread_and_its_generator_is_closed_there(qtbot: QtBot, jobs: Jobs) -> None:
    ran_on: list[int] = []

    def work(_stop: Stop) -> Iterator[object]:
        try:
            yield "one"
            raise LocalAssistError("The file is gone.")
        finally:
            ran_on.append(threading.get_ident())

    job = jobs.prepare(work)
    said = heard(job)
    with qtbot.waitSignal(job.ended):
        job.start()
    assert said == ["progressed one", "failed The file is gone.", "ended"]
    assert ran_on != [threading.get_ident()]


def test_a_stop_lets_the_work_say_its_last_word(qtbot: QtBot, jobs: Jobs) -> None:
    def work(stop: Stop) -> Iterator[object]:
        yield "begun"
        waiting = threading.Event()
        with stop.while_waiting(waiting.set):
            assert waiting.wait(10)
        yield "stored"

    job = jobs.prepare(work)
    said = heard(job)
    job.progressed.connect(lambda event: job.stop() if event == "begun" else None)
    with qtbot.waitSignal(job.ended):
        job.start()
    assert said == ["progressed begun", "progressed stored", "ended"], "a stopped job has not succeeded"


def test_stopped_is_not_a_failure(qtbot: QtBot, jobs: Jobs) -> None:
    def work(_stop: Stop) -> Iterator[object]:
        yield "one"
        raise Stopped

    job = jobs.prepare(work)
    said = heard(job)
    with qtbot.waitSignal(job.ended):
        job.start()
    assert said == ["progressed one", "ended"]


def test_a_flood_of_events_leaves_the_gui_thread_responsive(qtbot: QtBot, jobs: Jobs) -> None:
    def work(_stop: Stop) -> Iterator[object]:
        yield from range(300)

    job = jobs.prepare(work)
    turns: list[int] = []
    done: list[object] = []

    def handle(event: object) -> None:
        time.sleep(0.0005)  # a slow view: everything at once would take 150 ms
        done.append(event)

    job.progressed.connect(handle)

    def count_turn() -> None:
        turns.append(len(done))

    timer = QTimer()
    timer.timeout.connect(count_turn)
    timer.start(0)
    with qtbot.waitSignal(job.ended):
        job.start()
    steps = [later - earlier for earlier, later in pairwise(turns)]
    assert max(steps) <= 40, "the event loop gets its turn in between"


def test_calls_hand_over_values_and_errors(qtbot: QtBot, jobs: Jobs) -> None:
    got: list[object] = []
    with qtbot.waitSignal(jobs.call(lambda: 42, got.append, got.append).ended):
        pass
    with qtbot.waitSignal(jobs.call(lambda: 1 // 0, got.append, lambda e: got.append(type(e))).ended):
        pass
    assert got == [42, ZeroDivisionError]


def test_many_jobs_at_once_all_end(qtbot: QtBot, jobs: Jobs) -> None:
    got: list[int] = []
    for number in range(50):
        jobs.call(lambda number=number: number, got.append, pytest.fail)  # type: ignore[misc]
    qtbot.waitUntil(lambda: len(got) == 50)
    assert sorted(got) == list(range(50))


def test_closing_stops_what_runs_and_waits_for_it(qtbot: QtBot, jobs: Jobs) -> None:
    stored = threading.Event()
    begun = threading.Event()

    def work(stop: Stop) -> Iterator[object]:
        waiting = threading.Event()
        with stop.while_waiting(waiting.set):
            begun.set()
            assert waiting.wait(10)
        stored.set()
        yield "too late to be seen"

    jobs.prepare(work).start()
    assert begun.wait(10)
    jobs.close(10)
    assert stored.is_set()


def test_nothing_begins_once_the_window_is_gone(qtbot: QtBot) -> None:
    jobs = Jobs()
    jobs.close(1)
    began: list[int] = []
    jobs.call(lambda: began.append(1), lambda _: None, lambda _: None)
    assert began == []


def test_closing_does_not_wait_for_what_never_began(qtbot: QtBot) -> None:
    jobs = Jobs()

    def work(stop: Stop) -> Iterator[object]:
        stopped = threading.Event()
        with stop.while_waiting(stopped.set):
            stopped.wait(20)
        yield from ()

    for _ in range(WORKERS + 3):
        jobs.prepare(work).start()
    began = time.monotonic()
    jobs.close(10)
    assert time.monotonic() - began < 5
