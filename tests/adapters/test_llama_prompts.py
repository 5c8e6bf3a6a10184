"""Prompts: what others will follow is a true beginning of what follows, and where reasoning begins is known."""

from __future__ import annotations

from typing import TYPE_CHECKING, cast

import pytest

from chat_templates import FAMILIES
from localassist.adapters.llama.guarding import BREAK
from localassist.adapters.llama.templating.prompts import PromptWriter
from localassist.adapters.llama.templating.templates import template_for
from localassist.domain.chat import Role, Tool, ToolCall, Turn
from localassist.domain.ports.chat_model import PLAIN, Framing

if TYPE_CHECKING:
    from localassist.adapters.llama.vocabulary import Vocabulary

WEATHER = Tool("get_weather", "Looks at the sky.", '{"type": "object", "properties": {"city": {"type": "string"}}}')
FRAMING = Framing((WEATHER,))
CALL = ToolCall("call00001", "get_weather", '{"city": "Paris"}')
RAIN = [Turn(Role.SYSTEM, "Be brief."), Turn(Role.USER, "Rain in Paris?")]
TALKS = {
    "system": RAIN[:1],
    "answer": [*RAIN, Turn(Role.ASSISTANT, "No, sun.")],
    "call": [
        *RAIN,
        Turn(Role.ASSISTANT, "", (CALL,)),
        Turn(Role.TOOL, "sun", call_id=CALL.id),
        Turn(Role.ASSISTANT, "No, sun."),
    ],
}


class Letters:
    """A vocabulary whose tokens are letters, with ChatML's control tokens."""

    controls = frozenset({"<|im_start|>", "<|im_end|>"})

    def tokenise(self, text: str) -> list[int]:
        return [ord(letter) for letter in text.replace(BREAK, "")]


def writer(source: str) -> PromptWriter:
    return PromptWriter(template_for(source, "<s>", "</s>"), cast("Vocabulary", Letters()), 100_000)


@pytest.mark.parametrize("framing", [PLAIN, FRAMING], ids=["plain", "tools"])
@pytest.mark.parametrize("talk", TALKS)
@pytest.mark.parametrize("family", [*FAMILIES, "plain"])
def test_history_is_a_beginning_of_every_question_that_follows(family: str, talk: str, framing: Framing) -> None:
    write, turns = writer(FAMILIES.get(family, "")), TALKS[talk]
    history = write.history(turns, framing)
    for text in ("And Rome?", "Why", "1 + 1", " \nWhat?"):
        assert write.question([*turns, Turn(Role.USER, text)], framing).tokens[: len(history)] == history
    known = "".join(map(chr, history))
    tells_last = family == "mistral"  # writes the system text and the tools into the last question
    assert all(turn.text.strip() in known for turn in turns if turn.role is not Role.SYSTEM or not tells_last)


@pytest.mark.parametrize(
    ("family", "think", "thinks"),
    [
        ("deepseek", True, True),
        ("deepseek", False, True),
        ("qwen", True, False),
        ("qwen", False, False),
        ("command", True, True),
        ("command", False, False),
        ("harmony", True, False),
    ],
)
def test_a_prompt_says_whether_it_ends_inside_reasoning(family: str, think: bool, thinks: bool) -> None:
    assert writer(FAMILIES[family]).question(RAIN, Framing(think=think)).thinks is thinks


def test_tools_and_calls_count() -> None:
    write = writer(FAMILIES["qwen"])
    assert write.count(RAIN, FRAMING) == len(write.question(RAIN, FRAMING).tokens) > write.count(RAIN) + 100
