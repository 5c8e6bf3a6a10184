"""Keeps text that people or documents wrote from being read as a model's control tokens."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.chat import Tool, ToolCall, Turn

BREAK: Final = "\0"
"""Ends one stretch of text and begins the next: no token may span it. Guarded text holds no other NUL."""

_LONG_RUN: Final = re.compile(r"\S{1000}(?=\S)|\s{1000}(?=\s)")
"""Some of llama.cpp's word patterns recurse once a character and overflow the stack on a long enough run."""

_ESCAPED_BREAK: Final = re.compile(r"(?<!\\)((?:\\\\)*)\\u0000")


def guarded_json(value: object, **options: Any) -> str:
    """JSON in which a `BREAK` in a text stays one, which JSON would spell out; `options` are those of `json.dumps`."""
    return with_breaks(json.dumps(value, **options))


def with_breaks(text: str) -> str:
    """A text that is JSON with its `BREAK`s as they are, not as JSON spells them."""
    return _ESCAPED_BREAK.sub(rf"\1{BREAK}", text) if "\\u0000" in text else text


class Guard:
    """Marks breaks inside whatever spells one of `controls`: control tokens, and what templates and readers look for.

    Marking keeps the text whole for the chat template, which may trim or cut it, and keeps the tokens of all
    other text as they are when template and text are tokenised as one, which is what models were trained on.
    """

    def __init__(self, controls: Iterable[str]) -> None:
        # A control token of one character can't be told from the character: such a vocabulary is not protected.
        spelled = sorted({control for control in controls if len(control) > 1})
        alternatives = "|".join(map(re.escape, spelled))
        first = "".join(map(re.escape, sorted({control[0] for control in spelled})))
        # Trying hundreds of alternatives at every character takes long: most begin none of them.
        self._begins = re.compile(f"(?=[{first}])(?=(?:{alternatives}))(.)", re.DOTALL) if spelled else None
        self._prefixes = {control[:length] for control in spelled for length in range(1, len(control))}
        self._longest = max(map(len, spelled), default=1)

    def protect(self, text: str) -> str:
        """The text with `BREAK`s: removing them gives it back without its NULs, which mean nothing in a text.

        A beginning of a control token at the end is broken off too, so that what follows can't complete it.
        """
        text = _LONG_RUN.sub(rf"\g<0>{BREAK}", text.replace(BREAK, ""))
        if self._begins is not None:
            text = self._begins.sub(rf"\1{BREAK}", text)
        if any(text[-length:] in self._prefixes for length in range(1, self._longest)):
            text += BREAK
        return text

    def turn(self, turn: Turn) -> Turn:
        """A turn with its text and its calls protected. What came of a call is text like any other."""
        return replace(
            turn,
            text=self.protect(turn.text),
            calls=tuple(map(self._call, turn.calls)),
            call_id=self.protect(turn.call_id),
        )

    def tool(self, tool: Tool) -> Tool:
        """A tool, which may be described by strangers, with all that is said of it protected."""
        return replace(
            tool,
            name=self.protect(tool.name),
            description=self.protect(tool.description),
            parameters=self._json(tool.parameters),
        )

    def _call(self, call: ToolCall) -> ToolCall:
        return replace(
            call,
            id=self.protect(call.id),
            name=self.protect(call.name),
            arguments=self._json(call.arguments),
        )

    def _json(self, text: str) -> str:
        """JSON with all texts in it protected, the breaks spelled as JSON spells them."""
        try:
            return json.dumps(self._value(json.loads(text)), ensure_ascii=False)
        except (ValueError, RecursionError):
            return self.protect(text)

    def _value(self, value: object) -> object:
        if isinstance(value, str):
            return self.protect(value)
        if isinstance(value, list):
            return [self._value(item) for item in value]
        if isinstance(value, dict):
            return {self.protect(name): self._value(item) for name, item in value.items()}
        return value
