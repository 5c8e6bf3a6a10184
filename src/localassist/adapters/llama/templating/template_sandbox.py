"""The sandbox in which a stranger's chat template runs: Jinja as transformers sets it up, with limits."""

from __future__ import annotations

import datetime
import threading
from contextlib import contextmanager
from functools import wraps
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.llama.guarding import guarded_json
from localassist.adapters.llama.templating.template_budget import FILTERS, Budget, TooCostlyError

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator

    from jinja2.compiler import CodeGenerator
    from jinja2.environment import Template
    from jinja2.ext import Extension
    from jinja2.nodes import Node
    from jinja2.parser import Parser
    from jinja2.utils import Namespace

_MAX_REPEATED: Final = 100_000
"""A template that multiplies its way past this many characters or items is not formatting a conversation."""

_READING: Final = frozenset({"sort", "dictsort", "unique", "groupby", "min", "max"}) | frozenset(
    {"==", "!=", "eq", "equalto", "ne", "<", "<=", ">", ">=", "lt", "le", "gt", "ge", "lessthan", "greaterthan", "in"}
)
"""The filters and tests that compare."""

_MONTHS: Final = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")


class Sandbox:
    """The environment, with all that transformers offers to chat templates and that a conversation needs."""

    def __init__(self) -> None:
        self._renderings = threading.local()
        self._environment = _environment(self)
        filters, tests = self._environment.filters, self._environment.tests
        self._environment.filters = {name: self._watched(name, filters[name]) for name in filters.keys() & FILTERS}
        self._environment.tests = {name: self._watched(name, test) for name, test in tests.items()}

    @property
    def budget(self) -> Budget:
        """What the rendering in this thread may still cost."""
        budget: Budget = self._renderings.budget
        return budget

    def template(self, source: str) -> Template:
        """The compiled template. Raises errors of Jinja's, `RecursionError`, `SyntaxError` and `ValueError`."""
        template: Template = self._environment.from_string(source)
        return template

    @contextmanager
    def rendering(self, turns: int, size: int) -> Iterator[None]:
        """While a template of this sandbox is rendered in this thread."""
        self._renderings.budget = Budget(turns, size)
        try:
            yield
        finally:
            del self._renderings.budget

    def written(self, pieces: Iterable[str]) -> str:
        """The pieces as one text."""
        pieces = list(pieces)
        self.budget.fits(sum(map(len, pieces)))
        text: str = self.budget.made("".join(pieces))
        return text

    def _watched(self, name: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """A filter or a test within the budget. As it takes the context, the compiler does not run it by itself."""
        from jinja2 import pass_context

        kind = getattr(function, "jinja_pass_arg", None)

        @pass_context
        @wraps(function)
        def watched(context: Any, value: Any, /, *arguments: Any, **named: Any) -> Any:
            budget = self.budget
            if name == "join" and not hasattr(value, "__len__"):
                value = list(value)
            for read in (value, *arguments) if name in _READING else ():
                budget.read(read)
            budget.measure(name, value, arguments, named)
            offered = {"context": context, "eval_context": context.eval_ctx, "environment": context.environment}
            passed = [] if kind is None else [offered[kind.name]]
            result = function(*passed, value, *arguments, **named)
            return self._counted(result) if hasattr(result, "__next__") else budget.made(result)

        return watched

    def _counted(self, items: Iterator[Any]) -> Iterator[Any]:
        for item in items:
            self.budget.step()
            yield item


def _environment(sandbox: Sandbox) -> Any:
    from jinja2 import pass_context
    from jinja2.exceptions import TemplateError

    def raise_exception(message: str) -> None:
        raise TemplateError(message)

    environment = _environment_class()(
        trim_blocks=True,
        lstrip_blocks=True,
        extensions=["jinja2.ext.loopcontrols", _generation_tag()],
        autoescape=False,
        finalize=pass_context(lambda _context, value: sandbox.budget.shown(value)),
    )
    environment.sandbox = sandbox
    environment.concat = sandbox.written
    environment.filters["tojson"] = _tojson
    del environment.globals["lipsum"]
    environment.globals.update(raise_exception=raise_exception, strftime_now=today, namespace=_namespace())
    return environment


def _environment_class() -> Any:
    from jinja2.sandbox import ImmutableSandboxedEnvironment

    class Environment(ImmutableSandboxedEnvironment):
        intercepted_binops = frozenset({"*", "**", "+", "%"})
        code_generator_class = _code_generator()
        sandbox: Sandbox

        @override
        def call_binop(self, context: Any, operator: str, left: Any, right: Any) -> Any:
            _measure(self.sandbox.budget, operator, left, right)
            return self.sandbox.budget.made(super().call_binop(context, operator, left, right))

        @override
        def call(self, context: Any, called: Any, /, *arguments: Any, **named: Any) -> Any:
            self.sandbox.budget.call(called, arguments, named)
            return self.sandbox.budget.made(super().call(context, called, *arguments, **named))

        @override
        def getitem(self, obj: Any, argument: Any) -> Any:
            return super().getitem(obj, self.sandbox.budget.key(argument))

        @property
        def step(self) -> bool:
            """True; compiled templates ask for it wherever they do something once more."""
            self.sandbox.budget.step()
            return True

        def made(self, value: Any) -> Any:
            return self.sandbox.budget.made(value)

        def read(self, value: Any) -> Any:
            return self.sandbox.budget.read(value)

        def joined(self, *parts: Any) -> str:
            self.sandbox.budget.fits(self.sandbox.budget.weight(*parts))
            return self.sandbox.written(map(str, parts))

    return Environment


def _measure(budget: Budget, operator: str, left: Any, right: Any) -> None:
    """Before two values are joined or multiplied."""
    if operator in ("*", "**"):
        sizes = [len(side) if hasattr(side, "__len__") else side for side in (left, right)]
        if operator == "**" or any(isinstance(size, int) and abs(size) > _MAX_REPEATED for size in sizes):
            raise TooCostlyError
        budget.fits(budget.weight(left, right) * max(size for size in (*sizes, 1) if isinstance(size, int)))
    elif operator == "+":
        budget.fits(budget.weight(left, right))
    elif isinstance(left, str):
        budget.format(left, right)


def _code_generator() -> type[CodeGenerator]:
    """Compiles templates so that what they do again and again is counted, and what they make passes the budget."""
    from jinja2 import nodes
    from jinja2.compiler import CodeGenerator, operators

    class Generator(CodeGenerator):
        @override
        def visit(self, node: Node, *arguments: Any, **named: Any) -> None:
            if not _makes_list(node):
                super().visit(node, *arguments, **named)
                return
            self.write("environment.made(")
            super().visit(node, *arguments, **named)
            self.write(")")

        @override
        def visit_For(self, node: nodes.For, frame: Any) -> None:
            node.body.insert(0, nodes.ExprStmt(nodes.EnvironmentAttribute("step")))
            if node.test is not None:
                node.test = nodes.And(nodes.EnvironmentAttribute("step"), node.test)
            super().visit_For(node, frame)

        @override
        def visit_Concat(self, node: nodes.Concat, frame: Any) -> None:
            self.write("environment.joined(")
            for part in node.nodes:
                self.visit(part, frame)
                self.write(", ")
            self.write(")")

        @override
        def visit_Operand(self, node: nodes.Operand, frame: Any) -> None:
            self.write(f" {operators[node.op]} environment.read(")
            self.visit(node.expr, frame)
            self.write(")")

    return Generator


def _makes_list(node: Any) -> bool:
    """Whether an expression makes a list, a tuple or a mapping, or a part of one or of a text."""
    kind = type(node).__name__
    if kind == "Getitem":
        return type(node.arg).__name__ == "Slice"
    return kind in ("List", "Dict") or (kind == "Tuple" and node.ctx == "load")


def _generation_tag() -> type[Extension]:
    from jinja2.ext import Extension

    class GenerationTag(Extension):
        """`{% generation %}` marks what training learns from; what stands in it is written all the same."""

        tags = {"generation"}  # noqa: RUF012  Jinja reads it, nothing changes it

        @override
        def parse(self, parser: Parser) -> list[Node]:
            next(parser.stream)
            return parser.parse_statements(("name:endgeneration",), drop_needle=True)

    return GenerationTag


def _namespace() -> type[Namespace]:
    from jinja2.exceptions import SecurityError
    from jinja2.utils import Namespace

    class PublicNamespace(Namespace):
        """A namespace without names that begin with an underscore, the usual way out of a sandbox."""

        @override
        def __setitem__(self, name: str, value: object) -> None:
            if name.startswith("_"):
                raise SecurityError("a chat template has no business with such names")
            super().__setitem__(name, value)

        @override
        def __repr__(self) -> str:
            return "<Namespace>"  # what it holds may hold it in turn, many times over

    return PublicNamespace


def _tojson(
    value: object,
    ensure_ascii: bool = False,  # noqa: FBT001, FBT002  templates call it as they call transformers'
    indent: int | None = None,
    separators: tuple[str, str] | None = None,
    sort_keys: bool = False,  # noqa: FBT001, FBT002  templates call it so
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
