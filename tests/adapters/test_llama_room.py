"""Two models share the memory where both fit; else the one used longest ago leaves, never one that answers."""

from __future__ import annotations

import threading

import pytest

from localassist.adapters.llama.memory import Need
from localassist.adapters.llama.room import Neighbour, Room
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.stopping import Stop

GB = 10**9


def need(weights: float) -> Need:
    return Need(weights=int(weights * GB), kv_per_token=100_000, state=0, compute=GB // 10, layers=30)


class Memory:
    """So many bytes, and the models that take some of them."""

    def __init__(self, total: float) -> None:
        self.free = int(total * GB)
        self.left: list[str] = []
        self.room = Room(lambda: self.free)

    def neighbour(self, name: str, weights: float, *, used: float, answering: bool = False) -> Neighbour:
        tenant = _Tenant(self, name, need(weights).total(8192), used, answering=answering)
        return Neighbour(name, need(weights), tenant)


class _Tenant:
    def __init__(self, memory: Memory, name: str, size: int, used: float, *, answering: bool) -> None:
        self.memory, self.name, self.size, self.last_used, self.is_answering = memory, name, size, used, answering
        memory.free -= size

    def unload(self) -> None:
        self.memory.left.append(self.name)
        self.memory.free += self.size


def test_models_that_fit_together_stay() -> None:
    memory = Memory(20)
    memory.room.make("new", need(4), 8192, [memory.neighbour("old", 4, used=1)])
    assert memory.left == []


def test_those_used_longest_ago_leave_first_and_only_as_many_as_must() -> None:
    memory = Memory(16)
    loaded = [memory.neighbour(name, 3, used=used) for name, used in (("b", 2), ("c", 3), ("a", 1))]
    memory.room.make("new", need(10), 8192, loaded)
    assert memory.left == ["a", "b"]


def test_an_answering_model_is_not_taken_away() -> None:
    memory = Memory(10)
    busy = memory.neighbour("talker", 5, used=1, answering=True)
    with pytest.raises(ModelError, match="new does not fit into the memory beside talker, which answers") as caught:
        memory.room.make("new", need(6), 8192, [busy])
    assert "complete, or stop it" in caught.value.hint
    assert memory.left == []


def test_a_short_context_beside_an_answering_model_is_better_than_none() -> None:
    memory = Memory(9)
    busy, idle = memory.neighbour("talker", 3, used=1, answering=True), memory.neighbour("idle", 1, used=2)
    memory.room.make("new", need(4), 8192, [busy, idle])
    assert memory.left == ["idle"]


def test_a_model_too_large_says_what_it_needs_what_is_free_and_what_would_fit() -> None:
    memory = Memory(4)
    idle = memory.neighbour("idle", 0.5, used=1)
    with pytest.raises(ModelError) as caught:
        memory.room.make("giant", need(9), 8192, [idle])
    assert "giant needs at least 9.2 GB of memory, and 3." in caught.value.message
    assert caught.value.hint == "Choose a model file of up to about 3.1 GB, or close other programs."
    assert memory.left == []


def test_where_nothing_useful_fits_no_size_is_named() -> None:
    with pytest.raises(ModelError) as caught:
        Memory(0.1).room.make("small", need(1), 8192, [])
    assert caught.value.message == "small needs at least 1.2 GB of memory, and 100 MB are free."
    assert caught.value.hint == "Close other programs."


def test_one_load_at_a_time_and_waiting_can_be_stopped() -> None:
    room, stop = Room(lambda: 0), Stop()
    waiting = threading.Event()
    ended: list[str] = []

    def wait() -> None:
        waiting.set()
        try:
            with room.taken(stop):
                ended.append("entered")
        except Stopped:
            ended.append("stopped")

    with room.taken(Stop()):
        thread = threading.Thread(target=wait)
        thread.start()
        waiting.wait()
        assert ended == []
        stop.request()
        thread.join()
    assert ended == ["stopped"]
    with room.taken(Stop()):
        ended.append("free again")
    assert ended == ["stopped", "free again"]
