"""What a model writes arrives as reasoning, answer and tool calls, with the doubt it had and an end it keeps to."""

from __future__ import annotations

import json
import math
from contextlib import nullcontext
from dataclasses import replace
from typing import TYPE_CHECKING

import gguf
import pytest

from gguf_files import CHATML, ModelOptions, write_random_model, write_talking_model
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.model import LlamaChatModel
from localassist.domain.chat import Role, Tool, Turn
from localassist.domain.errors import ModelError
from localassist.domain.events import Generated, PromptProgress, ReasoningDelta, ReasoningEnded, TokenDelta, ToolCalled
from localassist.domain.ports.chat_model import PLAIN, Framing, Sampling
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localassist.domain.events import GenerationEvent

GREEDY = Sampling(temperature=0.0, max_tokens=60)
HELLO = [Turn(Role.USER, "Hello")]
THINKING = CHATML.replace("assistant\n' }}", "assistant\n<think>\n' }}")
ROOMY = ModelOptions(context_length=4096)
THOUGHT = [b"<think>", b"hm", b", yes", b"</think>", b"Good", b" day"]
WEATHER = Tool("weather", "The weather of a place.", '{"type": "object", "properties": {"place": {"type": "string"}}}')


@pytest.fixture
def load() -> Iterator[Callable[[Path], LlamaChatModel]]:
    """Loads a model file as it is, and unloads it after the test."""
    models = []

    def load(path: Path) -> LlamaChatModel:
        options = LoadOptions(threads=1, use_gpu=False)
        models.append(LlamaChatModel(path.stem, str(path), lambda: options, lambda _stop: nullcontext()))
        list(models[-1].load(Stop()))
        return models[-1]

    yield load
    for model in models:
        model.unload()


def mark_as_user_defined(path: Path, texts: list[str]) -> None:
    """Have the file say of these tokens what Qwen's say of them."""
    reader = gguf.GGUFReader(str(path), "r+")
    tokens, kinds = reader.fields["tokenizer.ggml.tokens"], reader.fields["tokenizer.ggml.token_type"]
    for part, kind in zip(tokens.data, kinds.data, strict=True):
        if bytes(tokens.parts[part]).decode() in texts:
            kinds.parts[kind][0] = gguf.TokenType.USER_DEFINED


def events_of(model: LlamaChatModel, sampling: Sampling = GREEDY, framing: Framing = PLAIN) -> list[GenerationEvent]:
    events = model.generate(HELLO, sampling, Stop(), framing)
    return [event for event in events if not isinstance(event, PromptProgress)]


def text_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, TokenDelta))


def thought_of(events: list[GenerationEvent]) -> str:
    return "".join(event.text for event in events if isinstance(event, ReasoningDelta))


def end_of(events: list[GenerationEvent]) -> Generated:
    assert isinstance(events[-1], Generated)
    return events[-1]


def test_reasoning_comes_apart_from_the_answer_with_its_time(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    events = events_of(load(write_talking_model(tmp_path / "m.gguf", THOUGHT)))
    assert (thought_of(events), text_of(events)) == ("hm, yes", "Good day")
    (ended,) = [event for event in events if isinstance(event, ReasoningEnded)]
    figures = end_of(events).figures
    assert 0 < ended.seconds == figures.reasoning_seconds
    assert 2 <= figures.reasoning_tokens <= 4
    assert figures.answer_tokens == len(THOUGHT)


def test_an_answer_that_begins_with_the_tag_is_not_lost(load: Callable[[Path], LlamaChatModel], tmp_path: Path) -> None:
    model = load(write_talking_model(tmp_path / "m.gguf", [b"<think>", b" opens", b" it."]))
    assert text_of(events_of(model)) == "<think> opens it."


def test_a_nul_that_a_model_writes_makes_no_mark(load: Callable[[Path], LlamaChatModel], tmp_path: Path) -> None:
    model = load(write_talking_model(tmp_path / "m.gguf", [b"Good", b"\0 day"]))
    assert text_of(events_of(model)) == "Good day"


def test_thinking_without_end_is_ended_by_its_budget(load: Callable[[Path], LlamaChatModel], tmp_path: Path) -> None:
    thinker = write_talking_model(tmp_path / "m.gguf", [b"<think>", b"hm", b" or", b" not"], ModelOptions(loops=True))
    events = events_of(load(thinker), replace(GREEDY, max_reasoning_tokens=5))
    kinds = [type(event) for event in events]
    assert ReasoningEnded in kinds
    ended = kinds.index(ReasoningEnded)
    thought = thought_of(events[:ended])
    assert thought.startswith("hm or not")
    assert len(thought.split()) <= 7


def test_a_model_that_may_not_think_at_all_answers_at_once(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    path = write_talking_model(tmp_path / "m.gguf", [b"Good", b" day"], ModelOptions(template=THINKING))
    events = events_of(load(path), replace(GREEDY, max_reasoning_tokens=0))
    assert (thought_of(events), text_of(events)) == ("", "Good day")


def test_thinking_does_not_count_as_answer(load: Callable[[Path], LlamaChatModel], tmp_path: Path) -> None:
    events = events_of(load(write_talking_model(tmp_path / "m.gguf", THOUGHT)), replace(GREEDY, max_tokens=2))
    assert text_of(events) == "Good day"
    assert thought_of(events) == "hm, yes"


def test_a_tool_call_is_an_event_and_its_result_is_awaited(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    call = b'<tool_call>\n{"name": "weather", "arguments": {"place": "Porto"}}\n</tool_call>'
    model = load(write_talking_model(tmp_path / "m.gguf", [b"Let me look.", call], ROOMY))
    events = events_of(model, framing=Framing(tools=(WEATHER,)))
    (called,) = [event.call for event in events if isinstance(event, ToolCalled)]
    assert (called.name, json.loads(called.arguments)) == ("weather", {"place": "Porto"})
    assert text_of(events).strip() == "Let me look."
    assert end_of(events).reason == "tool calls"


def test_without_tools_the_same_words_are_an_answer(load: Callable[[Path], LlamaChatModel], tmp_path: Path) -> None:
    call = b'<tool_call>{"name": "weather", "arguments": {}}</tool_call>'
    events = events_of(load(write_talking_model(tmp_path / "m.gguf", [call])))
    assert text_of(events) == call.decode()
    assert end_of(events).reason == "end"


def test_text_never_becomes_a_mark_of_another_kind_than_control(tmp_path: Path) -> None:
    marks = ["<think>", "</think>", "<tool_call>", "</tool_call>", "<tool_response>", "</tool_response>"]
    path = write_talking_model(tmp_path / "m.gguf", [mark.encode() for mark in marks])
    mark_as_user_defined(path, marks)
    loaded = LoadedModel(str(path), LoadOptions(use_gpu=False), Stop(), lambda _: None)
    try:
        said = {mark: loaded.vocabulary.continuation(mark) for mark in marks}
        assert {len(tokens) for tokens in said.values()} == {1}
        tokens = loaded.prompts.question([Turn(Role.USER, "\n".join(marks))]).tokens
        assert not {token for (token,) in said.values()} & set(tokens)
    finally:
        loaded.close()


def test_each_token_comes_with_its_probability_and_its_rivals(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    model = load(write_random_model(tmp_path / "m.gguf"))
    events = events_of(model, replace(GREEDY, rivals=3))
    choices = [choice for event in events if isinstance(event, TokenDelta) for choice in event.choices]
    assert len(choices) == end_of(events).figures.answer_tokens
    for choice in choices:
        assert len(choice.rivals) == 3
        assert choice.log_probability >= max(log for _, log in choice.rivals)
        assert math.exp(choice.log_probability) + sum(math.exp(log) for _, log in choice.rivals) <= 1.001
    assert not any(event.choices for event in events_of(model) if isinstance(event, TokenDelta))


def test_the_choices_of_an_answer_are_not_those_of_its_reasoning(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    events = events_of(load(write_talking_model(tmp_path / "m.gguf", THOUGHT)), replace(GREEDY, rivals=0))
    choices = [choice.text for event in events if isinstance(event, TokenDelta) for choice in event.choices]
    assert choices == ["Good", " day"]


def test_an_answer_keeps_to_its_schema(load: Callable[[Path], LlamaChatModel], tmp_path: Path) -> None:
    schema = json.dumps({"type": "object", "properties": {"ok": {"type": "boolean"}}, "required": ["ok"]})
    model = load(write_random_model(tmp_path / "m.gguf"))
    events = events_of(model, Sampling(seed=3, json_schema=schema, max_tokens=300))
    assert isinstance(json.loads(text_of(events))["ok"], bool)
    assert end_of(events).reason == "end"


def test_reasoning_is_not_bound_to_the_schema_of_the_answer(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    model = load(write_talking_model(tmp_path / "m.gguf", [b"hm", b"</think>", b"7"], ModelOptions(template=THINKING)))
    events = events_of(model, replace(GREEDY, json_schema='{"type": "integer"}'))
    assert (thought_of(events), text_of(events)) == ("hm", "7")


def test_an_impossible_grammar_is_an_error_and_the_model_goes_on(
    load: Callable[[Path], LlamaChatModel], tmp_path: Path
) -> None:
    model = load(write_talking_model(tmp_path / "m.gguf", [b"Aye"]))
    with pytest.raises(ModelError, match="grammar"):
        events_of(model, replace(GREEDY, grammar="root ::= nowhere"))
    assert text_of(events_of(model)) == "Aye"
