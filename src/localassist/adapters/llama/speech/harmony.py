"""Reads gpt-oss, whose answers are messages with a channel each: analysis, commentary (calls among it) and final."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.speech.calls import CallForm, make_call
from localassist.adapters.llama.speech.markers import CONTROL, Markers, as_heard
from localassist.adapters.llama.speech.parts import Answer, Thought

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

    from localassist.adapters.llama.speech.parts import SpeechEvent
    from localassist.domain.chat import Tool

HARMONY_MARKS: Final = frozenset(
    {"<|start|>", "<|channel|>", "<|constrain|>", "<|message|>", "<|end|>", "<|call|>", "<|return|>"}
)
HARMONY_THINK_END: Final = "<|end|><|start|>assistant<|channel|>final<|message|>"

_IN_HEAD: Final = ("<|start|>", "<|channel|>", "<|constrain|>", "<|message|>")
_FIRST_WORDS: Final = ("to=", "assistant")
"""How a head may begin; a text without a mark soon after them is an answer that begins so."""

_LONGEST_PAUSE: Final = 100
"""Characters before a head, or before the first mark in it; more are the text of an answer."""

_CHANNEL: Final = re.compile(r"<\|channel\|>\s*(\w+)")
_RECIPIENT: Final = re.compile(r"to=functions\.([\w.\-]+)")


class HarmonyReader:
    """Reads an answer to a prompt that ends with <|start|>assistant: head, body, head, body ..."""

    def __init__(self, tools: Sequence[Tool], controls: Collection[str]) -> None:
        """`controls` are the marks that the vocabulary has as control tokens, and that count only as such."""
        heard = {mark: as_heard(mark, {mark} & set(controls)) for mark in HARMONY_MARKS}
        self._in_head_marks = tuple(heard[mark] for mark in _IN_HEAD)
        self._begin_bodies = tuple(heard[mark] for mark in ("<|start|>", "<|channel|>"))
        self._any = Markers(heard.values())
        self._ends_head = Markers([heard["<|message|>"]])
        self._ends_body = Markers(heard[mark] for mark in HARMONY_MARKS - {"<|message|>", "<|constrain|>"})
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
        if self._in_head:  # a head of which a mark came says nothing
            return [*([] if self._collected else self._said.add(held)), *self._said.end()]
        return [*self._take(held), *self._close(), *self._said.end()]

    def _head(self) -> bool:
        if not self._collected and not self._is_head():
            return self._held != "" and not self._in_head
        before, marker, self._held = self._ends_head.split(self._held)
        self._collected.append(before)
        if marker:
            self._open("".join(self._collected))
        return bool(marker)

    def _is_head(self) -> bool:
        """Whether a head begins here. A text that is none is the body of an answer without one."""
        waiting = self._held.lstrip()
        if waiting.startswith(self._in_head_marks):
            return True
        too_long = len(self._held) > _LONGEST_PAUSE
        if waiting.startswith(_FIRST_WORDS):
            mark = self._any.split(waiting)[1]
            if mark in self._in_head_marks:
                return True
            if mark or too_long:
                self._open("")
        elif too_long or not any(begin.startswith(waiting) for begin in (*self._in_head_marks, *_FIRST_WORDS)):
            self._open("")
        return False

    def _open(self, head: str) -> None:
        head = head.replace(CONTROL, "")
        channel, recipient = _CHANNEL.search(head), _RECIPIENT.search(head)
        self._function = recipient.group(1) if recipient and self._tools else ""
        thinks = channel is not None and channel.group(1) == "analysis" and not self._function
        self._thought = Thought() if thinks else None
        self._collected, self._in_head = [], False

    def _body(self, events: list[SpeechEvent]) -> bool:
        before, marker, rest = self._ends_body.split(self._held)
        self._held = rest
        events += self._take(before)
        if marker:
            events += self._close()
            self._in_head = True
            self._held = marker + rest if marker in self._begin_bodies else rest
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
            name, body = self._function, "".join(self._collected).replace(CONTROL, "")
            calls = CallForm("", "", lambda text, _tools: [make_call(name, text or "{}")]).calls(body, self._tools)
            events = self._said.call(calls) if calls else self._said.add(body)
        self._thought, self._function, self._collected = None, "", []
        return events
