"""Answers of models elsewhere as they stream: text, thoughts, tool calls, figures, why they end."""

import json

import pytest

from cloud_room import Heard, models_at, outbound
from localassist.adapters.cloud.pieces import Said, Thought
from localassist.adapters.cloud.thinking import ThoughtSplitter
from localassist.domain.chat import ToolCall
from localassist.domain.errors import CloudError
from localassist.domain.events import ReasoningEnded, ToolCalled
from provider_server import Answer, chunk, completion, event, message, running, usage


def heard(provider: str, *pieces: bytes, model: str = "model-1", **headers: str) -> Heard:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    with running(Answer(pieces, headers=named)) as server:
        return Heard(models_at(server.address), outbound(provider, model))


def test_openai_is_told_word_by_word_with_what_it_used_and_cost():
    answer = heard("openai", *completion("Twelve ", "euros."), model="gpt-5-mini", x_request_id="req_1")
    assert (answer.text, answer.reasoning) == ("Twelve euros.", "")
    ended = answer.ended
    assert (ended.reason, ended.request_id) == ("end", "req_1")
    assert (ended.figures.prompt_tokens, ended.figures.answer_tokens) == (12, 7)
    assert ended.figures.context_length == 400_000
    # genai-prices 0.2.3: 0.25 and 2 US dollars a million
    assert ended.cost == pytest.approx((12 * 0.25 + 7 * 2.0) / 1_000_000)
    assert 0 < ended.figures.seconds_to_first_token < 30


def test_anthropic_thinks_first_and_counts_what_its_cache_held():
    answer = heard(
        "anthropic",
        *message(("thinking", ["Let me ", "see."]), ("text", ["Twelve", " euros."])),
        request_id="req_2",
    )
    assert (answer.reasoning, answer.text) == ("Let me see.", "Twelve euros.")
    kinds = [type(told).__name__ for told in answer.events]
    assert kinds == ["ReasoningDelta", "ReasoningDelta", "ReasoningEnded", "TokenDelta", "TokenDelta", "CloudEnded"]
    figures = answer.ended.figures
    assert (figures.prompt_tokens, figures.cached_tokens, figures.answer_tokens) == (25, 5, 9)
    assert answer.ended.request_id == "req_2"


@pytest.mark.parametrize(
    ("provider", "name"), [("deepseek", "reasoning_content"), ("openrouter", "reasoning"), ("google", "reasoning")]
)
def test_thoughts_that_a_provider_names_are_none_of_the_answer(provider, name):
    chunks = [chunk({name: "First "}), chunk({name: "this."}), chunk({"content": "Twelve."}), chunk({}, "stop")]
    details = {"completion_tokens_details": {"reasoning_tokens": 4}, "prompt_tokens_details": {"cached_tokens": 3}}
    answer = heard(provider, *map(event, [*chunks, usage(**details)]), event("[DONE]"))
    assert (answer.reasoning, answer.text) == ("First this.", "Twelve.")
    assert sum(isinstance(told, ReasoningEnded) for told in answer.events) == 1
    assert (answer.ended.figures.reasoning_tokens, answer.ended.figures.cached_tokens) == (4, 3)


def test_parts_as_mistral_sends_them_are_told_apart():
    thinking = [{"type": "thinking", "thinking": [{"type": "text", "text": "Hm."}]}]
    chunks = [
        chunk({"content": thinking}),
        chunk({"content": [{"type": "text", "text": "Tw"}]}),
        chunk({"content": "elve."}),
    ]
    last = chunk({}, "stop", usage={"prompt_tokens": 11, "completion_tokens": 5})
    answer = heard("mistral", *map(event, [*chunks, last]), event("[DONE]"))
    assert (answer.reasoning, answer.text) == ("Hm.", "Twelve.")
    assert (answer.ended.figures.prompt_tokens, answer.ended.figures.answer_tokens) == (11, 5)


def test_a_server_may_leave_out_what_others_say():
    events = [
        {"choices": [{"delta": {"content": "Twelve."}}]},
        {"id": "only that it is still there"},
        {"choices": [{"index": 0}]},
        {"choices": [{"index": 0, "finish_reason": "stop"}], "usage": {"completion_tokens": 3}},
    ]
    answer = heard("openai", *map(event, events))
    assert (answer.text, answer.ended.reason, answer.ended.figures.answer_tokens) == ("Twelve.", "end", 3)


def test_openrouter_s_own_price_holds_where_it_says_one():
    chunks = [chunk({"content": "Twelve."}), chunk({}, "stop"), usage(cost=0.0123)]
    answer = heard("openrouter", *map(event, chunks), event("[DONE]"), model="somebody/new", x_generation_id="gen-1")
    assert (answer.ended.cost, answer.ended.request_id) == (0.0123, "gen-1")


def test_nobody_guesses_what_a_model_without_a_known_price_cost():
    assert heard("openai", *completion("Twelve."), model="gpt-none-such").ended.cost is None


def test_tool_calls_are_put_together_from_their_pieces():
    def call(number, **more):
        return chunk({"tool_calls": [{"index": number, **more}]})

    chunks = [
        call(0, id="call_a", type="function", function={"name": "look_up", "arguments": ""}),
        call(0, function={"arguments": '{"word": '}),
        call(1, id="call_b", type="function", function={"name": "now", "arguments": ""}),
        call(0, function={"arguments": '"plan"}'}),
        chunk({}, "tool_calls"),
    ]
    answer = heard("openai", *map(event, chunks), event("[DONE]"))
    calls = [told.call for told in answer.events if isinstance(told, ToolCalled)]
    assert calls == [ToolCall("call_a", "look_up", '{"word": "plan"}'), ToolCall("call_b", "now", "{}")]
    assert answer.ended.reason == "tool calls"


def test_tool_calls_of_anthropic_are_put_together_too():
    whole = message(("text", ["I look."]), stop="tool_use")
    begins = {"type": "tool_use", "id": "toolu_1", "name": "look_up", "input": {}}
    blocks = [
        {"type": "content_block_start", "index": 1, "content_block": begins},
        *(
            {"type": "content_block_delta", "index": 1, "delta": {"type": "input_json_delta", "partial_json": part}}
            for part in ("", '{"word": ', '"plan"}')
        ),
        {"type": "content_block_stop", "index": 1},
    ]
    answer = heard("anthropic", *whole[:-2], *(event(told, str(told["type"])) for told in blocks), *whole[-2:])
    assert [told.call for told in answer.events if isinstance(told, ToolCalled)] == [
        ToolCall("toolu_1", "look_up", '{"word": "plan"}')
    ]
    assert (answer.text, answer.ended.reason) == ("I look.", "tool calls")


@pytest.mark.parametrize(
    ("provider", "said", "reason"),
    [
        ("openai", "length", "length"),
        ("mistral", "model_length", "length"),
        ("openai", "something new", "end"),
        ("anthropic", "max_tokens", "length"),
        ("anthropic", "model_context_window_exceeded", "length"),
        ("anthropic", "stop_sequence", "stop string"),
        ("anthropic", "pause_turn", "end"),
    ],
)
def test_why_an_answer_ended_is_said_in_our_words(provider, said, reason):
    pieces = message(("text", ["Twelve"]), stop=said) if provider == "anthropic" else completion("Twelve", finish=said)
    assert heard(provider, *pieces).ended.reason == reason


@pytest.mark.parametrize(
    ("provider", "pieces"),
    [
        ("openai", completion("Tw", finish="content_filter")),
        ("anthropic", message(("text", ["Tw"]), stop="refusal")),
    ],
)
def test_an_answer_that_a_filter_ends_says_so_and_keeps_what_came(provider, pieces):
    answer = heard(provider, *pieces)
    assert answer.text == "Tw"
    assert isinstance(answer.error, CloudError)
    assert "refused the content" in answer.error.message
    assert "kept" in answer.error.message


def test_a_refusal_in_the_model_s_own_words_is_its_answer():
    answer = heard("openai", *map(event, [chunk({"refusal": "I can't."}), chunk({}, "stop")]), event("[DONE]"))
    assert answer.text == "I can't."


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way_and_comments_say_nothing(end):
    chunks = [chunk({"content": "Twelve "}), chunk({"content": "euros."}), chunk({}, "stop"), usage()]
    events = [event(told, end=end) for told in chunks]
    comment = f": OPENROUTER PROCESSING{end}{end}".encode()
    answer = heard("openrouter", comment, comment, events[0], comment, *events[1:], event("[DONE]", end=end))
    assert (answer.text, answer.ended.reason) == ("Twelve euros.", "end")
    assert answer.ended.figures.prompt_tokens == 12


def test_a_character_may_be_cut_anywhere_on_its_way():
    text = "Zwölf € für 漢字 und 🦉"
    # `completion` escapes what is not ASCII; providers send it as it is
    told = json.dumps(chunk({"content": text}), ensure_ascii=False)
    events = b"".join([event(told), event(chunk({}, "stop")), event("[DONE]")])
    answer = heard("openai", *(events[at : at + 1] for at in range(len(events))))
    assert answer.text == text


@pytest.mark.parametrize("provider", ["openai", "anthropic"])
def test_a_line_of_a_megabyte_arrives_whole(provider):
    text = "word " * 210_000
    pieces = message(("text", [text])) if provider == "anthropic" else completion(text)
    answer = heard(provider, b": " + b"x" * 1_000_000 + b"\n\n", *pieces)
    assert answer.text == text
    assert answer.ended.reason == "end"


@pytest.mark.parametrize("size", range(1, 12))
def test_marks_of_thought_may_be_cut_anywhere(size):
    text = "\n<think>\nIs 1 < 2? </thin yes\n</think>\n\nIt is: <think>1</think> < 2"
    splitter = ThoughtSplitter()
    told = [piece for at in range(0, len(text), size) for piece in splitter.feed(text[at : at + size])]
    told += splitter.finish()
    assert "".join(piece.text for piece in told if isinstance(piece, Thought)) == "\nIs 1 < 2? </thin yes\n"
    assert "".join(piece.text for piece in told if isinstance(piece, Said)) == "It is: <think>1</think> < 2"


@pytest.mark.parametrize("text", ["<thin", "<", "", "  ", "<b>bold</b>", "2 < 3"])
def test_what_only_begins_like_a_mark_is_the_answer_s_own(text):
    splitter = ThoughtSplitter()
    told = [piece for letter in text for piece in splitter.feed(letter)] + list(splitter.finish())
    assert "".join(piece.text for piece in told) == text
    assert all(isinstance(piece, Said) for piece in told)


def test_thoughts_of_an_answer_that_never_comes_to_its_end_are_thoughts():
    answer = heard("openai", *completion("<think>", "on and on", finish="length"))
    assert (answer.reasoning, answer.text, answer.ended.reason) == ("on and on", "", "length")
