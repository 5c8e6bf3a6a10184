"""What somebody means who names a model: an entry of the catalogue, a repository of the hub, and its files."""

from __future__ import annotations

import difflib
import re
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import NotFoundError
from localassist.domain.library import Licence, Variant
from localassist.domain.quantisations import variants

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.library import CatalogEntry, RemoteFile, Repository
    from localassist.domain.ports.hub import Hub
    from localassist.domain.ports.library import ModelCatalog
    from localassist.domain.stopping import Stop

_WEB: Final = re.compile(r"^(https?://)?(huggingface\.co|hf\.co)/|/(tree|blob|resolve)/.*$", re.IGNORECASE)
# The names of this computer's files are nobody's business: the hub is not asked for them.
_PATH: Final = re.compile(r"[/~\\]|\.{1,2}[/\\]|[A-Za-z]:[/\\]")
_WEIGHTS: Final = "model.safetensors"
# Beside an embedder's or reranker's weights: its tokenizer and configuration, and the layers behind the pooling, in
# folders that sentence-transformers numbers ("1_Pooling").
_BESIDE: Final = re.compile(r"(\d+_\w+/)?[\w.-]+\.(json|txt|model|safetensors)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Wanted:
    """A model that was named: in the catalogue, on the hub, or both. `repository` has its files."""

    entry: CatalogEntry | None
    repository: Repository
    licence: Licence
    variants: tuple[Variant, ...]

    @property
    def kind(self) -> str:
        """As of a `CatalogEntry`."""
        if self.entry is not None:
            return self.entry.kind
        return "chat" if self.variants and self.variants[0].files[0].path.lower().endswith(".gguf") else "embedder"

    def variant(self, named: str) -> Variant:
        """The variant of that quantisation or file name. Raises `NotFoundError` that lists what there is."""
        wanted = named.casefold()
        found = [each for each in self.variants if wanted == each.quantisation.casefold()]
        found = found or [each for each in self.variants if wanted in _names(each)]
        if len(found) == 1:
            return found[0]
        if found:
            files = ", ".join(each.files[0].path for each in found)
            raise NotFoundError(
                f"{self.repository.name} has {named} more than once: {files}.", "Name one of the files."
            )
        there = ", ".join(each.quantisation or each.files[0].path for each in self.variants)
        raise NotFoundError(f"{self.repository.name} has no {named}.", f"It has: {there}.")


class LookUpModel:
    """Finds the model that somebody names. The hub is asked for its files, and for nothing where only `entry` is."""

    def __init__(self, catalogue: ModelCatalog, hub: Hub) -> None:
        self._catalogue = catalogue
        self._hub = hub

    def entry(self, name: str) -> CatalogEntry | None:
        """The entry of that id or repository, whatever the case of its letters; None where there is none."""
        wanted = plain_name(name).casefold()
        for entry in self._catalogue.entries():
            if wanted and wanted in (entry.id.casefold(), entry.repository.casefold()):
                return entry
        return None

    def require(self, name: str) -> CatalogEntry | None:
        """As `entry`. Raises `NotFoundError` for what can be no name of the hub either: where a file lies, say."""
        entry = self.entry(name)
        if entry is None and _PATH.match(name):
            raise NotFoundError(
                f"There is no model or file {name}.", "Check the path; a model of the hub is named OWNER/NAME."
            )
        if entry is None and "/" not in plain_name(name):
            near = difflib.get_close_matches(name.casefold(), [each.id for each in self._catalogue.entries()], n=1)
            raise NotFoundError(
                f"The catalogue has no model {name!r}.",
                f"Did you mean {near[0]}?" if near else "A model of the hub is named OWNER/NAME; search for it.",
            )
        return entry

    def __call__(self, name: str, stop: Stop) -> Wanted:
        """The model with its files as the hub has them now. Raises `NotFoundError`, and what `Hub` raises."""
        entry = self.require(name)
        if entry is not None and not entry.repository:
            raise NotFoundError(f"No source says where the files of {entry.name} are.", entry.notes)
        repository = self._hub.repository(entry.repository if entry else plain_name(name), stop)
        return Wanted(entry, repository, self.licence(entry, repository), _ways(entry, repository))

    def licence(self, entry: CatalogEntry | None, repository: Repository) -> Licence:
        """What the catalogue knows of its licence, or just how the hub calls it."""
        if entry is not None:
            return entry.licence
        for other in self._catalogue.entries():
            if other.licence.id.casefold() == repository.licence.casefold():
                return other.licence
        return Licence(repository.licence, repository.licence)


def named_variant(text: str) -> tuple[str, str]:
    """A model's name and the quantisation that may follow it after a colon, "" where none does."""
    name, _, quantisation = plain_name(text).partition(":")
    return name, quantisation.strip()


def plain_name(name: str) -> str:
    """A name without the address that it may be part of: people copy it from their browser."""
    return _WEB.sub("", name.strip()).rstrip("/")


def _ways(entry: CatalogEntry | None, repository: Repository) -> tuple[Variant, ...]:
    """The ways to have the model. Raises `NotFoundError` where its files hold none that can be run here."""
    pattern = entry.pattern if entry else ""
    if entry is None or entry.kind == "chat":
        found = variants(repository.files)
        fitting = tuple(each for each in found if fnmatchcase(_file_name(each.files[0]), pattern or "*"))
        if fitting or found:
            return fitting or found
    folder = _folder(repository.files, pattern or _WEIGHTS)
    names = {file.path for file in folder}
    if folder and (entry is not None or "modules.json" in names):
        return (Variant("", folder),)
    raise NotFoundError(
        f"{repository.name} has no file that can be run here.",
        "Chat models are GGUF files, often in a repository of their own whose name ends in GGUF: search for that.",
    )


def _folder(files: Sequence[RemoteFile], pattern: str) -> tuple[RemoteFile, ...]:
    """The files of a model that is a folder, its weights last: whoever sees them sees the rest too."""
    weights = [file for file in files if "/" not in file.path and fnmatchcase(file.path, pattern)]
    if not weights:
        return ()
    beside = [file for file in files if _BESIDE.fullmatch(file.path) and file not in weights]
    return (*(file for file in beside if "/" in file.path or not file.path.endswith(".safetensors")), *weights)


def _names(variant: Variant) -> set[str]:
    """What its file may be called by whoever means it."""
    path = variant.files[0].path.casefold()
    name = path.rpartition("/")[2]
    return {path, name, name.removesuffix(".gguf")}


def _file_name(file: RemoteFile) -> str:
    return file.path.rpartition("/")[2]
