"""Homes as other programs leave them: model files in the folders and formats that these publish."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


def model_bytes(text: str, size: int = 4000) -> bytes:
    """What begins as a model file and is otherwise like no other."""
    return b"GGUF" + (text.encode() + b"\0").ljust(size - 4, b".")


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def write(path: Path, data: bytes) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(data)
    return path


def hub_file(cache: Path, repository: str, name: str, data: bytes, revision: str = "a" * 40) -> Path:
    """A file as huggingface_hub caches it: a blob named by its hash, and a link to it in a snapshot."""
    folder = cache / f"models--{repository.replace('/', '--')}"
    blob = write(folder / "blobs" / sha256(data), data)
    write(folder / "refs" / "main", revision.encode())
    link = folder / "snapshots" / revision / name
    link.parent.mkdir(parents=True, exist_ok=True)
    link.symlink_to(os.path.relpath(blob, link.parent))
    return link


def ollama_model(models: Path, name: str, tag: str, data: bytes, others: Sequence[bytes] = ()) -> Path:
    """A model as Ollama keeps it: a manifest whose layers are blobs named by their digests."""
    blob = write(models / "blobs" / f"sha256-{sha256(data)}", data)
    kinds = ["model", *["projector"] * len(others)]
    layers = [
        {"mediaType": f"application/vnd.ollama.image.{kind}", "digest": f"sha256:{sha256(layer)}", "size": len(layer)}
        for kind, layer in zip(kinds, (data, *others), strict=True)
    ]
    for other in others:
        write(models / "blobs" / f"sha256-{sha256(other)}", other)
    licence = write(models / "blobs" / f"sha256-{sha256(b'MIT')}", b"MIT")
    assert licence.exists()
    layers.append({"mediaType": "application/vnd.ollama.image.license", "digest": f"sha256:{sha256(b'MIT')}"})
    manifest = {
        "schemaVersion": 2,
        "mediaType": "application/vnd.docker.distribution.manifest.v2+json",
        "config": {"mediaType": "application/vnd.docker.container.image.v1+json", "digest": "sha256:" + "0" * 64},
        "layers": layers,
    }
    write(models / "manifests" / "registry.ollama.ai" / "library" / name / tag, json.dumps(manifest).encode())
    return blob


def tree(folder: Path) -> dict[str, tuple[int, int]]:
    """Everything below a folder, with what a writer would change."""
    return {str(path): (path.lstat().st_mtime_ns, path.lstat().st_size) for path in sorted(folder.rglob("*"))}
