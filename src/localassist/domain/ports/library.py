"""What the product asks of the catalogue of models."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from localassist.domain.library import CatalogEntry


class ModelCatalog(Protocol):
    """The models that come recommended, whether or not they are here. Safe to call from any thread."""

    def entries(self) -> tuple[CatalogEntry, ...]:
        """All of them, in the order of models.toml. Raises `StorageError` when that file is broken."""

    def entry(self, entry_id: str) -> CatalogEntry:
        """The one of that id. Raises `NotFoundError` for any other, `StorageError` as `entries`."""
