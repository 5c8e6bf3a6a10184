"""Loading a model file: weights, context, vocabulary and template, freed in the right order."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.adapters import Adapters
from localassist.adapters.llama.bindings import bindings, trim_memory
from localassist.adapters.llama.context import AbortSwitch, Context, ContextOptions
from localassist.adapters.llama.devices import usable_gpus
from localassist.adapters.llama.files.gguf_file import read_header
from localassist.adapters.llama.memory import free_memory, need_of
from localassist.adapters.llama.planning import layers_for_gpu, longest_allowed, plan_context
from localassist.adapters.llama.templating.prompts import PromptWriter
from localassist.adapters.llama.templating.templates import template_for
from localassist.adapters.llama.threadpool import Threadpool
from localassist.adapters.llama.threads import ThreadChoice, default_threads
from localassist.adapters.llama.vocabulary import Vocabulary, unloaded
from localassist.domain.errors import MemoryShortageError, ModelError, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.adapters.llama.templating.templates import Template
    from localassist.domain.stopping import Stop

_USUAL_CONTEXT: Final = 8192
"""Tokens for which room is made where only a part of the layers fits the graphics processors."""


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load.

    `context_length` 0 takes what the model was trained for, as far as there is memory; `threads` 0 the physical
    cores, fewer under load. `use_gpu`: put as many layers on the graphics processors as fit, and at most
    `gpu_layers`. `keep_alive_seconds` after the last answer the model leaves the memory, 0 keeps it. `check_weights`:
    look at every number. `template` takes the place of the file's own; `adapters` are LoRA files and their weights.
    """

    context_length: int = 0
    threads: int = 0
    use_gpu: bool = True
    keep_alive_seconds: float = 0.0
    check_weights: bool = False
    gpu_layers: int | None = None
    template: str = ""
    adapters: tuple[tuple[str, float], ...] = ()


@dataclass(frozen=True, slots=True)
class _Attempt:
    """`layers` on the graphics processors (-1 all), `wanted` tokens of context (0: as many as fit `free` bytes)."""

    layers: int
    wanted: int
    free: int
    device: str


class LoadedModel:
    """A model in memory with one context. Everything native ends with `close`; nothing may be used after it.

    `context_length` is how many tokens the context may grow to, `length` how many it holds now; `device` says where
    the model runs, `thread_choice` chooses how many threads it takes unless the user did. `rewinds`: the context can
    forget its last tokens; one with recurrent layers can't, and one that sees the last `window` tokens not always.
    """

    def __init__(self, path: str, options: LoadOptions, stop: Stop, report: Callable[[float], None]) -> None:
        """Load, calling `report` with the fraction done. Raises `ModelError`, and `Stopped` on request."""
        self._api = bindings().api
        self.path = path
        self.abort = AbortSwitch()
        self._threads = options.threads or default_threads()
        self.thread_choice = None if options.threads else ThreadChoice(self._threads)
        self.opened: Context | None = None
        self._frees = ExitStack()
        self._pool = Threadpool(self._threads)
        self._frees.callback(self._pool.close)
        self._header = read_header(path)
        self._need = need_of(
            self._header, tuple(map(read_header, _other_parts(path, self._header.number("split.count"))))
        )
        try:
            self._adapters = Adapters(options.adapters, self._header)
            self._load(options, stop, report)
            self.vocabulary = Vocabulary(self._model)
            self._frees.callback(self.vocabulary.close)
            self.prompts = PromptWriter(self._template(options.template), self.vocabulary, self.context_length)
            self._context.warm_up(max(self.vocabulary.bos, 0))
        except BaseException:
            self.close()
            raise

    @property
    def is_open(self) -> bool:
        """Whether there is a context."""
        return self.opened is not None

    @property
    def context(self) -> Any:
        """The native context, for the thread that owns it. Raises `ModelError` once closed: its use would be fatal."""
        return self._context.native

    @property
    def memory(self) -> Any:
        """What the context keeps of the tokens it read. Raises `ModelError` once closed."""
        return self._context.memory

    @property
    def length(self) -> int:
        """How many tokens the context holds now."""
        return self._context.length

    @property
    def kv_bits(self) -> int:
        """The precision of the cached keys and values."""
        return self._plan.kv_bits

    def grow(self, length: int) -> None:
        """Put a longer, empty context in the place of this one. Raises `ModelError` if there is no memory for it."""
        before = self.length
        self._context.close()
        self.opened = None
        try:
            self.opened = self._make_context(length)
        except ModelError:
            self.opened = self._make_context(before)
            self.context_length = before  # there is no more memory than that: later prompts must fit it
            self.prompts.limit(before)
            raise

    def close(self) -> None:
        """Free the context, then the weights, and give the memory back. Does nothing the second time."""
        if self.opened is not None:
            self.opened.close()
            self.opened = None
        self._frees.close()
        trim_memory()

    @property
    def _context(self) -> Context:
        if self.opened is None:
            raise unloaded()
        return self.opened

    def _load(self, options: LoadOptions, stop: Stop, report: Callable[[float], None]) -> None:
        """Weights and context: on the graphics processors as far as they fit, else on the CPU."""
        *others, last = self._attempts(options)
        for attempt in others:
            try:
                self._put(attempt, options, stop, report)
            except ModelError:
                continue
            return
        self._put(last, options, stop, report)

    def _attempts(self, options: LoadOptions) -> list[_Attempt]:
        """Where the model may be put, the fastest first; the CPU comes last."""
        gpus = usable_gpus() if options.use_gpu and options.gpu_layers != 0 else ()
        on_cpu = f"CPU, {self._threads_said}"
        if not gpus:
            return [_Attempt(0, options.context_length, free_memory(), on_cpu)]
        names, free = ", ".join(gpu.description for gpu in gpus), sum(gpu.memory_free for gpu in gpus)
        length = options.context_length or _USUAL_CONTEXT
        layers = _at_most(options.gpu_layers, layers_for_gpu(self._need, free, length), self._need.layers + 1)
        attempts = []
        if layers < 0:
            attempts.append(_Attempt(-1, options.context_length, free, f"{names}, {self._threads_said}"))
        for part in (layers, layers // 2 if layers >= 0 else self._need.layers // 2):
            if part > 0:
                said = (
                    f"{names} ({part} of {self._need.layers + 1} layers, the others on the CPU), {self._threads_said}"
                )
                attempts.append(_Attempt(part, length, free_memory() + free, said))
        why = "it did not fit the graphics processor" if attempts else "the graphics processor has too little memory"
        return [*attempts, _Attempt(0, options.context_length, free_memory(), f"{on_cpu} ({why})")]

    def _put(self, attempt: _Attempt, options: LoadOptions, stop: Stop, report: Callable[[float], None]) -> None:
        """Load the weights and make their context. Raises `ModelError`; nothing is left behind then."""
        api = self._api
        model = self._load_weights(attempt.layers, options, stop, report)
        if not model:
            raise _load_error(Path(self.path).name)
        with ExitStack() as undo:
            undo.callback(api.llama_model_free, model)
            self._model, self.device = model, attempt.device
            if api.llama_model_has_encoder(model) or not api.llama_model_has_decoder(model):
                raise _no_chat_model()
            self.trained_length = int(api.llama_model_n_ctx_train(model))
            recurrent = api.llama_model_is_recurrent(model) or api.llama_model_is_hybrid(model)
            self.window = 0 if recurrent else max(int(api.llama_model_n_swa(model)), 0)
            self.rewinds = not (self.window or recurrent)
            allowed = longest_allowed(self._header, self.trained_length)
            self._plan = plan_context(self._need, attempt.free, attempt.wanted, allowed)
            self.context_length = self._plan.limit
            self._adapters.load(model)
            context = self._make_context(self._plan.start)
            undo.callback(context.close)
            if not context.memory:
                raise _no_chat_model()
            self.opened = context
            undo.pop_all()
            self._frees.callback(api.llama_model_free, model)

    @property
    def _threads_said(self) -> str:
        return f"{self._threads} thread{'s' if self._threads != 1 else ''}"

    def _make_context(self, length: int) -> Context:
        options = ContextOptions(length, self._plan.kv_bits, self._threads)
        context = Context(self._model, options, self._pool, self.abort)
        self._adapters.attach(context.native)
        return context

    def _load_weights(self, layers: int, options: LoadOptions, stop: Stop, report: Callable[[float], None]) -> Any:
        def progress(fraction: float, _data: object) -> bool:
            report(fraction)
            return not stop.requested

        stop.raise_if_requested()
        bindings().log.forget_errors()
        parameters = self._api.llama_model_default_params()
        parameters.n_gpu_layers = layers
        if not layers:  # without this a graphics processor would still be given the large products
            parameters.devices = ctypes.cast((ctypes.c_void_p * 1)(), ctypes.c_void_p)
        parameters.check_tensors = options.check_weights
        parameters.progress_callback = self._api.llama_progress_callback(progress)
        native_path = self.path.encode() if sys.platform == "win32" else os.fsencode(self.path)
        model = self._api.llama_model_load_from_file(native_path, parameters)
        if stop.requested:
            if model:
                self._api.llama_model_free(model)
            raise Stopped
        return model

    def _template(self, chosen: str) -> Template:
        source = chosen.encode() or self._api.llama_model_chat_template(self._model, None)
        text = source.decode("utf-8", errors="replace") if source else ""
        eos = int(self._api.llama_vocab_eos(self.vocabulary.native))
        return template_for(text, self.vocabulary.text_of(self.vocabulary.bos), self.vocabulary.text_of(eos))


def _at_most(wanted: int | None, fitting: int, all_layers: int) -> int:
    """How many of the layers that fit (-1: all) go onto the graphics processors; `wanted` None is as many as fit."""
    if wanted is None or wanted >= all_layers:
        return fitting
    return wanted if fitting < 0 else min(wanted, fitting)


def _other_parts(path: str, count: int) -> list[str]:
    """The further files of a model that comes in `count` parts, as far as they are there."""
    first = Path(path)
    names = [first.name.replace("-00001-of-", f"-{part:05}-of-") for part in range(2, min(count, 1000) + 1)]
    return [str(first.with_name(name)) for name in names if name != first.name and first.with_name(name).is_file()]


def _no_chat_model() -> ModelError:
    return ModelError(
        "The file holds a model that does not continue text: one for embeddings, for example.", "Choose a chat model."
    )


def _load_error(name: str) -> ModelError:
    """What llama.cpp's own last words mean for a person."""
    said = bindings().log.last_errors()
    if "unknown model architecture" in said:
        kind = said.partition("unknown model architecture:")[2].partition("\n")[0].strip(" '\"")
        return ModelError(
            f"{name} holds a model of a kind ({kind[:40]}) that this version can't run.",
            "Update the app, or choose another model.",
        )
    if any(word in said for word in ("failed to allocate", "unable to allocate", "out of memory")):
        return MemoryShortageError(
            f"There is not enough memory to load {name}.", "Close other programs or choose a smaller model."
        )
    return ModelError(
        f"{name} can't be loaded: it is damaged, or not a chat model.",
        "Download it again or choose another file.",
    )
