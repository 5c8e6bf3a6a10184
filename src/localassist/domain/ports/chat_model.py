"""What the product asks of a chat model and of the place that keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.chat import Turn
    from localassist.domain.events import GenerationEvent, LoadingEvent
    from localassist.domain.models import ModelDescription, ModelFile
    from localassist.domain.stopping import Stop


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen.

    `temperature` 0 takes the likeliest token; `max_tokens` 0 means as many as the context holds; `seed` None
    draws a fresh one.
    """

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    repeat_penalty: float = 1.0
    max_tokens: int = 0
    seed: int | None = None
    stop_strings: tuple[str, ...] = ()


class ChatModel(Protocol):
    """One model; a handle that costs nothing until it is loaded. Safe to call from any thread."""

    @property
    def description(self) -> ModelDescription:
        """Name, context length in tokens and device; the last two are known once loaded."""

    def load(self, stop: Stop) -> Iterator[LoadingEvent]:
        """Load the model if it is not, yielding progress and at last `ModelReady`.

        Raises `ModelError` for a file that can't be used, `Stopped` on request.
        """

    def count_tokens(self, turns: Sequence[Turn]) -> int:
        """How many tokens the prompt of these turns has, template included. The model must be loaded."""

    def generate(self, turns: Sequence[Turn], sampling: Sampling, stop: Stop) -> Iterator[GenerationEvent]:
        """Answer the turns: `PromptProgress` ..., `TokenDelta` ..., one `Generated`.

        The model must be loaded. A stop request raises `Stopped` after the last delta. Raises
        `ContextOverflowError` when the prompt leaves no room to answer.
        """

    def prefill(self, turns: Sequence[Turn], stop: Stop) -> None:
        """Read these turns into the model's cache ahead of time, so that what follows them starts sooner."""


class ChatModels(Protocol):
    """The chat models on this computer."""

    def files(self) -> tuple[ModelFile, ...]:
        """The model files known here, the starter model first if installed, then by name."""

    def add(self, path: str) -> ModelFile:
        """Check a model file (in a child process) and remember it. Raises `ModelError` if it can't be used."""

    def open(self, reference: str) -> ChatModel:
        """The model with that name or file path, not loaded yet; the same handle every time.

        Raises `ModelError` if there is none.
        """

    def default(self) -> ChatModel | None:
        """The model chosen in the settings, else the first usable one; None when there is none or none is wanted."""

    def close(self) -> None:
        """Unload everything."""
