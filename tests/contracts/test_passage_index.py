"""What every index of passages does: the one in memory for tests, and Chroma before a real database."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes import FakeActivity, FakeDocumentStore, FakeEmbedder, FakePassageIndex
from localassist.adapters.children import ChildPool
from localassist.adapters.chroma import ChromaPassageIndex
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localassist.domain.documents import Document
    from localassist.domain.ports.documents import DocumentStore, PassageIndex

EMBEDDER = FakeEmbedder()
LEASE = ("Notice is three months.", "The rent is 900 euros.", "Pets need consent.")
CELLAR = ("The boiler stands in the cellar.", "The valve is made of brass.")


class Shelf:
    """A store and the index over it, filled as ingesting does."""

    def __init__(self, store: DocumentStore, index: PassageIndex, catch_up: Callable[[], object] = bool) -> None:
        self._catch_up = catch_up
        self.store = store
        self.index = index
        self.collection = store.add_collection("Home", [])

    def save(self, path: str, *lines: str) -> Document:
        text = " ".join(lines)
        starts = [sum(len(line) + 1 for line in lines[:n]) for n in range(len(lines))]
        chunks = [Chunk(start, start + len(line)) for start, line in zip(starts, lines, strict=True)]
        vectors = EMBEDDER.embed_passages(lines, Stop())
        document, chunk_ids = self.store.save(
            FoundFile(path, 1, 1.0), text, ("reader", EMBEDDER.name), StructuredText(text, ()), chunks, vectors
        )
        self.store.assign([document.id], self.collection.id)
        self.index.add(chunk_ids, vectors)
        return document

    def remove(self, document: Document) -> None:
        self.index.remove(self.store.remove_document(document.id))

    def nearest(self, query: str, k: int, scope: Scope) -> list[str]:
        self._catch_up()
        near = self.index.nearest(EMBEDDER.embed_query(query), k, scope)
        assert [each.score for each in near] == sorted((each.score for each in near), reverse=True)
        return [passage.text for passage in self.store.passages([each.chunk_id for each in near], scope)]


@pytest.fixture(params=["fake", "chroma by graph", "chroma exactly"])
def shelf(request: pytest.FixtureRequest, home: Path) -> Iterator[Shelf]:
    if request.param == "fake":
        store = FakeDocumentStore()
        yield Shelf(store, FakePassageIndex(store))
        return
    database, children = Database(home / "localassist.db"), ChildPool()
    real = DatabaseDocumentStore(database)
    few = 0 if request.param == "chroma by graph" else 1000
    index = ChromaPassageIndex(home / "vectors", real, EMBEDDER.name, children, FakeActivity(), few)
    yield Shelf(real, index, index.wait_until_current)
    index.close()
    children.close()
    database.close()


def test_the_nearest_comes_first_with_its_cosine(shelf: Shelf) -> None:
    shelf.save("/lease", *LEASE)
    assert shelf.nearest("The rent is 900 euros.", 3, Scope.everything())[0] == "The rent is 900 euros."
    best = shelf.index.nearest(EMBEDDER.embed_query("The rent is 900 euros."), 1, Scope.everything())
    assert [each.score for each in best] == [pytest.approx(1.0, abs=1e-5)]


def test_as_many_come_as_were_asked_for(shelf: Shelf) -> None:
    shelf.save("/lease", *LEASE)
    assert len(shelf.nearest("rent", 2, Scope.everything())) == 2
    assert len(shelf.nearest("rent", 50, Scope.everything())) == 3


def test_only_the_scope_is_searched(shelf: Shelf) -> None:
    lease, cellar = shelf.save("/lease", *LEASE), shelf.save("/cellar", *CELLAR)
    assert set(shelf.nearest("boiler", 10, Scope(document_ids=(lease.id,)))) == set(LEASE)
    assert set(shelf.nearest("rent", 10, Scope(document_ids=(cellar.id,)))) == set(CELLAR)
    assert shelf.nearest("rent", 10, Scope()) == []


def test_what_was_removed_is_not_found(shelf: Shelf) -> None:
    lease = shelf.save("/lease", *LEASE)
    shelf.save("/cellar", *CELLAR)
    assert len(shelf.nearest("rent", 10, Scope.everything())) == 5
    shelf.remove(lease)
    assert set(shelf.nearest("rent", 10, Scope.everything())) == set(CELLAR)


def test_what_was_added_later_is_found(shelf: Shelf) -> None:
    shelf.save("/lease", *LEASE)
    assert len(shelf.nearest("boiler", 10, Scope.everything())) == 3
    shelf.save("/cellar", *CELLAR)
    assert shelf.nearest("The boiler stands in the cellar.", 1, Scope.everything()) == [CELLAR[0]]


def test_an_empty_index_finds_nothing(shelf: Shelf) -> None:
    assert shelf.index.nearest(EMBEDDER.embed_query("rent"), 5, Scope.everything()) == ()
