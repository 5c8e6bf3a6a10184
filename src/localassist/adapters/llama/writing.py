"""What a model writes, from its tokens to events: text, reasoning, tool calls, and where it must stop."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from localassist.adapters.llama.speech import CONTROL
from localassist.adapters.llama.vocabulary import StopStrings, TextStream
from localassist.domain.events import ReasoningEnded, TokenDelta, ToolCalled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.adapters.llama.owner import Emit
    from localassist.adapters.llama.speech import SpeechReader
    from localassist.adapters.llama.vocabulary import Vocabulary
    from localassist.domain.events import GenerationEvent, TokenChoice


class Writing:
    """One answer as it is written; emits events as soon as they are certain.

    `stopped`: a stop string came. `called`: a tool is wanted. `tokens` and `reasoning_tokens` count what was
    written, `reasoning_seconds` is how long the reasoning took.
    """

    def __init__(
        self, vocabulary: Vocabulary, markers: Iterable[str], reader: SpeechReader, stops: StopStrings, emit: Emit
    ) -> None:
        """`markers` are the control tokens, by their texts, that the reader wants to see."""
        self.called = False
        self.tokens = self.reasoning_tokens = 0
        self.reasoning_seconds = 0.0
        self.began = 0.0
        self._piece = vocabulary.piece
        self._markers = {
            vocabulary.controls[marker]: (CONTROL + marker).encode()
            for marker in markers
            if marker in vocabulary.controls
        }
        self._reader = reader
        self._stops = stops
        self._emit = emit
        self._stream = TextStream()
        self._choices: list[TokenChoice] = []

    @property
    def stopped(self) -> bool:
        """Whether a stop string came."""
        return self._stops.stopped

    @property
    def reasoning(self) -> bool:
        """Whether the model is thinking now."""
        return self._reader.reasoning

    def begin(self) -> None:
        """The first token was chosen."""
        self.began = time.perf_counter()

    def take(self, token: int, choice: TokenChoice | None = None) -> None:
        """A token was written."""
        self.tokens += 1
        if choice is not None:
            self._choices.append(choice)
        thought = self._reader.reasoning
        self._read(self._markers.get(token) or self._piece(token).replace(CONTROL.encode(), b""))
        if thought or self._reader.reasoning:
            self.reasoning_tokens += 1

    def end(self, token: int) -> None:
        """The answer ends with this token, which may also end a tool call."""
        if token in self._markers:
            self._read(self._markers[token])

    def finish(self) -> None:
        """Emit what was held back."""
        self._pass_on(self._reader.feed(self._stream.finish()))
        self._pass_on(self._reader.finish())
        self._say(self._stops.finish())

    def _read(self, piece: bytes) -> None:
        text = self._stream.feed(piece)
        if text:
            self._pass_on(self._reader.feed(text))

    def _pass_on(self, events: Iterable[GenerationEvent]) -> None:
        for event in events:
            if isinstance(event, TokenDelta):
                self._say(self._stops.feed(event.text))
                continue
            if isinstance(event, ToolCalled):
                self.called = True
            elif isinstance(event, ReasoningEnded):
                self.reasoning_seconds += event.seconds
                self._choices.clear()  # they were of the reasoning
            self._emit(event)

    def _say(self, text: str) -> None:
        if text:
            choices, self._choices = tuple(self._choices), []
            self._emit(TokenDelta(text, choices))
