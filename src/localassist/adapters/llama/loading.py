"""Loading a model file: weights, context, vocabulary and template, freed in the right order."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.devices import usable_gpus
from localassist.adapters.llama.prompts import PromptWriter
from localassist.adapters.llama.templates import template_for
from localassist.adapters.llama.threads import ThreadChoice, default_threads
from localassist.adapters.llama.vocabulary import Vocabulary, unloaded
from localassist.domain.errors import ModelError, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.adapters.llama.templates import Template
    from localassist.domain.stopping import Stop

DEFAULT_CONTEXT: Final = 8192
BATCH: Final = 2048
MICRO_BATCH: Final = 512

_ON: Final = True
_OFF: Final = False
_WITH_DATA: Final = True


@dataclass(frozen=True, slots=True)
class LoadOptions:
    """How to load. `context_length` 0 takes `DEFAULT_CONTEXT`, `threads` 0 the physical cores, fewer under load.

    `use_gpu`: put all layers on the graphics processors if there are any. `check_weights`: look at every number.
    """

    context_length: int = 0
    threads: int = 0
    use_gpu: bool = True
    check_weights: bool = False


class LoadedModel:
    """A model in memory with one context. Everything native ends with `close`; nothing may be used after it.

    `context_length` is how many tokens the context may hold, `device` says where the model runs, `thread_choice`
    chooses how many threads it takes unless the user did.
    """

    def __init__(self, path: str, options: LoadOptions, stop: Stop, report: Callable[[float], None]) -> None:
        """Load, calling `report` with the fraction done. Raises `ModelError`, and `Stopped` on request."""
        self._api = bindings().api
        self.abort = AbortSwitch()
        self._threads = options.threads or default_threads()
        self.thread_choice = None if options.threads else ThreadChoice(self._threads)
        self._frees = ExitStack()
        self._model, self.device = self._load(path, options, stop, report)
        self._frees.callback(self._api.llama_model_free, self._model)
        try:
            self.trained_length = int(self._api.llama_model_n_ctx_train(self._model))
            wanted = min(options.context_length or DEFAULT_CONTEXT, self.trained_length)
            self._context: Any = self._make_context(wanted)
            self._frees.callback(self._free_context)
            # llama.cpp rounds the context up; some architectures end the process beyond what they were trained for.
            self.context_length = min(int(self._api.llama_n_ctx(self.context)), wanted)
            self.memory = self._memory()
            self.vocabulary = Vocabulary(self._model)
            self._frees.callback(self.vocabulary.close)
            self.prompts = PromptWriter(self._template(), self.vocabulary, self.context_length)
            self._warm_up()
        except BaseException:
            self.close()
            raise

    @property
    def context(self) -> Any:
        """The native context, for the thread that owns it. Raises `ModelError` once closed: its use would be fatal."""
        if self._context is None:
            raise unloaded()
        return self._context

    def close(self) -> None:
        """Free the context, then the weights. Does nothing the second time."""
        self._frees.close()

    def _free_context(self) -> None:
        self._api.llama_free(self._context)
        self._context = None

    def _load(self, path: str, options: LoadOptions, stop: Stop, report: Callable[[float], None]) -> tuple[Any, str]:
        gpus = usable_gpus() if options.use_gpu else ()
        threads = f"{self._threads} thread{'s' if self._threads != 1 else ''}"
        if gpus:
            model = self._load_once(path, options, stop, report, layers=-1)
            if model:
                return model, f"{', '.join(gpu.description for gpu in gpus)}, {threads}"
        model = self._load_once(path, options, stop, report, layers=0)
        if not model:
            raise _load_error(Path(path).name)
        return model, f"CPU, {threads}" + (" (it did not fit the graphics processor)" if gpus else "")

    def _load_once(
        self, path: str, options: LoadOptions, stop: Stop, report: Callable[[float], None], *, layers: int
    ) -> Any:
        def progress(fraction: float, _data: object) -> bool:
            report(fraction)
            return not stop.requested

        stop.raise_if_requested()
        bindings().log.forget_errors()
        parameters = self._api.llama_model_default_params()
        parameters.n_gpu_layers = layers
        parameters.check_tensors = options.check_weights
        parameters.progress_callback = self._api.llama_progress_callback(progress)
        native_path = path.encode() if sys.platform == "win32" else os.fsencode(path)
        model = self._api.llama_model_load_from_file(native_path, parameters)
        if stop.requested:
            if model:
                self._api.llama_model_free(model)
            raise Stopped
        return model

    def _make_context(self, length: int) -> Any:
        parameters = self._api.llama_context_default_params()
        parameters.n_ctx = length
        parameters.n_batch = min(BATCH, length)
        parameters.n_ubatch = min(MICRO_BATCH, length)
        parameters.n_threads = parameters.n_threads_batch = self._threads
        parameters.flash_attn_type = self._api.LLAMA_FLASH_ATTN_TYPE_AUTO
        parameters.no_perf = True
        parameters.abort_callback = self.abort.callback
        parameters.abort_callback_data = self.abort.data
        context = self._api.llama_init_from_model(self._model, parameters)
        if not context:
            raise ModelError(
                f"There is not enough memory for a conversation of {length:,} tokens with this model.",
                "Close other programs, choose a smaller model or set a smaller context length.",
            )
        return context

    def _memory(self) -> Any:
        memory = self._api.llama_get_memory(self.context)
        if not memory or self._api.llama_model_has_encoder(self._model):
            raise ModelError(
                "The file holds a model that does not continue text: one for embeddings, for example.",
                "Choose a chat model.",
            )
        return memory

    def _template(self) -> Template:
        source = self._api.llama_model_chat_template(self._model, None)
        text = source.decode("utf-8", errors="replace") if source else ""
        eos = int(self._api.llama_vocab_eos(self.vocabulary.native))
        return template_for(text, self.vocabulary.text_of(self.vocabulary.bos), self.vocabulary.text_of(eos))

    def _warm_up(self) -> None:
        """Touch all weights once, so that the first question does not wait for the disk."""
        token = (ctypes.c_int32 * 1)(max(self.vocabulary.bos, 0))
        self._api.llama_set_warmup(self.context, _ON)
        self._api.llama_decode(self.context, self._api.llama_batch_get_one(token, 1))
        self._api.llama_memory_clear(self.memory, _WITH_DATA)
        self._api.llama_synchronize(self.context)
        self._api.llama_set_warmup(self.context, _OFF)


class AbortSwitch:
    """Ends a running decode on the CPU within about a millisecond, from any thread.

    llama.cpp asks its callback after every step of the graph. C's own `strlen` over one byte of ours is a
    callback that needs no interpreter lock: an empty string is "go on", any other "abort".
    """

    def __init__(self) -> None:
        api = bindings().api
        self._byte = ctypes.create_string_buffer(2)
        library = ctypes.CDLL("msvcrt") if sys.platform == "win32" else ctypes.CDLL(None)
        self.callback: Any = ctypes.cast(library.strlen, api.ggml_abort_callback)
        self.data = ctypes.cast(self._byte, ctypes.c_void_p)

    def set(self) -> None:
        """Abort what runs, and what is started until `clear`."""
        self._byte[0] = b"x"

    def clear(self) -> None:
        """Let decodes run again."""
        self._byte[0] = b"\0"

    @property
    def is_set(self) -> bool:
        """Whether decodes are aborted; graphics processors do not look, their callers must."""
        return self._byte[0] != b"\0"


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
        return ModelError(
            f"There is not enough memory to load {name}.", "Close other programs or choose a smaller model."
        )
    return ModelError(
        f"{name} can't be loaded: it is damaged, or not a chat model.",
        "Download it again or choose another file.",
    )
