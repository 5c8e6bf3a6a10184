"""Turns to the tokens of a prompt: guarded, rendered by the template, tokenised and measured."""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import takewhile
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.guarding import Guard
from localassist.adapters.llama.speech import format_of
from localassist.domain.chat import Role, Turn
from localassist.domain.errors import ContextOverflowError
from localassist.domain.ports.chat_model import PLAIN, Framing

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.templating.templates import Template
    from localassist.adapters.llama.vocabulary import Vocabulary

SHORTEST_ANSWER: Final = 16
"""A prompt must leave room for this many tokens, or the answer is not worth its wait."""

_COUNTED_EXACTLY: Final = 500_000
"""Characters; tokenising a longer text takes seconds, so its tokens are projected from a part of it."""

_FOLLOWING: Final = ("What", "1.")
"""Questions that have nothing in common."""


@dataclass(frozen=True, slots=True)
class WrittenPrompt:
    """The tokens of a question; `thinks` says that they end inside the model's reasoning."""

    tokens: list[int]
    thinks: bool


class PromptWriter:
    """Writes the prompts of one loaded model, from any thread. Raises `ModelError` when the template fails."""

    def __init__(self, template: Template, vocabulary: Vocabulary, context_length: int) -> None:
        self.stop_strings = template.stop_strings
        self.speech = format_of(template.evidence, vocabulary.controls)
        self._template = template
        self._vocabulary = vocabulary
        self._guard = Guard({*vocabulary.controls, *self.speech.marks})
        self._context_length = context_length

    def limit(self, context_length: int) -> None:
        """The context can't hold more than this: refuse what does not fit it."""
        self._context_length = context_length

    def question(self, turns: Sequence[Turn], framing: Framing = PLAIN) -> WrittenPrompt:
        """The prompt that ends where the answer begins. Raises `ContextOverflowError` if too little room is left."""
        projected = self.count(turns, framing) if _size(turns) > _COUNTED_EXACTLY else 0
        text = "" if projected > 2 * self._context_length else self._text(turns, framing, asks=True)
        tokens = self._vocabulary.tokenise(text) if text else []
        count = len(tokens) or projected
        excess = count + SHORTEST_ANSWER - self._context_length
        if excess > 0:
            raise ContextOverflowError(
                f"The question with all that goes with it has {count:,} tokens: {excess:,} too many for an answer "
                f"within the model's {self._context_length:,}.",
                "Shorten the question or begin a new conversation; or set a larger context length, "
                "if the model has one.",
            )
        return WrittenPrompt(tokens, self.speech.opened(text))

    def history(self, turns: Sequence[Turn], framing: Framing = PLAIN) -> list[int]:
        """The prompt of turns that others will follow, up to where theirs begin; empty if there is no room for it.

        Templates write old turns otherwise than the last ones and tokens may span turns: what can be relied on is
        what the prompts of two different questions have in common.
        """
        if _size(turns) > _COUNTED_EXACTLY:
            return []
        one, other = (self._followed(turns, text, framing) for text in _FOLLOWING)
        common = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], zip(one, other, strict=False)))
        return one[:common] if common < self._context_length else []

    def count(self, turns: Sequence[Turn], framing: Framing = PLAIN) -> int:
        """How many tokens `question` has; beyond half a million characters, about how many."""
        size = _size(turns)
        if size <= _COUNTED_EXACTLY:
            return len(self._vocabulary.tokenise(self._text(turns, framing, asks=True)))
        part = [replace(turn, text=turn.text[: len(turn.text) * _COUNTED_EXACTLY // size]) for turn in turns]
        return len(self._vocabulary.tokenise(self._text(part, framing, asks=True))) * size // _COUNTED_EXACTLY

    def _followed(self, turns: Sequence[Turn], text: str, framing: Framing) -> list[int]:
        answered = not turns or turns[-1].role in (Role.SYSTEM, Role.ASSISTANT)
        between = [] if answered else [Turn(Role.ASSISTANT, text)]
        asked = [*turns, *between, Turn(Role.USER, text)]
        return self._vocabulary.tokenise(self._text(asked, framing, asks=True))

    def _text(self, turns: Sequence[Turn], framing: Framing, *, asks: bool) -> str:
        guarded = Framing(tuple(map(self._guard.tool, framing.tools)), framing.think)
        return self._template.render([self._guard.turn(turn) for turn in turns], guarded, asks=asks)


def _size(turns: Sequence[Turn]) -> int:
    return sum(len(turn.text) for turn in turns)
