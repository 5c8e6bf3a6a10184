"""Another embedding model for all documents, made ready beside the one that goes on answering."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.errors import ModelError
from localassist.domain.events import Reembedding
from localassist.usecases.chunking import chunk

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.events import Embedding
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.ports.reembedding import IndexesBeside
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop

_AT_ONCE: Final = 100  # documents asked for; each is stored by itself


class ChangeEmbedder:
    """Divides every document for another embedder and embeds it, then lets that answer in place of the old one.

    What is done is kept: the same call goes on from there, in another process too. `open_embedder` gives the embedder
    of a choice as the settings name it, `embed` embeds with one what it has not embedded yet.
    """

    def __init__(
        self,
        store: IndexesBeside,
        settings: SettingsStore,
        activity: Activity,
        open_embedder: Callable[[str], Embedder],
        embed: Callable[[Embedder, Stop], Iterator[Embedding]],
    ) -> None:
        self._store = store
        self._settings = settings
        self._activity = activity
        self._open_embedder = open_embedder
        self._embed = embed

    def __call__(self, choice: str, stop: Stop) -> Iterator[Reembedding | Embedding]:
        """Make `choice` (as the setting `embedding_model` says it) the embedder of all documents.

        Yields `Reembedding` for each document that was divided, then what embedding yields. Until the end, and when it
        ends early, the old embedder answers. Raises `ModelError` for one that can't be used, before anything is
        changed, `StorageError`, and `Stopped` on request.
        """
        embedder = self._open_embedder(choice)
        if embedder.embed_query("try it").count != 1:
            raise ModelError(f"The embedding model {embedder.name} gives no vectors.", "Choose another one.")
        done = 0
        while outdated := self._store.outdated(embedder.name, _AT_ONCE):
            for document in outdated:
                self._activity.wait_until_idle(stop)
                stop.raise_if_requested()
                content = self._store.content(document.id)
                chunks = chunk(content, embedder.count_tokens, embedder.max_tokens)
                self._store.save_beside(document.id, embedder.name, chunks)
                done += 1
                yield Reembedding(document.path, done)
        yield from self._embed(embedder, stop)
        stop.raise_if_requested()
        # Killed in between, the next call finds nothing left to do but these two.
        self._store.switch(embedder.name)
        self._settings.change(embedding_model=choice)

    def is_behind(self, choice: str) -> bool:
        """Whether some documents are not divided and embedded for that embedder. Raises `StorageError`."""
        return bool(self._store.outdated(self._open_embedder(choice).name, 1))
