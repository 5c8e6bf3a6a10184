"""How fast this computer's memory is: measured once in a quarter of a second, and kept in one small file."""

from __future__ import annotations

import ctypes
import json
import platform
import threading
import time
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from localassist.adapters.whole_files import write_whole

if TYPE_CHECKING:
    from pathlib import Path

_COPIED: Final = 128 << 20
"""Bytes copied at once, from as many others: more than any processor's cache holds of both."""

_TIMES: Final = 7


class MemoryBandwidth:
    """Bytes a second; the file names the processor, so that a home that moves is measured anew."""

    def __init__(self, file: Path, cores: int) -> None:
        """`file` may be missing or damaged: then it is measured and written again."""
        self._file = file
        self._cores = max(cores, 1)

    def bytes_per_second(self) -> float:
        """As it was measured on this computer, now if it was not."""
        here = f"{platform.machine()} {platform.processor()} {platform.node()} {self._cores}"
        try:
            known = json.loads(self._file.read_text(encoding="utf-8"))
            if known["computer"] == here and float(known["bytes_per_second"]) > 0:
                return float(known["bytes_per_second"])
        except (OSError, ValueError, KeyError, TypeError):
            pass  # measured below
        measured = measure(self._cores)
        with suppress(OSError):  # not to be kept, it costs a quarter of a second again
            write_whole(self._file, json.dumps({"computer": here, "bytes_per_second": measured}))
        return measured


def measure(threads: int, copied: int = _COPIED) -> float:
    """Bytes a second that `threads` read and write together, the best of some trials: others may compute beside.

    Copying reads a byte and writes a byte, as STREAM counts it (https://www.cs.virginia.edu/stream/ref.html).
    """
    part = copied // threads
    pairs = [(ctypes.create_string_buffer(part), ctypes.create_string_buffer(part)) for _ in range(threads)]
    for source, target in pairs:
        ctypes.memset(source, 1, part)  # memory that was never written is one page of zeros
        ctypes.memset(target, 2, part)
    best = min(_seconds(pairs, part) for _ in range(_TIMES))
    return 2 * part * threads / best


def _seconds(pairs: list[tuple[ctypes.Array[ctypes.c_char], ctypes.Array[ctypes.c_char]]], part: int) -> float:
    workers = [threading.Thread(target=ctypes.memmove, args=(target, source, part)) for source, target in pairs]
    began = time.perf_counter()
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    return max(time.perf_counter() - began, 1e-9)
