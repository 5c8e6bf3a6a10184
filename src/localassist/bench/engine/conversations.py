"""How soon conversations go on: follow-ups, after a restart, and how soon a stop is obeyed."""

from __future__ import annotations

import random
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.loading import LoadOptions
from localassist.bench.engine.opening import ask, opened
from localassist.bench.engine.texts import question
from localassist.bench.report import Result
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import Stopped
from localassist.domain.events import PromptProgress, TokenDelta
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.adapters.llama.model import LlamaChatModel

_LONG: Final = 3000
_SAMPLING: Final = Sampling(temperature=0.0, max_tokens=24)
_STOPS: Final = 6
_OVERHEAD: Final = 8
"""Tokens that a follow-up may read besides its own."""


def measure(path: str, home: Path) -> Iterator[Result]:
    """One conversation of 3,000 tokens: cold, followed up, opened again after unloading; then stops."""
    states = home / "states"
    with opened(path, LoadOptions(), states) as model:
        turns = [question(_LONG, model.count_tokens)]
        text, cold = ask(model, turns, _SAMPLING)
        turns += [Turn(Role.ASSISTANT, text), Turn(Role.USER, "And what did the landlord say about the lift?")]
        said, warm = ask(model, turns, _SAMPLING)
        turns += [Turn(Role.ASSISTANT, said), Turn(Role.USER, "And about the heating?")]
        fresh = warm.prompt_tokens - cold.prompt_tokens - cold.answer_tokens
        extra = warm.prompt_tokens - warm.cached_tokens - fresh
        yield Result(
            "follow-up, tokens read", extra, "tokens", f"its {fresh} new ones", "at most 8", extra <= _OVERHEAD
        )
        yield _first_token("follow-up, first token", warm.seconds_to_first_token, cold.seconds_to_first_token, 0.1)
    with opened(path, LoadOptions(), states) as model:
        _, again = ask(model, turns, _SAMPLING)
        yield _first_token("reopened, first token", again.seconds_to_first_token, cold.seconds_to_first_token, 0.15)
        yield from _stops(model)


def _first_token(name: str, seconds: float, cold: float, target: float) -> Result:
    ratio = seconds / cold
    reference = f"reading it all, {cold:.2f} s"
    return Result(f"{name}, ratio", ratio, "x", reference, f"at most {target}", ratio <= target)


def _stops(model: LlamaChatModel) -> Iterator[Result]:
    """Stops at random moments of reading and of writing."""
    draw = random.Random(1)  # noqa: S311  moments, not secrets
    reading = [_seconds_to_stop(model, number, draw.uniform(0.02, 0.6), writing=False) for number in range(_STOPS)]
    writing = [_seconds_to_stop(model, number, draw.uniform(0.02, 0.3), writing=True) for number in range(_STOPS)]
    token = 1 / ask(model, [_prompt(model, 0)], Sampling(seed=1, max_tokens=64))[1].tokens_per_second
    slowest, most = max(reading) * 1e3, max(writing) * 1e3
    yield Result("stop while reading", slowest, "ms", f"slowest of {_STOPS}", "at most 100 ms", slowest <= 100)
    target = f"at most a token, {token * 1e3:.1f} ms"
    yield Result("stop while writing", most, "ms", f"slowest of {_STOPS}", target, most <= token * 1e3)


def _seconds_to_stop(model: LlamaChatModel, number: int, delay: float, *, writing: bool) -> float:
    """From the request, `delay` seconds after the first sign of reading or of writing, to the end of the answer."""
    stop, requested = Stop(), [0.0]

    def request() -> None:
        requested[0] = time.perf_counter()
        stop.request()

    timer = threading.Timer(delay, request)
    turn = _prompt(model, number, 0 if writing else _LONG)
    begun = TokenDelta if writing else PromptProgress
    with suppress(Stopped):
        for event in model.generate([turn], Sampling(seed=1), stop):
            if isinstance(event, begun) and not timer.is_alive() and not requested[0]:
                timer.start()
    ended = time.perf_counter()
    timer.cancel()
    return ended - requested[0] if requested[0] else 0.0


def _prompt(model: LlamaChatModel, number: int, tokens: int = 0) -> Turn:
    return question(tokens, model.count_tokens, first=10_000 * (number + 1))
