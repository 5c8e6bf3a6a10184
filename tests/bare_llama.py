"""A model loaded with nothing but llama.cpp's own functions, for what chooses tokens from it."""

from __future__ import annotations

import codecs
import ctypes
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.sampling import SamplerChain
from localassist.adapters.llama.vocabulary import Vocabulary
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

CONTEXT = 1024


@dataclass(frozen=True)
class BareModel:
    """A context and its vocabulary."""

    context: Any
    vocabulary: Vocabulary

    def begin(self, tokens: Sequence[int]) -> None:
        """Read tokens into an empty context."""
        api = bindings().api
        api.llama_memory_clear(api.llama_get_memory(self.context), True)
        self.read(tokens)

    def read(self, tokens: Sequence[int]) -> None:
        """Read tokens."""
        api = bindings().api
        array = (ctypes.c_int32 * len(tokens))(*tokens)
        assert api.llama_decode(self.context, api.llama_batch_get_one(array, len(tokens))) == 0

    def logits(self) -> np.ndarray:
        """What the model gives each token to come next."""
        pointer = bindings().api.llama_get_logits_ith(self.context, -1)
        return np.array(pointer[: self.vocabulary.size], dtype=np.float64)

    def chain(self, sampling: Sampling) -> SamplerChain:
        """A chain for this model."""
        return SamplerChain(sampling, self.vocabulary, CONTEXT)

    def answer(
        self, sampling: Sampling, prompt: Sequence[int] = (65, 66, 67), count: int = 60, *, past_ends: bool = False
    ) -> Answer:
        """Up to `count` tokens after the prompt; `past_ends` takes tokens that end a text for tokens like others."""
        chain = self.chain(sampling)
        self.begin(prompt)
        chain.remember(prompt)
        tokens: list[int] = []
        ended = False
        while len(tokens) < count and not ended:
            token = chain.choose(self.context)
            ended = token in self.vocabulary.ends and not past_ends
            if not ended:
                tokens.append(token)
                self.read([token])
        stuck = chain.stuck
        chain.close()
        return Answer(tokens, b"".join(map(self.vocabulary.piece, tokens)), ended, stuck)


@dataclass(frozen=True)
class Answer:
    """Tokens and their bytes; whether a token that ends it came; whether nothing else was left."""

    tokens: list[int]
    text: bytes
    ended: bool
    stuck: bool


@contextmanager
def bare_model(path: Path) -> Iterator[BareModel]:
    """The model of a file, for the length of a block."""
    api = bindings().api
    model = api.llama_model_load_from_file(str(path).encode(), api.llama_model_default_params())
    parameters = api.llama_context_default_params()
    parameters.n_ctx, parameters.n_threads, parameters.n_threads_batch = CONTEXT, 1, 1
    context = api.llama_init_from_model(model, parameters)
    vocabulary = Vocabulary(model)
    yield BareModel(context, vocabulary)
    vocabulary.close()
    api.llama_free(context)
    api.llama_model_free(model)


def bound(model: BareModel, seed: int, **form: str) -> str | None:
    """An answer in a form, None when it did not come to its end."""
    answer = model.answer(Sampling(seed=seed, temperature=1.5, **form), count=900)  # type: ignore[arg-type]
    assert not answer.stuck
    text = codecs.getincrementaldecoder("utf-8")().decode(answer.text)
    return text if answer.ended else None
