"""The number of threads follows what others leave of the processors, and what measures faster."""

from __future__ import annotations

import os
from collections import namedtuple
from itertools import pairwise

import pytest

from localassist.adapters.llama import threads
from localassist.adapters.llama.threads import ThreadChoice, default_threads

Times = namedtuple("Times", ["user", "system", "idle"])

CORES = 4


class Machine:
    """Four cores on which time passes only while something is computed.

    `others` of them are kept busy by somebody else; `penalty` is how many times as long a token takes when
    several threads outnumber the free cores and wait for each other.
    """

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.others = 0.0
        self.penalty = 10.0
        self.clock = self.busy = self.own = 0.0
        monkeypatch.setattr(threads, "_own_processors", lambda: list(range(CORES)))
        monkeypatch.setattr("psutil.cpu_times", lambda percpu: [Times(self.busy / CORES, 0.0, 0.0)] * CORES)
        monkeypatch.setattr("time.perf_counter", lambda: self.clock)
        monkeypatch.setattr("time.thread_time", lambda: self.own)
        self.choice = ThreadChoice(CORES)

    def decode(self, tokens: int = 1, read: int | None = None) -> int:
        """A batch of that many tokens, of which `read` are read; gives how many threads were at work."""
        count = self.choice.begin()
        crowd = max((count + self.others) / CORES, 1.0)
        computing = tokens * 0.04 / count * (self.penalty if count > 1 and crowd > 1.0 else 1.0)
        self.own += computing
        self._pass(computing * crowd, count * computing)
        self.choice.end(tokens if read is None else read)
        return count

    def decode_for(self, seconds: float) -> list[int]:
        """Token after token; how many threads each had."""
        end, counts = self.clock + seconds, []
        while self.clock < end:
            counts.append(self.decode())
        return counts

    def rest(self, seconds: float) -> None:
        """Nothing is decoded."""
        self._pass(seconds, 0.0)

    def _pass(self, seconds: float, computing: float) -> None:
        self.clock += seconds
        self.busy += min(computing + self.others * seconds, CORES * seconds)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Machine:
    return Machine(monkeypatch)


def test_takes_all_while_nobody_else_computes(machine: Machine) -> None:
    machine.others = 0.1
    assert set(machine.decode_for(60.0)) == {CORES}


def test_takes_all_through_a_short_burst_of_others(machine: Machine) -> None:
    machine.decode_for(5.0)
    machine.others = 1.0
    machine.decode_for(0.05)
    machine.others = 0.0
    assert set(machine.decode_for(5.0)) == {CORES}


def test_leaves_busy_cores_alone_when_that_is_faster(machine: Machine) -> None:
    machine.others = 2.0
    machine.decode_for(4.0)
    assert set(machine.decode_for(20.0)) == {2}


def test_keeps_all_when_fewer_are_no_faster(machine: Machine) -> None:
    machine.others, machine.penalty = 1.0, 1.0
    counts = machine.decode_for(60.0)
    assert machine.choice.count == CORES
    assert counts.count(CORES) > 0.9 * len(counts)


def test_has_all_again_soon_after_the_others_are_done(machine: Machine) -> None:
    machine.others = 2.0
    assert machine.decode_for(5.0)[-1] == 2
    machine.others = 0.0
    machine.decode_for(2.0)
    assert set(machine.decode_for(20.0)) == {CORES}


def test_takes_the_cores_that_come_free_while_others_go_on(machine: Machine) -> None:
    machine.others = 3.0
    assert machine.decode_for(10.0)[-1] == 1
    machine.others = 1.0
    assert machine.decode_for(10.0)[-1] == 3


def test_keeps_one_however_busy_the_machine_is(machine: Machine) -> None:
    machine.others = 40.0
    counts = machine.decode_for(200.0)
    assert counts[-1] == min(counts) == 1


def test_a_hopeless_trial_costs_one_token(machine: Machine) -> None:
    machine.others, machine.penalty = 2.0, 50.0
    machine.decode_for(10.0)
    machine.others = 1.4  # there seems to be room for three, and there is not
    counts = machine.decode_for(5.0)
    tried = [position for position, count in enumerate(counts) if count == 3]
    assert 1 <= len(tried) <= 3
    assert all(later - earlier > 20 for earlier, later in pairwise(tried))
    assert machine.choice.count == 2


def test_reads_with_what_the_load_leaves(machine: Machine) -> None:
    machine.others = 2.0
    for _ in range(5):
        machine.decode(tokens=128)
    assert machine.decode(tokens=128) == 2


def test_knows_of_a_load_that_came_before_the_question(machine: Machine) -> None:
    machine.others = 3.0
    machine.rest(2.0)
    assert machine.decode(tokens=128) == 1


def test_reads_on_with_what_was_found_faster(machine: Machine) -> None:
    machine.others, machine.penalty = 1.0, 1.0
    machine.decode_for(10.0)
    assert machine.decode(tokens=128) == machine.decode(tokens=128) == CORES


def test_a_stopped_step_ends_a_trial_without_a_verdict(machine: Machine) -> None:
    machine.others = 2.0
    while machine.decode() == CORES:
        continue
    machine.decode(read=0)
    assert machine.choice.count == CORES
    machine.decode_for(4.0)
    assert machine.choice.count == 2


def test_never_starts_with_more_than_the_machine_has() -> None:
    assert 1 <= default_threads() <= (os.cpu_count() or 1)
    real = ThreadChoice(default_threads())
    assert 1 <= real.begin() <= default_threads()
