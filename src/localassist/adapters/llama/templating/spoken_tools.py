"""Turns reworded for models whose template has no place for a system text, for tools or for their results."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.guarding import guarded_json
from localassist.domain.chat import Role, ToolCall, Turn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Tool

_MANNER: Final = """\
You can use tools. To use one, write this and nothing after it:
<tool_call>
{"name": "the tool's name", "arguments": {"an argument's name": "its value"}}
</tool_call>
What the tool gives comes back between <tool_response> and </tool_response>. Use a tool only where it is needed.
The tools, each with the JSON schema of its arguments:"""


def without_system(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with all system texts moved to the front of the first question."""
    system = "\n\n".join(turn.text for turn in turns if turn.role is Role.SYSTEM)
    others = [turn for turn in turns if turn.role is not Role.SYSTEM]
    first = next((position for position, turn in enumerate(others) if turn.role is Role.USER), None)
    if first is None:
        return [*others, Turn(Role.USER, system)]
    others[first] = replace(others[first], text=f"{system}\n\n{others[first].text}".strip())
    return others


def with_spoken_tools(turns: Sequence[Turn], tools: Sequence[Tool]) -> list[Turn]:
    """The turns with the tools told in a system text, calls in what the assistant said and results as questions."""
    spoken: list[Turn] = []
    if tools:
        spoken.append(Turn(Role.SYSTEM, "\n".join([_MANNER, *map(_described, tools)])))
    after_result = False
    for turn in turns:
        is_result = turn.role is Role.TOOL
        text = f"<tool_response>\n{turn.text}\n</tool_response>" if is_result else turn.text
        if turn.role is Role.SYSTEM and tools and spoken[0] is spoken[-1]:
            spoken[0] = Turn(Role.SYSTEM, f"{text}\n\n{spoken[0].text}")
        elif is_result and after_result:  # templates want question and answer to alternate
            spoken[-1] = Turn(Role.USER, f"{spoken[-1].text}\n{text}")
        elif is_result:
            spoken.append(Turn(Role.USER, text))
        else:
            spoken.append(Turn(turn.role, "\n".join(filter(None, [text, *map(_spoken, turn.calls)]))))
        after_result = is_result
    return spoken


def _described(tool: Tool) -> str:
    return guarded_json(
        {"name": tool.name, "description": tool.description, "parameters": parsed(tool.parameters, {})},
        ensure_ascii=False,
    )


def _spoken(call: ToolCall) -> str:
    said = guarded_json({"name": call.name, "arguments": parsed(call.arguments, {})}, ensure_ascii=False)
    return f"<tool_call>\n{said}\n</tool_call>"


def parsed(text: str, otherwise: object) -> object:
    """The object that a JSON text holds, `otherwise` where it holds none."""
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return otherwise
    return value if isinstance(value, dict) else otherwise
