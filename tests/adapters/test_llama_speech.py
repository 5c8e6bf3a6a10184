"""Reasoning, answer and tool calls are told apart while they stream, however the stream is cut."""

from __future__ import annotations

import json
import time
from functools import lru_cache
from itertools import zip_longest
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chat_templates import FAMILIES, WITHOUT_TOOLS
from localassist.adapters.llama.speech import CONTROL, SpeechFormat, format_of
from localassist.adapters.llama.templating.templates import template_for
from localassist.domain.chat import Role, Tool, ToolCall, Turn
from localassist.domain.events import ReasoningDelta, ReasoningEnded, TokenDelta, ToolCalled
from localassist.domain.ports.chat_model import Framing

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

WEATHER = Tool(
    "get_weather",
    "Looks at the sky.",
    '{"type": "object", "properties": {"city": {"type": "string"}, "days": {"type": "integer"}, '
    '"sure": {"type": "boolean"}, "where": {"type": "object"}}, "required": ["city"]}',
)
PARIS = ("get_weather", {"city": "Paris"})
ROME = ("get_weather", {"city": "Rome", "days": 2})
Heard = tuple[str, str, list[tuple[str, object]]]


@lru_cache
def written_by(family: str) -> SpeechFormat:
    return format_of(template_for(FAMILIES[family], "<s>", "</s>").evidence, [])


def hear(
    form: SpeechFormat, pieces: Iterable[str], *, thinks: bool = False, tools: Sequence[Tool] = (WEATHER,)
) -> Heard:
    """What was thought, what was said and the calls."""
    reader = form.reader(thinks=thinks, tools=tools)
    events = [event for piece in pieces for event in reader.feed(piece)] + reader.finish()
    thought = "".join(event.text for event in events if isinstance(event, ReasoningDelta))
    said = "".join(event.text for event in events if isinstance(event, TokenDelta))
    calls = [event.call for event in events if isinstance(event, ToolCalled)]
    assert len({call.id for call in calls}) == len(calls)
    return thought, said, [(call.name, json.loads(call.arguments)) for call in calls]


THINK = format_of("", [])
MARKS = (
    "[TOOL_CALLS]<｜tool▁calls▁begin｜><|tool_calls_section_begin|><|tool_call_start|><|tool_call|><|START_ACTION|>"
    "<minimax:tool_call><｜DSML｜function_calls><TOOLCALL><tool_calls><|tools_prefix|><seed:tool_call><function="
    '<|function_call|><|tool_call>functools[<function name="'
)
ANY = format_of(MARKS, [])
LLAMA = format_of("<|python_tag|>", [])
QWEN = written_by("qwen")
SURE = format_of("", ["<think>", "</think>", "<tool_call>", "</tool_call>"])
HARMONY = written_by("harmony")
SURE_HARMONY = format_of(
    template_for(FAMILIES["harmony"], "", "").evidence,
    ["<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>"],
)
SPOKEN: dict[str, tuple[SpeechFormat, bool, str, Heard]] = {
    # how the model writes, whether the prompt opens the reasoning, what it writes, what is understood
    "only an answer": (THINK, False, "  Hi, 1 < 2.\n", ("", "  Hi, 1 < 2.\n", [])),
    "thought and answer": (THINK, False, "<think>\nHm.\n\nSo.\n</think>\n\nYes.", ("Hm.\n\nSo.", "Yes.", [])),
    "thought opened by the prompt": (THINK, True, "Hm.\n</think>\n\nYes.", ("Hm.", "Yes.", [])),
    "an empty thought": (THINK, False, "<think>\n\n</think>\n\nYes.", ("", "Yes.", [])),
    "an end without a beginning": (QWEN, False, "</think>\n\nYes.", ("", "Yes.", [])),
    "an end without a beginning, of a model that is not known to reason": (
        THINK,
        False,
        "</think> closes it.",
        ("", "</think> closes it.", []),
    ),
    "two thoughts": (THINK, False, "<think>a</think>\n<think>b</think>c", ("ab", "c", [])),
    "a thought cut off": (QWEN, False, "<think>\nHm, 1 <", ("Hm, 1 <", "", [])),
    "a thought opened by the prompt and cut off": (THINK, True, "Hm, 1 <", ("Hm, 1 <", "", [])),
    "a thought opened by a control token and cut off": (SURE, False, f"{CONTROL}<think>Hm", ("Hm", "", [])),
    "an answer that begins with the tag": (THINK, False, "<think> opens it.", ("opens it.", "<think> opens it.", [])),
    "the same by a model known to reason": (QWEN, False, "<think> opens it.", ("opens it.", "<think> opens it.", [])),
    "the tag spelled where it is a control token": (SURE, False, "<think> opens it.", ("", "<think> opens it.", [])),
    "its end spelled in a thought": (
        SURE,
        False,
        f"{CONTROL}<think>a </think> b{CONTROL}</think>c",
        ("a </think> b", "c", []),
    ),
    "a call spelled where its mark is a control token": (
        SURE,
        False,
        '<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>',
        ("", '<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}</tool_call>', []),
    ),
    "a call marked by control tokens": (
        SURE,
        False,
        f'{CONTROL}<tool_call>{{"name": "get_weather", "arguments": {{"city": "Paris"}}}}{CONTROL}</tool_call>',
        ("", "", [PARIS]),
    ),
    "the tag as a word": (
        THINK,
        False,
        "Write `<think>` and </think>:\n```\n<think>\nx\n</think>\n```",
        ("", "Write `<think>` and </think>:\n```\n<think>\nx\n</think>\n```", []),
    ),
    "the tag as a word in a thought": (THINK, True, "a <think> b</think>c", ("a <think> b", "c", [])),
    "Magistral": (format_of("[THINK]", []), False, "[THINK]Hm.[/THINK]Yes.", ("Hm.", "Yes.", [])),
    "Seed": (format_of("<seed:think>", []), False, "<seed:think>Hm.</seed:think>Yes.", ("Hm.", "Yes.", [])),
    "Gemma thinks": (
        format_of("<|channel>thought<channel|>", []),
        False,
        "<|channel>thought\nHm.\n<channel|>Yes.",
        ("Hm.", "Yes.", []),
    ),
    "Granite": (
        written_by("granite"),
        False,
        "<think>Hm.</think>\n<response>Yes.</response>",
        ("Hm.", "Yes.", []),
    ),
    "Granite answers in XML": (
        written_by("granite"),
        False,
        "<response>So:\n<response>\n<a/>\n</response>\n</response>\n",
        ("", "So:\n<response>\n<a/>\n</response>\n", []),
    ),
    "Granite answers in XML at once": (
        written_by("granite"),
        False,
        "See:\n<response><a/></response>\nThere.",
        ("", "See:\n<response><a/></response>\nThere.", []),
    ),
    "Hermes": (
        THINK,
        False,
        (
            '<think>Rain?</think>\nI look.\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Paris"}}\n'
            '</tool_call>\n<tool_call>\n{"name": "get_weather", "arguments": {"city": "Rome", "days": 2}}\n'
            "</tool_call>\n"
        ),
        ("Rain?", "I look.", [PARIS, ROME]),
    ),
    "arguments as text": (
        THINK,
        False,
        '<tool_call>{"name": "get_weather", "arguments": "{\\"city\\": \\"Paris\\"}"}</tool_call>',
        ("", "", [PARIS]),
    ),
    "a call without its end": (
        THINK,
        False,
        '<tool_call>{"name": "get_weather", "arguments": {"city": "Paris"}}',
        ("", "", [PARIS]),
    ),
    "a call cut off": (
        THINK,
        False,
        'I look.\n<tool_call>{"name": "get_wea',
        ("", 'I look.\n<tool_call>{"name": "get_wea', []),
    ),
    "a malformed call": (
        THINK,
        False,
        "See: <tool_call>{'name'}</tool_call> there",
        ("", "See: <tool_call>{'name'}</tool_call> there", []),
    ),
    "Qwen Coder": (
        THINK,
        False,
        (
            "<tool_call>\n<function=get_weather>\n<parameter=city>\nRome\n</parameter>\n"
            "<parameter=days>\n2\n</parameter>\n<parameter=sure>\nTrue\n</parameter>\n"
            "<parameter=where>\n{'a': [1]}\n</parameter>\n</function>\n</tool_call>"
        ),
        ("", "", [("get_weather", {"city": "Rome", "days": 2, "sure": True, "where": {"a": [1]}})]),
    ),
    "Qwen Coder in haste": (
        ANY,
        False,
        "Well.\n<function=get_weather>\n<parameter=city>\n2\n</parameter>\n</function>\n</tool_call>",
        ("", "Well.\n</tool_call>", [("get_weather", {"city": "2"})]),
    ),
    "MiniMax": (
        ANY,
        False,
        (
            '<minimax:tool_call>\n<invoke name="get_weather">\n<parameter name="city">Rome</parameter>\n'
            '<parameter name="days">2</parameter>\n</invoke>\n</minimax:tool_call>'
        ),
        ("", "", [ROME]),
    ),
    "DeepSeek V3.2": (
        ANY,
        False,
        (
            '<｜DSML｜function_calls>\n<｜DSML｜invoke name="get_weather">\n'
            '<｜DSML｜parameter name="city" string="true">Rome</｜DSML｜parameter>\n'
            '<｜DSML｜parameter name="days" string="false">2</｜DSML｜parameter>\n'
            "</｜DSML｜invoke>\n</｜DSML｜function_calls>"
        ),
        ("", "", [ROME]),
    ),
    "DeepSeek R1": (
        ANY,
        True,
        (
            "Hm.</think>\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n"
            '{"city": "Paris"}\n```<｜tool▁call▁end｜>\n'
            "<｜tool▁call▁begin｜>function<｜tool▁sep｜>get_weather\n```json\n"
            '{"city": "Rome", "days": 2}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
        ),
        ("Hm.", "", [PARIS, ROME]),
    ),
    "DeepSeek V3.1": (
        ANY,
        False,
        (
            "<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>get_weather<｜tool▁sep｜>"
            '{"city": "Paris"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>'
        ),
        ("", "", [PARIS]),
    ),
    "Kimi": (
        ANY,
        False,
        (
            "<|tool_calls_section_begin|><|tool_call_begin|>functions.get_weather:0<|tool_call_argument_begin|>"
            '{"city": "Paris"}<|tool_call_end|><|tool_calls_section_end|>'
        ),
        ("", "", [PARIS]),
    ),
    "GLM": (
        THINK,
        False,
        (
            "\n<think>Hm.</think>\n<tool_call>get_weather\n<arg_key>city</arg_key>\n<arg_value>Rome</arg_value>\n"
            "<arg_key>days</arg_key>\n<arg_value>2</arg_value>\n</tool_call>"
        ),
        ("Hm.", "", [ROME]),
    ),
    "Mistral": (
        ANY,
        False,
        (
            '[TOOL_CALLS][{"name": "get_weather", "arguments": {"city": "Paris"}}, '
            '{"name": "get_weather", "arguments": {"city": "Rome", "days": 2}}]'
        ),
        ("", "", [PARIS, ROME]),
    ),
    "Mistral of late": (
        ANY,
        False,
        (
            'I look.[TOOL_CALLS]get_weather[ARGS]{"city": "Paris"}'
            '[TOOL_CALLS]get_weather[CALL_ID]abcdefghi[ARGS]{"city": "Rome", "days": 2}'
        ),
        ("", "I look.", [PARIS, ROME]),
    ),
    "Granite calls": (
        ANY,
        False,
        '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]',
        ("", "", [PARIS]),
    ),
    "Phi": (
        ANY,
        False,
        '<|tool_call|>[{"name": "get_weather", "arguments": {"city": "Paris"}}]<|/tool_call|>',
        ("", "", [PARIS]),
    ),
    "Command": (
        written_by("command"),
        False,
        (
            '<|START_THINKING|>Hm.<|END_THINKING|><|START_ACTION|>[\n{"tool_call_id": "0", "tool_name": "get_weather", '
            '"parameters": {"city": "Paris"}}\n]<|END_ACTION|>'
        ),
        ("Hm.", "", [PARIS]),
    ),
    "Apertus": (ANY, False, '<|tools_prefix|>[{"get_weather": {"city": "Paris"}}]<|tools_suffix|>', ("", "", [PARIS])),
    "LFM": (
        ANY,
        False,
        '<|tool_call_start|>[get_weather(city="Paris"), get_weather(city="Rome", days=2)]<|tool_call_end|>Soon.',
        ("", "Soon.", [PARIS, ROME]),
    ),
    "Gemma": (
        ANY,
        False,
        '<|tool_call>call:get_weather{city:<|"|>Rome<|"|>,days:2}<tool_call|>',
        ("", "", [ROME]),
    ),
    "Llama": (LLAMA, False, '{"name": "get_weather", "parameters": {"city": "Paris"}}', ("", "", [PARIS])),
    "Llama with a tag": (
        LLAMA,
        False,
        (
            '<|python_tag|>{"name": "get_weather", "parameters": {"city": "Paris"}}; '
            '{"type": "function", "name": "get_weather", "parameters": {"city": "Rome", "days": 2}}'
        ),
        ("", "", [PARIS, ROME]),
    ),
    "Llama's own tools": (LLAMA, False, '<|python_tag|>get_weather.call(city="Paris")', ("", "", [PARIS])),
    "JSON that is no call": (LLAMA, False, '{"name": "Ada", "born": 1815}', ("", '{"name": "Ada", "born": 1815}', [])),
    "other JSON": (LLAMA, False, '{"a": 1}\n', ("", '{"a": 1}\n', [])),
    "harmony": (
        HARMONY,
        False,
        "<|channel|>analysis<|message|>Hm.\n<|end|><|start|>assistant<|channel|>final<|message|>Yes.<|return|>",
        ("Hm.", "Yes.", []),
    ),
    "harmony's call": (
        HARMONY,
        False,
        (
            "<|channel|>analysis<|message|>Rain?<|end|><|start|>assistant<|channel|>commentary<|message|>I look.<|end|>"
            "<|start|>assistant<|channel|>commentary to=functions.get_weather <|constrain|>json<|message|>"
            '{"city": "Paris"}<|call|>'
        ),
        ("Rain?", "I look.", [PARIS]),
    ),
    "harmony's other call": (
        HARMONY,
        False,
        ' to=functions.get_weather<|channel|>commentary json<|message|>{"city": "Paris"}',
        ("", "", [PARIS]),
    ),
    "harmony's malformed call": (
        HARMONY,
        False,
        '<|channel|>commentary to=functions.get_weather<|message|>{"city"',
        ("", '{"city"', []),
    ),
    "harmony without channels": (HARMONY, False, " I say so.", ("", " I say so.", [])),
    "harmony cut off in a head": (HARMONY, False, "<|channel|>anal", ("", "", [])),
    "harmony's marks as words": (
        SURE_HARMONY,
        False,
        (
            f"{CONTROL}<|channel|>final{CONTROL}<|message|>Write <|channel|>final<|message|>Hello<|end|>, and so on."
            f"{CONTROL}<|return|>"
        ),
        ("", "Write <|channel|>final<|message|>Hello<|end|>, and so on.", []),
    ),
    "an answer that is a mark of harmony's": (SURE_HARMONY, False, "<|channel|>", ("", "<|channel|>", [])),
    "an answer that could begin a head": (SURE_HARMONY, False, "assistant", ("", "assistant", [])),
    "an answer that could begin a call": (HARMONY, False, "to=functions.x is how", ("", "to=functions.x is how", [])),
    "a long answer that could begin a head": (HARMONY, False, "assistant, " * 20, ("", "assistant, " * 20, [])),
    "harmony's call by control tokens": (
        SURE_HARMONY,
        False,
        (
            f" to=functions.get_weather{CONTROL}<|channel|>commentary {CONTROL}<|constrain|>json{CONTROL}<|message|>"
            f'{{"city": "Paris"}}{CONTROL}<|call|>'
        ),
        ("", "", [PARIS]),
    ),
}


@pytest.mark.parametrize("case", SPOKEN)
def test_is_understood(case: str) -> None:
    form, thinks, text, heard = SPOKEN[case]
    assert hear(form, [text], thinks=thinks) == heard


@pytest.mark.parametrize("case", SPOKEN)
def test_is_understood_however_it_is_cut(case: str) -> None:
    form, thinks, text, heard = SPOKEN[case]
    assert hear(form, text, thinks=thinks) == heard, "character by character"
    for at in range(1, len(text)):
        assert hear(form, [text[:at], text[at:]], thinks=thinks) == heard, text[:at]


@pytest.mark.parametrize("case", SPOKEN)
def test_without_tools_nothing_is_a_call(case: str) -> None:
    form, thinks, text, (thought, _, _) = SPOKEN[case]
    heard = hear(form, text, thinks=thinks, tools=())
    assert heard[2] == []
    assert heard[0] == thought
    if form in (THINK, ANY, LLAMA) and not thought:
        assert heard[1].strip() == text.replace("<think>\n\n</think>\n\n", "").strip()


@pytest.mark.parametrize("family", sorted(FAMILIES.keys() - set(WITHOUT_TOOLS)))
def test_what_a_template_writes_for_a_call_is_read_as_that_call(family: str) -> None:
    template = template_for(FAMILIES[family], "<s>", "")
    arguments = {"city": 'Zürich <b>"x"', "days": 2, "sure": True, "where": {"a": ["b", 1]}}
    asked = [Turn(Role.USER, "Rain?")]
    call = ToolCall("call00001", "get_weather", json.dumps(arguments))
    called = [*asked, Turn(Role.ASSISTANT, "", (call,))]
    framing = Framing((WEATHER,), think=False)
    question, full = (template.render(turns, framing, asks=False) for turns in (asked, called))
    same = next(at for at, pair in enumerate(zip_longest(question, full)) if pair[0] != pair[1])
    written = full[same:]
    for ending in ("<|im_end|>", "<|eot_id|>", "<|end_of_text|>", "<|END_OF_TURN_TOKEN|>", "<|end|>"):
        written = written.partition(ending)[0]
    for opening in ("<|im_start|>assistant\n", "<|start_header_id|>assistant<|end_header_id|>\n\n"):
        written = written.removeprefix(opening)
    assert hear(written_by(family), written)[2] == [("get_weather", arguments)]


@pytest.mark.parametrize(
    ("evidence", "prompt", "opened"),
    [
        ("<think>", "<|im_start|>assistant\n<think>\n", True),
        ("<think>", "<|im_start|>assistant\n<think>\n\n</think>\n\n", False),
        ("<think>", "What does <think> mean?<|im_end|>\n<|im_start|>assistant\n", False),
        ("[THINK]", "[/INST][THINK]", True),
        ("<|channel|><|message|>", "<|start|>assistant", False),
    ],
)
def test_sees_whether_the_prompt_opens_the_reasoning(evidence: str, prompt: str, opened: bool) -> None:
    assert format_of(evidence, []).opened(prompt) is opened


@pytest.mark.parametrize(
    ("evidence", "controls", "thinks"),
    [
        ("<think>", [], True),
        ("", ["<think>", "</think>"], True),
        ("<|channel|><|message|>", [], True),
        ("<|im_start|>assistant", ["<|im_end|>"], False),
    ],
)
def test_knows_whether_a_model_may_think(evidence: str, controls: list[str], thinks: bool) -> None:
    assert format_of(evidence, controls).thinks is thinks


def test_asks_for_the_control_tokens_it_needs() -> None:
    controls = ["<|im_end|>", "<think>", "</think>", "<tool_call>", "[ARGS]", "<|channel>", "x", "<|start|>"]
    assert format_of("", controls).markers == {"<think>", "</think>", "<tool_call>", "[ARGS]"}
    assert format_of("<|channel>thought", controls).markers == {"<|channel>", "<tool_call>", "[ARGS]"}
    assert format_of("<|channel|><|message|>", controls).markers == {"<|start|>"}


@pytest.mark.parametrize("form", [THINK, HARMONY, format_of("[THINK]", []), format_of("<|START_THINKING|>", [])])
def test_what_ends_the_reasoning_from_outside_ends_it(form: SpeechFormat) -> None:
    opening = form.tags.opens if form.tags else "<|channel|>analysis<|message|>"
    reader = form.reader(thinks=False)
    reader.feed(opening + "Hm")
    assert reader.reasoning
    events = reader.feed(form.think_end)
    assert not reader.reasoning
    assert [type(event) for event in events] == [ReasoningEnded]
    assert reader.feed("Yes") == [TokenDelta("Yes")]


def test_a_control_token_that_opens_a_call_ends_a_thought() -> None:
    form = format_of("[TOOL_CALLS]", ["[TOOL_CALLS]"])
    assert hear(form, f'Hm.{CONTROL}[TOOL_CALLS]get_weather[ARGS]{{"city": "Paris"}}', thinks=True) == (
        "Hm.",
        "",
        [PARIS],
    )


def test_says_how_long_the_model_thought() -> None:
    began = time.perf_counter()
    reader = THINK.reader(thinks=True)
    ended = [*reader.feed("Hm."), *reader.feed("</think>")][-1]
    assert isinstance(ended, ReasoningEnded)
    assert 0 < ended.seconds <= time.perf_counter() - began


def test_text_is_held_back_only_while_it_may_become_something_else() -> None:
    reader = THINK.reader(thinks=False, tools=(WEATHER,))
    shown = ["".join(e.text for e in reader.feed(text) if isinstance(e, TokenDelta)) for text in ("Hi", " <to", "p>")]
    assert shown == ["Hi", "", " <top>"]


def test_calls_have_names_that_every_template_takes() -> None:
    reader = THINK.reader(thinks=False, tools=(WEATHER,))
    text = '<tool_call>{"name": "get_weather", "arguments": {}}</tool_call>'
    (event,) = reader.feed(text)
    assert isinstance(event, ToolCalled)
    assert len(event.call.id) == 9
    assert event.call.id.isalnum()


@given(
    st.lists(st.sampled_from([*"<>|{}[]\n `:", "think", "/think", "tool_call", "/tool_call", "a", "é"]), max_size=60)
)
def test_text_is_heard_the_same_however_it_is_cut_and_none_is_lost(parts: list[str]) -> None:
    text = "".join(parts)
    thought, said, calls = hear(THINK, text)
    assert hear(THINK, [text]) == (thought, said, calls)
    assert (thought + said).count("é") == text.count("é")  # there are no quotes in it, hence no calls


def cost(form: SpeechFormat, text: str) -> float:
    """Seconds of computing, the lowest of three."""
    took = []
    for _ in range(3):
        began = time.process_time()
        hear(form, text)
        took.append(time.process_time() - began)
    return min(took)


@pytest.mark.parametrize("unit", [" ", "<", "<think>", "<tool_call>{", "<function=a", "<parameter=a>", '{"name":'])
@pytest.mark.parametrize("form", [THINK, ANY, LLAMA, HARMONY], ids=["think", "any", "llama", "harmony"])
def test_long_answers_take_time_in_proportion(form: SpeechFormat, unit: str) -> None:
    short, long = (cost(form, unit * (length // len(unit))) for length in (1_000, 16_000))
    assert long < 16 * 4 * short + 0.05
