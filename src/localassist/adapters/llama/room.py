"""Room in memory for a model about to be loaded: one at a time, idle ones give way, too large ones are refused."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

from localassist.adapters.llama.devices import usable_gpus
from localassist.adapters.llama.memory import free_memory, longest_context
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.adapters.llama.memory import Need
    from localassist.domain.stopping import Stop

SHORTEST_CONTEXT: Final = 1024
_FEWEST_BITS: Final = 8
_SMALLEST_TOLD: Final = 50_000_000
"""Bytes; there are no smaller chat models worth naming."""


class Tenant(Protocol):
    """A loaded model as its neighbours see it; `last_used` is in seconds of the monotonic clock."""

    @property
    def is_answering(self) -> bool:
        """Whether somebody waits for it just now."""

    @property
    def last_used(self) -> float:
        """When it last answered, or was loaded."""

    def unload(self) -> None:
        """Leave the memory."""


@dataclass(frozen=True, slots=True)
class Neighbour:
    """A loaded model with its name and what it needs."""

    name: str
    need: Need
    model: Tenant


class Room:
    """Lets one load at a time take memory; `free` says how many bytes there are."""

    def __init__(self, free: Callable[[], int] | None = None) -> None:
        self._free = free or _free
        self._changed = threading.Condition()
        self._taken = False

    @contextmanager
    def taken(self, stop: Stop) -> Iterator[None]:
        """The block has the room for itself: two loads would both count on the same memory. Raises `Stopped`."""
        with stop.while_waiting(self._wake), self._changed:
            self._changed.wait_for(lambda: not self._taken or stop.requested)
            stop.raise_if_requested()
            self._taken = True
        try:
            yield
        finally:
            with self._changed:
                self._taken = False
                self._changed.notify_all()

    def make(self, name: str, need: Need, wanted: int, neighbours: Sequence[Neighbour]) -> None:
        """See that `need` fits, with a context of `wanted` tokens where that takes no more than unloading idle models.

        Raises `ModelError` if not even `SHORTEST_CONTEXT` tokens at 8 bits fit. A model that answers just now is not
        taken away: its asker would lose the answer, and waiting for its end would look like a load that hangs.
        """
        idle = sorted((one for one in neighbours if not one.model.is_answering), key=lambda one: one.model.last_used)
        busy = [one for one in neighbours if one.model.is_answering]
        self._refuse(name, need, self._free() + sum(map(_given_back, idle)), busy)
        for one in idle:
            if need.total(wanted) <= self._free():
                return
            if not one.model.is_answering:
                one.model.unload()
        self._refuse(name, need, self._free(), busy)

    def _refuse(self, name: str, need: Need, free: int, busy: Sequence[Neighbour]) -> None:
        if longest_context(need, free, kv_bits=_FEWEST_BITS) >= SHORTEST_CONTEXT:
            return
        if busy and longest_context(need, free + sum(map(_given_back, busy)), kv_bits=_FEWEST_BITS):
            names = ", ".join(one.name for one in busy)
            raise ModelError(
                f"{name} does not fit into the memory beside {names}, which answers just now.",
                "Ask again when that answer is complete, or stop it.",
            )
        least = need.total(SHORTEST_CONTEXT, kv_bits=_FEWEST_BITS)
        fitting = free - (least - need.weights)
        raise ModelError(
            f"{name} needs at least {_size(least)} of memory, and {_size(free)} are free.",
            f"Choose a model file of up to about {_size(fitting)}, or close other programs."
            if fitting >= _SMALLEST_TOLD
            else "Close other programs.",
        )

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


def _given_back(neighbour: Neighbour) -> int:
    """At least so many bytes are free when it is gone: its context may be shorter than what it can grow to."""
    return neighbour.need.total(SHORTEST_CONTEXT, kv_bits=_FEWEST_BITS)


def _free() -> int:
    """Bytes free for a model: the computer's, and those of graphics processors with a memory of their own."""
    shared = sys.platform == "darwin"
    return free_memory() + (0 if shared else sum(gpu.memory_free for gpu in usable_gpus()))


def _size(count: int) -> str:
    """Bytes for people, in decimal units as a model's page says them."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{count / 1e6:.0f} MB"
