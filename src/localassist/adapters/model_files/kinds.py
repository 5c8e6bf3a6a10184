"""What a folder of weights is: an embedder, a reranker, or nothing that is run from a folder."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

WEIGHTS: Final = "model.safetensors"
"""The only form of weights that is read from a folder: it can't hold code."""

_LONGEST_CONFIG: Final = 10_000_000
_LONGEST_CARD: Final = 200_000
_LICENCE: Final = re.compile(r"^license:[ \t]*([\w.+-]{1,60})[ \t]*$", re.MULTILINE)


def kind_of(folder: Path) -> str:
    """Give "embedder" or "reranker"; empty for a folder that holds neither in a form that is used here."""
    if not has_weights(folder):
        return ""
    if (folder / "modules.json").is_file():
        return "embedder"
    named = _read(folder / "config.json").get("architectures")
    architectures = named if isinstance(named, list) else []
    return "reranker" if any(str(name).endswith("ForSequenceClassification") for name in architectures) else ""


def has_weights(folder: Path) -> bool:
    """Whether there are weights in it."""
    return os.path.isfile(folder / WEIGHTS)  # noqa: PTH113  Path raises where a drive does not answer


def name_of(folder: Path) -> str:
    """What people call it; in the Hugging Face cache folders are named after commits, their repositories are not."""
    if folder.parent.name == "snapshots":
        return folder.parent.parent.name.rpartition("--")[2] or folder.name
    return folder.name


def licence_of(folder: Path) -> str:
    """The licence that the model card names in its head (https://huggingface.co/docs/hub/model-cards), or nothing."""
    with suppress(OSError, ValueError), (folder / "README.md").open(encoding="utf-8") as file:
        before, _, rest = file.read(_LONGEST_CARD).partition("---\n")
        head, mark, _ = rest.partition("\n---")
        found = _LICENCE.search(head) if mark and not before.strip() else None
        return found[1] if found else ""
    return ""


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
