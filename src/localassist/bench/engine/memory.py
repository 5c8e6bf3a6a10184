"""What the session takes beyond what llama.cpp needs, and what loading again and again leaves behind."""

from __future__ import annotations

import json
import logging
import re
import subprocess
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.loading import LoadOptions
from localassist.bench.engine.opening import ask, opened
from localassist.bench.engine.texts import question
from localassist.bench.report import Result
from localassist.domain.ports.chat_model import Sampling

if TYPE_CHECKING:
    from collections.abc import Iterator

_CYCLES, _FIRST = 20, 3
_SHARE_OF_MODEL: Final = 0.03
_BEYOND: Final = 60
"""MB beyond weights, keys and values and compute buffers."""

_PAGES: Final = Path("/proc/self/smaps_rollup")
_BUFFER: Final = re.compile(r"(model|KV|RS|compute|output) +buffer size = +([0-9.]+) MiB")
_WHOLE_MICRO_BATCH: Final = 700
"""Tokens of a prompt after which every buffer was used to its full size."""


def measure(path: str) -> Iterator[Result]:
    """Both in processes of their own; nothing where the system does not tell a process its size in a file."""
    if not _PAGES.exists():
        return
    facts = json.loads(
        subprocess.run(  # noqa: S603  our own interpreter and module
            [sys.executable, "-c", f"from {__name__} import tell; tell()", path],
            capture_output=True,
            check=True,
            timeout=600,
        ).stdout
    )
    beyond, sizes = facts["beyond"], facts["sizes"]
    target = f"at most {_BEYOND} MB"
    yield Result("memory beyond the buffers", beyond, "MB", f"{sizes:.0f} MB of buffers", target, beyond <= _BEYOND)
    grown = facts["grown"]
    reference = f"the file's {facts['file']:.0f} MB; after cycle {_CYCLES} against after cycle {_FIRST}"
    target = f"at most {_SHARE_OF_MODEL:.0%}"
    yield Result("memory left by loading, share", grown, "x", reference, target, grown <= _SHARE_OF_MODEL)


class _Buffers(logging.Handler):
    """Adds up the buffers that llama.cpp says it makes, in MB."""

    total = 0.0

    @override
    def emit(self, record: logging.LogRecord) -> None:
        for _kind, size in _BUFFER.findall(record.getMessage()):
            self.total += float(size) * 2**20 / 1e6


def _measure(path: str) -> dict[str, float]:
    buffers = _Buffers()
    logger = logging.getLogger("localassist.llama")
    logger.setLevel(logging.DEBUG)
    logger.addHandler(buffers)
    bindings()
    before, after = _megabytes(), []
    for cycle in range(_CYCLES):
        with opened(path, LoadOptions(context_length=2048)) as model:
            if not cycle:
                logger.removeHandler(buffers)
                asked = [question(_WHOLE_MICRO_BATCH, model.count_tokens)]
            else:
                asked = [question(0, model.count_tokens)]
            ask(model, asked, Sampling(seed=1, max_tokens=8))
            loaded = _megabytes()
        if not cycle:
            beyond = loaded - before - buffers.total
        after.append(_megabytes("Anonymous"))
    size = Path(path).stat().st_size / 1e6
    return {"beyond": beyond, "sizes": buffers.total, "grown": (after[-1] - after[_FIRST - 1]) / size, "file": size}


def _megabytes(kind: str = "Rss") -> float:
    """MB of this process in memory: all (Rss), or what is no copy of a file (Anonymous).

    The system takes pages of files away and brings them back as it likes: only the other ones tell of a leak.
    """
    found = re.search(rf"^{kind}:\s+(\d+) kB", _PAGES.read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def tell() -> None:
    """Be the process that is measured: print what was found about the file named on the command line."""
    sys.stdout.write(json.dumps(_measure(sys.argv[1])))
