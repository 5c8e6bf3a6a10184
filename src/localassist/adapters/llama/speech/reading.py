"""Sorts what a model writes, piece by piece, into reasoning, answer and tool calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from localassist.adapters.llama.speech.calls import BARE
from localassist.adapters.llama.speech.markers import Markers
from localassist.adapters.llama.speech.parts import Answer, Thought

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.speech.calls import CallForm
    from localassist.adapters.llama.speech.parts import SpeechEvent
    from localassist.domain.chat import Tool

_BARE_CALLS: Final = (
    '{"name":',
    '{"function":',
    '{"type":"function"',
    '{"parameters":',
    '[{"name":',
    '[{"type":"function"',
)
"""How calls that nothing marks begin, without their white space."""


class SpeechReader(Protocol):
    """Reads one answer. Holds text back only as long as it may turn out to be part of a marker or of a call."""

    @property
    def reasoning(self) -> bool:
        """Whether what comes next is reasoning, as far as can be told."""

    def feed(self, text: str) -> list[SpeechEvent]:
        """What is certain now; `text` may be cut anywhere."""

    def finish(self) -> list[SpeechEvent]:
        """The rest, at the end of the answer. A call that was not understood comes as text of the answer."""


@dataclass(frozen=True, slots=True)
class Tags:
    """What a model puts around reasoning (`opens`, `closes`) and calls.

    `unmistakable` are those that are control tokens, `silent` texts that are left out. `bare_calls`: an answer
    that begins as a call in JSON may be one.
    """

    opens: str
    closes: str
    forms: tuple[CallForm, ...] = ()
    unmistakable: frozenset[str] = frozenset()
    silent: frozenset[str] = frozenset()
    bare_calls: bool = False


class _Mode(Enum):
    BEGINNING = auto()
    REASONING = auto()
    ANSWER = auto()
    CALL = auto()


class TaggedReader:
    """Reads models that put tags around their reasoning and their calls.

    Reasoning opens an answer or is none: a tag further on is a word of the answer. Calls are looked for only where
    tools were offered.
    """

    def __init__(self, tags: Tags, tools: Sequence[Tool], *, thinks: bool) -> None:
        self._tags = tags
        self._tools = tools
        self._forms = {form.opens: form for form in tags.forms} if tools else {}
        self._in_thought = Markers([tags.closes, *(tags.unmistakable & self._forms.keys())])
        self._in_answer = Markers([*self._forms, *tags.silent, *(tags.unmistakable & {tags.closes})])
        self._in_call = Markers([])
        self._form = BARE
        self._call: list[str] = []
        self._thought = Thought()
        self._said = Answer(with_calls=bool(tools))
        self._thought_before = thinks
        self._held = ""
        self._mode = _Mode.REASONING if thinks else _Mode.BEGINNING

    @property
    def reasoning(self) -> bool:
        """Whether what comes next is reasoning."""
        return self._mode is _Mode.REASONING

    def feed(self, text: str) -> list[SpeechEvent]:
        """What is certain now."""
        self._held += text
        events: list[SpeechEvent] = []
        while self._step(events):
            pass
        return events

    def finish(self) -> list[SpeechEvent]:
        """The rest."""
        held, self._held = self._held, ""
        if self._mode is _Mode.REASONING:
            return [*self._thought.add(held), *self._thought.end(), *self._said.end()]
        if self._mode is _Mode.CALL:
            self._call.append(held)
            events = self._called("")
        else:
            events = self._said.add(held)
        return [*events, *self._said.end()]

    def _step(self, events: list[SpeechEvent]) -> bool:
        """Take what can be taken; False when more text is needed."""
        if self._mode is _Mode.BEGINNING:
            return self._begin()
        if self._mode is _Mode.REASONING:
            return self._reason(events)
        if self._mode is _Mode.ANSWER:
            return self._answer(events)
        return self._collect(events)

    def _begin(self) -> bool:
        """Before the first word: pass over white space and see whether a tag comes, or a call that nothing marks."""
        waiting = self._held.lstrip()
        self._said.wait(self._held[: len(self._held) - len(waiting)])
        self._held = waiting
        if self._thought_before:
            self._said.drop_space()
        for tag in (self._tags.opens, self._tags.closes):
            if waiting.startswith(tag):
                self._thought_before, self._thought, self._held = True, Thought(), waiting.removeprefix(tag)
                self._mode = _Mode.REASONING if tag == self._tags.opens else _Mode.BEGINNING
                return True
            if tag.startswith(waiting):
                return False
        return self._begin_answer(re.sub(r"\s+", "", waiting[:60]))

    def _begin_answer(self, words: str) -> bool:
        if self._tools and self._tags.bare_calls:
            if any(beginning.startswith(words) for beginning in _BARE_CALLS):
                return False
            if words.startswith(_BARE_CALLS):
                self._open(BARE)
                return True
        self._mode = _Mode.ANSWER
        return True

    def _reason(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_thought.split(self._held)
        events += self._thought.add(before)
        if marker:
            events += self._thought.end()
            self._thought_before, self._mode = True, _Mode.BEGINNING
        if marker in self._forms:
            self._open(self._forms[marker])
        return bool(marker)

    def _answer(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_answer.split(self._held)
        events += self._said.add(before)
        if marker in self._forms:
            self._open(self._forms[marker])
        return bool(marker)

    def _open(self, form: CallForm) -> None:
        self._form, self._call, self._mode = form, [], _Mode.CALL
        self._in_call = Markers(filter(None, [form.ends]))

    def _collect(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_call.split(self._held)
        self._call.append(before)
        if marker:
            events += self._called(marker)
            self._mode = _Mode.ANSWER
        return bool(marker)

    def _called(self, ending: str) -> list[SpeechEvent]:
        body = "".join(self._call)
        calls = self._form.calls(body, self._tools)
        return self._said.call(calls) if calls else self._said.add(self._form.opens + body + ending)
