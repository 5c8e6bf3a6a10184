"""Chat templates: turns to the text a model was trained to read, rendered in Jinja's sandbox."""

from __future__ import annotations

import datetime
import json
from typing import TYPE_CHECKING, Any, Final, Protocol

from typing_extensions import override

from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ModelError
from localassist.domain.ports.chat_model import PLAIN

if TYPE_CHECKING:
    from collections.abc import Sequence

    from jinja2.nodes import Node
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    from localassist.domain.ports.chat_model import Framing

_MAX_REPEATED: Final = 100_000
"""A template that multiplies its way past this many characters or items is not formatting a conversation."""

_PLAIN_NAMES: Final = {Role.USER: "User", Role.ASSISTANT: "Assistant"}


class Template(Protocol):
    """Writes turns as one text. `stop_strings` are what ends an answer besides the model's own tokens."""

    @property
    def source(self) -> str:
        """The template as the model file has it, empty if it has none."""

    @property
    def stop_strings(self) -> tuple[str, ...]:
        """Texts with which the model would begin to speak for somebody else."""

    def render(self, turns: Sequence[Turn], framing: Framing = PLAIN, *, asks: bool) -> str:
        """The prompt; with `asks` it ends where the model's answer begins. Raises `ModelError`."""


class PlainTemplate:
    """For models without a template: names and colons, as in a play."""

    source = ""
    stop_strings = ("\nUser:",)

    def render(self, turns: Sequence[Turn], framing: Framing = PLAIN, *, asks: bool) -> str:
        """System text as it is, the others after their names."""
        lines = [turn.text if turn.role is Role.SYSTEM else f"{_PLAIN_NAMES[turn.role]}: {turn.text}" for turn in turns]
        return "\n".join([*lines, "Assistant:"] if asks else lines)


class JinjaTemplate:
    """The template from a model file. It is a program by a stranger: sandboxed, and tried in a child process first.

    Raises `ModelError` for one that is not a template at all.
    """

    stop_strings: tuple[str, ...] = ()

    def __init__(self, source: str, bos: str, eos: str) -> None:
        from jinja2.exceptions import TemplateError

        try:
            self._template = _environment().from_string(source)
        except (TemplateError, RecursionError, SyntaxError, ValueError) as error:
            raise _unusable() from error
        self.source = source
        self._tokens = {"bos_token": bos, "eos_token": eos}

    def render(self, turns: Sequence[Turn], framing: Framing = PLAIN, *, asks: bool) -> str:
        """The prompt. A template that has no place for a system text gets it inside the first question."""
        failure: Exception | None = None
        for attempt in (turns, _without_system(turns)):
            try:
                text = self._render(attempt, asks=asks)
            except Exception as error:  # noqa: BLE001  a stranger's program may raise anything
                failure = error
                continue
            if all(turn.text.strip() in text for turn in attempt if turn.role is Role.SYSTEM):
                return text
        raise _unusable() from failure

    def _render(self, turns: Sequence[Turn], *, asks: bool) -> str:
        messages = [{"role": str(turn.role), "content": turn.text} for turn in turns]
        return self._template.render(messages=messages, add_generation_prompt=asks, **self._tokens)


def template_for(source: str, bos: str, eos: str) -> Template:
    """The template of a model file; the plain one where the file has none (`source` empty)."""
    return JinjaTemplate(source, bos, eos) if source.strip() else PlainTemplate()


def _without_system(turns: Sequence[Turn]) -> list[Turn]:
    """The turns with all system texts moved to the front of the first question."""
    system = "\n\n".join(turn.text for turn in turns if turn.role is Role.SYSTEM)
    others = [turn for turn in turns if turn.role is not Role.SYSTEM]
    first = next((position for position, turn in enumerate(others) if turn.role is Role.USER), None)
    if first is None:
        return [*others, Turn(Role.USER, system)]
    others[first] = Turn(Role.USER, f"{system}\n\n{others[first].text}".strip())
    return others


def _unusable() -> ModelError:
    return ModelError(
        "The chat template inside the model file can't be used.",
        "Take the file from another publisher; many models are offered by several.",
    )


def _environment() -> ImmutableSandboxedEnvironment:
    """Jinja as transformers sets it up for chat templates, with a limit on multiplying."""
    from jinja2.exceptions import SecurityError, TemplateError
    from jinja2.ext import Extension
    from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**"})

        @override
        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            sizes = [len(side) if hasattr(side, "__len__") else side for side in (left, right)]
            if operator == "**" or any(isinstance(size, int) and abs(size) > _MAX_REPEATED for size in sizes):
                raise SecurityError("a chat template has no business with such numbers")
            return SandboxedEnvironment.call_binop(self, context, operator, left, right)

    class GenerationTag(Extension):
        """`{% generation %}` marks what training learns from; what stands in it is written all the same."""

        tags = {"generation"}  # noqa: RUF012  Jinja reads it, nothing changes it

        @override
        def parse(self, parser: Parser) -> list[Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    def raise_exception(message: str) -> None:
        raise TemplateError(message)

    def tojson(value: object, indent: int | None = None) -> str:
        return json.dumps(value, ensure_ascii=False, indent=indent)

    def strftime_now(pattern: str) -> str:
        return datetime.datetime.now().astimezone().strftime(pattern)

    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", GenerationTag], autoescape=False
    )
    environment.filters["tojson"] = tojson
    environment.globals.update(raise_exception=raise_exception, strftime_now=strftime_now)
    return environment
