"""What one rendering of a stranger's chat template may cost: steps, sizes and seconds, counted while it runs."""

from __future__ import annotations

import re
import time
from collections.abc import ItemsView, KeysView, ValuesView
from types import BuiltinMethodType, MethodType
from typing import Any, Final

_STEPS: Final = 500_000
_STEPS_A_TURN: Final = 4_000
"""Gemma 4's template passes over all turns at every turn: 2,000 turns take 4 million steps."""

_CHARACTERS: Final = 64_000_000
_PASSES: Final = 64
_PASSES_A_TURN: Final = 2
"""How often all that a template is given may be made anew: Reka's adds turn to turn, twice over."""

_SIZE: Final = 8_000_000
"""The largest single value that a template may make of next to nothing, in characters."""

_GROWTH: Final = 8
_ITEM: Final = 16
"""What an item of a list weighs besides its characters."""

_ITEMS_A_STEP: Final = 8
_CHARACTERS_A_STEP: Final = 4_096
_SECONDS: Final = 8.0
_SECONDS_A_TURN: Final = 0.02
_CHARACTERS_A_SECOND: Final = 1e6
_STEPS_BETWEEN_LOOKS: Final = 512
_DEEPEST: Final = 200
_WIDEST: Final = 32
"""Spaces that JSON may be indented by."""

_BUILT_IN: Final = (str, bytes, int, float, list, tuple, dict, set, range, type)
_CONTAINERS: Final = (list, tuple, dict, set, frozenset, range, KeysView, ValuesView, ItemsView)
_METHODS: Final = frozenset(
    {"capitalize", "casefold", "copy", "count", "endswith", "find", "format", "format_map", "get", "index"}
    | {"isalnum", "isalpha", "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isspace", "istitle"}
    | {"isupper", "items", "join", "keys", "lower", "lstrip", "partition", "removeprefix", "removesuffix", "replace"}
    | {"rfind", "rindex", "rpartition", "rsplit", "rstrip", "split", "splitlines", "startswith", "strip", "swapcase"}
    | {"title", "upper", "values"}
)
"""Methods of Python's own types whose result is no longer than what they are given, and those measured before."""

FILTERS: Final = frozenset(
    {"abs", "attr", "capitalize", "count", "d", "default", "dictsort", "e", "escape", "first", "float", "format"}
    | {"groupby", "indent", "int", "items", "join", "last", "length", "list", "lower", "map", "max", "min", "reject"}
    | {"rejectattr", "replace", "reverse", "safe", "select", "selectattr", "sort", "string", "title", "tojson", "trim"}
    | {"truncate", "unique", "upper", "urlencode", "wordcount"}
)
"""The filters of which the same is true."""

_WIDTH: Final = re.compile(r"\d{3,}|[*]|\{[^{}]*\{")
"""What makes a formatted value wide: many digits, or a width that is itself a value."""


class TooCostlyError(Exception):
    """A template goes beyond what writing a conversation can cost."""


class Budget:
    """What is left for one rendering of `turns` turns with `size` characters in all.

    Every value that a template makes is weighed, or was measured before it was made, so that no single operation can
    take long or much memory; how many there may be is counted in steps. Seconds, of this thread's own computing, are
    for what neither sees. Raises `TooCostlyError`.
    """

    def __init__(self, turns: int, size: int) -> None:
        self._characters = _CHARACTERS + (_PASSES + _PASSES_A_TURN * turns) * size
        self._steps = _STEPS + _STEPS_A_TURN * turns + self._characters // _CHARACTERS_A_STEP
        self._most = _SIZE + _GROWTH * size
        self._ends = time.thread_time() + _SECONDS + _SECONDS_A_TURN * turns + size / _CHARACTERS_A_SECOND
        self._look = self._steps
        # An object stays alive while its weight is known: a new one can't come to have its identity.
        self._weights: dict[int, tuple[object, int, int]] = {}

    def step(self, cost: int = 1) -> None:
        """Work that was done."""
        self._steps -= cost
        if self._steps < self._look:
            self._look = self._steps - _STEPS_BETWEEN_LOOKS
            if self._steps < 0 or time.thread_time() > self._ends:
                raise TooCostlyError

    def made(self, value: Any) -> Any:
        """The value, which was made just now, after weighing it."""
        if isinstance(value, str):
            self.fits(len(value))
            self._pass(len(value))
        elif isinstance(value, _CONTAINERS):
            self.fits(self._weigh(value, 0)[0])
            self.step(1 + len(value) // _ITEMS_A_STEP)
        return value

    def read(self, value: Any) -> Any:
        """The value, all of which is about to be read: compared or hashed."""
        self.step(1 + self._weigh(value, 0)[0] // _CHARACTERS_A_STEP)
        return value

    def key(self, value: Any) -> Any:
        """The value, by which something is about to be looked up."""
        return self.read(value) if isinstance(value, tuple) else value

    def _pass(self, characters: int) -> None:
        self._characters -= characters
        if self._characters < 0:
            raise TooCostlyError
        self.step(1 + characters // _CHARACTERS_A_STEP)

    def shown(self, value: Any) -> Any:
        """The value, which is about to become text of the prompt: what is no text is spelled out anew each time."""
        self._pass(0 if isinstance(value, str) else self._weigh(value, 0)[0])
        return value

    def fits(self, size: int) -> None:
        """Whether something of this size may be made."""
        if size > self._most:
            raise TooCostlyError

    def weight(self, *values: Any) -> int:
        """Characters and items in all of them, as often as they occur."""
        return sum(self._weigh(value, 0)[0] for value in values)

    def depth(self, value: Any) -> int:
        """How many levels of lists and mappings lie in it."""
        return self._weigh(value, 0)[1]

    def call(self, called: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Before a call: measures what it would make."""
        self.step()
        method = getattr(called, "__wrapped__", called)  # Jinja puts its own around str.format
        if not isinstance(method, (BuiltinMethodType, MethodType)) or not isinstance(method.__self__, _BUILT_IN):
            return
        value, name = method.__self__, method.__name__
        if name not in _METHODS or isinstance(value, type):
            raise TooCostlyError
        for read in (value, *arguments):
            if isinstance(read, (str, tuple)):
                self.read(read)
        self.measure(name, value, arguments, named)

    def measure(self, name: str, value: Any, arguments: tuple[Any, ...], named: dict[str, Any]) -> None:
        """Before the filter or method `name` of `value`, where the result can be longer than what it is made of."""
        given = [*arguments, *named.values()]
        measure = _MEASURED.get(name)
        if measure is not None:
            measure(self, value, given)

    def format(self, pattern: Any, values: Any) -> None:
        """Before a pattern is filled."""
        places = str(pattern).count("{") + str(pattern).count("%")
        if places and _WIDTH.search(str(pattern)):
            raise TooCostlyError
        self.fits(len(str(pattern)) + places * (100 + self.weight(values)))

    def _weigh(self, value: Any, depth: int) -> tuple[int, int]:
        """The weight, and how many levels lie below."""
        if isinstance(value, str):
            return len(value), 0
        if isinstance(value, range):
            return _ITEM * len(value), 0
        if not isinstance(value, _CONTAINERS):
            return 1, 0
        known = self._weights.get(id(value))
        if known is not None:
            return known[1], known[2]
        if depth > _DEEPEST:
            raise TooCostlyError
        return self._weigh_items(value, depth)

    def _weigh_items(self, value: Any, depth: int) -> tuple[int, int]:
        total, deepest = 0, 0
        pairs = isinstance(value, (dict, ItemsView))  # made anew each time, so not to be remembered
        items = (part for pair in dict(value).items() for part in pair) if pairs else value
        for item in items:
            weight, below = self._weigh(item, depth + 1)
            total, deepest = total + _ITEM + weight, max(deepest, below)
        self.step(len(value) // _ITEMS_A_STEP)
        self.fits(total)
        self._weights[id(value)] = (value, total, deepest + 1)
        return total, deepest + 1


def _measure_replace(budget: Budget, value: Any, given: list[Any]) -> None:
    text, old, new = str(value), *map(str, given[:2])
    budget.fits(len(text) + text.count(old) * len(new))


def _measure_join(budget: Budget, value: Any, given: list[Any]) -> None:
    between, items = (value, given[0]) if isinstance(value, str) and given else ("".join(map(str, given)), value)
    budget.fits(budget.weight(items) + len(items) * len(between))


def _measure_indent(budget: Budget, value: Any, given: list[Any]) -> None:
    budget.fits((str(value).count("\n") + 1) * sum(part if type(part) is int else len(str(part)) for part in given))


def _measure_json(budget: Budget, value: Any, given: list[Any]) -> None:
    if any(type(option) is int and option > _WIDEST for option in given):
        raise TooCostlyError
    budget.fits(budget.weight(value) * (1 + budget.depth(value) * _WIDEST // _ITEM))


_MEASURED: Final = {
    "replace": _measure_replace,
    "join": _measure_join,
    "format": Budget.format,
    "format_map": Budget.format,
    "indent": _measure_indent,
    "tojson": _measure_json,
}
