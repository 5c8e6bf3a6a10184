"""Pieces of an answer told as events, with what is known of it once it ended."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from localassist.adapters.cloud.pieces import Ended, Said, Thought, Used
from localassist.domain.chat import Figures, ToolCall
from localassist.domain.events import ReasoningDelta, ReasoningEnded, TokenDelta, ToolCalled

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.cloud.pieces import Piece
    from localassist.domain.events import GenerationEvent


class Telling:
    """One answer: the events that its pieces make, and its figures. Times count from when it is made."""

    def __init__(self) -> None:
        self._begun = time.monotonic()
        self._first: float | None = None
        self._thinking: float | None = None
        self._reasoning_s = 0.0
        self.used: Used | None = None
        self.reason = ""

    @property
    def begun(self) -> bool:
        """Whether any of the answer came."""
        return self._first is not None

    def tell(self, piece: Piece) -> Iterator[GenerationEvent]:
        """The events of a piece."""
        if isinstance(piece, Used):
            self.used = piece
            return
        if isinstance(piece, Thought):
            self._came()
            self._thinking = self._thinking or time.monotonic()
            yield ReasoningDelta(piece.text)
            return
        yield from self._thought()
        if isinstance(piece, Ended):
            self.reason = piece.reason
        elif isinstance(piece, Said):
            self._came()
            yield TokenDelta(piece.text)
        elif isinstance(piece, ToolCall):
            self._came()
            yield ToolCalled(piece)

    def figures(self, context_length: int) -> Figures:
        """What the answer cost, as far as the provider said."""
        used = self.used or Used()
        now = time.monotonic()
        first = now if self._first is None else self._first
        writing = now - first
        return Figures(
            prompt_tokens=used.prompt,
            cached_tokens=used.cached,
            answer_tokens=used.answer,
            seconds_to_first_token=first - self._begun,
            tokens_per_second=used.answer / writing if writing > 0 else 0.0,
            context_length=context_length,
            reasoning_tokens=used.reasoning,
            reasoning_seconds=self._reasoning_s,
        )

    def _came(self) -> None:
        if self._first is None:
            self._first = time.monotonic()

    def _thought(self) -> Iterator[GenerationEvent]:
        if self._thinking is not None:
            seconds, self._thinking = time.monotonic() - self._thinking, None
            self._reasoning_s += seconds
            yield ReasoningEnded(seconds)
