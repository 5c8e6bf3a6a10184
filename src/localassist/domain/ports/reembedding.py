"""What changing the embedder asks of the document store."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Chunk, Document, StructuredText


class IndexesBeside(Protocol):
    """Keeps the chunks of another embedder beside those that answer. All raise `StorageError`."""

    def outdated(self, versions: tuple[str, str], limit: int) -> tuple[Document, ...]:
        """At most `limit` documents with a text that have no chunks of these versions (reader and embedder)."""

    def content(self, document_id: int) -> StructuredText:
        """The stored text of a document. Raises `NotFoundError`."""

    def save_beside(self, document_id: int, versions: tuple[str, str], chunks: Sequence[Chunk]) -> None:
        """Store a document's chunks of these versions, without vectors, where no search looks yet."""

    def switch(self, versions: tuple[str, str]) -> None:
        """Let the chunks of these versions answer from now on, in one commit; the others are removed."""
