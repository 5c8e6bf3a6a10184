"""Forgetting documents: out of the store, and out of the index that was made from it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.ports.documents import DocumentStore, PassageIndex


class ForgetDocuments:
    """Removes what was added; the files themselves stay. Raises `NotFoundError` and `StorageError`."""

    def __init__(self, store: DocumentStore, index: PassageIndex) -> None:
        self._store = store
        self._index = index

    def collection(self, collection_id: int) -> None:
        """Forget a collection and the documents that are in no other."""
        self._index.remove(self._store.remove_collection(collection_id))

    def document(self, document_id: int) -> None:
        """Forget one document in every collection."""
        self._index.remove(self._store.remove_document(document_id))
