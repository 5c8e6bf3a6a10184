"""The work of one answer on the session's thread: read the prompt, then sample, decode and emit."""

from __future__ import annotations

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.loading import MICRO_BATCH
from localassist.adapters.llama.sampling import SamplerChain
from localassist.adapters.llama.vocabulary import TextStream
from localassist.domain.chat import Figures
from localassist.domain.events import Generated, PromptProgress, TokenDelta

if TYPE_CHECKING:
    from localassist.adapters.llama.owner import Emit
    from localassist.adapters.llama.session import Session
    from localassist.domain.ports.chat_model import Sampling

PIECE: Final = MICRO_BATCH // 4
"""Tokens of a prompt read at once. A fixed number, so that the same question has the same answer again."""


@dataclass(frozen=True, slots=True)
class Generation:
    """An answer to `prompt` (tokens), asked at `asked` (seconds of `time.perf_counter`)."""

    prompt: list[int]
    sampling: Sampling
    stop_strings: tuple[str, ...]
    asked: float

    def __call__(self, session: Session, emit: Emit) -> None:
        """Emit `PromptProgress`, `TokenDelta` and at last `Generated`."""
        chain = SamplerChain(self.sampling, session.loaded.vocabulary, session.loaded.trained_length)
        try:
            cached = read_prompt(session, self.prompt, emit)
            chain.remember(self.prompt)
            self._answer(session, chain, cached, emit)
        finally:
            chain.close()

    def _answer(self, session: Session, chain: SamplerChain, cached: int, emit: Emit) -> None:
        vocabulary = session.loaded.vocabulary
        stream = TextStream(self.stop_strings)
        limit = min(self.sampling.max_tokens or session.room, session.room)
        reason, count, first = "length", 0, 0.0
        while count < limit:
            token = session.choose(chain)
            if not count:
                first = time.perf_counter()
            if token in vocabulary.ends:
                reason = "end"
                break
            session.append(token)
            count += 1
            text = stream.feed(vocabulary.piece(token))
            if text:
                emit(TokenDelta(text))
            if stream.stopped:
                reason = "stop string"
                break
        rest = stream.finish()
        if rest:
            emit(TokenDelta(rest))
        emit(Generated(reason, self._figures(session, cached, count, first)))

    def _figures(self, session: Session, cached: int, count: int, first: float) -> Figures:
        now = time.perf_counter()
        return Figures(
            prompt_tokens=len(self.prompt),
            cached_tokens=cached,
            answer_tokens=count,
            seconds_to_first_token=first - self.asked if first else 0.0,
            tokens_per_second=count / (now - first) if first and now > first else 0.0,
            context_length=session.loaded.context_length,
            device=session.loaded.device,
        )


def read_prompt(session: Session, prompt: list[int], emit: Emit) -> int:
    """Have the session know exactly the prompt; returns how many of its tokens it knew before."""
    cached = session.reuse(prompt)
    emit(PromptProgress(cached, len(prompt), cached))
    for start in range(cached, len(prompt), PIECE):
        session.raise_if_aborted()
        session.read(prompt[start : start + PIECE])
        emit(PromptProgress(min(start + PIECE, len(prompt)), len(prompt), cached))
    return cached
