"""One chat model that runs in this process."""

from __future__ import annotations

import threading
import time
from contextlib import closing, contextmanager
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.adapters.llama import sampling as samplers
from localassist.adapters.llama.generation import PIECE, Generation, read_prompt
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.owner import Owner
from localassist.adapters.llama.reading import Reading
from localassist.adapters.llama.session import Session
from localassist.adapters.llama.states import StateStore, fingerprint
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.events import ModelLoading, ModelReady, PromptProgress
from localassist.domain.models import ModelDescription
from localassist.domain.ports.chat_model import PLAIN, ChatModel
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager
    from pathlib import Path

    from localassist.adapters.llama.owner import Emit
    from localassist.domain.chat import Turn
    from localassist.domain.events import GenerationEvent, LoadingEvent
    from localassist.domain.ports.chat_model import Framing, Sampling


class LlamaChatModel(ChatModel):
    """A GGUF file run by llama.cpp. Loads on `load`; one thread then owns it and serves all askers in turn.

    Nobody having asked for a while, it leaves the memory; what it knew of conversations stays in `states`.
    `last_used` is when it was asked last, in seconds of `time.monotonic`.
    """

    def __init__(
        self,
        name: str,
        path: str,
        options: Callable[[], LoadOptions],
        admit: Callable[[Stop], AbstractContextManager[None]],
        states: Path | None = None,
    ) -> None:
        """`options` are asked for at each load, which happens inside `admit`.

        `admit` raises `ModelError` on entry if the file must not be loaded. `states` is the folder for what was read.
        """
        self._described = ModelDescription(name, path, context_length=0, device="")
        self._options = options
        self._admit = admit
        self._states = states
        self._lock = threading.Lock()
        self._owner: Owner | None = None
        self._loaded_with: LoadOptions | None = None
        self._askers = 0
        self._reading_speed = 0.0
        self.last_used = time.monotonic()

    @property
    @override
    def description(self) -> ModelDescription:
        session = self._session()
        if session is None:
            return self._described
        loaded = session.loaded
        thinks = loaded.prompts.speech.thinks
        return replace(self._described, context_length=loaded.context_length, device=loaded.device, thinks=thinks)

    @property
    def is_loaded(self) -> bool:
        """Whether it takes memory."""
        return self._session() is not None

    @property
    def is_answering(self) -> bool:
        """Whether somebody waits for it just now."""
        return self._askers > 0

    @override
    def load(self, stop: Stop) -> Iterator[LoadingEvent]:
        with self._asked():
            if self._session() is not None and self._askers == 1 and self._options() != self._loaded_with:
                self.unload()  # the settings changed
            if self._session() is None:
                yield ModelLoading(self._described.name, 0.0)
            while self._session() is None:
                owner = self._start()
                try:
                    for fraction in owner.load(stop):
                        yield ModelLoading(self._described.name, fraction)
                except Stopped:
                    self._drop(owner)
                    stop.raise_if_requested()  # else those who asked before gave up: load anew
                except Exception:
                    self._drop(owner)
                    raise
            yield ModelReady(self.description)

    @override
    def count_tokens(self, turns: Sequence[Turn], framing: Framing = PLAIN) -> int:
        _, loaded = self._ready()
        return loaded.prompts.count(turns, framing)

    @override
    def generate(
        self, turns: Sequence[Turn], sampling: Sampling, stop: Stop, framing: Framing = PLAIN
    ) -> Iterator[GenerationEvent]:
        asked = time.perf_counter()
        samplers.check(sampling)
        with self._asked():
            owner, loaded = self._ready()
            prompt = loaded.prompts.question(turns, framing)
            stable = 0 if loaded.rewinds else len(loaded.prompts.history(turns, framing))
            work = Generation(prompt, stable, sampling, framing, asked)
            reading = Reading(len(prompt.tokens), self._reading_speed, PIECE)
            with closing(owner.run(work, stop)) as events:
                for event in events:
                    if isinstance(event, PromptProgress):
                        reading.take(event)
                    if event is not None:
                        yield event
                    elif not reading.is_over:
                        yield reading.estimate()  # a sign of life while a piece is read, or another asker is served
            self._reading_speed = reading.speed

    @override
    def prefill(self, turns: Sequence[Turn], stop: Stop, framing: Framing = PLAIN) -> None:
        owner, loaded = self._ready()
        prompt = loaded.prompts.history(turns, framing)
        if not prompt:
            return

        def work(session: Session, emit: Emit) -> None:
            if session.known[: len(prompt)] != prompt:
                read_prompt(session, prompt, len(prompt), emit, keep=framing.kept)

        for _ in owner.run(work, stop, patient=True):
            pass

    def forget(self) -> None:
        """Know nothing of any conversation any more, once what runs has ended."""
        owner = self._owner
        if owner is None:
            return

        def work(session: Session, _emit: Emit) -> None:
            session.forget()

        try:
            for _ in owner.run(work, Stop()):
                pass
        except ModelError:  # it is leaving the memory: what it knows goes with it
            owner.close()

    def unload(self) -> None:
        """End what runs and free the model; it can be loaded again."""
        owner = self._owner
        if owner is not None:
            owner.close()  # first: whoever forgets meanwhile must know that something is still written
            self._drop(owner)

    @contextmanager
    def _asked(self) -> Iterator[None]:
        with self._lock:
            self._askers += 1
        try:
            yield
        finally:
            with self._lock:
                self._askers -= 1
            self.last_used = time.monotonic()

    def _start(self) -> Owner:
        before = self._owner
        if before is not None and before.is_closed:
            before.close()  # waits: two of one model would take twice its memory
            self._drop(before)
        with self._lock:
            if self._owner is None:
                self._loaded_with = self._options()
                self._owner = Owner(self._described.name, self._open, self._loaded_with.keep_alive_seconds)
            return self._owner

    def _drop(self, owner: Owner) -> None:
        with self._lock:
            if self._owner is owner:
                self._owner = None

    def _open(self, stop: Stop, report: Callable[[float], None]) -> Session:
        options = self._loaded_with or LoadOptions()
        with self._admit(stop):
            loaded = LoadedModel(self._described.path, options, stop, report)
        return Session(loaded, self._open_states(loaded))

    def _open_states(self, loaded: LoadedModel) -> StateStore | None:
        """Where what the model reads is kept; nowhere if that can't be read.

        With adapters it would read otherwise, and states don't tell of them.
        """
        if self._states is None or (self._loaded_with is not None and self._loaded_with.adapters):
            return None
        try:
            return StateStore(self._states, fingerprint(self._described.path, loaded.kv_bits))
        except OSError:
            return None

    def _session(self) -> Session | None:
        owner = self._owner
        return owner.session if owner is not None and not owner.is_closed else None

    def _ready(self) -> tuple[Owner, LoadedModel]:
        owner = self._owner
        session = self._session()
        if owner is None or session is None:
            raise ModelError(f"The model {self._described.name} is not loaded.", "Ask again: it will be loaded first.")
        return owner, session.loaded
