"""What lies in a place: its model files by the names that the place gives them, and those that nothing names."""

from __future__ import annotations

import json
import os
import re
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.model_files.kinds import WEIGHTS, kind_of, name_of
from localassist.adapters.model_files.places import Layout

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.adapters.model_files.places import Place
    from localassist.domain.stopping import Stop

_MODEL_LAYER: Final = "application/vnd.ollama.image.model"
_DIGEST: Final = re.compile(r"sha256[:-]([0-9a-f]{64})")
_HASH: Final = re.compile(r"[0-9a-f]{64}")
_LONGEST_MANIFEST: Final = 1_000_000
_DEEPEST: Final = 8
_GONE: Final = "What it points to is no longer there."
_UNNAMED: Final = "No snapshot names it: the Hugging Face cache would delete it as left over."
_UNLISTED: Final = "No manifest names it: Ollama does not list it any more."


@dataclass(frozen=True, slots=True)
class Lying:
    """A model as a place has it; `sha256` is the hash that the place names. The rest is as in `FoundModel`."""

    name: str
    path: Path
    sha256: str = ""
    kind: str = "chat"
    orphaned: str = ""
    problem: str = ""


def lying_in(place: Place, stop: Stop) -> Iterator[Lying]:
    """The model files of a place, only by looking; what can't be looked at is passed over. Raises `Stopped`."""
    with suppress(OSError):  # another user's, perhaps, or on a drive that was just taken away
        yield from _READERS[place.layout](place.folder, stop)


def _plain(folder: Path, stop: Stop) -> Iterator[Lying]:
    """Every GGUF below a folder. Links to files are followed, links to folders are not: they may lead in circles."""
    for parent, folders, names in os.walk(folder):
        stop.raise_if_requested()
        folders.sort()
        if len(Path(parent).relative_to(folder).parts) >= _DEEPEST:
            folders.clear()
        if WEIGHTS in names and (kind := kind_of(Path(parent))):
            yield Lying(name_of(Path(parent)), Path(parent), kind=kind)
        for name in sorted(names):
            path = Path(parent) / name
            if _is_model_name(name):
                yield Lying(path.stem, path, problem="" if path.exists() else _GONE)


def _hub_cache(folder: Path, stop: Stop) -> Iterator[Lying]:
    """Snapshots' links to blobs, whose names are the SHA-256 of what is in them (large files are in Git LFS).

    The format: https://huggingface.co/docs/hub/local-cache. Where links can't be made the files lie in the snapshots.
    """
    for repository in sorted(folder.glob("models--*")):
        named: set[str] = set()
        for snapshot in sorted((repository / "snapshots").glob("*")):
            if kind := kind_of(snapshot):
                yield Lying(name_of(snapshot), snapshot, kind=kind)
        for path in sorted((repository / "snapshots").glob("*/**/*")):
            stop.raise_if_requested()
            blob = Path(os.path.realpath(path)).name if path.is_symlink() else ""
            named.add(blob)
            if _is_model_name(path.name):
                sha256 = blob if _HASH.fullmatch(blob) else ""
                yield Lying(path.stem, path, sha256, problem="" if path.exists() else _GONE)
        for blob_path in _models_in(repository / "blobs", stop):
            if blob_path.name not in named and _HASH.fullmatch(blob_path.name):
                name = repository.name.removeprefix("models--").replace("--", "/")
                yield Lying(f"{name} ({blob_path.name[:8]})", blob_path, blob_path.name, orphaned=_UNNAMED)


def _ollama(folder: Path, stop: Stop) -> Iterator[Lying]:
    """Manifests in manifests/REGISTRY/NAMESPACE/MODEL/TAG, whose model layers are named by their digest.

    The blobs are blobs/sha256-HEX, in the first versions blobs/sha256:HEX. The format:
    https://github.com/ollama/ollama/blob/main/server/internal/manifest/manifest.go.
    """
    named: set[str] = set()
    blobs = folder / "blobs"
    for path in sorted((folder / "manifests").glob("*/*/*/*")):
        stop.raise_if_requested()
        layers = _layers(path)
        digests = [found[1] for layer in layers if (found := _DIGEST.fullmatch(str(layer.get("digest"))))]
        named.update(digests)
        model = next((layer for layer in layers if layer.get("mediaType") == _MODEL_LAYER), None)
        found = _DIGEST.fullmatch(str(model.get("digest"))) if model else None
        if found:
            blob = next(filter(Path.is_file, (blobs / f"sha256{mark}{found[1]}" for mark in "-:")), None)
            blob, problem = (blob, "") if blob else (blobs / f"sha256-{found[1]}", _GONE)
            yield Lying(f"{path.parent.name}:{path.name}", blob, found[1], problem=problem)
    for path in _models_in(blobs, stop):
        found = _DIGEST.fullmatch(path.name)
        if found and found[1] not in named:
            yield Lying(f"Ollama's {found[1][:12]}", path, found[1], orphaned=_UNLISTED)


_READERS: Final[dict[Layout, Callable[[Path, Stop], Iterator[Lying]]]] = {
    Layout.PLAIN: _plain,
    Layout.HUB_CACHE: _hub_cache,
    Layout.OLLAMA: _ollama,
}


def _layers(manifest: Path) -> list[dict[str, Any]]:
    try:
        if manifest.stat().st_size > _LONGEST_MANIFEST:
            return []
        content = json.loads(manifest.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError):
        return []
    layers = content.get("layers") if isinstance(content, dict) else None
    return [layer for layer in layers if isinstance(layer, dict)] if isinstance(layers, list) else []


def _models_in(blobs: Path, stop: Stop) -> Iterator[Path]:
    """The blobs that are model files by their first bytes, as their names don't tell."""
    for path in sorted(blobs.glob("*")):
        stop.raise_if_requested()
        if path.is_file() and _begins_as_model(path):
            yield path


def _begins_as_model(path: Path) -> bool:
    with suppress(OSError), path.open("rb") as file:
        return file.read(4) == b"GGUF"
    return False


def _is_model_name(name: str) -> bool:
    """Picture readers (mmproj) go with a model and are none."""
    return name.lower().endswith(".gguf") and "mmproj" not in name.lower()
