"""Another embedding model for documents in a real database: the one before answers until the new one is ready."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from tiny_embedders import write_embedder

from fakes import FakeActivity, FakePassageIndex, FakeSettingsStore, structured
from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.opening import open_embedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.resources import resource
from localassist.domain.documents import Scope
from localassist.domain.events import Embedding, Reembedding, Retrieved
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases.chunking import chunk
from localassist.usecases.embedding import EmbedPending
from localassist.usecases.exact_index import ExactIndex
from localassist.usecases.reembedding import ChangeEmbedder
from localassist.usecases.retrieval import SearchPassages

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.ports.embedder import Embedder

TEXTS = (
    "The lease ends with sixty days notice.",
    "Rent is paid on the first day of the month.",
    "Miete ist am ersten fällig.",
    "A notice of ninety days is first.",
)
QUERY = "notice of sixty days"


class Room:
    """A store in `home` and the two models; made anew it is as after the process was killed."""

    def __init__(self, home: Path) -> None:
        self.database = Database(home / "localassist.db")
        self.store = DatabaseDocumentStore(self.database)
        self.settings = FakeSettingsStore()
        self._prepared = PreparedModels(home / "prepared")
        self._catalog = Catalog(resource("models.toml"), home / "verified.json")
        self.embedded = 0

    def close(self) -> None:
        self.database.close()

    def embedder(self, folder: Path) -> Embedder:
        model = self._catalog.embedding_model(str(folder))
        return open_embedder(model, self._prepared, self._catalog.verify, lambda: 1)

    def add_all(self, embedder: Embedder) -> None:
        collection = self.store.add_collection("papers", ["/papers"])
        for number, text in enumerate(TEXTS):
            content = structured(text)
            chunks = chunk(content, embedder.count_tokens, embedder.max_tokens)
            file = FoundFile(f"/papers/{number}.md", len(text), 1.0)
            document, _ = self.store.save(file, f"hash {number}", ("reader", embedder.name), content, chunks)
            self.store.assign([document.id], collection.id)
        list(self._embed(embedder, Stop()))

    def change(self, folder: Path) -> Iterator[Reembedding | Embedding]:
        change = ChangeEmbedder(
            self.store, self.settings, FakeActivity(), lambda choice: self.embedder(folder), self._embed
        )
        return change(str(folder), Stop())

    def found(self, embedder: Embedder) -> tuple[list[str], list[float]]:
        """What a search finds, in its order, and how near in meaning the chunks are.

        How rare words are shifts a little while every chunk is there twice; the order must not.
        """
        scope, index = Scope.everything(), ExactIndex(self.store, embedder.name)
        search = SearchPassages(self.store, index, embedder)
        (found,) = [e for e in search(QUERY, scope, 9, Stop()) if isinstance(e, Retrieved)]
        near = index.nearest(embedder.embed_query(QUERY), 9, scope)
        return [passage.text for passage in found.passages], [each.score for each in near]

    def _embed(self, embedder: Embedder, stop: Stop) -> Iterator[Embedding]:
        for event in EmbedPending(self.store, embedder, FakePassageIndex(self.store), FakeActivity())(stop):
            self.embedded = event.done
            yield event


@pytest.fixture
def folders(tmp_path: Path) -> tuple[Path, Path]:
    return write_embedder(tmp_path / "one"), write_embedder(tmp_path / "other", pooling="cls")


def test_the_model_before_answers_as_ever_until_the_new_one_is_ready(home: Path, folders: tuple[Path, Path]) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with closing(Room(home)) as room:
        one, other = (room.embedder(folder) for folder in folders)
        room.add_all(one)
        before = room.found(one)
        assert len(before[1]) == room.store.chunk_count(Scope.everything())
        seen = [room.found(one) for _ in room.change(folders[1])]
        assert len(seen) == len(TEXTS) + 1
        assert all(each == before for each in seen)
        after = room.found(other)
        assert sorted(after[0]) == sorted(before[0])
        assert len(after[1]) == len(before[1])
        assert after[1] != before[1]
        assert room.settings.load().embedding_model == str(folders[1])
        assert room.store.vector_state(one.name) == (0, 0)


@pytest.mark.parametrize("steps", [1, 3, len(TEXTS) + 1])
def test_killed_in_between_the_same_call_goes_on(home: Path, folders: tuple[Path, Path], steps: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    with closing(Room(home)) as room:
        one = room.embedder(folders[0])
        room.add_all(one)
        before = room.found(one)
        change = room.change(folders[1])
        for _ in range(steps):
            next(change)
    with closing(Room(home)) as room:
        assert room.found(one) == before
        events = list(room.change(folders[1]))
        divided = [event for event in events if isinstance(event, Reembedding)]
        assert len(divided) == max(0, len(TEXTS) - steps)
        assert room.embedded == (0 if steps > len(TEXTS) else room.store.chunk_count(Scope.everything()))
        other = room.embedder(folders[1])
        assert len(room.found(other)[1]) == len(before[1])
        assert room.store.vector_state(other.name)[0] == room.store.chunk_count(Scope.everything())
