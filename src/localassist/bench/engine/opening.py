"""A chat model as the product opens it, of any file, with nobody asked whether it may be loaded."""

from __future__ import annotations

from contextlib import contextmanager, nullcontext
from typing import TYPE_CHECKING

from localassist.adapters.llama.model import LlamaChatModel
from localassist.domain.events import Generated, TokenDelta
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from localassist.adapters.llama.loading import LoadOptions
    from localassist.domain.chat import Figures, Turn
    from localassist.domain.ports.chat_model import ChatModel, Sampling


def handle(path: str, options: LoadOptions, states: Path | None = None) -> LlamaChatModel:
    """A model that is not loaded yet."""
    return LlamaChatModel("bench", path, lambda: options, lambda _stop: nullcontext(), states)


@contextmanager
def opened(path: str, options: LoadOptions, states: Path | None = None) -> Iterator[LlamaChatModel]:
    """A loaded model, unloaded at the end."""
    model = handle(path, options, states)
    list(model.load(Stop()))
    try:
        yield model
    finally:
        model.unload()


def ask(model: ChatModel, turns: Sequence[Turn], sampling: Sampling) -> tuple[str, Figures]:
    """The whole answer and what it cost."""
    *said, ended = model.generate(turns, sampling, Stop())
    if not isinstance(ended, Generated):
        raise TypeError("an answer ends with Generated")
    return "".join(event.text for event in said if isinstance(event, TokenDelta)), ended.figures
