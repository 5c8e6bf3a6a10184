"""What a folder of weights is: an embedder, a reranker, or nothing that is run from a folder."""

from __future__ import annotations

import json
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS: Final = "model.safetensors"
"""The only form of weights that is read from a folder: it can't hold code."""

_LONGEST_CONFIG: Final = 10_000_000


def kind_of(folder: Path) -> str:
    """Give "embedder" or "reranker"; empty for a folder that holds neither in a form that is used here."""
    if not (folder / WEIGHTS).is_file():
        return ""
    if (folder / "modules.json").is_file():
        return "embedder"
    named = _read(folder / "config.json").get("architectures")
    architectures = named if isinstance(named, list) else []
    return "reranker" if any(str(name).endswith("ForSequenceClassification") for name in architectures) else ""


def files_in(folder: Path) -> tuple[str, ...]:
    """The weights first, then all other files of the folder."""
    others = (path for path in sorted(folder.rglob("*")) if path.is_file() and path != folder / WEIGHTS)
    return (str(folder / WEIGHTS), *map(str, others))


def _read(path: Path) -> dict[str, Any]:
    with suppress(OSError, ValueError, RecursionError):
        if path.stat().st_size <= _LONGEST_CONFIG:
            found = json.loads(path.read_text(encoding="utf-8"))
            return found if isinstance(found, dict) else {}
    return {}
