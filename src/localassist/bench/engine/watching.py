"""The session's native calls, watched: how long they take, and that no answer ends before it was measured."""

from __future__ import annotations

import time
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from localassist.adapters.llama.bindings import bindings

if TYPE_CHECKING:
    from collections.abc import Callable, Container, Iterator

_SUCCESS = 0


class Watch:
    """Counts the calls of `llama_decode`; `spent` holds, for each token, the seconds that were not in native calls.

    What the interpreter lock costs when a native call returns counts as native: another thread's work is not ours.
    """

    def __init__(self, is_real: Callable[[int], bool]) -> None:
        """`is_real` says by its number whether a decode is computed; others come back at once."""
        self.decodes = 0
        self.spent: list[float] = []
        self._is_real = is_real
        self._returned = 0.0
        self._elsewhere = 0.0

    def decode(self, call: Callable[[Any, Any], int], context: Any, batch: Any) -> int:
        """Called in place of `llama_decode`."""
        entered = time.perf_counter()
        self.spent.append(entered - self._returned - self._elsewhere)
        self.decodes += 1
        status = call(context, batch) if self._is_real(self.decodes) else _SUCCESS
        self._elsewhere, self._returned = 0.0, time.perf_counter()
        return status

    def sample(self, call: Callable[[Any, Any, int], int], *arguments: Any) -> int:
        """Called in place of `llama_sampler_sample`."""
        entered = time.perf_counter()
        token = call(*arguments)
        self._elsewhere += time.perf_counter() - entered
        return token


@contextmanager
def watched(watch: Watch) -> Iterator[None]:
    """Have the session's calls go through `watch`."""
    api = bindings().api
    decode, sample = api.llama_decode, api.llama_sampler_sample
    api.llama_decode = lambda context, batch: watch.decode(decode, context, batch)
    api.llama_sampler_sample = lambda *arguments: watch.sample(sample, *arguments)
    try:
        yield
    finally:
        api.llama_decode, api.llama_sampler_sample = decode, sample


@contextmanager
def endless(ends: Container[int], instead: int) -> Iterator[None]:
    """Have the token `instead` chosen where the model would end its answer."""
    api = bindings().api
    sample = api.llama_sampler_sample

    def choose(*arguments: Any) -> int:
        token = int(sample(*arguments))
        return instead if token in ends else token

    api.llama_sampler_sample = choose
    try:
        yield
    finally:
        api.llama_sampler_sample = sample
