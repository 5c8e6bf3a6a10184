"""How fast tokens are written and read, against bare calls on the same library, model and threads."""

from __future__ import annotations

import time
from contextlib import closing
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.devices import usable_gpus
from localassist.adapters.llama.generation import PIECE, Generation
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.sampling import SamplerChain
from localassist.adapters.llama.session import Session
from localassist.adapters.llama.threads import ThreadChoice, default_threads
from localassist.bench.engine.bare import Bare
from localassist.bench.engine.opening import opened
from localassist.bench.engine.texts import question
from localassist.bench.engine.watching import Watch, endless, watched
from localassist.bench.report import Result
from localassist.domain.events import PromptProgress, TokenDelta
from localassist.domain.ports.chat_model import PLAIN, Sampling
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.llama.templating.prompts import WrittenPrompt
    from localassist.domain.events import GenerationEvent

_LENGTH: Final = 4096
_STRETCH: Final = 8
"""Tokens that each side writes before it is the other's turn."""

_STRETCHES: Final = 50
_PROMPT: Final = 2000
_PROMPTS: Final = 5
_EARLY, _LATE, _WINDOW = 100, 4000, 40
"""Token numbers around which Python's share is measured, so many to either side."""

_LOOK_SECONDS: Final = 0.5


class Rivals:
    """A session and bare calls beside it, on one thread and with the same number of threads."""

    def __init__(self, path: str) -> None:
        self.threads = default_threads()
        options = LoadOptions(context_length=_LENGTH, threads=self.threads)
        self.loaded = LoadedModel(path, options, Stop(), lambda _fraction: None)
        self.session = Session(self.loaded)
        self.bare = Bare(path, self.loaded.length, self.threads)

    def choose_threads(self) -> None:
        """Take as many threads, for both sides, as the session would choose by itself just now."""
        self.threads = free_threads()
        bindings().api.llama_set_n_threads(self.loaded.context, self.threads, self.threads)
        self.bare.use(self.threads)

    def prompt(self, tokens: int, first: int = 1) -> WrittenPrompt:
        """A question of about so many tokens; those with another `first` begin otherwise."""
        return self.loaded.prompts.question([question(tokens, self.loaded.prompts.count, first)])

    @property
    def filler(self) -> int:
        """A plain word's token."""
        return self.loaded.vocabulary.continuation(" and")[-1]

    def close(self) -> None:
        """Free both models."""
        self.bare.close()
        self.session.close()


def measure(path: str) -> Iterator[Result]:
    """Decode at two depths, prefill, and Python's share of a token."""
    with closing(Rivals(path)) as rivals:
        for depth in (0, _PROMPT):
            yield from _decode_ratios(rivals, depth)
        yield _prefill_ratio(rivals, path)
        yield from _python_share(rivals, path)


def free_threads() -> int:
    """As many threads as the session would choose by itself: fewer on a machine that is in use."""
    choice = ThreadChoice(default_threads())
    time.sleep(_LOOK_SECONDS)
    return choice.begin()


def _decode_ratios(rivals: Rivals, depth: int) -> Iterator[Result]:
    stretches = _write(rivals, depth)
    rate = 1 / median(ours for pairs in stretches.values() for ours, _ in pairs)
    where = f"{rivals.threads} threads, {rivals.loaded.device}"
    yield Result(f"decode at depth {depth}", rate, "tokens/s", where)
    with_chain, alone = (median(bare / ours for ours, bare in stretches[sampled]) for sampled in (True, False))
    name = f"decode at depth {depth}, ratio"
    reference = f"llama_decode and the same samplers, {_rate(stretches[True]):.1f} tokens/s"
    yield Result(name, with_chain, "x", reference, "at least 0.98", with_chain >= 0.98)
    reference = f"llama_decode alone, {_rate(stretches[False]):.1f} tokens/s"
    yield Result(name, alone, "x", reference, "at least 0.96", alone >= 0.96)
    if depth == 0 and usable_gpus():
        holds = "CPU" not in rivals.loaded.device and alone >= 0.95
        yield Result("decode with all layers on the GPU", alone, "x", reference, "at least 0.95", holds)


def _rate(pairs: list[tuple[float, float]]) -> float:
    """Tokens a second of the bare calls."""
    return 1 / median(bare for _, bare in pairs)


def _write(rivals: Rivals, depth: int) -> dict[bool, list[tuple[float, float]]]:
    """One answer of the session, interrupted again and again for the same from bare calls at its depth.

    Gives seconds a token of ours and of the bare calls after it, by whether those had the samplers.
    """
    loaded = rivals.loaded
    rivals.choose_threads()
    prompt = rivals.prompt(depth)
    sampling = Sampling(seed=1, max_tokens=(_STRETCHES + 1) * _STRETCH)
    rivals.bare.clear()
    rivals.bare.read(prompt.tokens)
    with closing(SamplerChain(sampling, loaded.vocabulary, loaded.trained_length)) as chain:
        alternation = _Alternation(rivals, chain)
        with endless(loaded.vocabulary.ends, rivals.filler):
            Generation(prompt, 0, sampling, PLAIN, time.perf_counter())(rivals.session, alternation)
    return alternation.stretches


class _Alternation:
    """Takes the session's events and uses every few tokens' moment for bare calls at the same depth."""

    def __init__(self, rivals: Rivals, chain: SamplerChain) -> None:
        self.stretches: dict[bool, list[tuple[float, float]]] = {True: [], False: []}
        self._rivals = rivals
        self._chain = chain
        self._since = self._from = 0.0
        self._sampled = False

    def __call__(self, event: GenerationEvent) -> None:
        now, known = time.perf_counter(), len(self._rivals.session.known)
        if not isinstance(event, TokenDelta) or (self._since and known - self._from < _STRETCH):
            return
        if self._since:
            ours = (now - self._since) / (known - self._from)
            # Each stretch comes after one of the other side, whose weights then fill the processor's caches.
            self._sampled = not self._sampled
            self.stretches[self._sampled].append((ours, self._bare(known)))
        self._since, self._from = time.perf_counter(), known

    def _bare(self, depth: int) -> float:
        bare = self._rivals.bare
        bare.rewind(depth)
        seconds = bare.step(_STRETCH, self._chain if self._sampled else None)
        bare.rewind(depth)
        return seconds


def _prefill_ratio(rivals: Rivals, path: str) -> Result:
    """Each piece of a prompt is read by both in turn, first by one, then by the other.

    Where a context lies in memory makes it faster or slower by a few percent: every prompt meets a new bare one.
    """
    ratios, ours = [], []
    for number in range(_PROMPTS):
        prompt = rivals.prompt(_PROMPT, first=1000 * (number + 2))
        rivals.choose_threads()
        with closing(Bare(path, rivals.loaded.length, rivals.threads)) as bare:
            pieces = _Pieces(bare, prompt.tokens)
            Generation(prompt, 0, Sampling(max_tokens=1), PLAIN, time.perf_counter())(rivals.session, pieces)
        ours += [seconds for seconds, _ in pieces.read]
        ratios += [theirs / seconds for seconds, theirs in pieces.read]
    ratio = median(ratios)
    reference = f"llama_decode of the same {PIECE} tokens; ours {PIECE / median(ours):.0f} tokens/s"
    return Result("prefill, ratio", ratio, "x", reference, "at least 0.98", ratio >= 0.98)


class _Pieces:
    """Lets bare calls read each whole piece of a prompt after the session did; `read` are the seconds of both."""

    def __init__(self, bare: Bare, tokens: list[int]) -> None:
        self.read: list[tuple[float, float]] = []
        self._bare = bare
        self._tokens = tokens
        self._known = 0
        self._since = 0.0

    def __call__(self, event: GenerationEvent) -> None:
        now = time.perf_counter()
        if not isinstance(event, PromptProgress):
            return
        if event.done > self._known:
            theirs = self._bare.read(self._tokens[self._known : event.done])
            if event.done - self._known == PIECE and self._since:
                self.read.append((now - self._since, theirs))
        self._known, self._since = event.done, time.perf_counter()


def _python_share(rivals: Rivals, path: str) -> Iterator[Result]:
    """All that a token costs outside llama.cpp, asked through the port: written, handed over and taken.

    Between the two windows nothing is computed, only written.
    """
    watch = Watch(lambda number: not _EARLY + 2 * _WINDOW < number < _LATE - 2 * _WINDOW)
    sampling = Sampling(seed=1, max_tokens=_LATE + _WINDOW)
    with opened(path, LoadOptions(context_length=_LENGTH, threads=rivals.threads)) as model:
        turn = question(0, model.count_tokens)
        with endless(rivals.loaded.vocabulary.ends, rivals.filler), watched(watch):
            list(model.generate([turn], sampling, Stop()))
    spent = watch.spent[-sampling.max_tokens :]
    for at in (_EARLY, _LATE):
        share = median(spent[at - _WINDOW : at + _WINDOW]) * 1e6
        reference = f"outside llama.cpp, median of {2 * _WINDOW} tokens"
        yield Result(f"Python's share at token {at}", share, "us", reference, "at most 100", share <= 100)
