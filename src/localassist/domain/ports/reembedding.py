"""What changing the embedder asks of the document store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Chunk, Document, StructuredText


class IndexesBeside(Protocol):
    """Keeps the chunks of another embedder beside those that answer. All raise `StorageError`."""

    def outdated(self, embedder: str, limit: int) -> tuple[Document, ...]:
        """At most `limit` documents with a text that have no chunks of this embedder."""

    def content(self, document_id: int) -> StructuredText:
        """The stored text of a document. Raises `NotFoundError`."""

    def save_beside(self, document_id: int, embedder: str, chunks: Sequence[Chunk]) -> None:
        """Store a document's chunks of this embedder, without vectors, where no search looks yet."""

    def switch(self, embedder: str) -> None:
        """Let the chunks of this embedder answer from now on, in one commit; the others are removed."""
