"""models.toml read and checked: the licences and models it names, and what makes an entry whole."""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.errors import StorageError
from localassist.domain.library import CatalogEntry, Commercial, Licence

if TYPE_CHECKING:
    from collections.abc import Callable, Collection, Mapping
    from pathlib import Path

WEIGHTS: Final = {"chat": ".gguf", "embedder": ".safetensors", "reranker": ".safetensors"}
"""The kinds of model, and what the names of their weights end with: the only forms that hold no code."""
CAPABILITIES: Final = frozenset({"tools", "vision", "reasoning", "code"})

_LICENCE: Final = {"name": str, "commercial": str, "meaning": str, "attribution": str, "link": str, "sources": list}
_CARRIED: Final = {"starter": bool, "carrier": str, "carrier_version": str, "file": str, "sha256": str, "size": int}
_MODEL: Final = {
    **dict.fromkeys(("id", "name", "kind", "family", "maker", "licence"), str),
    **dict.fromkeys(("repository", "pattern", "projector", "good_at", "notes"), str),
    **dict.fromkeys(("parameters", "active_parameters", "context_length", "dimension"), int),
    **dict.fromkeys(("languages", "capabilities", "sources"), list),
    **_CARRIED,
}
_OF_ALL_LICENCES: Final = frozenset(_LICENCE) - {"attribution"}
_OF_ALL_MODELS: Final = ("id", "name", "kind", "family", "maker", "licence", "good_at", "sources")
_REPOSITORY: Final = re.compile(r"[\w.-]+/[\w.-]+", re.ASCII)
_FILE_NAMES: Final = re.compile(r"[\w.*?\[\]+-]+", re.ASCII)
_ADDRESS: Final = re.compile(r"https://[^/\s]+\.[^/\s]+/\S*")


@dataclass(frozen=True, slots=True)
class Carried:
    """A model whose weights a Python package brings along: `file` is where they stand, `size` is bytes."""

    entry: CatalogEntry
    carrier: str
    file: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class Contents:
    """What models.toml holds: all entries, and those of them that came along."""

    entries: tuple[CatalogEntry, ...]
    carried: tuple[Carried, ...]


def read_catalog(models_toml: Path) -> Contents:
    """The models of the file. Raises `StorageError`, which says what is wrong, when it can't be read or is broken."""
    try:
        tables = tomllib.loads(models_toml.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise _broken(f"{models_toml.name} can't be read ({error})") from error
    licences = {key: _licence(key, table) for key, table in tables.get("licence", {}).items()}
    entries: list[CatalogEntry] = []
    carried: list[Carried] = []
    for table in tables.get("model", []):
        entry = _entry(table, licences)
        if entry.id in {other.id for other in entries}:
            raise _broken(f"there are two models {entry.id}")
        entries.append(entry)
        if _CARRIED.keys() & table.keys():
            _check(table, _MODEL, _CARRIED, entry.id)
            carried.append(Carried(entry, table["carrier"], table["file"], table["sha256"], table["size"]))
    return Contents(tuple(entries), tuple(carried))


def _licence(key: str, table: dict[str, Any]) -> Licence:
    where = f"the licence {key}"
    _check(table, _LICENCE, _OF_ALL_LICENCES, where)
    if table["commercial"] not in set(Commercial):
        raise _broken(f"{where} says neither yes, on conditions nor no of commercial use")
    _check_addresses([table["link"], *table["sources"]], where)
    return Licence(
        id=key,
        name=table["name"],
        commercial=Commercial(table["commercial"]),
        meaning=table["meaning"],
        attribution=table.get("attribution", ""),
        link=table["link"],
        sources=tuple(table["sources"]),
    )


def _entry(table: dict[str, Any], licences: Mapping[str, Licence]) -> CatalogEntry:
    where = str(table.get("id", "a model without id"))
    _check(table, _MODEL, _OF_ALL_MODELS, where)
    if table["licence"] not in licences:
        raise _broken(f"{where} has a licence that is not explained: {table['licence']}")
    _check_addresses(table["sources"], where)
    facts = {key: value for key, value in table.items() if key not in _CARRIED}
    facts |= {
        "licence": licences[table["licence"]],
        "sources": tuple(table["sources"]),
        "languages": tuple(table.get("languages", ())),
        "capabilities": frozenset(table.get("capabilities", ())),
    }
    entry = CatalogEntry(**facts)
    for holds, complaint in _RULES:
        if not holds(entry):
            raise _broken(f"{where} {complaint}")
    return entry


_RULES: Final[tuple[tuple[Callable[[CatalogEntry], bool], str], ...]] = (
    (lambda entry: entry.kind in WEIGHTS, f"has a kind that is none of {', '.join(WEIGHTS)}"),
    (lambda entry: entry.capabilities <= CAPABILITIES, f"can something else than {', '.join(sorted(CAPABILITIES))}"),
    (lambda entry: bool(entry.repository) == bool(entry.pattern), "has only one of repository and pattern"),
    (lambda entry: not entry.repository or bool(_REPOSITORY.fullmatch(entry.repository)), "is in no owner/repository"),
    (lambda entry: not entry.pattern or _is_pattern(entry), "has a pattern that can't name the files of its weights"),
    (lambda entry: bool(entry.projector) == ("vision" in entry.capabilities), "sees without projector, or has one"),
    (lambda entry: entry.active_parameters <= entry.parameters, "uses more parameters than it has"),
    (lambda entry: (entry.kind == "embedder") or not entry.dimension, "has a dimension and makes no vectors"),
)


def _is_pattern(entry: CatalogEntry) -> bool:
    named = bool(_FILE_NAMES.fullmatch(entry.pattern)) and entry.pattern.endswith(WEIGHTS[entry.kind])
    return named and (not entry.projector or bool(_FILE_NAMES.fullmatch(entry.projector)))


def _check(table: Mapping[str, Any], known: Mapping[str, type], needed: Collection[str], where: str) -> None:
    for key in needed:
        if key not in table:
            raise _broken(f"{where} has no {key}")
    for key, value in table.items():
        if key not in known:
            raise _broken(f"{where} has a key that nobody knows: {key}")
        texts = value if isinstance(value, list) else ()
        if type(value) is not known[key] or not value or not all(text and isinstance(text, str) for text in texts):
            raise _broken(f"{where} says nothing useful under {key}")


def _check_addresses(addresses: list[str], where: str) -> None:
    for address in addresses:
        if not _ADDRESS.fullmatch(address):
            raise _broken(f"{where} has a source that is no address: {address}")


def _broken(what: str) -> StorageError:
    return StorageError(f"The catalogue of models is broken: {what}.", "Install localassist again.")
