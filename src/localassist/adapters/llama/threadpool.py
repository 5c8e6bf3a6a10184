"""The worker threads of a loaded model: started once, not at every token."""

from __future__ import annotations

import ctypes
from typing import Any, Final

from localassist.adapters.llama.bindings import bindings

_PARAMETERS_BYTES: Final = 4096
"""More than `struct ggml_threadpool_params` takes in any version; the library fills it in itself."""


class Threadpool:
    """`count` threads that live until `close`; nothing where the library offers none.

    A build with OpenMP keeps threads of its own and takes from the pool only what a step shares.
    """

    def __init__(self, count: int) -> None:
        self._library = bindings().ggml_cpu
        self._native: Any = None
        if self._library is None:
            return
        new, self._free = self._library.ggml_threadpool_new, self._library.ggml_threadpool_free
        new.restype, new.argtypes = ctypes.c_void_p, [ctypes.c_void_p]
        self._free.restype, self._free.argtypes = None, [ctypes.c_void_p]
        fill = bindings().ggml_base.ggml_threadpool_params_init
        fill.restype, fill.argtypes = None, [ctypes.c_void_p, ctypes.c_int]
        parameters = ctypes.create_string_buffer(_PARAMETERS_BYTES)
        fill(parameters, count)
        self._native = new(parameters)

    def attach(self, context: Any) -> None:
        """Let a native context compute on these threads; it must be freed before them."""
        if self._native:
            attach = bindings().llama.llama_attach_threadpool
            attach.restype, attach.argtypes = None, [ctypes.c_void_p] * 3
            attach(context, self._native, self._native)

    def close(self) -> None:
        """End the threads. Does nothing the second time."""
        if self._native:
            self._free(self._native)
            self._native = None
