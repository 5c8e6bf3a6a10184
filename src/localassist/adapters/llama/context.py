"""One native context: what a model keeps of the tokens it has read, and the steps over it."""

from __future__ import annotations

import ctypes
import sys
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.domain.errors import MemoryShortageError

if TYPE_CHECKING:
    from localassist.adapters.llama.threadpool import Threadpool

BATCH: Final = 2048
MICRO_BATCH: Final = 512
_ON: Final = True
_OFF: Final = False
_WITH_DATA: Final = True
_GGML_TYPES: Final = {16: 1, 8: 8}
"""F16 and Q8_0 of enum ggml_type, by bits."""


@dataclass(frozen=True, slots=True)
class ContextOptions:
    """`length` in tokens; `kv_bits` of the cached keys and values: 16 or 8; `threads` to begin with."""

    length: int
    kv_bits: int
    threads: int


class Context:
    """A context of `length` tokens; freed by `close`, and not to be used after it.

    Raises `MemoryShortageError` when there is too little memory. `native` and `memory` are what llama.cpp's functions
    take.
    """

    def __init__(self, model: Any, options: ContextOptions, pool: Threadpool, abort: AbortSwitch) -> None:
        self._api = bindings().api
        native = self._make(model, options, abort)
        if not native and options.kv_bits != 16:  # some shapes can't be kept at 8 bits
            native = self._make(model, ContextOptions(options.length, 16, options.threads), abort)
        if not native:
            raise MemoryShortageError(
                f"There is not enough memory for a conversation of {options.length:,} tokens with this model.",
                "Close other programs, choose a smaller model or set a smaller context length.",
            )
        self.native: Any = native
        self.memory: Any = self._api.llama_get_memory(native)
        # llama.cpp rounds the context up; some architectures end the process beyond what they were trained for.
        self.length = min(int(self._api.llama_n_ctx(native)), options.length)
        pool.attach(native)

    def warm_up(self, token: int) -> None:
        """Touch all weights once, so that the first question does not wait for the disk."""
        batch = (ctypes.c_int32 * 1)(token)
        self._api.llama_set_warmup(self.native, _ON)
        self._api.llama_decode(self.native, self._api.llama_batch_get_one(batch, 1))
        self._api.llama_memory_clear(self.memory, _WITH_DATA)
        self._api.llama_synchronize(self.native)
        self._api.llama_set_warmup(self.native, _OFF)

    def close(self) -> None:
        """Free the context."""
        self._api.llama_free(self.native)
        self.native = self.memory = None

    def _make(self, model: Any, options: ContextOptions, abort: AbortSwitch) -> Any:
        api = self._api
        parameters = api.llama_context_default_params()
        parameters.n_ctx = options.length
        parameters.n_batch = min(BATCH, options.length)
        parameters.n_ubatch = min(MICRO_BATCH, options.length)
        parameters.n_threads = parameters.n_threads_batch = options.threads
        parameters.type_k = parameters.type_v = _GGML_TYPES[options.kv_bits]
        # Values can be kept at 8 bits only where flash attention reads them.
        automatic, needed = api.LLAMA_FLASH_ATTN_TYPE_AUTO, api.LLAMA_FLASH_ATTN_TYPE_ENABLED
        parameters.flash_attn_type = automatic if options.kv_bits == 16 else needed
        parameters.swa_full = False  # a window is kept as a window; going back takes a checkpoint
        parameters.n_outputs_max = 1  # only what follows the last token is asked for
        parameters.no_perf = True
        parameters.abort_callback = abort.callback
        parameters.abort_callback_data = abort.data
        return api.llama_init_from_model(model, parameters)


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
