"""models.toml: the models known by name, where their files are installed, and whether those are the right ones."""

from __future__ import annotations

import hashlib
import json
from contextlib import suppress
from functools import cached_property
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.adapters.catalog_file import Carried, Contents, read_catalog
from localassist.adapters.embedding.folder import describe
from localassist.adapters.whole_files import write_whole
from localassist.domain.errors import LocalAssistError, ModelError, NotFoundError
from localassist.domain.models import EmbeddingModel, ModelFile
from localassist.domain.ports.embedder import EmbeddingModels
from localassist.domain.ports.library import ModelCatalog

if TYPE_CHECKING:
    from localassist.domain.library import CatalogEntry

REINSTALL = "Run `make setup` to install it again."


class Catalog(EmbeddingModels, ModelCatalog):
    """The models of `models.toml`: what is known of all, and the files of those that came along.

    A file is compared with the catalogue's SHA-256 before its first use; `verified` is the small file that
    remembers which ones were, by path, size and modification time.
    """

    def __init__(self, models_toml: Path, verified: Path) -> None:
        self._models_toml = models_toml
        self._verified = verified

    @override
    def entries(self) -> tuple[CatalogEntry, ...]:
        """All models it names. Raises `StorageError` when the file is broken."""
        return self._contents.entries

    @override
    def entry(self, entry_id: str) -> CatalogEntry:
        """The model of that id. Raises `NotFoundError` for any other."""
        for entry in self._contents.entries:
            if entry.id == entry_id:
                return entry
        raise NotFoundError(f"The catalogue has no model {entry_id}.", "Look at the list of models for what it has.")

    def chat_models(self) -> tuple[ModelFile, ...]:
        """The chat models that a package brought along; those whose package is not installed are left out."""
        return tuple(
            ModelFile(
                name=carried.entry.id,
                path=str(path),
                size=carried.size,
                context_length=carried.entry.context_length,
                licence=carried.entry.licence.id,
                sha256=carried.sha256,
            )
            for carried in self._contents.carried
            if carried.entry.kind == "chat" and (path := _installed(carried)) is not None
        )

    @override
    def embedding_models(self) -> tuple[EmbeddingModel, ...]:
        """The embedding models that come along; each says in its `problem` when its files are not here."""
        carried = self._contents.carried
        return tuple(_embedding_model(model) for model in carried if model.entry.kind == "embedder")

    @override
    def embedding_model(self, choice: str = "") -> EmbeddingModel:
        """The embedding model of that name, or in that folder ("": the first one), with its `problem` said.

        The weights in a folder are those of whoever put them there: nobody vouches for them.
        """
        known = self.embedding_models()
        if not choice:
            return known[0]
        for model in known:
            if model.choice == choice:
                return model
        try:
            return self._in_folder(Path(choice).expanduser())
        except (LocalAssistError, OSError) as error:
            problem = error.message if isinstance(error, LocalAssistError) else f"{choice} can't be read."
            return EmbeddingModel(choice, "", 0, "", 0, 0, problem, choice)

    def hash_of(self, path: Path) -> str:
        """Hex SHA-256 of a file, remembered as long as its size and time stay. Raises `OSError`."""
        facts = path.stat()
        mark = f"{facts.st_size}:{facts.st_mtime_ns}:"
        known = self._remembered()
        if str(known.get(str(path), "")).startswith(mark):
            return known[str(path)].removeprefix(mark)
        with path.open("rb") as file:
            actual = hashlib.file_digest(file, "sha256").hexdigest()
        self._remember({**known, str(path): mark + actual})
        return actual

    def _in_folder(self, folder: Path) -> EmbeddingModel:
        described = describe(folder)
        sha256 = self.hash_of(described.weights)
        return EmbeddingModel(
            name=f"{folder.name}@{described.digest(sha256)[:12]}",
            path=str(described.weights),
            size=described.weights.stat().st_size,
            sha256=sha256,
            dimension=described.dimension,
            max_tokens=described.max_tokens,
            choice=str(folder),
        )

    def verify(self, model: ModelFile | EmbeddingModel) -> None:
        """Compare the file with the catalogue's SHA-256, once. Raises `ModelError` when it is another."""
        path = Path(model.path)
        try:
            actual = self.hash_of(path)
        except OSError as error:
            raise ModelError(f"The model file {path.name} can't be read: {error.strerror}.", REINSTALL) from error
        if actual != model.sha256:
            raise ModelError(f"The model file {path.name} is not the one its makers published.", REINSTALL)

    @cached_property
    def _contents(self) -> Contents:
        return read_catalog(self._models_toml)

    def _remembered(self) -> dict[str, str]:
        try:
            known = json.loads(self._verified.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return {}  # nothing lost: the files are compared again
        return known if isinstance(known, dict) else {}

    def _remember(self, known: dict[str, str]) -> None:
        with suppress(OSError):  # a full or read-only disk only costs the comparison again
            write_whole(self._verified, json.dumps(known, indent=1))


def _embedding_model(carried: Carried) -> EmbeddingModel:
    path = _installed(carried)
    entry = carried.entry
    return EmbeddingModel(
        name=f"{entry.id}@{carried.sha256[:12]}",
        path=str(path or ""),
        size=carried.size,
        sha256=carried.sha256,
        dimension=entry.dimension,
        max_tokens=entry.context_length,
        problem="" if path else f"The embedding model {entry.name} is not installed.",
        choice=entry.id,
        licence=entry.licence.id,
    )


def _installed(carried: Carried) -> Path | None:
    try:
        path = Path(str(metadata.distribution(carried.carrier).locate_file(carried.file)))
    except metadata.PackageNotFoundError:
        return None
    return path if path.is_file() else None
