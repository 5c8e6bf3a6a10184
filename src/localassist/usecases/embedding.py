"""Chunks without a vector get theirs: the newest documents' first, out of the way while somebody is answered."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError
from localassist.domain.events import Embedding
from localassist.usecases.chunking import text_under

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.documents import DocumentStore, PassageIndex
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.stopping import Stop

_BATCH: Final = 64
"""Chunks stored in one commit, between two looks at whether somebody waits for an answer: some tenths of a second."""


class EmbedPending:
    """Embeds what is pending, a few chunks at a time, so that ending early loses next to nothing."""

    def __init__(self, store: DocumentStore, embedder: Embedder, index: PassageIndex, activity: Activity) -> None:
        self._store = store
        self._embedder = embedder
        self._index = index
        self._activity = activity

    def __call__(self, stop: Stop) -> Iterator[Embedding]:
        """Embed until nothing is pending; yields how far it is after each batch.

        Raises `ModelError` when there is no embedding model, `StorageError`, and `Stopped` on request.
        """
        done, total = 0, self._store.pending_count(self._embedder.name)
        while count := self.some(stop):
            done += count
            yield Embedding(done, max(done, total))

    def some(self, stop: Stop) -> int:
        """Embed some tenths of a second's worth; gives how many chunks that were, 0 when nothing is pending.

        Raises as embedding all does.
        """
        name = self._embedder.name
        pending = self._store.pending(name, _BATCH)
        if not pending:
            return 0
        self._activity.wait_until_idle(stop)
        stop.raise_if_requested()
        chunk_ids = [each.chunk_id for each in pending]
        texts = [text_under(each.title, each.heading, each.text) for each in pending]
        vectors = self._embedder.embed_passages(texts, stop)
        self._store.save_vectors(name, chunk_ids, vectors)
        # The index is a cache: what it misses comes back when it is rebuilt.
        with suppress(LocalAssistError):
            self._index.add(chunk_ids, vectors)
        return len(pending)
