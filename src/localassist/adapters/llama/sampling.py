"""How the next token is chosen: a chain of llama.cpp's samplers in its own order."""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.vocabulary import Vocabulary
    from localassist.domain.ports.chat_model import Sampling

_MAX_SEED: Final = 2**32 - 2


@dataclass(frozen=True, slots=True)
class _Range:
    low: float
    high: float


_RANGES: Final = {
    "temperature": _Range(0.0, 5.0),
    "top_k": _Range(0, 1_000_000),
    "top_p": _Range(0.0, 1.0),
    "min_p": _Range(0.0, 1.0),
    "repeat_penalty": _Range(0.1, 10.0),
    "max_tokens": _Range(0, 1_000_000_000),
}


def check(sampling: Sampling) -> None:
    """Raise `ModelError`, naming the range, for a value that a sampler can't work with."""
    for name, allowed in _RANGES.items():
        value = getattr(sampling, name)
        if not allowed.low <= value <= allowed.high:
            raise ModelError(
                f"{name} is {value}, which no sampler can work with.",
                f"It can be {allowed.low} to {allowed.high}.",
            )


class SamplerChain:
    """A chain for one answer; the native objects are freed by `close`. Used on the session's thread only."""

    def __init__(self, sampling: Sampling, vocabulary: Vocabulary, trained_length: int) -> None:
        check(sampling)
        self._api = bindings().api
        parameters = self._api.llama_sampler_chain_default_params()
        parameters.no_perf = True
        self.native: Any = self._api.llama_sampler_chain_init(parameters)
        back = trained_length if sampling.repeat_last_n < 0 else sampling.repeat_last_n
        self._looks_back = back if sampling.repeat_penalty != 1.0 else 0
        for sampler in self._samplers(sampling, vocabulary.size):
            self._api.llama_sampler_chain_add(self.native, sampler)

    def _samplers(self, sampling: Sampling, vocabulary_size: int) -> list[Any]:
        api = self._api
        chain = []
        if self._looks_back:
            # The seen tokens are looked up one by one, so this does not grow with the vocabulary.
            repeat = sampling.repeat_penalty
            chain.append(api.llama_sampler_init_penalties(vocabulary_size, self._looks_back, repeat, 0.0, 0.0))
        if sampling.temperature == 0.0:
            return [*chain, api.llama_sampler_init_greedy()]
        seed = secrets.randbelow(_MAX_SEED) if sampling.seed is None else sampling.seed % _MAX_SEED
        return [
            *chain,
            api.llama_sampler_init_top_k(sampling.top_k),
            api.llama_sampler_init_top_p(sampling.top_p, 1),
            api.llama_sampler_init_min_p(sampling.min_p, 1),
            api.llama_sampler_init_temp(sampling.temperature),
            api.llama_sampler_init_dist(seed),
        ]

    def choose(self, context: Any) -> int:
        """Choose what follows the last token that the context has read, which there must be."""
        return int(self._api.llama_sampler_sample(self.native, context, -1))

    def remember(self, tokens: Sequence[int]) -> None:
        """Let the chain know of the prompt, as far back as its penalties look."""
        for token in tokens[-self._looks_back :] if self._looks_back else ():
            self._api.llama_sampler_accept(self.native, token)

    def close(self) -> None:
        """Free the chain and its samplers."""
        self._api.llama_sampler_free(self.native)
        self.native = None
