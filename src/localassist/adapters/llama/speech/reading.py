"""Sorts what a model writes, piece by piece, into reasoning, answer and tool calls."""

from __future__ import annotations

import time
from enum import Enum, auto
from typing import TYPE_CHECKING, Protocol

from localassist.adapters.llama.speech.markers import Markers
from localassist.domain.events import ReasoningDelta, ReasoningEnded, TokenDelta, ToolCalled

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.adapters.llama.speech.calls import CallForm
    from localassist.domain.chat import Tool

    SpeechEvent = ReasoningDelta | ReasoningEnded | TokenDelta | ToolCalled


class SpeechReader(Protocol):
    """Reads one answer. Holds text back only as long as it may turn out to be part of a marker or of a call."""

    @property
    def reasoning(self) -> bool:
        """Whether what comes next is reasoning, as far as can be told."""

    def feed(self, text: str) -> list[SpeechEvent]:
        """What is certain now; `text` may be cut anywhere."""

    def finish(self) -> list[SpeechEvent]:
        """The rest, at the end of the answer. A call that was not understood comes as text of the answer."""


class Thought:
    """Reasoning as it is shown: without white space around it, and with the time it took."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spaces: list[str] = []
        self._said = False

    def add(self, text: str) -> list[SpeechEvent]:
        """More of it."""
        body = text.rstrip()
        if not body:
            self._spaces.append(text)
            return []
        shown = "".join(self._spaces) + body if self._said else body.lstrip()
        self._said = True
        self._spaces = [text[len(body) :]]
        return [ReasoningDelta(shown)]

    def end(self) -> list[SpeechEvent]:
        """Nothing if nothing was thought."""
        return [ReasoningEnded(time.perf_counter() - self._began)] if self._said else []


class _Mode(Enum):
    BEGINNING = auto()
    REASONING = auto()
    ANSWER = auto()
    CALL = auto()


class TaggedReader:
    """Reads models that put tags around their reasoning and their calls.

    Reasoning opens an answer or is none: a tag further on is a word of the answer.
    """

    def __init__(
        self, tags: tuple[str, str], forms: Sequence[CallForm], tools: Sequence[Tool], *, thinks: bool
    ) -> None:
        """`forms` are looked for only where `tools` were offered."""
        self._opening, self._closing = tags
        self._forms = {form.opens: form for form in forms} if tools else {}
        self._tools = tools
        self._in_thought = Markers([self._closing])
        self._in_answer = Markers(self._forms)
        self._thought = Thought()
        self._form: CallForm | None = None
        self._in_call = Markers([])
        self._call: list[str] = []
        self._spaces: list[str] = []
        self._held = ""
        self._drops_space = thinks
        self._mode = _Mode.REASONING if thinks else _Mode.BEGINNING

    @property
    def reasoning(self) -> bool:
        """Whether what comes next is reasoning."""
        return self._mode is _Mode.REASONING

    def feed(self, text: str) -> list[SpeechEvent]:
        """What is certain now."""
        self._held += text
        events: list[SpeechEvent] = []
        steps: dict[_Mode, Callable[[list[SpeechEvent]], bool]] = {
            _Mode.BEGINNING: self._begin,
            _Mode.REASONING: self._reason,
            _Mode.ANSWER: self._answer,
            _Mode.CALL: self._collect,
        }
        while steps[self._mode](events):
            pass
        return events

    def finish(self) -> list[SpeechEvent]:
        """The rest."""
        held, self._held = self._held, ""
        if self._mode is _Mode.REASONING:
            return [*self._thought.add(held), *self._thought.end()]
        if self._mode is _Mode.CALL:
            self._call.append(held)
            events = self._called("")
        else:
            events = self._say(held)
        rest = "".join(self._spaces)
        return [*events, TokenDelta(rest)] if rest else events

    def _begin(self, events: list[SpeechEvent]) -> bool:
        """Before the first word: skip white space and see whether a tag comes."""
        waiting = self._held.lstrip()
        self._spaces.append(self._held[: len(self._held) - len(waiting)])
        self._held = waiting
        for tag in (self._opening, self._closing):
            if waiting.startswith(tag):
                self._held = waiting.removeprefix(tag)
                self._drops_space = True
                self._mode, self._thought = (_Mode.REASONING if tag == self._opening else self._mode), Thought()
                return True
            if tag.startswith(waiting):
                return False
        if self._drops_space:
            self._spaces.clear()
        self._mode = _Mode.ANSWER
        return True

    def _reason(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_thought.split(self._held)
        events += self._thought.add(before)
        if marker:
            events += self._thought.end()
            self._mode = _Mode.BEGINNING
        return bool(marker)

    def _answer(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_answer.split(self._held)
        events += self._say(before)
        if marker:
            self._form, self._call = self._forms[marker], []
            self._in_call = Markers(filter(None, [self._form.ends]))
            self._mode = _Mode.CALL
        return bool(marker)

    def _collect(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_call.split(self._held)
        self._call.append(before)
        if marker:
            events += self._called(marker)
            self._mode = _Mode.ANSWER
        return bool(marker)

    def _called(self, ending: str) -> list[SpeechEvent]:
        if self._form is None:
            return []
        body = "".join(self._call)
        calls = self._form.read(body, self._tools)
        if not calls:
            return self._say(self._form.opens + body + ending)
        self._spaces.clear()
        return [ToolCalled(call) for call in calls]

    def _say(self, text: str) -> list[SpeechEvent]:
        """Text of the answer; where a call may follow, the white space before it waits to be dropped."""
        body = text.rstrip() if self._tools else text
        if not body:
            self._spaces.append(text)
            return []
        shown = "".join(self._spaces) + body
        self._spaces = [text[len(body) :]]
        return [TokenDelta(shown)]
