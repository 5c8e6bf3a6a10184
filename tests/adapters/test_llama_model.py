"""One model over its life: it leaves the memory unused, follows the settings, and knows its conversations again."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest

from gguf_files import ModelOptions, write_talking_model
from localassist.adapters.llama.loading import LoadOptions
from localassist.adapters.llama.model import LlamaChatModel
from localassist.adapters.llama.states import forget_states
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ModelError
from localassist.domain.events import Generated, ModelLoading, TokenDelta
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from localassist.domain.chat import Figures

GREEDY = Sampling(temperature=0.0)
LONG = [Turn(Role.USER, "Tell me of the sea, of ships and storms. " * 20)]


class _Choice:
    """The options as somebody may change them."""

    def __init__(self) -> None:
        self.options = LoadOptions(threads=1, use_gpu=False)

    def __call__(self) -> LoadOptions:
        return self.options


@pytest.fixture
def choice() -> _Choice:
    return _Choice()


@pytest.fixture
def model(choice: _Choice, tmp_path: Path) -> Iterator[LlamaChatModel]:
    """A model that was not loaded yet, with a place for its states."""
    path = write_talking_model(tmp_path / "m.gguf", [b"Aye", b" aye", b" sir"], ModelOptions(context_length=4096))
    model = LlamaChatModel("m", str(path), choice, lambda _stop: nullcontext(), tmp_path / "states")
    yield model
    model.unload()


def load(model: LlamaChatModel) -> bool:
    """Load; whether anything had to be done."""
    events = list(model.load(Stop()))
    return any(isinstance(event, ModelLoading) for event in events)


def figures(model: LlamaChatModel, turns: Sequence[Turn]) -> Figures:
    ended = list(model.generate(turns, GREEDY, Stop()))[-1]
    assert isinstance(ended, Generated)
    return ended.figures


def follow_up(turns: Sequence[Turn]) -> list[Turn]:
    return [*turns, Turn(Role.ASSISTANT, "Aye aye sir"), Turn(Role.USER, "And now?")]


def test_a_model_that_nobody_asks_leaves_the_memory_and_comes_back(model: LlamaChatModel, choice: _Choice) -> None:
    choice.options = LoadOptions(threads=1, use_gpu=False, keep_alive_seconds=0.05)
    load(model)
    cold = figures(model, LONG)
    assert model._owner is not None
    model._owner._thread.join(10)
    assert not model.is_loaded
    assert model.description.context_length == 0
    with pytest.raises(ModelError, match="not loaded"):
        model.count_tokens(LONG)
    assert load(model)
    warm = figures(model, follow_up(LONG))
    assert warm.cached_tokens >= cold.prompt_tokens


def test_a_model_that_is_kept_stays(model: LlamaChatModel) -> None:
    load(model)
    assert not load(model)
    assert model.is_loaded


def test_changed_settings_count_from_the_next_question_on(model: LlamaChatModel, choice: _Choice) -> None:
    load(model)
    cold = figures(model, LONG)
    choice.options = LoadOptions(context_length=2000, threads=2, use_gpu=False)
    assert load(model)
    assert model.description.context_length == 2000
    assert model.description.device == "CPU, 2 threads"
    assert figures(model, follow_up(LONG)).cached_tokens >= cold.prompt_tokens


def test_changed_settings_wait_for_an_answer_that_is_being_written(model: LlamaChatModel, choice: _Choice) -> None:
    load(model)
    assert not model.is_answering
    answer = model.generate(LONG, GREEDY, Stop())
    next(event for event in answer if isinstance(event, TokenDelta))
    assert model.is_answering
    choice.options = LoadOptions(context_length=2000, threads=1, use_gpu=False)
    assert not load(model)
    assert isinstance(list(answer)[-1], Generated)
    assert not model.is_answering
    assert load(model)


def test_being_asked_moves_the_time_of_last_use(model: LlamaChatModel) -> None:
    before = model.last_used
    load(model)
    loaded = model.last_used
    figures(model, LONG)
    assert before < loaded < model.last_used


def test_a_forgotten_conversation_is_read_anew(model: LlamaChatModel, tmp_path: Path) -> None:
    load(model)
    figures(model, LONG)
    forget_states(tmp_path / "states")
    model.forget()
    assert figures(model, LONG).cached_tokens == 0
    forget_states(tmp_path / "states")
    model.forget()
    model.unload()
    assert list((tmp_path / "states").rglob("*.state")) == []


def test_what_a_model_knew_that_left_the_memory_is_forgotten_too(
    model: LlamaChatModel, choice: _Choice, tmp_path: Path
) -> None:
    choice.options = LoadOptions(threads=1, use_gpu=False, keep_alive_seconds=0.05)
    load(model)
    figures(model, LONG)
    assert model._owner is not None
    model._owner._thread.join(10)
    forget_states(tmp_path / "states")
    model.forget()
    load(model)
    assert figures(model, LONG).cached_tokens == 0


def test_reading_ahead_leaves_only_the_new_turn_to_read(model: LlamaChatModel) -> None:
    load(model)
    answered = [*LONG, Turn(Role.ASSISTANT, "Aye aye sir")]
    model.prefill(answered, Stop())
    asked = [*answered, Turn(Role.USER, "And now?")]
    warm = figures(model, asked)
    assert warm.prompt_tokens - warm.cached_tokens <= model.count_tokens(asked) - model.count_tokens(LONG)
