"""models.toml: the models known by name, where their files are installed, and whether those are the right ones."""

from __future__ import annotations

import hashlib
import json
import tomllib
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import Any

from localassist.domain.errors import ModelError
from localassist.domain.models import EmbeddingModel, ModelFile

REINSTALL = "Run `make setup` to install it again."


class Catalog:
    """The models of `models.toml` whose files may be used here.

    A file is compared with the catalogue's SHA-256 before its first use; `verified` is the small file that
    remembers which ones were, by path, size and modification time.
    """

    def __init__(self, models_toml: Path, verified: Path) -> None:
        self._models_toml = models_toml
        self._verified = verified

    def chat_models(self) -> tuple[ModelFile, ...]:
        """The chat models that a package brought along; those whose package is not installed are left out."""
        return tuple(
            ModelFile(
                name=entry["id"],
                path=str(path),
                size=entry["size"],
                context_length=entry["context_length"],
                licence=entry["licence"],
                sha256=entry["sha256"],
            )
            for entry in self._entries
            if entry["kind"] == "chat" and (path := _installed(entry)) is not None
        )

    def embedding_model(self) -> EmbeddingModel:
        """The embedding model; with its `problem` said when its package is not installed."""
        entry = next(entry for entry in self._entries if entry["kind"] == "embedder")
        path = _installed(entry)
        return EmbeddingModel(
            name=f"{entry['id']}@{entry['sha256'][:12]}",
            path=str(path or ""),
            size=entry["size"],
            sha256=entry["sha256"],
            dimension=entry["dimension"],
            max_tokens=entry["context_length"],
            problem="" if path else f"The embedding model {entry['name']} is not installed.",
        )

    def verify(self, model: ModelFile | EmbeddingModel) -> None:
        """Compare the file with the catalogue's SHA-256, once. Raises `ModelError` when it is another."""
        path = Path(model.path)
        try:
            facts = path.stat()
            mark = f"{facts.st_size}:{facts.st_mtime_ns}:{model.sha256}"
            known = self._remembered()
            if known.get(model.path) == mark:
                return
            with path.open("rb") as file:
                actual = hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise ModelError(f"The model file {path.name} can't be read: {error.strerror}.", REINSTALL) from error
        if actual != model.sha256:
            raise ModelError(f"The model file {path.name} is not the one its makers published.", REINSTALL)
        self._remember({**known, model.path: mark})

    @cached_property
    def _entries(self) -> list[dict[str, Any]]:
        entries: list[dict[str, Any]] = tomllib.loads(self._models_toml.read_text(encoding="utf-8"))["model"]
        return entries

    def _remembered(self) -> dict[str, str]:
        try:
            known = json.loads(self._verified.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # nothing lost: the files are compared again
        return known if isinstance(known, dict) else {}

    def _remember(self, known: dict[str, str]) -> None:
        scratch = self._verified.with_suffix(".part")
        try:
            scratch.write_text(json.dumps(known, indent=1), encoding="utf-8")
            scratch.replace(self._verified)
        except OSError:
            scratch.unlink(missing_ok=True)  # a full or read-only disk only costs the comparison again


def _installed(entry: dict[str, Any]) -> Path | None:
    try:
        path = Path(str(metadata.distribution(entry["carrier"]).locate_file(entry["file"])))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None
