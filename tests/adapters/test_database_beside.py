"""Another embedder's chunks: made beside those that answer, which stay as they are until they are replaced."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes import FakeEmbedder
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.domain.documents import Chunk, Document, Part, Scope, StructuredText
from localassist.domain.errors import NotFoundError
from localassist.domain.ports.documents import FoundFile, part_hash
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence

OLD, NEW = FakeEmbedder("old words"), FakeEmbedder("new words")
BEFORE, AFTER = ("reader", OLD.name), ("reader", NEW.name)
TEXT = "The rent is 900 euros. Pets need consent."
HALVES = [Chunk(0, 22), Chunk(23, len(TEXT))]
WHOLE = [Chunk(0, len(TEXT))]


@pytest.fixture
def store(database: Database) -> DatabaseDocumentStore:
    return DatabaseDocumentStore(database)


def embed(store: DatabaseDocumentStore, embedder: FakeEmbedder) -> int:
    pending = store.pending(embedder.name, 100)
    vectors = embedder.embed_passages([each.text for each in pending], Stop())
    store.save_vectors(embedder.name, [each.chunk_id for each in pending], vectors)
    return len(pending)


def save(store: DatabaseDocumentStore, path: str, text: str = TEXT, chunks: Sequence[Chunk] = HALVES) -> Document:
    file = FoundFile(path, len(text), 1.0)
    document = store.save(file, f"hash of {text}", BEFORE, StructuredText(text, ()), chunks)[0]
    embed(store, OLD)
    return document


def found(store: DatabaseDocumentStore, document: Document, embedder: FakeEmbedder) -> tuple[list[str], list[str]]:
    """What words and vectors find in a document."""
    scope = Scope(document_ids=(document.id,))
    near = store.nearest_exact(embedder.embed_query("rent"), 9, scope, embedder.name)
    matched = store.match_words("rent consent", 9, scope)
    by_words, by_meaning = (
        sorted(passage.text for passage in store.passages([each.chunk_id for each in scored], scope))
        for scored in (matched, near)
    )
    return by_words, by_meaning


def test_nothing_of_the_old_answers_changes_before_the_switch(store: DatabaseDocumentStore) -> None:
    document = save(store, "/a/lease.txt")
    before, state = found(store, document, OLD), store.vector_state(OLD.name)
    assert [each.id for each in store.outdated(NEW.name, 9)] == [document.id]
    store.save_beside(document.id, NEW.name, WHOLE)
    assert store.outdated(NEW.name, 9) == ()
    assert embed(store, NEW) == 1
    assert found(store, document, OLD) == before
    assert found(store, document, NEW)[1] == []
    assert store.vector_state(OLD.name) == state
    assert store.find_document(document.path) == store.documents(Scope(document_ids=(document.id,)))[0]


def test_after_the_switch_the_new_ones_answer_and_nothing_of_the_old_is_left(
    database: Database, store: DatabaseDocumentStore
) -> None:
    document = save(store, "/a/lease.txt")
    store.save_beside(document.id, NEW.name, WHOLE)
    embed(store, NEW)
    store.switch(NEW.name)
    assert found(store, document, NEW) == ([TEXT], [TEXT])
    assert store.vector_state(OLD.name) == (0, 0)
    assert store.content(document.id).text == TEXT
    with database.reading() as connection:
        for table in ("contents", "texts", "chunks", "vector_runs"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (1,), table
        assert connection.execute("SELECT doc FROM chunk_terms WHERE term = 'rent'").fetchall() == [(1,)]


def test_what_was_not_made_anew_keeps_its_text(store: DatabaseDocumentStore) -> None:
    made, other = save(store, "/a/lease.txt"), save(store, "/a/cellar.txt", "The boiler is old.", [Chunk(0, 18)])
    store.save_beside(made.id, NEW.name, WHOLE)
    store.switch(NEW.name)
    assert store.content(other.id).text == "The boiler is old."
    assert [each.id for each in store.outdated(NEW.name, 9)] == [other.id]


def test_one_of_several_copies_is_divided(store: DatabaseDocumentStore) -> None:
    document = save(store, "/a/lease.txt")
    copy = store.reuse(FoundFile("/b/lease.txt", 9, 1.0), document.content_hash, BEFORE)
    assert copy
    (outdated,) = store.outdated(NEW.name, 9)
    store.save_beside(outdated.id, NEW.name, WHOLE)
    embed(store, NEW)
    store.switch(NEW.name)
    assert found(store, document, NEW) == found(store, copy, NEW) == ([TEXT], [TEXT])


def test_a_document_that_is_forgotten_meanwhile_takes_both_along(
    database: Database, store: DatabaseDocumentStore
) -> None:
    document = save(store, "/a/lease.txt")
    store.save_beside(document.id, NEW.name, WHOLE)
    store.remove_document(document.id)
    with pytest.raises(NotFoundError):
        store.save_beside(document.id, NEW.name, WHOLE)
    assert store.pending_count(NEW.name) == 0
    with database.reading() as connection:
        for table in ("contents", "texts", "chunks", "vector_runs", "chunk_terms"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table


def test_the_text_stays_its_readers(store: DatabaseDocumentStore) -> None:
    document = save(store, "/a/lease.txt")
    store.save_beside(document.id, NEW.name, WHOLE)
    store.switch(NEW.name)
    file = FoundFile("/a/lease.txt", 9, 1.0)
    assert store.reuse(file, document.content_hash, ("a newer reader", NEW.name)) is None
    assert store.reuse(file, document.content_hash, AFTER) is not None


def test_a_file_that_changes_meanwhile_is_made_anew_once_more(store: DatabaseDocumentStore) -> None:
    document = save(store, "/a/lease.txt")
    store.save_beside(document.id, NEW.name, WHOLE)
    save(store, "/a/lease.txt", "Nothing is due.", [Chunk(0, 15)])
    assert [each.id for each in store.outdated(NEW.name, 9)] == [document.id]
    assert store.pending_count(NEW.name) == 0


def test_files_inside_stay_with_the_one_they_are_in(store: DatabaseDocumentStore) -> None:
    content = StructuredText(TEXT, (), parts=(Part("annex.txt", StructuredText("x", ())),))
    mail = store.save(FoundFile("/a/mail.eml", 9, 1.0), "mail", BEFORE, content, HALVES)[0]
    inside = FoundFile("/a/mail.eml/annex.txt", 9, 1.0)
    own = part_hash("mail", "annex.txt")
    annex = store.save(inside, own, BEFORE, StructuredText("x", ()), [Chunk(0, 1)], container_id=mail.id)[0]
    for document in store.outdated(NEW.name, 9):
        store.save_beside(document.id, NEW.name, [Chunk(0, 1)])
    store.switch(NEW.name)
    assert store.reuse(FoundFile("/a/mail.eml", 9, 1.0), "mail", AFTER) is not None
    assert store.find_document(annex.path) is not None


def test_vectors_that_can_be_compared_go_on_answering_under_the_new_name(store: DatabaseDocumentStore) -> None:
    lease = save(store, "/a/lease.txt")
    both, copy = save(store, "/a/both.txt", "The rent is due in May."), "/a/copy.txt"
    vectors = NEW.embed_passages(["The rent is due in May."], Stop())
    content = StructuredText("The rent is due in May.", ())
    file = FoundFile(copy, 23, 1.0)
    again = store.save(file, "hash of The rent is due in May.", AFTER, content, [Chunk(0, 23)], vectors)[0]
    store.save_beside(lease.id, NEW.name, WHOLE)
    before = found(store, lease, OLD)
    store.adopt(OLD.name, NEW.name)
    assert found(store, lease, NEW) == before
    assert found(store, both, NEW) == found(store, again, NEW)
    assert store.vector_state(OLD.name)[0] == 0
    assert store.pending_count(NEW.name) == 0
    assert store.outdated(NEW.name, 9) == ()
