"""Takes the likeliest token each time: through a session, and with nothing but llama.cpp to compare it with."""

from __future__ import annotations

import ctypes
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.sampling import SamplerChain
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    from localassist.adapters.llama.session import Session

GREEDY = Sampling(temperature=0.0)
NEAR_TIE = 0.05  # what is read in other pieces, or attended from other places in the cache, differs by up to 0.02


def greedy(session: Session, prompt: list[int], count: int) -> list[int]:
    """The first tokens of an answer, through the session."""
    chain = SamplerChain(GREEDY, session.loaded.vocabulary, session.loaded.trained_length)
    kept = session.reuse(prompt)
    session.read(prompt[kept:])
    tokens = []
    for _ in range(count):
        tokens.append(session.choose(chain))
        session.append(tokens[-1])
    chain.close()
    return tokens


def greedy_by_the_library_alone(path: Path, prompt: list[int], count: int) -> list[int]:
    """The same with nothing but llama.cpp, from a cold cache."""
    return answers_by_the_library_alone(path, [prompt], count)[0].tokens


@dataclass(frozen=True)
class Answer:
    """The likeliest tokens, and by how much the logit of each led that of the next likeliest."""

    tokens: list[int]
    leads: list[float]

    def agrees(self, tokens: list[int]) -> bool:
        """Whether these are the tokens, or part from them at two that were as likely but for rounding."""
        compared = zip(self.tokens, tokens, self.leads, strict=True)
        return next((lead for expected, token, lead in compared if token != expected), 0.0) < NEAR_TIE


def answers_by_the_library_alone(path: Path, prompts: Iterable[list[int]], count: int) -> list[Answer]:
    """What follows each prompt with nothing but llama.cpp, each from a cold cache."""
    api = bindings().api
    model = api.llama_model_load_from_file(str(path).encode(), api.llama_model_default_params())
    parameters = api.llama_context_default_params()
    parameters.n_ctx, parameters.n_threads, parameters.n_threads_batch = 4096, 1, 1
    context = api.llama_init_from_model(model, parameters)
    size = api.llama_vocab_n_tokens(api.llama_model_get_vocab(model))
    answers = []
    for prompt in prompts:
        api.llama_memory_clear(api.llama_get_memory(context), True)
        answer, batch = Answer([], []), prompt
        for _ in range(count):
            array = (ctypes.c_int32 * len(batch))(*batch)
            assert api.llama_decode(context, api.llama_batch_get_one(array, len(batch))) == 0
            logits = api.llama_get_logits_ith(context, -1)
            second, first = sorted(range(size), key=lambda token: logits[token])[-2:]
            answer.tokens.append(first)
            answer.leads.append(logits[first] - logits[second])
            batch = [first]
        answers.append(answer)
    api.llama_free(context)
    api.llama_model_free(model)
    return answers
