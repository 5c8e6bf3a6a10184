"""What the product asks of a chat model and of the place that keeps them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.chat import Tool, Turn
    from localassist.domain.events import GenerationEvent, LoadingEvent
    from localassist.domain.models import ModelDescription, ModelFile
    from localassist.domain.stopping import Stop


@dataclass(frozen=True, slots=True)
class Sampling:
    """How the next token is chosen, with llama.cpp's names and defaults.

    `temperature` 0 takes the likeliest token. The penalties look back over `repeat_last_n` tokens (-1: all);
    `mirostat` 1 or 2 takes the place of all other ways to choose. `max_tokens` counts the answer without what is
    thought before it, which `max_reasoning_tokens` bounds: 0 means as many as the context holds there, None as many as
    the model likes here. `seed` None draws a fresh one. `rivals` is how many of the likeliest tokens to report beside
    each chosen one (None: report nothing). `grammar` (GBNF) or `json_schema` (JSON text) bind the form of the answer;
    at most one of them.
    """

    temperature: float = 0.8
    top_k: int = 40
    top_p: float = 0.95
    min_p: float = 0.05
    typical_p: float = 1.0
    xtc_probability: float = 0.0
    xtc_threshold: float = 0.1
    dry_multiplier: float = 0.0
    dry_base: float = 1.75
    dry_allowed_length: int = 2
    dry_penalty_last_n: int = 64
    dry_sequence_breakers: tuple[str, ...] = ("\n", ":", '"', "*")
    repeat_penalty: float = 1.0
    frequency_penalty: float = 0.0
    presence_penalty: float = 0.0
    repeat_last_n: int = 64
    mirostat: int = 0
    mirostat_tau: float = 5.0
    mirostat_eta: float = 0.1
    max_tokens: int = 0
    max_reasoning_tokens: int | None = None
    seed: int | None = None
    stop_strings: tuple[str, ...] = ()
    rivals: int | None = None
    grammar: str = ""
    json_schema: str = ""


@dataclass(frozen=True, slots=True)
class Framing:
    """What a prompt holds besides its turns: `tools` the model may call; whether it may `think` before it answers.

    A model whose template knows no tools is told of them in the system text; one that can't be kept from thinking
    thinks. What was read may be `kept` on the disk, so that the conversation goes on at once after a restart.
    """

    tools: tuple[Tool, ...] = ()
    think: bool = True
    kept: bool = True


PLAIN: Final = Framing()


class ChatModel(Protocol):
    """One model; a handle that costs nothing until it is loaded. Safe to call from any thread."""

    @property
    def description(self) -> ModelDescription:
        """Name, context length in tokens and device; the last two are known once loaded.

        The context length is what the context can grow to here, not what it takes up now.
        """

    def load(self, stop: Stop) -> Iterator[LoadingEvent]:
        """Load the model if it is not, yielding progress and at last `ModelReady`.

        Raises `ModelError` for a file that can't be used, `Stopped` on request.
        """

    def count_tokens(self, turns: Sequence[Turn], framing: Framing = PLAIN) -> int:
        """How many tokens the prompt of these turns has, template included. The model must be loaded."""

    def generate(
        self, turns: Sequence[Turn], sampling: Sampling, stop: Stop, framing: Framing = PLAIN
    ) -> Iterator[GenerationEvent]:
        """Answer the turns: `PromptProgress` ..., reasoning, `TokenDelta` and `ToolCalled` ..., one `Generated`.

        The model must be loaded. A stop request raises `Stopped` after the last delta. Raises
        `ContextOverflowError` when the prompt leaves no room to answer, `ModelError` for a sampling that can't be.
        """

    def prefill(self, turns: Sequence[Turn], stop: Stop, framing: Framing = PLAIN) -> None:
        """Read these turns into the model's cache ahead of time, so that what follows them starts sooner.

        Gives way at once when somebody asks.
        """


class ChatModels(Protocol):
    """The chat models on this computer."""

    def files(self) -> tuple[ModelFile, ...]:
        """The model files known here, the starter model first if installed, then by name."""

    def add(self, path: str, name: str = "") -> ModelFile:
        """Check a model file (in a child process) and remember it, under a name or else its file's.

        Raises `ModelError` if it can't be used.
        """

    def release(self, path: str) -> None:
        """Take a file out of the memory, so that it can be deleted or moved. Raises `ModelError` while it answers."""

    def forget(self, path: str) -> None:
        """Take a file that was added off the list; it stays on the disk. Raises `ModelError` as `release`."""

    def open(self, reference: str) -> ChatModel:
        """The model with that name or file path, not loaded yet; the same handle every time.

        Raises `ModelError` if there is none.
        """

    def default(self) -> ChatModel | None:
        """The model chosen in the settings, else the first usable one; None when there is none or none is wanted."""

    def forget_conversations(self) -> None:
        """Delete what is kept on the disk and in memory of conversations so that they go on at once."""

    def close(self) -> None:
        """Unload everything."""
