"""Loads a model as the app does, uses it, and prints what that took: bytes of memory, and tokens a second by depth.

The arguments are a small model, the model file, the context in tokens, how many tokens to read first, and how many to
write. The small one is loaded first, so that only what the other one adds is counted.
"""

import gc
import json
import re
import sys
import time
from pathlib import Path

from localassist.adapters.llama.bindings import trim_memory
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.adapters.llama.session import Session
from localassist.domain.stopping import Stop

KINDS = ("Anonymous", "Referenced")


def memory(model: str = "") -> tuple[int, int]:
    """Bytes that are copies of no file, and bytes of the model's file used since `forget_use`."""
    anonymous = used = 0
    in_model = False
    for line in Path("/proc/self/smaps").read_text(encoding="utf-8", errors="replace").splitlines():
        if re.match(r"[0-9a-f]+-[0-9a-f]+ ", line):
            in_model = bool(model) and line.endswith(model)
        elif line.startswith("Anonymous:"):
            anonymous += int(line.split()[1]) * 1024
        elif in_model and line.startswith("Referenced:"):
            used += int(line.split()[1]) * 1024
    return anonymous, used


def forget_use() -> None:
    """Let the system count from now on which pages are used (man 5 proc, clear_refs)."""
    Path("/proc/self/clear_refs").write_text("1", encoding="ascii")


def opened(path: str, length: int) -> LoadedModel:
    """The model with a context of that length from the beginning."""
    loaded = LoadedModel(path, LoadOptions(context_length=length, use_gpu=False), Stop(), lambda _fraction: None)
    if loaded.length < length:
        loaded.grow(length)
    return loaded


def main(small: str, path: str, length: int, read: int, written: int) -> None:
    """Print one JSON object."""
    opened(small, 256).close()
    gc.collect()
    trim_memory()
    before, _ = memory()
    session = Session(opened(path, length))
    forget_use()
    tokens = [(7 * place + 3) % 100 + 3 for place in range(read)]
    for start in range(0, read, 512):
        session.read(tokens[start : start + 512])
    seconds = []
    for place in range(written):
        began = time.perf_counter()
        session.append(place % 90 + 5)
        seconds.append(time.perf_counter() - began)
    after, used = memory(path)
    print(json.dumps({"taken": after - before + used, "seconds": seconds}))


main(sys.argv[1], sys.argv[2], *map(int, sys.argv[3:6]))
