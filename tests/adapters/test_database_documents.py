"""Documents in the database: copies share what they hold, words are found in titles and all scripts, in time."""

from __future__ import annotations

import random
from typing import TYPE_CHECKING

import numpy as np
import pytest

from localassist.adapters.database import Database, DatabaseDocumentStore, searching, vector_runs
from localassist.domain.documents import Chunk, Document, Scope, StructuredText
from localassist.domain.errors import NotFoundError
from localassist.domain.ports.documents import FoundFile
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Sequence

VERSIONS = ("reader", "embedder")
DIMENSION = 8


@pytest.fixture
def store(database: Database) -> DatabaseDocumentStore:
    return DatabaseDocumentStore(database)


def vectors(rows: Sequence[Sequence[float]] | np.ndarray) -> Vectors:
    matrix = np.ascontiguousarray(rows, np.float32)
    return Vectors(matrix.reshape(-1).data, matrix.shape[1])


def save(
    store: DatabaseDocumentStore, path: str, *lines: str, title: str = "", heading: str = ""
) -> tuple[Document, tuple[int, ...]]:
    """A document with a chunk a line."""
    chunks, position = [], 0
    for line in lines:
        chunks.append(Chunk(position, position + len(line), heading))
        position += len(line) + 1
    content = StructuredText("\n".join(lines), (), title=title)
    file = FoundFile(path, position, 1.0)
    return store.save(file, f"hash of {lines}", VERSIONS, content, chunks, vectors(np.eye(DIMENSION)[: len(lines)]))


def words(store: DatabaseDocumentStore, query: str, *documents: Document) -> list[int]:
    scope = Scope(document_ids=tuple(document.id for document in documents))
    return [each.chunk_id for each in store.match_words(query, 100, scope)]


def rows(database: Database, table: str) -> int:
    with database.reading() as connection:
        return int(connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0])


def test_copies_share_text_chunks_and_vectors(database: Database, store: DatabaseDocumentStore) -> None:
    first, chunk_ids = save(store, "/a/report.txt", "one", "two")
    copy = store.reuse(FoundFile("/b/copy.txt", 7, 2.0), first.content_hash, VERSIONS)
    assert copy
    assert (rows(database, "contents"), rows(database, "chunks"), rows(database, "documents")) == (1, 2, 2)
    assert store.remove_document(first.id) == ()
    assert [passage.path for passage in store.passages(chunk_ids, Scope(document_ids=(copy.id,)))] == [
        "/b/copy.txt"
    ] * 2
    assert store.remove_document(copy.id) == chunk_ids
    assert [rows(database, table) for table in ("contents", "texts", "chunks", "vector_runs", "documents")] == [
        0,
        0,
        0,
        0,
        0,
    ]


def test_a_passage_of_copies_names_the_one_in_scope(store: DatabaseDocumentStore) -> None:
    first, chunk_ids = save(store, "/a/report.txt", "one")
    copy = store.reuse(FoundFile("/b/copy.txt", 7, 2.0), first.content_hash, VERSIONS)
    assert copy
    for document in (first, copy):
        (passage,) = store.passages(chunk_ids, Scope(document_ids=(document.id,)))
        assert (passage.document_id, passage.path) == (document.id, document.path)
    assert len(store.passages(chunk_ids, Scope(document_ids=(copy.id, first.id)))) == 1


def test_a_renamed_file_is_found_by_its_new_name(store: DatabaseDocumentStore) -> None:
    before, _ = save(store, "/a/lease-4b.txt", "The rent is 900 euros.")
    after = store.reuse(FoundFile("/a/cottage.txt", 7, 2.0), before.content_hash, VERSIONS)
    assert after
    store.remove_document(before.id)
    assert len(words(store, "cottage", after)) == 1
    assert words(store, "4b", after) == []


def test_nothing_of_a_replaced_text_stays(database: Database, store: DatabaseDocumentStore) -> None:
    document, old = save(store, "/a/report.txt", "walrus one", "two")
    again, new = save(store, "/a/report.txt", "three")
    assert again.id == document.id
    assert set(old).isdisjoint(new)
    assert words(store, "walrus two", again) == []
    assert [rows(database, table) for table in ("contents", "texts", "chunks", "vector_runs")] == [1, 1, 1, 1]
    with database.reading() as connection:
        assert connection.execute("SELECT term FROM chunk_terms WHERE term = 'walru'").fetchall() == []


def test_chunk_ids_are_never_used_again(store: DatabaseDocumentStore) -> None:
    document, gone = save(store, "/a/one.txt", "one", "two")
    store.remove_document(document.id)
    _, fresh = save(store, "/a/two.txt", "three", "four")
    assert min(fresh) > max(gone)


def test_title_heading_and_file_name_tell_twins_apart(store: DatabaseDocumentStore) -> None:
    line = "The notice period is three months."
    by_title, (titled,) = save(store, "/a/1.pdf", line, "x1", title="Lease of flat 4B")[0], (1,)
    by_name, _ = save(store, "/a/lease-7a.pdf", line, "x2")
    by_heading, _ = save(store, "/a/3.pdf", line, "x3", heading="Cottage > Notice")
    twins = (by_title, by_name, by_heading)
    for query, wanted in (("notice for flat 4B", by_title), ("notice 7a", by_name), ("notice, cottage", by_heading)):
        best = words(store, query, *twins)[0]
        assert store.passages([best], Scope(document_ids=(wanted.id,))), query
    assert titled == 1


def test_a_document_without_text_of_its_own_says_there_is_none(store: DatabaseDocumentStore) -> None:
    failed = store.save_failure(FoundFile("/a/x.pdf", 1, 1.0), "h", "It is encrypted.")
    with pytest.raises(NotFoundError, match="could not be read"):
        store.content(failed.id)


@pytest.mark.parametrize(
    ("query", "found"),
    [("家賃", True), ("東京都の家賃", True), ("大阪", False), ("ค่าเช่า", True), ("임대료는", True)],
)
def test_words_are_found_in_scripts_without_spaces(store: DatabaseDocumentStore, query: str, found: bool) -> None:
    document, _ = save(store, "/a/東京.txt", "東京都の家賃は高い。", "ราคาค่าเช่าห้อง", "이번 달 임대료는 비싸다")
    assert bool(words(store, query, document)) is found


def test_questions_are_not_matched_by_their_function_words(store: DatabaseDocumentStore) -> None:
    document, _ = save(store, "/a/x.txt", "What is where and how is why.", "The boiler stands in the cellar.")
    best = words(store, "Where is the boiler and what is it?", document)
    assert len(best) == 1
    assert len(words(store, "what is where", document)) == 1


def test_common_words_give_way_when_a_query_would_touch_too_much(
    store: DatabaseDocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "POSTINGS", 5)
    document, chunk_ids = save(store, "/a/x.txt", "common rare", *["common word"] * 6)
    assert words(store, "common rare", document) == [chunk_ids[0]]
    assert len(words(store, "common", document)) == 7


def test_the_nearest_are_those_of_a_plain_comparison(store: DatabaseDocumentStore) -> None:
    chance = np.random.default_rng(3)
    wanted: dict[int, float] = {}
    query = chance.standard_normal(DIMENSION).astype(np.float32)
    query /= np.linalg.norm(query)
    documents = []
    for number in range(40):
        matrix = chance.standard_normal((number % 7 + 1, DIMENSION)).astype(np.float32)
        matrix /= np.linalg.norm(matrix, axis=1, keepdims=True)
        chunks = [Chunk(i, i + 1) for i in range(len(matrix))]
        document, chunk_ids = store.save(
            FoundFile(f"/a/{number}", 1, 1.0),
            str(number),
            VERSIONS,
            StructuredText("x" * 9, ()),
            chunks,
            vectors(matrix),
        )
        documents.append(document.id)
        wanted |= dict(zip(chunk_ids, (matrix @ query).tolist(), strict=True))
    scope = Scope(document_ids=tuple(documents))
    for k in (1, 10, 1000):
        found = store.nearest_exact(vectors([query]), k, scope, "embedder")
        best = sorted(wanted, key=lambda chunk_id: -wanted[chunk_id])[:k]
        assert [each.chunk_id for each in found] == best
        assert [each.score for each in found] == pytest.approx([wanted[chunk_id] for chunk_id in best], abs=1e-6)


def test_vectors_are_handed_out_in_bounded_batches(
    store: DatabaseDocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_runs, "_HANDED_BYTES", 3 * DIMENSION * 4)
    stored = [save(store, f"/a/{number}.txt", f"one {number}", "two")[1] for number in range(5)]
    batches = [chunk_ids for _, chunk_ids, _ in store.all_vectors("embedder")]
    assert [chunk_id for batch in batches for chunk_id in batch] == [chunk_id for each in stored for chunk_id in each]
    assert max(len(batch) for batch in batches) == 4


def test_a_changed_store_does_not_disturb_who_reads_all_vectors(
    store: DatabaseDocumentStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(vector_runs, "_HANDED_BYTES", 1)
    documents = [save(store, f"/a/{number}.txt", f"one {number}")[0] for number in range(4)]
    batches = store.all_vectors("embedder")
    next(batches)
    store.remove_document(documents[1].id)
    save(store, "/a/new.txt", "new")
    assert [chunk_ids for _, chunk_ids, _ in batches] == [(3,), (4,), (5,)]


def test_chunks_without_their_vectors_are_refused(store: DatabaseDocumentStore) -> None:
    content, file = StructuredText("one", ()), FoundFile("/a/x", 1, 1.0)
    with pytest.raises(ValueError, match="1 chunks with 2 vectors"):
        store.save(file, "h", VERSIONS, content, [Chunk(0, 3)], vectors(np.eye(2)))
    assert store.find_document("/a/x") is None


def test_a_scope_of_many_thousand_documents_is_no_problem(store: DatabaseDocumentStore) -> None:
    document, chunk_ids = save(store, "/a/x.txt", "walrus")
    scope = Scope(document_ids=(document.id, *range(1000, 60_000)))
    assert [each.chunk_id for each in store.match_words("walrus", 5, scope)] == list(chunk_ids)


def test_any_order_of_changes_leaves_nothing_behind(database: Database, store: DatabaseDocumentStore) -> None:
    chance = random.Random(7)
    collection = store.add_collection("Home", [])
    texts = [f"walrus {number}" for number in range(5)]
    for _ in range(300):
        path = f"/a/{chance.randrange(6)}"
        text = chance.choice(texts)
        document = store.find_document(path)
        match chance.randrange(4):
            case 0:
                save(store, path, text)
            case 1:
                store.reuse(FoundFile(path, 1, 1.0), f"hash of {(text,)}", VERSIONS)
            case 2 if document:
                store.assign([document.id], collection.id)
            case 3 if document:
                store.remove_document(document.id)
    store.add_collection("Rest", [])
    rest = store.collections()[1]
    store.assign([document.id for n in range(6) if (document := store.find_document(f"/a/{n}"))], rest.id)
    store.remove_collection(collection.id)
    store.remove_collection(rest.id)
    for table in (
        "documents",
        "contents",
        "texts",
        "chunks",
        "vector_runs",
        "memberships",
        "collections",
        "chunk_terms",
    ):
        assert rows(database, table) == 0, table
