"""The inference session against bare calls of llama.cpp, alternating in one run: speed, stops and memory."""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.catalog import REINSTALL, Catalog
from localassist.adapters.resources import resource
from localassist.bench.engine import conversations, load, memory, speed
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.bench.report import Result

_SWITCH_INTERVAL_S: Final = 0.0005
"""As the app sets it."""


def run(model: str) -> Iterator[Result]:
    """Measure the model in that file, the starter model if it is empty."""
    sys.setswitchinterval(_SWITCH_INTERVAL_S)
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        path = model or _starter(home)
        yield from memory.measure(path)
        yield from speed.measure(path)
        yield from conversations.measure(path, home)
        yield from load.measure(path)


def _starter(home: Path) -> str:
    files = Catalog(resource("models.toml"), home / "verified.json").chat_models()
    if not files:
        raise NotFoundError("The starter model is not installed.", f"{REINSTALL} Or name a model with --model FILE.")
    return files[0].path
