"""One chat model that runs in this process."""

from __future__ import annotations

import threading
import time
from contextlib import closing
from dataclasses import replace
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.adapters.llama import sampling as samplers
from localassist.adapters.llama.generation import Generation, read_prompt
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.owner import Owner
from localassist.adapters.llama.session import Session
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.events import ModelLoading, ModelReady, PromptProgress
from localassist.domain.models import ModelDescription
from localassist.domain.ports.chat_model import PLAIN, ChatModel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from localassist.adapters.llama.owner import Emit
    from localassist.domain.chat import Turn
    from localassist.domain.events import GenerationEvent, LoadingEvent
    from localassist.domain.ports.chat_model import Framing, Sampling
    from localassist.domain.stopping import Stop


class LlamaChatModel(ChatModel):
    """A GGUF file run by llama.cpp. Loads on `load`; one thread then owns it and serves all askers in turn."""

    def __init__(
        self,
        name: str,
        path: str,
        options: Callable[[], LoadOptions],
        admit: Callable[[Stop], AbstractContextManager[None]],
    ) -> None:
        """`options` are asked for at each load, which happens inside `admit`.

        `admit` raises `ModelError` on entry if the file must not be loaded.
        """
        self._described = ModelDescription(name, path, context_length=0, device="")
        self._options = options
        self._admit = admit
        self._lock = threading.Lock()
        self._owner: Owner | None = None

    @property
    @override
    def description(self) -> ModelDescription:
        session = self._session()
        if session is None:
            return self._described
        return replace(self._described, context_length=session.loaded.context_length, device=session.loaded.device)

    @override
    def load(self, stop: Stop) -> Iterator[LoadingEvent]:
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
        owner, loaded = self._ready()
        prompt = loaded.prompts.question(turns, framing).tokens
        stop_strings = (*loaded.prompts.stop_strings, *sampling.stop_strings)
        work = Generation(prompt, sampling, stop_strings, asked)
        reading = PromptProgress(0, len(prompt), 0)
        with closing(owner.run(work, stop)) as events:
            for event in events:
                if isinstance(event, PromptProgress):
                    reading = event
                if event is not None:
                    yield event
                elif reading.done < reading.total:
                    yield reading  # a sign of life while a piece of the prompt is read, or another asker is served

    @override
    def prefill(self, turns: Sequence[Turn], stop: Stop, framing: Framing = PLAIN) -> None:
        owner, loaded = self._ready()
        prompt = loaded.prompts.history(turns, framing)
        if not prompt:
            return

        def work(session: Session, emit: Emit) -> None:
            read_prompt(session, prompt, emit)

        for _ in owner.run(work, stop, patient=True):
            pass

    def unload(self) -> None:
        """End what runs and free the model; it can be loaded again."""
        with self._lock:
            owner, self._owner = self._owner, None
        if owner is not None:
            owner.close()

    def _start(self) -> Owner:
        with self._lock:
            if self._owner is None:
                self._owner = Owner(self._described.name, self._open)
            return self._owner

    def _drop(self, owner: Owner) -> None:
        with self._lock:
            if self._owner is owner:
                self._owner = None

    def _open(self, stop: Stop, report: Callable[[float], None]) -> Session:
        with self._admit(stop):
            return Session(LoadedModel(self._described.path, self._options(), stop, report))

    def _session(self) -> Session | None:
        owner = self._owner
        return owner.session if owner is not None else None

    def _ready(self) -> tuple[Owner, LoadedModel]:
        owner = self._owner
        session = owner.session if owner is not None else None
        if owner is None or session is None:
            raise ModelError(f"The model {self._described.name} is not loaded.", "Ask again: it will be loaded first.")
        return owner, session.loaded
