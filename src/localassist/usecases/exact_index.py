"""Nearest neighbours without an index, for stores that hold few chunks or live for moments."""

from __future__ import annotations

from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.domain.ports.documents import PassageIndex

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Scope, Scored
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.vectors import Vectors


class ExactIndex(PassageIndex):
    """Compares every vector of a store that an embedder of that name made; there is nothing to keep up to date."""

    def __init__(self, store: DocumentStore, embedder: str) -> None:
        self._store = store
        self._embedder = embedder

    @override
    def nearest(self, query: Vectors, k: int, scope: Scope) -> tuple[Scored, ...]:
        return self._store.nearest_exact(query, k, scope, self._embedder)

    @override
    def add(self, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        return None

    @override
    def remove(self, chunk_ids: Sequence[int]) -> None:
        return None

    @override
    def rebuild(self) -> None:
        return None
