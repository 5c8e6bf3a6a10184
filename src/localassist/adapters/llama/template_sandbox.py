"""The sandbox in which a stranger's chat template runs: Jinja as transformers sets it up, with limits."""

from __future__ import annotations

import datetime
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.llama.guarding import guarded_json

if TYPE_CHECKING:
    from jinja2.nodes import Node
    from jinja2.parser import Parser
    from jinja2.sandbox import ImmutableSandboxedEnvironment

_MAX_REPEATED: Final = 100_000
"""A template that multiplies its way past this many characters or items is not formatting a conversation."""

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


def sandbox() -> ImmutableSandboxedEnvironment:
    """The environment, with all that transformers offers to chat templates and a limit on multiplying."""
    from jinja2.exceptions import SecurityError, TemplateError
    from jinja2.ext import Extension
    from jinja2.sandbox import ImmutableSandboxedEnvironment, SandboxedEnvironment
    from jinja2.utils import Namespace

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

    class PublicNamespace(Namespace):
        """A namespace without names that begin with an underscore, the usual way out of a sandbox."""

        @override
        def __setitem__(self, name: str, value: object) -> None:
            if name.startswith("_"):
                raise SecurityError("a chat template has no business with such names")
            super().__setitem__(name, value)

    def raise_exception(message: str) -> None:
        raise TemplateError(message)

    environment = Environment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols", GenerationTag], autoescape=False
    )
    environment.filters["tojson"] = _tojson
    environment.globals.update(raise_exception=raise_exception, strftime_now=today, namespace=PublicNamespace)
    return environment


def _tojson(
    value: object,
    ensure_ascii: bool = False,  # noqa: FBT001, FBT002  templates call it as they call transformers'
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,  # noqa: FBT001, FBT002
) -> str:
    """JSON as transformers writes it."""
    return guarded_json(value, ensure_ascii=ensure_ascii, indent=indent, separators=separators, sort_keys=sort_keys)


def today(pattern: str) -> str:
    """The date and time here as `strftime` writes it, always in English, which is what templates are written in."""
    now = datetime.datetime.now().astimezone()
    month, day = _MONTHS[now.month - 1], _DAYS[now.weekday()]
    for directive, name in (("%B", month), ("%b", month[:3]), ("%A", day), ("%a", day[:3])):
        pattern = pattern.replace(directive, name)
    return now.strftime(pattern)
