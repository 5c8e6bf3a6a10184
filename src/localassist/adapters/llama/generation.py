"""The work of one answer on the session's thread: read the prompt, then sample, decode and emit."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.context import MICRO_BATCH
from localassist.adapters.llama.sampling import SamplerChain
from localassist.adapters.llama.vocabulary import StopStrings
from localassist.adapters.llama.writing import Writing
from localassist.domain.chat import Figures
from localassist.domain.events import Generated, PromptProgress

if TYPE_CHECKING:
    from localassist.adapters.llama.owner import Emit
    from localassist.adapters.llama.session import Session
    from localassist.adapters.llama.templating.prompts import WrittenPrompt
    from localassist.domain.ports.chat_model import Framing, Sampling

PIECE: Final = MICRO_BATCH
"""Tokens of a prompt read at once. A fixed number, so that the same question has the same answer again.

Fewer take longer: pieces of 128 were measured to cost 7 %.
"""


_MOST_REMINDERS: Final = 3
"""A model that begins to think again each time it was made to stop has no answer to give."""


@dataclass(frozen=True, slots=True)
class Generation:
    """An answer to `prompt`, asked at `asked` (seconds of `time.perf_counter`).

    The first `stable` tokens of the prompt will begin the next one too.
    """

    prompt: WrittenPrompt
    stable: int
    sampling: Sampling
    framing: Framing
    asked: float

    def __call__(self, session: Session, emit: Emit) -> None:
        """Emit `PromptProgress`, reasoning, `TokenDelta` and `ToolCalled`, and at last `Generated`."""
        cached = read_prompt(session, self.prompt.tokens, self.stable, emit, keep=self.framing.kept)
        prompts, vocabulary = session.loaded.prompts, session.loaded.vocabulary
        reader = prompts.speech.reader(thinks=self.prompt.thinks, tools=self.framing.tools)
        stops = StopStrings((*prompts.stop_strings, *self.sampling.stop_strings))
        writing = Writing(vocabulary, prompts.speech.markers, reader, stops, emit)
        reason = self._write(session, writing)
        writing.finish()
        if reason == "end" and writing.called:
            reason = "tool calls"
        emit(Generated(reason, self._figures(session, cached, writing)))

    def _write(self, session: Session, writing: Writing) -> str:
        """Write until the answer ends; returns why it did."""
        loaded = session.loaded
        with closing(SamplerChain(self.sampling, loaded.vocabulary, loaded.trained_length)) as chain:
            chain.remember(session.known)
            limit, enough = self.sampling.max_tokens or session.room, _MOST_REMINDERS
            while session.can_append() and writing.tokens - writing.reasoning_tokens < limit:
                session.raise_if_aborted()
                if self._has_thought_enough(session, writing):
                    if not enough:
                        break
                    enough -= 1
                    self._end_reasoning(session, chain, writing)
                    continue
                chain.bound = not writing.reasoning
                token = session.choose(chain)
                if not writing.began:
                    writing.begin()
                if token in loaded.vocabulary.ends:
                    writing.end(token)
                    return "end"
                choice = chain.choice(loaded.context, token)
                session.append(token)
                writing.take(token, choice)
                if writing.stopped:
                    return "stop string"
        return "length"

    def _has_thought_enough(self, session: Session, writing: Writing) -> bool:
        budget = self.sampling.max_reasoning_tokens
        if budget is None or not session.loaded.prompts.speech.think_end:
            return False
        return writing.reasoning and writing.reasoning_tokens >= budget

    def _end_reasoning(self, session: Session, chain: SamplerChain, writing: Writing) -> None:
        """Put the end of its reasoning into the model's mouth, where its template has one."""
        for token in session.loaded.vocabulary.continuation(session.loaded.prompts.speech.think_end):
            if session.can_append():
                session.append(token)
                chain.remember([token])
                writing.take(token)

    def _figures(self, session: Session, cached: int, writing: Writing) -> Figures:
        now, began = time.perf_counter(), writing.began
        return Figures(
            prompt_tokens=len(self.prompt.tokens),
            cached_tokens=cached,
            answer_tokens=writing.tokens,
            seconds_to_first_token=began - self.asked if began else 0.0,
            tokens_per_second=writing.tokens / (now - began) if began and now > began else 0.0,
            context_length=session.loaded.context_length,
            device=session.loaded.device,
            reasoning_tokens=writing.reasoning_tokens,
            reasoning_seconds=writing.reasoning_seconds,
        )


def read_prompt(session: Session, prompt: list[int], stable: int, emit: Emit, *, keep: bool) -> int:
    """Have the session know exactly the prompt; returns how many of its tokens it knew before.

    After the first `stable` tokens the session marks where it is, to come back there for the next prompt. Without
    `keep` nothing of it is written to the disk.
    """
    cached = session.reuse(prompt, keep=keep)
    emit(PromptProgress(cached, len(prompt), cached))
    done = cached
    while done < len(prompt):
        session.raise_if_aborted()
        upto = min(done + PIECE, len(prompt))
        if done < stable < upto:
            upto = stable
        session.read(prompt[done:upto])
        done = upto
        if done == stable:
            session.mark()
        emit(PromptProgress(done, len(prompt), cached))
    return cached
