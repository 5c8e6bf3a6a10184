"""How the next token is chosen: a chain of llama.cpp's samplers in its own order, bound to a grammar if asked."""

from __future__ import annotations

import ctypes
import secrets
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.grammars.grammar import grammar_for
from localassist.adapters.llama.logits import Candidates, token_choice
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.grammars.grammar import Grammar
    from localassist.adapters.llama.vocabulary import Vocabulary
    from localassist.domain.events import TokenChoice
    from localassist.domain.ports.chat_model import Sampling

_MAX_SEED: Final = 2**32 - 2
_MOST_BREAKERS: Final = 32
_LONGEST_BREAKER: Final = 40
"""In bytes; llama.cpp cuts what is longer."""
_COLDEST: Final = 1e-6
"""Below it the likeliest is taken: logits divided by less overflow, and llama.cpp chooses at random then."""
_FIRST_LOOKS: Final = (64, 1024)
"""How many of the likeliest tokens are held against a grammar before all are."""
_KEEP: Final = 1
_MIROSTAT_TOKENS: Final = 100
"""How many tokens mirostat 1 estimates from; llama.cpp's own number."""


@dataclass(frozen=True, slots=True)
class _Range:
    low: float
    high: float


_RANGES: Final = {
    "temperature": _Range(0.0, 5.0),
    "top_k": _Range(0, 1_000_000),
    "top_p": _Range(0.0, 1.0),
    "min_p": _Range(0.0, 1.0),
    "typical_p": _Range(0.0, 1.0),
    "xtc_probability": _Range(0.0, 1.0),
    "xtc_threshold": _Range(0.0, 1.0),
    "dry_multiplier": _Range(0.0, 100.0),
    "dry_base": _Range(1.0, 10.0),
    "dry_allowed_length": _Range(0, 1_000_000),
    "dry_penalty_last_n": _Range(-1, 1_000_000_000),
    "repeat_penalty": _Range(0.1, 10.0),
    "frequency_penalty": _Range(-10.0, 10.0),
    "presence_penalty": _Range(-10.0, 10.0),
    "repeat_last_n": _Range(-1, 1_000_000_000),
    "mirostat": _Range(0, 2),
    "mirostat_tau": _Range(0.0, 100.0),
    "mirostat_eta": _Range(0.0, 10.0),
    "max_tokens": _Range(0, 1_000_000_000),
    "rivals": _Range(0, 100),
}


def check(sampling: Sampling) -> None:
    """Raise `ModelError`, naming the range, for a value that a sampler can't work with.

    A grammar or schema is only looked at when a `SamplerChain` is made for a model.
    """
    for name, allowed in _RANGES.items():
        value = getattr(sampling, name)
        if value is not None and not allowed.low <= value <= allowed.high:
            raise ModelError(
                f"{name} is {value}, which no sampler can work with.",
                f"It can be {allowed.low} to {allowed.high}.",
            )
    breakers = sampling.dry_sequence_breakers
    if len(breakers) > _MOST_BREAKERS or not all(0 < len(_bytes(text)) <= _LONGEST_BREAKER for text in breakers):
        raise ModelError(
            "dry_sequence_breakers holds too many texts, an empty one or one that is too long.",
            f"It can be up to {_MOST_BREAKERS} texts of 1 to {_LONGEST_BREAKER} bytes.",
        )
    if sampling.grammar and sampling.json_schema:
        raise ModelError("Both a grammar and a JSON schema are to bind the answer.", "It can be one of them.")


class SamplerChain:
    """A chain for one answer; the native objects are freed by `close`. Used on the session's thread only.

    `bound` says whether the grammar holds, if there is one: not while a model thinks before its answer. `stuck` tells
    that nothing could go on with the grammar any more, so that the answer ended before its form was complete.
    """

    def __init__(self, sampling: Sampling, vocabulary: Vocabulary, trained_length: int) -> None:
        """Looking back over all tokens (-1) is over `trained_length`. Raises `ModelError` for what can't be done."""
        check(sampling)
        self.bound = True
        self.stuck = False
        self._api = bindings().api
        self._vocabulary = vocabulary
        self._rivals = sampling.rivals
        self._looks_back = 0
        self._deciding: int | None = None
        self._candidates: Candidates | None = None
        self._grammar: Grammar | None = grammar_for(sampling, vocabulary)
        parameters = self._api.llama_sampler_chain_default_params()
        parameters.no_perf = True
        self.native: Any = self._api.llama_sampler_chain_init(parameters)
        against_repetition = self._against_repetition(sampling, trained_length)
        if not against_repetition:
            self._deciding = _deciding(sampling)
        for sampler in (*against_repetition, *self._choosing(sampling)):
            self._api.llama_sampler_chain_add(self.native, sampler)

    def remember(self, tokens: Sequence[int]) -> None:
        """Let the chain know of the prompt, as far back as its penalties look."""
        for token in tokens[-self._looks_back :] if self._looks_back else ():
            self._api.llama_sampler_accept(self.native, token)

    def choose(self, context: Any) -> int:
        """Choose what follows the last token that the context has read, which there must be.

        Where nothing fits the grammar any more, a token that ends the answer; `ModelError` if the model has none.
        """
        if self._grammar is None or not self.bound:
            return int(self._api.llama_sampler_sample(self.native, context, -1))
        if self._candidates is None:
            self._candidates = Candidates(self._vocabulary.size)
        return self._choose_fitting(context, self._grammar, self._candidates)

    def choice(self, context: Any, token: int) -> TokenChoice | None:
        """How likely a token that was just chosen was, and its rivals, if they were asked for.

        To be asked before the next decode. A part of a character is U+FFFD in its text.
        """
        return None if self._rivals is None else token_choice(context, token, self._rivals, self._vocabulary)

    def close(self) -> None:
        """Free the chain and its samplers."""
        self._api.llama_sampler_free(self.native)
        self.native = None

    def _choose_fitting(self, context: Any, grammar: Grammar, candidates: Candidates) -> int:
        """Most choices fit as they are; only after one that does not, others are held against the grammar."""
        candidates.fill(context)
        self._api.llama_sampler_apply(self.native, candidates.native)
        token = candidates.selected
        if not grammar.allows(token):
            candidates.fill(context)
            if candidates.keep(self._fitting(grammar, candidates)):
                self._api.llama_sampler_apply(self.native, candidates.native)
                token = candidates.selected
            else:
                token = self._end()
        self._api.llama_sampler_accept(self.native, token)
        if not self.stuck:
            grammar.take(token)
        return token

    def _fitting(self, grammar: Grammar, candidates: Candidates) -> list[int]:
        """All that fit, or as many of the likeliest as decide the choice alone."""
        for count in _FIRST_LOOKS:
            if self._deciding is not None and self._deciding <= count < self._vocabulary.size:
                fitting = list(filter(grammar.allows, candidates.likeliest(count)))
                if len(fitting) >= self._deciding:
                    return fitting
        return grammar.fitting()

    def _end(self) -> int:
        self.stuck = True
        if not self._vocabulary.ends:
            raise ModelError(
                "The answer can't go on in the form it was bound to: the model has no token for it.",
                "Ask without the grammar or schema.",
            )
        return min(self._vocabulary.ends)

    def _against_repetition(self, sampling: Sampling, trained_length: int) -> list[Any]:
        api, chain = self._api, []
        penalties = (sampling.repeat_penalty, sampling.frequency_penalty, sampling.presence_penalty)
        back = _at_most(sampling.repeat_last_n, trained_length)
        if back and penalties != (1.0, 0.0, 0.0):
            # The seen tokens are looked up one by one, so this does not grow with the vocabulary.
            chain.append(api.llama_sampler_init_penalties(self._vocabulary.size, back, *penalties))
            self._looks_back = back
        back = _at_most(sampling.dry_penalty_last_n, trained_length)
        if back and sampling.dry_multiplier:
            breakers = [_bytes(text) for text in sampling.dry_sequence_breakers]
            chain.append(
                api.llama_sampler_init_dry(
                    self._vocabulary.native,
                    sampling.dry_multiplier,
                    sampling.dry_base,
                    sampling.dry_allowed_length,
                    back,
                    (ctypes.c_char_p * len(breakers))(*breakers),
                    len(breakers),
                )
            )
            self._looks_back = max(self._looks_back, back)
        return chain

    def _choosing(self, sampling: Sampling) -> list[Any]:
        api = self._api
        if sampling.temperature < _COLDEST:
            return [api.llama_sampler_init_greedy()]
        seed = secrets.randbelow(_MAX_SEED) if sampling.seed is None else sampling.seed % _MAX_SEED
        temperature = api.llama_sampler_init_temp(sampling.temperature)
        target = (seed, sampling.mirostat_tau, sampling.mirostat_eta)
        if sampling.mirostat == 1:
            return [temperature, api.llama_sampler_init_mirostat(self._vocabulary.size, *target, _MIROSTAT_TOKENS)]
        if sampling.mirostat == 2:
            return [temperature, api.llama_sampler_init_mirostat_v2(*target)]
        return [*self._cutting(sampling, seed), temperature, api.llama_sampler_init_dist(seed)]

    def _cutting(self, sampling: Sampling, seed: int) -> list[Any]:
        api, chain = self._api, []
        if sampling.top_k:
            chain.append(api.llama_sampler_init_top_k(sampling.top_k))
        if sampling.typical_p < 1.0:
            chain.append(api.llama_sampler_init_typical(sampling.typical_p, _KEEP))
        if sampling.top_p < 1.0:
            chain.append(api.llama_sampler_init_top_p(sampling.top_p, _KEEP))
        if sampling.min_p > 0.0:
            chain.append(api.llama_sampler_init_min_p(sampling.min_p, _KEEP))
        if sampling.xtc_probability > 0.0:
            chain.append(api.llama_sampler_init_xtc(sampling.xtc_probability, sampling.xtc_threshold, _KEEP, seed))
        return chain


def _deciding(sampling: Sampling) -> int | None:
    """How many of the likeliest tokens decide a choice alone, whatever the others are; None where all have a part.

    That is so where the first sampler leaves a number of them. Shares (top_p, typical_p, mirostat) and what counts
    beside the likeliest are reckoned after that.
    """
    if sampling.temperature < _COLDEST:
        return 1
    return sampling.top_k if sampling.top_k and not sampling.mirostat else None


def _at_most(tokens: int, all_of_them: int) -> int:
    return all_of_them if tokens < 0 else min(tokens, all_of_them)


def _bytes(text: str) -> bytes:
    return text.encode("utf-8", errors="replace")
