"""What a pack holds, written in it: `manifest.json`, and what makes it one that is believed."""

from __future__ import annotations

import json
import re
from dataclasses import asdict
from pathlib import PurePosixPath
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.hub.disk import target
from localassist.domain.errors import ModelError, StorageError
from localassist.domain.keeping import Packed, PackedFile
from localassist.domain.library import Commercial, Licence

if TYPE_CHECKING:
    from collections.abc import Iterable

NAME: Final = "manifest.json"
LICENCES: Final = "licences.txt"
LONGEST: Final = 4_000_000
"""Bytes of a manifest."""

_FORMAT: Final = "localassist models"
_VERSION: Final = 1
_MOST_FILES: Final = 10_000
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_HARMLESS: Final = frozenset(
    {"", ".gguf", ".json", ".jsonl", ".jinja", ".md", ".model", ".onnx", ".onnx_data", ".safetensors", ".txt"}
)
"""What the names of a model's files may end with: none of these is run, and none can hold code that is."""

_WEIGHTS: Final = {"chat": ".gguf", "embedder": ".safetensors", "reranker": ".safetensors"}


def is_harmless(path: str) -> bool:
    """Whether a file of that name may be in a pack."""
    return PurePosixPath(path).suffix.lower() in _HARMLESS


def written(models: Iterable[Packed]) -> bytes:
    """The manifest of these models."""
    content = {"format": _FORMAT, "version": _VERSION, "models": [asdict(model) for model in models]}
    return json.dumps(content, indent=1, ensure_ascii=False).encode()


def licences(models: Iterable[Packed]) -> bytes:
    """What the licences of these models say, for people."""
    said = []
    for model in models:
        licence = model.licence
        lines = [f"{model.name}: {licence.name or licence.id or 'its licence is not known'}", licence.meaning]
        said.append("\n".join(line for line in (*lines, licence.attribution, licence.link) if line))
    return "\n\n".join([*said, ""]).encode()


def read(text: bytes, name: str) -> tuple[Packed, ...]:
    """The models of a manifest. Raises `ModelError` for one that is not believed; `name` is the pack's."""
    try:
        content = json.loads(text)
        if content["format"] != _FORMAT or not isinstance(content["version"], int):
            raise ValueError("another format")
        if content["version"] > _VERSION:
            raise ModelError(f"{name} was written by a newer version of the app.", "Update the app, then unpack it.")
        models = tuple(map(_packed, content["models"]))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise refused(name, "its list of contents makes no sense") from error
    for model in models:
        _check(model, name)
    _check_names(models, name)
    return models


def refused(pack: str, why: str) -> ModelError:
    """That a pack is not unpacked, and why."""
    return ModelError(
        f"{pack} is not unpacked: {why}.", "Pack the models again, or get the pack anew from where it comes."
    )


def _packed(found: dict[str, Any]) -> Packed:
    facts = found["licence"]
    texts = ("id", "name", "meaning", "attribution", "link")
    licence = Licence(
        **{key: _text(facts[key]) for key in texts},
        commercial=Commercial(facts["commercial"]),
        sources=tuple(map(_text, facts["sources"])),
    )
    files = tuple(
        PackedFile(_text(file["path"]), _size(file["size"]), _text(file["sha256"])) for file in found["files"]
    )
    return Packed(_text(found["name"]), _text(found["kind"]), licence, files)


def _check(model: Packed, pack: str) -> None:
    if model.kind not in _WEIGHTS or not model.files:
        raise refused(pack, "it holds something that is no model")
    for file in model.files:
        if not is_harmless(file.path):
            raise refused(pack, "it holds a file of a kind that could run code")
        if not _HASH.fullmatch(file.sha256):
            raise refused(pack, "it does not say what one of its files should be")
    if not any(file.path.lower().endswith(_WEIGHTS[model.kind]) for file in model.files):
        raise refused(pack, "one of its models has no weights")


def _check_names(models: Iterable[Packed], pack: str) -> None:
    names = [f"{model.name}/{file.path}" for model in models for file in model.files]
    if not names or len(names) > _MOST_FILES:
        raise refused(pack, "it holds nothing, or too much")
    if len({name.casefold() for name in names}) != len(names):
        raise refused(pack, "two of its files have the same name")
    for model in models:
        if "/" in model.name or model.name.startswith("."):
            raise refused(pack, "one of its files would go elsewhere than into the folder of models")
    try:
        for name in names:
            target("/", name)
    except StorageError as error:
        raise refused(pack, "one of its files would go elsewhere than into the folder of models") from error


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError("no text")  # noqa: TRY004  one error for all that is wrong with it
    return value


def _size(value: object) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError("no size")
    return value
