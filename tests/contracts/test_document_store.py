"""What every keeper of documents does: the one in memory for tests, the database on disk and in memory."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes import FakeDocumentStore, FakeEmbedder
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.domain.documents import (
    AS_LOCKED,
    Block,
    BlockKind,
    Chunk,
    Document,
    DocumentStatus,
    HiddenText,
    PageSpan,
    Part,
    Scope,
    StructuredText,
)
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.ports.documents import FoundFile, Skipped, SkippedFile
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.ports.documents import DocumentStore

EMBEDDER = FakeEmbedder()
VERSIONS = ("reader 1", EMBEDDER.name)
LEASE = "Notice is three months.\nThe rent is 900 euros.\nPets need consent."
CELLAR = "The boiler stands in the cellar.\nThe valve is made of brass."


@pytest.fixture(params=["fake", "file", "memory"])
def store(request: pytest.FixtureRequest, home: Path) -> Iterator[DocumentStore]:
    if request.param == "fake":
        yield FakeDocumentStore()
        return
    database = Database(home / "localassist.db" if request.param == "file" else None)
    yield DatabaseDocumentStore(database)
    database.close()


def lines(text: str, title: str = "") -> tuple[StructuredText, list[Chunk]]:
    """A text of a paragraph and a page a line, and a chunk for each."""
    chunks, position = [], 0
    for line in text.splitlines():
        chunks.append(Chunk(position, position + len(line), "Part"))
        position += len(line) + 1
    blocks = tuple(Block(BlockKind.PARAGRAPH, chunk.start, chunk.end) for chunk in chunks)
    pages = tuple(PageSpan(n, chunk.start, chunk.end + 1) for n, chunk in enumerate(chunks, 1))
    return StructuredText(text, blocks, pages, title, ("A picture was left out.",)), chunks


def save(
    store: DocumentStore, path: str, text: str, versions: tuple[str, str] = VERSIONS
) -> tuple[Document, tuple[int, ...]]:
    content, chunks = lines(text)
    vectors = EMBEDDER.embed_passages([text[chunk.start : chunk.end] for chunk in chunks], Stop())
    return store.save(FoundFile(path, len(text), 5.5), f"hash of {text}", versions, content, chunks, vectors)


def texts(store: DocumentStore, chunk_ids: list[int], scope: Scope) -> list[str]:
    return [passage.text for passage in store.passages(chunk_ids, scope)]


def by_words(store: DocumentStore, query: str, scope: Scope, k: int = 10) -> list[str]:
    return texts(store, [each.chunk_id for each in store.match_words(query, k, scope)], scope)


def by_meaning(store: DocumentStore, query: str, scope: Scope, k: int = 10, embedder: str = EMBEDDER.name) -> list[str]:
    near = store.nearest_exact(EMBEDDER.embed_query(query), k, scope, embedder)
    return texts(store, [each.chunk_id for each in near], scope)


def test_a_document_is_stored_whole(store: DocumentStore) -> None:
    document, chunk_ids = save(store, "/docs/lease.pdf", LEASE)
    assert document == Document(
        document.id,
        "/docs/lease.pdf",
        "lease.pdf",
        f"hash of {LEASE}",
        len(LEASE),
        5.5,
        3,
        3,
        DocumentStatus.INDEXED,
        notes=("A picture was left out.",),
    )
    assert store.find_document("/docs/lease.pdf") == document
    assert store.find_document("/docs/other.pdf") is None
    assert store.content(document.id) == lines(LEASE)[0]
    assert store.chunk_count(Scope(document_ids=(document.id,))) == len(chunk_ids) == 3


def test_passages_say_where_they_stand(store: DocumentStore) -> None:
    document, chunk_ids = save(store, "/docs/lease.pdf", LEASE)
    scope = Scope(document_ids=(document.id,))
    last, first = store.passages([chunk_ids[2], chunk_ids[0]], scope)
    assert (first.text, first.page, first.char_start) == ("Notice is three months.", 1, 0)
    assert (last.text, last.page, last.heading) == ("Pets need consent.", 3, "Part")
    assert (last.path, last.title, last.document_id) == ("/docs/lease.pdf", "lease.pdf", document.id)
    assert LEASE[last.char_start : last.char_end] == last.text


def test_passages_outside_the_scope_are_left_out(store: DocumentStore) -> None:
    _, lease = save(store, "/docs/lease.pdf", LEASE)
    cellar, others = save(store, "/docs/cellar.pdf", CELLAR)
    assert texts(store, [*lease, *others, 9999], Scope(document_ids=(cellar.id,))) == CELLAR.splitlines()


def test_a_text_without_chunks_is_stored_as_empty_and_says_so(store: DocumentStore) -> None:
    document, chunk_ids = save(store, "/docs/scan.pdf", "")
    assert (document.status, document.chunk_count, chunk_ids) == (DocumentStatus.EMPTY, 0, ())
    assert "A picture was left out." in document.problem
    assert store.find_document("/docs/scan.pdf") == document


def test_a_failure_is_remembered_and_found(store: DocumentStore) -> None:
    save(store, "/docs/lease.pdf", LEASE)
    document = store.save_failure(FoundFile("/docs/lease.pdf", 7, 6.0), "hash 2", "It is encrypted.")
    assert (document.status, document.problem, document.chunk_count) == (DocumentStatus.FAILED, "It is encrypted.", 0)
    assert store.find_document("/docs/lease.pdf") == document
    assert by_words(store, "notice", Scope(document_ids=(document.id,))) == []


def test_saving_again_replaces_what_stood_at_the_path(store: DocumentStore) -> None:
    before, _ = save(store, "/docs/lease.pdf", LEASE)
    collection = store.add_collection("Home", [])
    store.assign([before.id], collection.id)
    after, chunk_ids = save(store, "/docs/lease.pdf", CELLAR)
    assert after.id == before.id
    assert by_words(store, "notice boiler", Scope.everything()) == ["The boiler stands in the cellar."]
    assert store.vector_state(EMBEDDER.name)[0] == len(chunk_ids) == 2


def test_words_find_the_chunks_that_hold_them(store: DocumentStore) -> None:
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    scope = Scope(document_ids=(document.id,))
    assert by_words(store, "What rent do I pay?", scope)[0] == "The rent is 900 euros."
    assert by_words(store, "CONSENT", scope) == ["Pets need consent."]
    assert by_words(store, "submarine", scope) == []
    assert len(store.match_words("notice rent pets", 2, scope)) == 2


def test_better_matches_by_words_score_higher(store: DocumentStore) -> None:
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    best, other = store.match_words("rent 900 consent", 10, Scope(document_ids=(document.id,)))
    assert best.score > other.score > 0


def test_vectors_find_the_nearest_chunks(store: DocumentStore) -> None:
    document, chunk_ids = save(store, "/docs/lease.pdf", LEASE)
    scope = Scope(document_ids=(document.id,))
    near = store.nearest_exact(EMBEDDER.embed_query("The rent is 900 euros."), 2, scope, EMBEDDER.name)
    assert near[0].chunk_id == chunk_ids[1]
    assert near[0].score == pytest.approx(1.0, abs=1e-6)
    assert len(near) == 2
    assert near[0].score > near[1].score


def test_vectors_of_another_embedder_are_never_compared(store: DocumentStore) -> None:
    document, _ = save(store, "/docs/lease.pdf", LEASE, ("reader 1", "another embedder"))
    assert by_meaning(store, "rent", Scope(document_ids=(document.id,))) == []
    assert store.vector_state(EMBEDDER.name) == (0, 0)
    assert store.vector_state("another embedder")[0] == 3


def test_a_search_sees_its_scope_alone(store: DocumentStore) -> None:
    lease, _ = save(store, "/docs/lease.pdf", LEASE)
    cellar, _ = save(store, "/docs/cellar.pdf", CELLAR)
    save(store, "/cache/only.pdf", "The rent of the cached file.")
    home, technical = store.add_collection("Home", []), store.add_collection("Technical", [])
    store.assign([lease.id], home.id)
    store.assign([cellar.id], technical.id)
    query = "rent cellar"
    for search in (by_words, by_meaning):
        assert search(store, query, Scope()) == []
        assert set(search(store, query, Scope(collection_ids=(home.id,)))) & set(CELLAR.splitlines()) == set()
        both = search(store, query, Scope(collection_ids=(home.id,), document_ids=(cellar.id,)))
        everything = search(store, query, Scope.everything())
        assert both == everything
        assert {"The rent is 900 euros.", "The boiler stands in the cellar."} <= set(both)
        assert "The rent of the cached file." not in everything
    assert store.chunk_count(Scope.everything()) == 5
    assert [document.path for document in store.documents(Scope.everything())] == [
        "/docs/cellar.pdf",
        "/docs/lease.pdf",
    ]


def test_a_collection_is_made_once_and_gathers_roots(store: DocumentStore) -> None:
    made = store.add_collection("Home", ["/docs"])
    again = store.add_collection("Home", ["/more", "/docs"])
    other = store.add_collection("Attic", [])
    assert (again.id, set(again.roots)) == (made.id, {"/docs", "/more"})
    assert store.collections() == (other, again)


def test_assigning_twice_counts_once(store: DocumentStore) -> None:
    collection = store.add_collection("Home", [])
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    store.assign([document.id], collection.id)
    store.assign([document.id], collection.id)
    assert store.collections() == (replace(collection, document_count=1),)


def test_removing_a_collection_removes_what_is_in_no_other(store: DocumentStore) -> None:
    lease, _ = save(store, "/docs/lease.pdf", LEASE)
    cellar, cellar_chunks = save(store, "/docs/cellar.pdf", CELLAR)
    cached, _ = save(store, "/cache/only.pdf", "Only cached.")
    home, technical = store.add_collection("Home", []), store.add_collection("Technical", [])
    store.assign([lease.id, cellar.id], technical.id)
    store.assign([lease.id], home.id)
    assert set(store.remove_collection(technical.id)) == set(cellar_chunks)
    assert store.find_document("/docs/cellar.pdf") is None
    assert store.find_document("/docs/lease.pdf") == lease
    assert store.find_document("/cache/only.pdf") == cached
    assert [collection.name for collection in store.collections()] == ["Home"]


def test_a_removed_document_is_found_no_more(store: DocumentStore) -> None:
    document, chunk_ids = save(store, "/docs/lease.pdf", LEASE)
    assert set(store.remove_document(document.id)) == set(chunk_ids)
    scope = Scope(document_ids=(document.id,))
    assert store.find_document("/docs/lease.pdf") is None
    assert (
        by_words(store, "rent", scope) == by_meaning(store, "rent", scope) == texts(store, list(chunk_ids), scope) == []
    )
    assert store.vector_state(EMBEDDER.name) == (0, 0)


def test_equal_bytes_are_not_read_again(store: DocumentStore) -> None:
    first, _ = save(store, "/docs/lease.pdf", LEASE)
    copy = store.reuse(FoundFile("/docs/copy.pdf", len(LEASE), 8.0), first.content_hash, VERSIONS)
    assert copy is not None
    assert (copy.path, copy.status, copy.chunk_count, copy.modified) == (
        "/docs/copy.pdf",
        DocumentStatus.INDEXED,
        3,
        8.0,
    )
    store.remove_document(first.id)
    scope = Scope(document_ids=(copy.id,))
    assert by_words(store, "rent", scope)[0] == by_meaning(store, "The rent is 900 euros.", scope)[0]
    assert store.content(copy.id) == lines(LEASE)[0]


def test_reusing_keeps_the_document_and_its_collections(store: DocumentStore) -> None:
    collection = store.add_collection("Home", [])
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    store.assign([document.id], collection.id)
    touched = store.reuse(FoundFile("/docs/lease.pdf", len(LEASE), 9.0), document.content_hash, VERSIONS)
    assert touched == replace(document, modified=9.0)
    assert store.documents(Scope(collection_ids=(collection.id,))) == (touched,)


@pytest.mark.parametrize("versions", [("reader 2", EMBEDDER.name), ("reader 1", "another embedder")])
def test_text_made_by_other_versions_is_not_reused(store: DocumentStore, versions: tuple[str, str]) -> None:
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    file = FoundFile("/docs/copy.pdf", len(LEASE), 8.0)
    assert store.reuse(file, document.content_hash, versions) is None
    assert store.reuse(file, "another hash", VERSIONS) is None
    assert store.find_document("/docs/copy.pdf") is None


def test_a_failure_is_not_reused(store: DocumentStore) -> None:
    store.save_failure(FoundFile("/docs/lease.pdf", 7, 6.0), "hash", "It is encrypted.")
    assert store.reuse(FoundFile("/docs/lease.pdf", 7, 7.0), "hash", VERSIONS) is None


def test_single_vectors_are_those_of_their_chunks(store: DocumentStore) -> None:
    stored = [save(store, f"/d/{n}.txt", text)[1] for n, text in enumerate((LEASE, CELLAR))]
    expected = {
        chunk_id: list(v.row(n).data)
        for _, ids, v in store.all_vectors(EMBEDDER.name)
        for n, chunk_id in enumerate(ids)
    }
    wanted = [stored[1][1], stored[0][2], 999_999]
    found = store.vectors_of(wanted, EMBEDDER.name)
    assert {chunk_id: list(vector.data) for chunk_id, vector in found.items()} == {i: expected[i] for i in wanted[:2]}
    assert store.vectors_of(wanted, "another embedder") == {}


def test_all_vectors_come_once_each_in_the_order_they_were_made(store: DocumentStore) -> None:
    stored = [save(store, f"/docs/{number}.pdf", f"Text number {number}.\nMore of it.")[1] for number in range(5)]
    wanted = [chunk_id for chunk_ids in stored for chunk_id in chunk_ids]
    found = [(chunk_ids, vectors) for _, chunk_ids, vectors in store.all_vectors(EMBEDDER.name)]
    assert [chunk_id for chunk_ids, _ in found for chunk_id in chunk_ids] == wanted
    assert all(vectors.count == len(chunk_ids) for chunk_ids, vectors in found)
    expected = EMBEDDER.embed_passages(["Text number 0.", "More of it."], Stop())
    assert list(found[0][1].data[: 2 * EMBEDDER.dimension]) == list(expected.data)
    marks = [mark for mark, _, _ in store.all_vectors(EMBEDDER.name)]
    assert marks == sorted(marks)
    assert marks[-1] == store.vector_state(EMBEDDER.name)[1]
    assert list(store.all_vectors(EMBEDDER.name, marks[-1])) == []
    assert list(store.all_vectors("another embedder")) == []


def test_the_state_of_the_vectors_tells_every_change(store: DocumentStore) -> None:
    states = {store.vector_state(EMBEDDER.name)}
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    states.add(store.vector_state(EMBEDDER.name))
    save(store, "/docs/cellar.pdf", CELLAR)
    states.add(store.vector_state(EMBEDDER.name))
    store.remove_document(document.id)
    states.add(store.vector_state(EMBEDDER.name))
    save(store, "/docs/lease.pdf", LEASE)
    states.add(store.vector_state(EMBEDDER.name))
    assert len(states) == 5


def test_what_does_not_exist_is_said_to_be_missing(store: DocumentStore) -> None:
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    collection = store.add_collection("Home", [])
    for call in (
        lambda: store.remove_collection(99),
        lambda: store.remove_document(99),
        lambda: store.content(99),
        lambda: store.assign([document.id], 99),
        lambda: store.assign([99], collection.id),
    ):
        with pytest.raises(NotFoundError) as missing:
            call()
        assert missing.value.message.endswith(".")


@pytest.mark.parametrize(
    "query",
    ["", " ", "\0", '"', "rent\0pets", 'rent" OR "pets', "the of and", "NEAR(rent pets)", "text:rent", "-rent", "*",
     "rent*", "(", "a\ud800b", "x" * 10_000_000, "rent " * 1_000_000],
    ids=lambda query: repr(query[:12]),
)  # fmt: skip
def test_no_query_breaks_the_search_for_words(store: DocumentStore, query: str) -> None:
    document, _ = save(store, "/docs/lease.pdf", LEASE)
    found = by_words(store, query, Scope(document_ids=(document.id,)))
    assert set(found) <= set(LEASE.splitlines())
    assert "The rent is 900 euros." in found or "rent" not in query


@pytest.mark.parametrize("text", ["a\0b\nc\0", "\u202eright to left\u202c", "\ufeffmark\n\u200b", "x" * 2_000_000])
def test_any_text_comes_back_as_it_was(store: DocumentStore, text: str) -> None:
    document, chunk_ids = save(store, "/docs/odd.txt", text)
    assert store.content(document.id).text == text
    assert texts(store, list(chunk_ids), Scope(document_ids=(document.id,))) == text.splitlines()


def test_paths_that_are_not_valid_text_are_kept(store: DocumentStore) -> None:
    path = "/docs/caf\udce9.txt"
    document, _ = save(store, path, LEASE)
    collection = store.add_collection("Home", ["/docs/\udce9"])
    assert store.find_document(path) == document
    assert document.path == path
    assert collection.roots == ("/docs/\udce9",)


def test_a_collection_gets_another_name_unless_that_is_taken(store: DocumentStore) -> None:
    made, other = store.add_collection("Flat", ["/flat"]), store.add_collection("House", ["/house"])
    assert store.rename_collection(made.id, "Home").name == "Home"
    assert [collection.name for collection in store.collections()] == ["Home", "House"]
    assert store.collections()[0].roots == ("/flat",)
    with pytest.raises(LocalAssistError, match="a collection House already"):
        store.rename_collection(made.id, "House")
    assert store.rename_collection(other.id, "House").name == "House"
    with pytest.raises(NotFoundError):
        store.rename_collection(9999, "Nowhere")


def test_what_is_in_no_collection_is_cached(store: DocumentStore) -> None:
    loose = store.save_failure(FoundFile("/loose.md", 1, 1.0), "", "It is damaged.")
    held = store.save_failure(FoundFile("/held.md", 1, 1.0), "", "It is damaged.")
    store.assign([held.id], store.add_collection("Held", ["/held.md"]).id)
    assert [document.id for document in store.cached()] == [loose.id]


def save_words(store: DocumentStore, path: str, text: str, container_id: int | None = None) -> Document:
    """Store a document whose vectors are still to be made."""
    content, chunks = lines(text)
    file = FoundFile(path, len(text), 5.5)
    return store.save(file, f"hash of {text}", VERSIONS, content, chunks, container_id=container_id)[0]


def embed(store: DocumentStore, limit: int = 100) -> int:
    """Embed some of what is pending, by its text alone; gives how many chunks that were."""
    pending = store.pending(EMBEDDER.name, limit)
    vectors = EMBEDDER.embed_passages([each.text for each in pending], Stop())
    store.save_vectors(EMBEDDER.name, [each.chunk_id for each in pending], vectors)
    return len(pending)


def test_words_are_found_before_there_are_vectors(store: DocumentStore) -> None:
    document = save_words(store, "/docs/lease.pdf", LEASE)
    scope = Scope(document_ids=(document.id,))
    assert (document.status, document.pending) == (DocumentStatus.INDEXED, 3)
    assert by_words(store, "rent", scope) == ["The rent is 900 euros."]
    assert by_meaning(store, "rent", scope) == []
    assert store.vector_state(EMBEDDER.name) == (0, 0)
    assert embed(store) == 3
    assert by_meaning(store, "The rent is 900 euros.", scope)[0] == "The rent is 900 euros."
    assert store.find_document("/docs/lease.pdf") == replace(document, pending=0)


def test_what_is_pending_comes_newest_document_first_in_its_order(store: DocumentStore) -> None:
    save_words(store, "/docs/lease.pdf", LEASE)
    save_words(store, "/docs/cellar.pdf", CELLAR)
    pending = store.pending(EMBEDDER.name, 4)
    assert [(each.title, each.text) for each in pending] == [
        *(("cellar.pdf", line) for line in CELLAR.splitlines()),
        *(("lease.pdf", line) for line in LEASE.splitlines()[:2]),
    ]
    assert {each.heading for each in pending} == {"Part"}
    assert (store.pending_count(EMBEDDER.name), store.pending_count("another embedder")) == (5, 0)
    assert store.pending("another embedder", 4) == ()


def test_a_document_can_be_embedded_in_parts(store: DocumentStore) -> None:
    document = save_words(store, "/docs/lease.pdf", LEASE)
    counts = []
    while embed(store, 2):
        counts.append(store.pending_count(EMBEDDER.name))
    assert counts == [1, 0]
    scope = Scope(document_ids=(document.id,))
    for line in LEASE.splitlines():
        assert by_meaning(store, line, scope)[0] == line


def test_what_is_asked_for_by_one_thread_and_written_by_another_meanwhile_can_still_be_written(
    store: DocumentStore,
) -> None:
    for number in range(3):
        save_words(store, f"/docs/{number}.txt", f"Text number {number}.\nMore of it.")
    pending = store.pending(EMBEDDER.name, 3)
    writer = threading.Thread(target=save_words, args=(store, "/docs/lease.pdf", LEASE))
    writer.start()
    writer.join()
    vectors = EMBEDDER.embed_passages([each.text for each in pending], Stop())
    store.save_vectors(EMBEDDER.name, [each.chunk_id for each in pending], vectors)
    assert store.pending_count(EMBEDDER.name) == 6


def test_vectors_of_chunks_that_are_gone_are_passed_over(store: DocumentStore) -> None:
    gone = save_words(store, "/docs/lease.pdf", LEASE)
    save_words(store, "/docs/cellar.pdf", CELLAR)
    pending = store.pending(EMBEDDER.name, 100)
    store.remove_document(gone.id)
    vectors = EMBEDDER.embed_passages([each.text for each in pending], Stop())
    store.save_vectors(EMBEDDER.name, [each.chunk_id for each in pending], vectors)
    assert store.vector_state(EMBEDDER.name)[0] == 2
    assert store.pending_count(EMBEDDER.name) == 0


def test_vectors_of_the_same_words_are_made_once(store: DocumentStore) -> None:
    save_words(store, "/docs/lease.pdf", LEASE)
    embed(store)
    edited = save_words(store, "/docs/lease.pdf", LEASE.replace("900", "950"))
    assert edited.pending == 1
    assert [each.text for each in store.pending(EMBEDDER.name, 9)] == ["The rent is 950 euros."]
    scope = Scope(document_ids=(edited.id,))
    assert by_meaning(store, "Pets need consent.", scope)[0] == "Pets need consent."
    assert sorted(by_meaning(store, "rent", scope)) == ["Notice is three months.", "Pets need consent."]


def test_files_are_expected_before_they_are_read(store: DocumentStore) -> None:
    known, _ = save(store, "/docs/lease.pdf", LEASE)
    collection = store.add_collection("Home", ["/docs"])
    new = FoundFile("/docs/cellar.pdf", 9, 1.0)
    store.expect([FoundFile("/docs/lease.pdf", len(LEASE) + 1, 7.0), new], collection.id)
    waiting, same = store.documents(Scope(collection_ids=(collection.id,)))
    assert same == known
    assert (waiting.path, waiting.status, waiting.chunk_count) == (new.path, DocumentStatus.WAITING, 0)
    store.begin_reading(new.path)
    assert [each.status for each in store.documents(Scope.everything())] == [
        DocumentStatus.READING,
        DocumentStatus.INDEXED,
    ]
    save(store, new.path, CELLAR)
    assert {each.status for each in store.documents(Scope.everything())} == {DocumentStatus.INDEXED}
    assert store.collections()[0].document_count == 2


def test_what_is_passed_over_is_listed_with_the_reason(store: DocumentStore) -> None:
    read, _ = save(store, "/docs/lease.pdf", LEASE)
    collection = store.add_collection("Home", ["/docs"])
    store.assign([read.id], collection.id)
    store.ignore([SkippedFile("/docs/a.bin", "No reader."), SkippedFile(read.path, "A rule.")], collection.id)
    listed = store.documents(Scope.everything())
    assert [(each.path, each.status, each.problem, each.chunk_count) for each in listed] == [
        ("/docs/a.bin", DocumentStatus.IGNORED, "No reader.", 0),
        ("/docs/lease.pdf", DocumentStatus.IGNORED, "A rule.", 0),
    ]
    assert by_words(store, "rent", Scope.everything()) == []
    assert store.collections()[0].document_count == 0
    store.expect([FoundFile("/docs/a.bin", 1, 1.0)], collection.id)
    assert store.documents(Scope.everything())[0].status is DocumentStatus.WAITING


def test_what_another_collection_has_or_nobody_could_look_at_is_not_lost(store: DocumentStore) -> None:
    named, _ = save(store, "/docs/lease.pdf", LEASE)
    locked, _ = save(store, "/docs/cellar.pdf", CELLAR)
    store.assign([named.id], store.add_collection("Named", [named.path]).id)
    whole = store.add_collection("Whole", ["/docs"])
    store.assign([locked.id], whole.id)
    unreachable = SkippedFile(locked.path, "You may not read it.", Skipped.UNREACHABLE)
    store.ignore([SkippedFile(named.path, "A rule."), unreachable], whole.id)
    assert store.find_document(named.path) == named
    assert store.find_document(locked.path) == locked


def with_part(store: DocumentStore) -> tuple[Document, Document, Document]:
    """A mail with an annex, which has a sheet inside, all three in a collection."""
    file = FoundFile("/docs/mail.eml", 9, 1.0)
    content, chunks = lines(LEASE)
    parts = (Part("annex.zip", lines(CELLAR)[0]), Part("scan.pdf", None, "It is damaged."))
    mail = store.save(file, "mail", VERSIONS, replace(content, parts=parts), chunks)[0]
    store.assign([mail.id], store.add_collection("Home", []).id)
    annex = save_words(store, f"{file.path}/annex.zip", CELLAR, mail.id)
    return mail, annex, save_words(store, f"{annex.path}/sheet.csv", "Oil, 40 litres.", annex.id)


def test_what_is_inside_a_file_shares_its_collections_and_goes_with_it(store: DocumentStore) -> None:
    mail, annex, sheet = with_part(store)
    assert [annex.container_id, sheet.container_id] == [mail.id, annex.id]
    assert by_words(store, "litres boiler", Scope.everything()) != []
    other = store.add_collection("Other", [])
    store.assign([mail.id], other.id)
    assert len(store.documents(Scope(collection_ids=(other.id,)))) == 3
    assert {each.id for each in store.documents(Scope(document_ids=(mail.id,)))} == {mail.id, annex.id, sheet.id}
    assert len(store.remove_document(mail.id)) == 6
    assert store.documents(Scope.everything()) == ()
    assert by_words(store, "litres boiler notice", Scope.everything()) == []


def test_what_a_file_holds_no_more_is_gone(store: DocumentStore) -> None:
    mail, annex, _ = with_part(store)
    content, chunks = lines("Nothing is attached.")
    store.save(FoundFile(mail.path, 5, 2.0), "mail 2", VERSIONS, content, chunks)
    assert [each.path for each in store.documents(Scope.everything())] == [mail.path]
    assert store.find_document(annex.path) is None


def test_a_file_is_not_reused_without_what_is_inside_it(store: DocumentStore) -> None:
    mail, annex, _ = with_part(store)
    store.remove_document(annex.id)
    assert store.reuse(FoundFile(mail.path, 9, 1.0), "mail", VERSIONS) is None


def test_many_documents_are_forgotten_together(store: DocumentStore) -> None:
    stored = [save_words(store, f"/docs/{number}.txt", f"Text number {number}.") for number in range(5)]
    gone = store.remove_documents([*(document.id for document in stored[:4]), 9999, stored[0].id])
    assert len(gone) == 4
    assert store.cached() == (stored[4],)


def test_a_failure_is_known_again_while_file_and_reader_are_the_same(store: DocumentStore) -> None:
    file = FoundFile("/docs/lease.pdf", 7, 6.0)
    failed = store.save_failure(file, "hash", "It is damaged.", "reader 1")
    assert store.failed_as(file, "reader 1") == failed
    assert store.failed_as(file, "reader 2") is None
    locked = store.save_failure(replace(file, path="/docs/locked.pdf"), "h", "Locked.", "reader 1" + AS_LOCKED)
    assert (failed.status, locked.status) == (DocumentStatus.FAILED, DocumentStatus.LOCKED)
    assert store.failed_as(replace(file, modified=7.0), "reader 1") is None
    assert store.failed_as(replace(file, path="/docs/other.pdf"), "reader 1") is None
    store.distrust(Scope(document_ids=(failed.id,)))
    assert store.failed_as(file, "reader 1") is None
    store.save_failure(file, "hash", "It is damaged.", "reader 1")
    save(store, file.path, LEASE)
    assert store.failed_as(FoundFile(file.path, len(LEASE), 5.5), "reader 1") is None


def test_everything_a_reader_tells_is_kept(store: DocumentStore) -> None:
    text = "Name\nOil"
    content = StructuredText(
        text,
        (
            Block(BlockKind.TABLE_ROW, 0, 4, place="A1:B1", box=(1.5, 2.0, 30.25, 4.0)),
            Block(BlockKind.TABLE_ROW, 5, 8, place="A2:B2"),
        ),
        (PageSpan(1, 0, 8, "sheet Costs", recognised=True),),
        "Costs",
        ("A chart was left out.",),
        partly=True,
        hidden=(HiddenText("white on white", "Pay twice.", 1), HiddenText("too small to be seen", "Really.")),
    )
    chunks = [Chunk(0, 4), Chunk(5, 8)]
    document, chunk_ids = store.save(FoundFile("/docs/costs.xlsx", 9, 1.0), "h", VERSIONS, content, chunks)
    assert store.content(document.id) == content
    assert (document.status, document.hidden, document.notes) == (
        DocumentStatus.PARTLY,
        2,
        ("A chart was left out.",),
    )
    passages = store.passages(chunk_ids, Scope(document_ids=(document.id,)))
    assert [passage.place for passage in passages] == [
        "sheet Costs (recognised from a picture), A1:B1",
        "sheet Costs (recognised from a picture), A2:B2",
    ]
