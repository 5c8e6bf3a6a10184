"""Chat templates: turns to the text a model was trained to read, rendered in Jinja's sandbox."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, Any, Final, Protocol

from localassist.adapters.llama.guarding import with_breaks
from localassist.adapters.llama.speech import format_of
from localassist.adapters.llama.templating.spoken_tools import parsed, with_spoken_tools, without_system
from localassist.adapters.llama.templating.template_budget import TooCostlyError
from localassist.adapters.llama.templating.template_sandbox import Sandbox, today
from localassist.domain.chat import Role, Tool, ToolCall, Turn
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import PLAIN, Framing

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

_PLAIN_NAMES: Final = {Role.USER: "User", Role.ASSISTANT: "Assistant"}

_TRIED_TOOL: Final = Tool(
    "look_up_xq",
    "Looks a word up.",
    '{"type": "object", "properties": {"word": {"type": "string", "description": "The word."}}, "required": ["word"]}',
)
_TRIED_CALL: Final = ToolCall("xq0000001", _TRIED_TOOL.name, '{"word": "quern"}')
_TRIED: Final = (
    Turn(Role.USER, "What is a quern?"),
    Turn(Role.ASSISTANT, "", calls=(_TRIED_CALL,)),
    Turn(Role.TOOL, "a stone mill", call_id=_TRIED_CALL.id),
)

_LEAST_EFFORT: Final = ("none", "no_think", "minimal", "low")
"""What templates call the least reasoning, where they know degrees of it, the least first."""


@dataclass(frozen=True, slots=True)
class _Habits:
    """What a template wants otherwise than transformers documents it.

    `text_arguments`: the arguments of calls as JSON text; `tool_list`: an empty list where there are no tools.
    """

    text_arguments: bool = False
    tool_list: bool = False


@dataclass(frozen=True, slots=True)
class _Trial:
    """How the template writes a tool, a call and a result.

    `text` is empty if it leaves one of them out, or writes calls as nobody here can read them.
    """

    habits: _Habits
    text: str


class Template(Protocol):
    """Writes turns as one text. `stop_strings` are what ends an answer besides the model's own tokens."""

    @property
    def stop_strings(self) -> tuple[str, ...]:
        """Texts with which the model would begin to speak for somebody else."""

    @property
    def evidence(self) -> str:
        """Text that shows how the model marks its reasoning and its calls; empty if nothing is known of it."""

    def render(self, turns: Sequence[Turn], framing: Framing = PLAIN, *, asks: bool) -> str:
        """The prompt; with `asks` it ends where the model's answer begins. Raises `ModelError`."""


class PlainTemplate:
    """For models without a template: names and colons, as in a play."""

    stop_strings = ("\nUser:",)
    evidence = ""

    def render(self, turns: Sequence[Turn], framing: Framing = PLAIN, *, asks: bool) -> str:
        """System text as it is, the others after their names."""
        spoken = with_spoken_tools(turns, framing.tools)
        lines = [
            turn.text if turn.role is Role.SYSTEM else f"{_PLAIN_NAMES[turn.role]}: {turn.text}" for turn in spoken
        ]
        return "\n".join([*lines, "Assistant:"] if asks else lines)


class JinjaTemplate:
    """The template from a model file. It is a program by a stranger: sandboxed, and tried in a child process first.

    Raises `ModelError` for one that is not a template at all.
    """

    stop_strings: tuple[str, ...] = ()

    def __init__(self, source: str, bos: str, eos: str) -> None:
        from jinja2.exceptions import TemplateError

        try:
            self._sandbox = Sandbox()
            self._template = self._sandbox.template(source)
        except (TemplateError, RecursionError, SyntaxError, ValueError) as error:
            raise _unusable() from error
        self._source = source
        self._tokens = {"bos_token": bos, "eos_token": eos}

    @property
    def evidence(self) -> str:
        """The template and a conversation with a tool as it writes it."""
        return self._source + self._tried.text

    def render(self, turns: Sequence[Turn], framing: Framing = PLAIN, *, asks: bool) -> str:
        """The prompt. What a template has no place for is told in words: a system text inside the first question."""
        failure: Exception | None = None
        for attempt, tools in self._attempts(turns, framing):
            try:
                text = self._render(attempt, Framing(tools, framing.think), self._tried.habits, asks=asks)
            except TooCostlyError as error:
                raise _unusable() from error
            except Exception as error:  # noqa: BLE001  a stranger's program may raise anything
                failure = error
                continue
            told = [turn.text.strip() for turn in attempt if turn.role is Role.SYSTEM]
            if all(said in text for said in [*told, *(tool.name for tool in tools)]):
                return text
        raise _unusable() from failure

    def _attempts(self, turns: Sequence[Turn], framing: Framing) -> Iterator[tuple[Sequence[Turn], tuple[Tool, ...]]]:
        """The turns and tools as they are, then reworded ever more to need less of the template."""
        with_tools = bool(framing.tools) or any(turn.calls or turn.role is Role.TOOL for turn in turns)
        if not with_tools or self._tried.text:
            yield turns, framing.tools
            yield without_system(turns), framing.tools
        if with_tools:
            spoken = with_spoken_tools(turns, framing.tools)
            yield spoken, ()
            yield without_system(spoken), ()

    @cached_property
    def _tried(self) -> _Trial:
        """What the template makes of a tool, a call and a result."""
        framing = Framing((_TRIED_TOOL,))
        tool_list = self._writes(_TRIED[:1], PLAIN, _Habits()) is None
        for habits in (_Habits(tool_list=tool_list), _Habits(text_arguments=True, tool_list=tool_list)):
            listed = self._writes(_TRIED[:1], framing, habits) or ""
            text = self._writes(_TRIED, framing, habits) or ""
            if _TRIED_TOOL.name in listed and _TRIED[-1].text in text and self._is_readable(text):
                return _Trial(habits, text + listed)
        return _Trial(_Habits(tool_list=tool_list), "")

    def _is_readable(self, text: str) -> bool:
        """Whether calls that look as in this conversation could be told from an answer."""
        called = text.rpartition(_TRIED[0].text)[2].partition(_TRIED[-1].text)[0]
        return format_of(self._source + text, ()).understands(called, _TRIED_CALL, _TRIED_TOOL)

    def _writes(self, turns: Sequence[Turn], framing: Framing, habits: _Habits) -> str | None:
        try:
            return self._render(turns, framing, habits, asks=True)
        except Exception:  # noqa: BLE001  a stranger's program may raise anything
            return None

    def _render(self, turns: Sequence[Turn], framing: Framing, habits: _Habits, *, asks: bool) -> str:
        names = {call.id: call.name for turn in turns for call in turn.calls}
        tools = [_function(tool) for tool in framing.tools]
        with self._sandbox.rendering(len(turns), _size(turns, framing.tools)):
            return self._template.render(
                messages=[_message(turn, names, text_arguments=habits.text_arguments) for turn in turns],
                tools=tools if tools or habits.tool_list else None,
                documents=None,
                add_generation_prompt=asks,
                date_string=today("%d %b %Y"),
                **self._switches(think=framing.think),
                **self._tokens,
            )

    def _switches(self, *, think: bool) -> dict[str, object]:
        """The names under which templates ask whether the model may think."""
        switches: dict[str, object] = {"enable_thinking": think, "thinking": think}
        if not think:
            switches |= {"thinking_budget": 0, "thinking_mode": "disabled"}
            known = [name for name in _LEAST_EFFORT if f"'{name}'" in self._source or f'"{name}"' in self._source]
            if "reasoning_effort" in self._source:
                switches["reasoning_effort"] = known[0] if known else "low"
        return switches


def template_for(source: str, bos: str, eos: str) -> Template:
    """The template of a model file; the plain one where the file has none (`source` empty)."""
    return JinjaTemplate(source, bos, eos) if source.strip() else PlainTemplate()


def _message(turn: Turn, names: dict[str, str], *, text_arguments: bool) -> dict[str, Any]:
    """A turn as transformers documents messages; `names` are the tools by the ids of their calls."""
    message: dict[str, Any] = {"role": str(turn.role), "content": turn.text}
    if turn.calls:
        message["tool_calls"] = [
            {
                "id": call.id,
                "type": "function",
                "function": {
                    "name": call.name,
                    "arguments": _arguments(call, as_text=text_arguments),
                },
            }
            for call in turn.calls
        ]
    if turn.role is Role.TOOL:
        message |= {"tool_call_id": turn.call_id, "name": names.get(turn.call_id, "")}
    return message


def _arguments(call: ToolCall, *, as_text: bool) -> object:
    text = with_breaks(call.arguments)
    return text if as_text else parsed(call.arguments, text)


def _size(turns: Sequence[Turn], tools: Sequence[Tool]) -> int:
    """Characters that a template is given."""
    said = sum(len(turn.text) + sum(len(call.arguments) for call in turn.calls) for turn in turns)
    return said + sum(len(tool.description) + len(tool.parameters) for tool in tools)


def _function(tool: Tool) -> dict[str, Any]:
    """A tool in the form that transformers and OpenAI share."""
    described = {"name": tool.name, "description": tool.description, "parameters": parsed(tool.parameters, {})}
    return {"type": "function", "function": described}


def _unusable() -> ModelError:
    return ModelError(
        "The chat template inside the model file can't be used.",
        "Take the file from another publisher; many models are offered by several.",
    )
