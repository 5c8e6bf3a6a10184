"""The one import of llama-cpp-python: its low-level functions, on first use, with our logs in place."""

from __future__ import annotations

import ctypes
import gc
import os
import sys
import threading
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

from localassist.adapters.llama.logs import NativeLog
from localassist.domain.errors import ModelError

_STARTING: Final = threading.Lock()
_M_ARENA_MAX: Final = -8  # of glibc's malloc.h


@dataclass(frozen=True, slots=True)
class Bindings:
    """llama.cpp as this process has it.

    `api` holds the functions, structures and constants of llama.h under their own names. `llama`, `ggml` and
    `ggml_base` are the libraries themselves, for what has no bindings; so is `ggml_cpu`, None where the processor's
    part stands in no library of its own.
    """

    api: Any
    llama: ctypes.CDLL
    ggml: ctypes.CDLL
    ggml_base: ctypes.CDLL
    ggml_cpu: ctypes.CDLL | None
    log: NativeLog


def bindings() -> Bindings:
    """The library, imported and started once a process (0.2 s). Raises `ModelError` if it can't be used."""
    with _STARTING:  # two that start it at once would leave llama.cpp the log of the one that is thrown away
        return _start()


@cache
def _start() -> Bindings:
    # ggml would otherwise start a debugger to print a trace when it aborts.
    os.environ.setdefault("GGML_NO_BACKTRACE", "1")
    try:
        from llama_cpp import llama_cpp as api
        from llama_cpp import mtmd_cpp as mtmd

        folder = Path(str(api.__file__)).parent / "lib"
        llama, ggml, ggml_base = (_load(folder, name) for name in ("llama", "ggml", "ggml-base"))
    except (ImportError, OSError, RuntimeError) as error:
        raise ModelError(
            "The library that runs models (llama-cpp-python) is missing or was built for another computer.",
            "Run `make setup` to install it again.",
        ) from error
    _share_one_heap()
    log = NativeLog()
    log.install(api, mtmd)
    api.llama_backend_init()
    try:
        ggml_cpu = _load(folder, "ggml-cpu")
    except OSError:
        ggml_cpu = None
    return Bindings(api, llama, ggml, ggml_base, ggml_cpu, log)


def _load(folder: Path, name: str) -> ctypes.CDLL:
    """A library that is loaded already, for its functions that have no bindings."""
    names = {"win32": [f"{name}.dll", f"lib{name}.dll"], "darwin": [f"lib{name}.dylib", f"lib{name}.so"]}
    for candidate in names.get(sys.platform, [f"lib{name}.so"]):
        if (folder / candidate).is_file():
            return ctypes.CDLL(str(folder / candidate))
    raise OSError(f"no library {name} in {folder}")


def trim_memory() -> None:
    """Give the system back what was freed, which glibc's allocator would keep."""
    trim = getattr(_c_library(), "malloc_trim", None)
    if trim is not None:
        gc.collect()
        trim(0)


def _share_one_heap() -> None:
    """Have all threads take memory from one heap.

    glibc opens a heap for every few threads and never gives them back whole: a model that was loaded twenty times,
    each time by a thread of its own, left up to 13 MB behind, with one heap nothing.
    """
    configure = getattr(_c_library(), "mallopt", None)
    if configure is not None:
        configure(_M_ARENA_MAX, 1)


def _c_library() -> ctypes.CDLL | None:
    return ctypes.CDLL(None) if sys.platform == "linux" else None
