"""Reads gpt-oss, whose answers are messages with a channel each: analysis, commentary (calls among it) and final."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.speech.calls import CallForm, make_call
from localassist.adapters.llama.speech.markers import Markers
from localassist.adapters.llama.speech.parts import Answer, Thought

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.speech.parts import SpeechEvent
    from localassist.domain.chat import Tool

HARMONY_MARKS: Final = frozenset(
    {"<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>"}
)
HARMONY_THINK_END: Final = "<|end|><|start|>assistant<|channel|>final<|message|>"

_HEAD_BEGINNINGS: Final = ("<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "to=", "assistant")
_LONGEST_PAUSE: Final = 100
"""Characters of white space before a head; more are the text of an answer."""

_ENDS_HEAD: Final = Markers(["<|message|>"])
_ENDS_BODY: Final = Markers(HARMONY_MARKS - {"<|message|>", "<|constrain|>"})
_CHANNEL: Final = re.compile(r"<\|channel\|>\s*(\w+)")
_RECIPIENT: Final = re.compile(r"to=functions\.([\w.\-]+)")


class HarmonyReader:
    """Reads an answer to a prompt that ends with <|start|>assistant: head, body, head, body ..."""

    def __init__(self, tools: Sequence[Tool]) -> None:
        self._tools = tools
        self._said = Answer(with_calls=bool(tools))
        self._thought: Thought | None = None
        self._function = ""
        self._collected: list[str] = []
        self._in_head = True
        self._held = ""

    @property
    def reasoning(self) -> bool:
        """Whether what comes next is reasoning."""
        return self._thought is not None

    def feed(self, text: str) -> list[SpeechEvent]:
        """What is certain now."""
        self._held += text
        events: list[SpeechEvent] = []
        while self._head() if self._in_head else self._body(events):
            pass
        return events

    def finish(self) -> list[SpeechEvent]:
        """The rest."""
        held, self._held = self._held, ""
        if self._in_head:  # a head that was begun says nothing
            return [*([] if self._collected else self._said.add(held)), *self._said.end()]
        return [*self._take(held), *self._close(), *self._said.end()]

    def _head(self) -> bool:
        if not self._collected and not self._is_head():
            return self._held != "" and not self._in_head
        before, marker, self._held = _ENDS_HEAD.split(self._held)
        self._collected.append(before)
        if marker:
            self._open("".join(self._collected))
        return bool(marker)

    def _is_head(self) -> bool:
        """Whether a head begins here. A text that is none is the body of an answer without one."""
        waiting = self._held.lstrip()
        if waiting.startswith(_HEAD_BEGINNINGS):
            return True
        if not any(beginning.startswith(waiting) for beginning in _HEAD_BEGINNINGS) or len(self._held) > _LONGEST_PAUSE:
            self._open("")
        return False

    def _open(self, head: str) -> None:
        channel, recipient = _CHANNEL.search(head), _RECIPIENT.search(head)
        self._function = recipient.group(1) if recipient and self._tools else ""
        thinks = channel is not None and channel.group(1) == "analysis" and not self._function
        self._thought = Thought() if thinks else None
        self._collected, self._in_head = [], False

    def _body(self, events: list[SpeechEvent]) -> bool:
        before, marker, rest = _ENDS_BODY.split(self._held)
        self._held = rest
        events += self._take(before)
        if marker:
            events += self._close()
            self._in_head = True
            self._held = marker + rest if marker in ("<|start|>", "<|channel|>") else rest
        return bool(marker)

    def _take(self, text: str) -> list[SpeechEvent]:
        if self._thought is not None:
            return self._thought.add(text)
        if self._function:
            self._collected.append(text)
            return []
        return self._said.add(text) if text else []

    def _close(self) -> list[SpeechEvent]:
        events: list[SpeechEvent] = []
        if self._thought is not None:
            events = self._thought.end()
        elif self._function:
            name, body = self._function, "".join(self._collected)
            calls = CallForm("", "", lambda text, _tools: [make_call(name, text or "{}")]).calls(body, self._tools)
            events = self._said.call(calls) if calls else self._said.add(body)
        self._thought, self._function, self._collected = None, "", []
        return events
