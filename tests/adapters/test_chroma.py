"""The Chroma folder is a cache: damaged, missing, stale or in other hands, the answers stay right."""

from __future__ import annotations

import shutil
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest

from fakes import FakeActivity
from localassist.adapters.chroma import ChromaPassageIndex
from localassist.adapters.chroma_graph import Graph, GraphError
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

    from localassist.adapters.children import ChildPool
    from localassist.domain.documents import Document, Scored
    from localassist.domain.stopping import Stop

DIMENSION = 32
MANY = 1200
"""Chroma writes its graph into files of its own from 1,000 vectors on."""


class Shelf:
    """A store with vectors in it, and one index after another over the same folder."""

    def __init__(self, home: Path, children: ChildPool) -> None:
        self.folder = home / "vectors"
        self.activity = FakeActivity()
        self.database = Database(home / "localassist.db")
        self.store = DatabaseDocumentStore(self.database)
        self._children = children
        self._chance = np.random.default_rng(5)
        self._collection = self.store.add_collection("Home", [])
        self._opened: list[ChromaPassageIndex] = []

    def index(self, embedder: str = "embedder", exact_up_to: int = 0) -> ChromaPassageIndex:
        made = ChromaPassageIndex(self.folder, self.store, embedder, self._children, self.activity, exact_up_to)
        self._opened.append(made)
        return made

    def save(self, path: str, count: int, embedder: str = "embedder") -> Document:
        matrix = self._chance.standard_normal((count, DIMENSION)).astype(np.float32)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        document, _ = self.store.save(
            FoundFile(path, 1, 1.0),
            path,
            ("reader", embedder),
            StructuredText("x" * count, ()),
            [Chunk(i, i + 1) for i in range(count)],
            Vectors(matrix.reshape(-1).data, DIMENSION),
        )
        self.store.assign([document.id], self._collection.id)
        return document

    def query(self) -> Vectors:
        numbers = self._chance.standard_normal(DIMENSION).astype(np.float32)
        return Vectors((numbers / np.linalg.norm(numbers)).data, DIMENSION)

    def close(self) -> None:
        for index in self._opened:
            index.close()
        self.database.close()


@pytest.fixture
def shelf(home: Path, children: ChildPool) -> Iterator[Shelf]:
    made = Shelf(home, children)
    yield made
    made.close()


@pytest.fixture
def exact_searches(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> list[Scope]:
    """The scopes that were searched without the graph."""
    seen: list[Scope] = []
    exactly = shelf.store.nearest_exact

    def noted(query: Vectors, k: int, scope: Scope, embedder: str) -> tuple[Scored, ...]:
        seen.append(scope)
        return exactly(query, k, scope, embedder)

    monkeypatch.setattr(shelf.store, "nearest_exact", noted)
    return seen


def agree(shelf: Shelf, index: ChromaPassageIndex, scope: Scope | None = None) -> bool:
    """Whether the index finds what a comparison of all vectors finds."""
    query, scope = shelf.query(), scope or Scope.everything()
    exact = DatabaseDocumentStore(shelf.database).nearest_exact(query, 10, scope, "embedder")
    found = index.nearest(query, 10, scope)
    assert [each.score for each in found] == pytest.approx([each.score for each in exact], abs=1e-5)
    return {each.chunk_id for each in found} == {each.chunk_id for each in exact}


def test_the_graph_finds_what_comparing_all_finds(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", MANY)
    index = shelf.index()
    assert index.wait_until_current()
    assert all(agree(shelf, index) for _ in range(20))
    assert exact_searches == []


def test_few_chunks_need_no_chroma(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", 50)
    index = shelf.index(exact_up_to=50)
    index.add((), shelf.query())
    assert agree(shelf, index)
    assert len(exact_searches) == 1
    assert not shelf.folder.exists()


def test_nobody_waits_for_the_graph(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", 50)
    index = shelf.index()
    assert agree(shelf, index)
    assert len(exact_searches) == 1
    assert index.wait_until_current()
    assert agree(shelf, index)
    assert len(exact_searches) == 1
    shelf.save("/b", 5)
    assert agree(shelf, index)
    assert len(exact_searches) == 2


def test_a_small_part_of_many_chunks_is_compared_exactly(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", MANY)
    small = shelf.save("/b", 15)
    index = shelf.index()
    assert index.wait_until_current()
    assert agree(shelf, index, Scope(document_ids=(small.id,)))
    assert exact_searches == [Scope(document_ids=(small.id,))]


def test_a_large_part_of_many_chunks_is_looked_up(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", 300)
    large = shelf.save("/b", 600)
    index = shelf.index()
    assert index.wait_until_current()
    scope = Scope(document_ids=(large.id,))
    assert all(agree(shelf, index, scope) for _ in range(5))
    assert len(exact_searches) < 5


def test_a_later_process_goes_on_with_the_same_graph(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.save("/a", MANY)
    first = shelf.index()
    assert first.wait_until_current()
    first.close()
    shelf.save("/b", 20)
    added: list[int] = []
    add = Graph.add

    def noted(graph: Graph, chunk_ids: Any, numbers: memoryview, dimension: int) -> None:
        added.extend(chunk_ids)
        add(graph, chunk_ids, numbers, dimension)

    monkeypatch.setattr(Graph, "add", noted)
    second = shelf.index()
    assert second.wait_until_current()
    assert len(added) == 20
    assert agree(shelf, second)


def test_removed_documents_leave_the_graph(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", MANY)
    gone = shelf.save("/b", 100)
    index = shelf.index()
    assert index.wait_until_current()
    index.remove(shelf.store.remove_document(gone.id))
    assert index.wait_until_current()
    assert agree(shelf, index)
    assert exact_searches == []


def test_when_most_was_removed_the_files_are_made_anew(shelf: Shelf) -> None:
    gone = shelf.save("/a", MANY)
    index = shelf.index()
    assert index.wait_until_current()
    before = sum(file.stat().st_size for file in shelf.folder.rglob("*.bin"))
    shelf.save("/b", 100)
    index.remove(shelf.store.remove_document(gone.id))
    assert index.wait_until_current()
    assert agree(shelf, index)
    assert before > 100_000 > sum(file.stat().st_size for file in shelf.folder.rglob("*.bin"))


def overwrite(folder: Path) -> None:
    for file in folder.rglob("*.bin"):
        file.write_bytes(b"\xa5" * file.stat().st_size)


def cut(folder: Path) -> None:
    for file in folder.rglob("*.bin"):
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


def empty(folder: Path) -> None:
    for file in folder.rglob("*.bin"):
        file.write_bytes(b"")


def spoil_catalogue(folder: Path) -> None:
    (folder / "chroma.sqlite3").write_bytes(b"no database" * 1000)


@pytest.mark.slow
@pytest.mark.parametrize("damage", [overwrite, cut, empty, spoil_catalogue, shutil.rmtree], ids=lambda f: f.__name__)
def test_a_damaged_folder_is_made_anew(shelf: Shelf, damage: Callable[[Path], None]) -> None:
    shelf.save("/a", MANY)
    first = shelf.index()
    assert first.wait_until_current()
    first.close()
    damage(shelf.folder)
    second = shelf.index()
    assert second.wait_until_current()
    assert agree(shelf, second)


def test_vectors_of_another_embedder_are_thrown_away(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", 50, embedder="old embedder")
    old = shelf.index("old embedder")
    assert old.wait_until_current()
    old.close()
    shelf.save("/a", 40)
    index = shelf.index()
    assert index.wait_until_current()
    assert agree(shelf, index)
    assert exact_searches == []


def test_a_folder_in_other_hands_is_left_alone(shelf: Shelf, exact_searches: list[Scope]) -> None:
    shelf.save("/a", 50)
    owner, other = shelf.index(), shelf.index()
    assert owner.wait_until_current()
    assert not other.wait_until_current()
    assert agree(shelf, other)
    assert len(exact_searches) == 1
    shelf.save("/b", 5)
    other.add((), shelf.query())
    assert owner.wait_until_current()
    assert agree(shelf, owner)
    assert len(exact_searches) == 1
    owner.close()
    assert other.wait_until_current()


def test_building_gives_way_to_answers(shelf: Shelf) -> None:
    shelf.save("/a", MANY)
    assert shelf.index().wait_until_current()
    assert shelf.activity.waits == 3


def test_closing_ends_the_building(shelf: Shelf) -> None:
    shelf.save("/a", MANY)
    index = shelf.index()
    shelf.activity.wait_until_idle = _wait_for_the_end  # type: ignore[method-assign]
    index.add((), shelf.query())
    index.close()
    assert agree(shelf, index)


def _wait_for_the_end(stop: Stop) -> None:
    woken = threading.Event()
    with stop.while_waiting(woken.set):
        assert woken.wait(30)


def test_when_chroma_fails_the_search_goes_on_without_it(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.save("/a", 50)
    index = shelf.index()
    assert index.wait_until_current()

    def fail(*_: object) -> None:
        raise GraphError("Chroma raised InternalError")

    monkeypatch.setattr(Graph, "nearest", fail)
    assert agree(shelf, index)
    monkeypatch.setattr(Graph, "add", fail)
    shelf.save("/b", 5)
    assert not index.wait_until_current()
    assert agree(shelf, index)


def test_where_the_folder_can_not_be_made_the_search_goes_on_without_it(shelf: Shelf) -> None:
    shelf.save("/a", 50)
    shelf.folder = shelf.folder.parent / "a file" / "vectors"
    shelf.folder.parent.write_text("not a folder")
    index = shelf.index()
    assert not index.wait_until_current()
    assert agree(shelf, index)
