"""Sorts what a model writes, piece by piece, into reasoning, answer and tool calls."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, auto
from typing import TYPE_CHECKING, Final, Protocol

from localassist.adapters.llama.speech.calls import BARE
from localassist.adapters.llama.speech.markers import CONTROL, Markers, as_heard
from localassist.adapters.llama.speech.parts import Answer, Thought

if TYPE_CHECKING:
    from collections.abc import Collection, Sequence

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

    `known`: the model's template or its vocabulary has them, others are what models have in common. `unmistakable` are
    those that are control tokens, `around` what the whole answer stands between. `bare_calls`: an answer that begins
    as a call in JSON may be one.
    """

    opens: str
    closes: str
    forms: tuple[CallForm, ...] = ()
    unmistakable: frozenset[str] = frozenset()
    known: bool = False
    around: tuple[str, str] | None = None
    bare_calls: bool = False


class _Mode(Enum):
    BEGINNING = auto()
    REASONING = auto()
    ANSWER = auto()
    CALL = auto()


class TaggedReader:
    """Reads models that put tags around their reasoning and their calls.

    Reasoning opens an answer or is none: a tag further on is a word of the answer. An answer may begin with the tag as
    a word, too, which shows only at its end: reasoning that nothing closed and that the prompt did not open is said
    again as the answer, unless a control token opened it, or a line of its own where the model is known to reason.
    Calls are looked for only where tools were offered.
    """

    def __init__(self, tags: Tags, tools: Sequence[Tool], controls: Collection[str], *, thinks: bool) -> None:
        self._tags = tags
        self._tools = tools
        self._opens, self._closes = as_heard(tags.opens, controls), as_heard(tags.closes, controls)
        self._ends = {form.opens: as_heard(form.ends, controls) for form in tags.forms}
        self._forms = {as_heard(form.opens, controls): form for form in tags.forms} if tools else {}
        sure = [heard for heard, form in self._forms.items() if form.opens in tags.unmistakable]
        self._in_thought = Markers([self._closes, *sure])
        closing = [self._closes] if tags.closes in tags.unmistakable else []
        self._in_answer = Markers([*self._forms, *closing, *(tags.around or ())[1:]])
        self._in_call = Markers([])
        self._form = BARE
        self._call: list[str] = []
        self._thought = Thought()
        self._said = Answer(with_calls=bool(tools))
        self._thought_before = thinks
        self._unclosed: list[str] = []
        self._surrounded = False
        self._closing = ""
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
        events: list[SpeechEvent] = []
        if self._mode is _Mode.REASONING:
            events += [*self._think(held), *self._thought.end(), *self._said.add(self._mistaken())]
        elif self._mode is _Mode.CALL:
            self._call.append(held)
            events += self._called("")
        else:
            self._say(held, events)
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
        for tag in self._first_tags():
            if waiting.startswith(tag):
                self._pass_tag(tag)
                return True
            if tag.startswith(waiting):
                return False
        return self._begin_answer(re.sub(r"\s+", "", waiting[:60]))

    def _first_tags(self) -> list[str]:
        """What may stand before the first word."""
        closes = [self._closes] if self._tags.known or self._thought_before else []
        return [self._opens, *closes, *(self._tags.around or ())[:1]]

    def _pass_tag(self, tag: str) -> None:
        self._held = self._held.removeprefix(tag)
        if tag == self._opens:
            self._unclosed, self._thought, self._mode = [tag], Thought(), _Mode.REASONING
        elif tag != self._closes:
            self._surrounded, self._mode = True, _Mode.ANSWER
            self._said.drop_space()
        self._thought_before = True

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
        events += self._think(before)
        if marker:
            events += self._thought.end()
            self._unclosed = []
            self._thought_before, self._mode = True, _Mode.BEGINNING
        if marker in self._forms:
            self._open(self._forms[marker])
        return bool(marker)

    def _think(self, text: str) -> list[SpeechEvent]:
        if self._unclosed:
            self._unclosed.append(text)
        return self._thought.add(text)

    def _mistaken(self) -> str:
        """What was taken for reasoning and is none."""
        text = "".join(self._unclosed)
        opened = text.startswith(CONTROL) or (self._tags.known and text.startswith(f"{self._opens}\n"))
        return "" if opened else text

    def _answer(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_answer.split(self._held)
        self._say(before, events)
        if marker in self._forms:
            self._open(self._forms[marker])
        elif marker and marker != self._closes:
            events += self._said.add(self._closing)
            self._closing = ""
            self._say(marker, events)
        return bool(marker)

    def _say(self, text: str, events: list[SpeechEvent]) -> None:
        """What closes the whole answer is its last word; until then nobody knows that it is."""
        text = self._closing + text
        end = self._tags.around[1] if self._tags.around and self._surrounded else ""
        self._closing = text if end and text.startswith(end) and not text.removeprefix(end).strip() else ""
        if not self._closing:
            events += self._said.add(text)

    def _open(self, form: CallForm) -> None:
        self._form, self._call, self._mode = form, [], _Mode.CALL
        self._in_call = Markers(filter(None, [self._ends.get(form.opens, "")]))

    def _collect(self, events: list[SpeechEvent]) -> bool:
        before, marker, self._held = self._in_call.split(self._held)
        self._call.append(before)
        if marker:
            events += self._called(marker)
            self._mode = _Mode.ANSWER
        return bool(marker)

    def _called(self, ending: str) -> list[SpeechEvent]:
        body = "".join(self._call).replace(CONTROL, "")
        calls = self._form.calls(body, self._tools)
        return self._said.call(calls) if calls else self._said.add(self._form.opens + body + ending)
