"""A hundred thousand chunks: how long searches take, and how much of the truth the graph finds."""

from __future__ import annotations

import statistics
import threading
import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from fakes import FakeActivity
from localassist.adapters.children import ChildPool
from localassist.adapters.chroma import ChromaPassageIndex
from localassist.adapters.database import Database, DatabaseConversationStore, DatabaseDocumentStore, searching
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = pytest.mark.soak

CHUNKS = 100_000
IN_THE_GRAPH = 30_000
A_DOCUMENT = 50
WORDS_A_CHUNK = 100
DIMENSION = 384
TOPICS = 2000
EVERYTHING = Scope.everything()


class Library:
    """Documents of words as rare as in a language (Zipf), with vectors that gather around topics."""

    def __init__(self, database: Database, chunks: int) -> None:
        self.chance = np.random.default_rng(11)
        letters = self.chance.integers(97, 123, (30_000, 8), np.uint8)
        self.vocabulary = ["".join(map(chr, row[: 3 + i % 6])) for i, row in enumerate(letters)]
        self.topics = self.chance.standard_normal((TOPICS, DIMENSION)).astype(np.float32)
        self.store = DatabaseDocumentStore(database)
        collection = self.store.add_collection("Library", [])
        self.documents = [self._save(number) for number in range(chunks // A_DOCUMENT)]
        self.store.assign(self.documents, collection.id)

    def _save(self, number: int) -> int:
        lines = [self.words(WORDS_A_CHUNK) for _ in range(A_DOCUMENT)]
        chunks, position = [], 0
        for line in lines:
            chunks.append(Chunk(position, position + len(line)))
            position += len(line) + 1
        matrix = np.concatenate([self.vector() for _ in range(A_DOCUMENT)])
        document, _ = self.store.save(
            FoundFile(f"/library/{number}.txt", position, 1.0),
            str(number),
            ("reader", "embedder"),
            StructuredText("\n".join(lines), ()),
            chunks,
            Vectors(matrix.data, DIMENSION),
        )
        return document.id

    def words(self, count: int) -> str:
        ranks = np.minimum(self.chance.zipf(1.2, count) - 1, len(self.vocabulary) - 1)
        return " ".join(self.vocabulary[rank] for rank in ranks)

    def vector(self) -> np.ndarray:
        numbers = self.topics[self.chance.integers(TOPICS)] + 0.8 * self.chance.standard_normal(DIMENSION)
        return (numbers / np.linalg.norm(numbers)).astype(np.float32)

    def query(self) -> Vectors:
        return Vectors(self.vector().data, DIMENSION)


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Library]:
    database = Database(tmp_path_factory.mktemp("library") / "localassist.db")
    yield Library(database, CHUNKS)
    database.close()


def milliseconds(name: str, work: Callable[[], object], times: int = 30) -> float:
    """The median time of some work, reported."""
    taken = []
    for _ in range(times):
        started = time.perf_counter()
        work()
        taken.append(1000 * (time.perf_counter() - started))
    taken.sort()
    print(f"{name}: median {statistics.median(taken):.1f} ms, p95 {taken[int(0.95 * times)]:.1f} ms")
    return statistics.median(taken)


def test_comparing_all_vectors_costs_little_more_than_the_arithmetic(library: Library) -> None:
    matrix = np.concatenate([np.frombuffer(v.data, np.float32) for _, _, v in library.store.all_vectors("embedder")])
    matrix = matrix.reshape(-1, DIMENSION)
    assert len(matrix) == CHUNKS
    query = library.vector()
    arithmetic = milliseconds("multiplying 100,000 vectors in memory", lambda: matrix @ query)
    searched = milliseconds(
        "nearest_exact among 100,000", lambda: library.store.nearest_exact(library.query(), 200, EVERYTHING, "embedder")
    )
    part = Scope(document_ids=tuple(library.documents[:400]))
    milliseconds(
        "nearest_exact among 20,000", lambda: library.store.nearest_exact(library.query(), 200, part, "embedder")
    )
    assert searched < 30 * arithmetic


def test_an_answer_grows_while_huge_documents_come_and_go(tmp_path: Path) -> None:
    database = Database(tmp_path / "localassist.db")
    conversations, store = DatabaseConversationStore(database), DatabaseDocumentStore(database)
    _, answer = conversations.ask(conversations.create("", "").id, None, "Why?")
    line = "".join(f"word{number} " for number in range(120))
    text = "".join(f"{number} {line}" for number in range(13_000_000 // len(line)))
    chunks = [Chunk(start, start + 900) for start in range(0, len(text) - 900, 900)]
    same = Vectors(np.ones(DIMENSION * len(chunks), np.float32).data, DIMENSION)

    def come_and_go() -> None:
        content, versions = StructuredText(text, ()), ("reader", "embedder")
        for number in range(2):
            store.save(FoundFile("/a.txt", 1, 1.0), str(number), versions, content, chunks, same)
        copy = store.reuse(FoundFile("/b.txt", 1, 1.0), "1", versions)
        assert copy
        store.remove_collection(store.add_collection("Empty", []).id)
        store.remove_document(copy.id)

    started = time.perf_counter()
    with database.writing() as connection:
        connection.execute("CREATE TABLE plain AS SELECT ?, ?, ?", (text, text, same.data.cast("B")))
    plain = time.perf_counter() - started
    longest = 0.0
    busy = threading.Thread(target=come_and_go)
    busy.start()
    while busy.is_alive():
        started = time.perf_counter()
        conversations.grow(answer.id, "Because")
        longest = max(longest, time.perf_counter() - started)
        busy.join(0.01)
    database.close()
    print(f"growing an answer beside 13 MB: at most {1000 * longest:.0f} ms; their bytes alone: {1000 * plain:.0f} ms")
    assert longest < 5 * plain


def test_common_words_do_not_slow_a_search_down(library: Library, monkeypatch: pytest.MonkeyPatch) -> None:
    def search(scope: Scope = EVERYTHING) -> Callable[[], object]:
        return lambda: library.store.match_words(library.words(8), 200, scope)

    common = " ".join(library.vocabulary[:8])
    bounded = milliseconds("the 8 commonest words", lambda: library.store.match_words(common, 200, EVERYTHING))
    milliseconds("8 words as in a language", search())
    milliseconds("8 words in three documents", search(Scope(document_ids=tuple(library.documents[:3]))))
    monkeypatch.setattr(searching, "POSTINGS", 10**9)
    unbounded = milliseconds(
        "the 8 commonest words, unbounded", lambda: library.store.match_words(common, 200, EVERYTHING), 5
    )
    milliseconds("8 words as in a language, unbounded", search(), 5)
    assert bounded < unbounded / 2


def test_the_graph_finds_nearly_all_that_is_near(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = tmp_path_factory.mktemp("graph")
    database, children = Database(folder / "localassist.db"), ChildPool()
    library = Library(database, IN_THE_GRAPH)
    index = ChromaPassageIndex(folder / "vectors", library.store, "embedder", children, FakeActivity())
    started = time.perf_counter()
    assert index.wait_until_current()
    print(f"building a graph of 30,000: {time.perf_counter() - started:.0f} s")
    found = wanted = 0
    for _ in range(50):
        query = library.query()
        exact = library.store.nearest_exact(query, 200, EVERYTHING, "embedder")
        near = index.nearest(query, 200, EVERYTHING)
        found += len({each.chunk_id for each in near} & {each.chunk_id for each in exact})
        wanted += len(exact)
    print(f"recall of the nearest 200: {found / wanted:.3f}")
    milliseconds("nearest by the graph", lambda: index.nearest(library.query(), 200, EVERYTHING))
    index.close()
    children.close()
    database.close()
    assert found / wanted > 0.9
