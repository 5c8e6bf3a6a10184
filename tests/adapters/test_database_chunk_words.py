"""Long documents in the database: stored, renamed and removed in steps that let others write and leave nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

import numpy as np
import pytest

from localassist.adapters.database import (
    Database,
    DatabaseConversationStore,
    DatabaseDocumentStore,
    chunk_words,
    connection,
    documents,
)
from localassist.domain.documents import Chunk, Document, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

VERSIONS: Final = ("reader", "embedder")
LONG: Final = "walrus " * 50
DEAD: Final = "999999999 1"


@pytest.fixture
def store(database: Database) -> DatabaseDocumentStore:
    return DatabaseDocumentStore(database)


@pytest.fixture
def between(monkeypatch: pytest.MonkeyPatch) -> Callable[[Callable[[], object]], list[object]]:
    """Has something done whenever a long change lets others write; gives the list of what came of it."""
    monkeypatch.setattr(chunk_words, "AT_ONCE", 5)

    def install(do: Callable[[], object]) -> list[object]:
        results: list[object] = []
        doing = False

        def make_way() -> None:
            nonlocal doing
            if not doing:  # what is done may let others write in its turn
                doing = True
                results.append(do())
                doing = False

        monkeypatch.setattr(chunk_words, "make_way", make_way)
        return results

    return install


def save(store: DatabaseDocumentStore, path: str, text: str) -> tuple[Document, tuple[int, ...]]:
    """A document with a chunk a word."""
    size = len(text.split(maxsplit=1)[0]) + 1
    chunks = [Chunk(start, start + size) for start in range(0, len(text), size)]
    vectors = Vectors(np.ones(2 * len(chunks), np.float32).data, 2)
    return store.save(FoundFile(path, 1, 1.0), f"{path} {text}", VERSIONS, StructuredText(text, ()), chunks, vectors)


def found(store: DatabaseDocumentStore, word: str, document: Document) -> int:
    return len(store.match_words(word, 100, Scope(document_ids=(document.id,))))


def left_behind(database: Database) -> tuple[object, object]:
    """Words that are noted as loose, and the terms of the index."""
    with database.reading() as reading:
        loose = reading.execute("SELECT count(*) FROM loose_words").fetchall()
        return loose[0][0], reading.execute("SELECT term, doc FROM chunk_terms ORDER BY term").fetchall()


def test_answers_grow_while_a_long_document_comes_changes_and_goes(
    home: Path,
    store: DatabaseDocumentStore,
    monkeypatch: pytest.MonkeyPatch,
    between: Callable[[Callable[[], object]], list[object]],
) -> None:
    other = Database(home / "localassist.db")
    conversations = DatabaseConversationStore(other)
    _, answer = conversations.ask(conversations.create("", "").id, None, "Why?")
    monkeypatch.setattr(connection, "_PATIENCE", 0)  # who finds the database locked fails at once
    growing = between(lambda: conversations.grow(answer.id, "Because"))
    document, _ = save(store, "/a/long.txt", LONG)
    assert len(growing) >= 10
    growing.clear()
    copy = store.reuse(FoundFile("/b/copy.txt", 1, 1.0), document.content_hash, VERSIONS)
    assert len(growing) >= 10
    growing.clear()
    assert copy
    store.remove_document(document.id)
    store.remove_document(copy.id)
    assert len(growing) >= 20
    other.close()


def test_nothing_of_a_document_is_found_before_all_of_it_is_stored(
    home: Path, store: DatabaseDocumentStore, between: Callable[[Callable[[], object]], list[object]]
) -> None:
    short, _ = save(store, "/a/short.txt", "walrus")
    other = Database(home / "localassist.db")
    elsewhere = DatabaseDocumentStore(other)
    before = (None, 1, elsewhere.vector_state("embedder"))
    seen = between(
        lambda: (
            elsewhere.find_document("/a/long.txt"),
            found(elsewhere, "walrus", short),
            elsewhere.vector_state("embedder"),
        )
    )
    document, _ = save(store, "/a/long.txt", LONG)
    assert set(seen) == {before}
    assert found(elsewhere, "walrus", document) == 50
    other.close()


@pytest.mark.parametrize("died", [False, True])
def test_what_was_written_ahead_and_never_stored_is_taken_away(
    database: Database,
    store: DatabaseDocumentStore,
    between: Callable[[Callable[[], object]], list[object]],
    died: bool,
) -> None:
    between(lambda: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        save(store, "/a/long.txt", LONG)
    between(lambda: None)
    if died:
        with database.writing() as writing:
            writing.execute("UPDATE loose_words SET writer = ?", (DEAD,))
    assert left_behind(database) == (1, [("long", 5), ("walru", 5)])
    _, chunk_ids = save(store, "/a/short.txt", "seal")
    assert left_behind(database) == (0, [("seal", 1), ("short", 1)])
    assert chunk_ids[0] > 50


def test_what_a_living_process_writes_ahead_is_left_alone(
    database: Database, store: DatabaseDocumentStore, between: Callable[[Callable[[], object]], list[object]]
) -> None:
    between(lambda: save(store, "/a/short.txt", "seal"))
    document, _ = save(store, "/a/long.txt", LONG)
    assert found(store, "walrus", document) == 50
    assert left_behind(database)[0] == 0


def test_what_is_stored_while_another_is_written_ahead_takes_nothing_from_it(
    database: Database, store: DatabaseDocumentStore, between: Callable[[Callable[[], object]], list[object]]
) -> None:
    quick = between(lambda: save(store, "/a/quick.txt", "seal")[1])
    document, slow = save(store, "/a/long.txt", LONG)
    assert set(slow).isdisjoint(quick[0])  # type: ignore[call-overload]
    assert found(store, "walrus", document) == 50
    assert left_behind(database)[0] == 0
    assert dict(left_behind(database)[1])["walru"] == 50  # type: ignore[call-overload]


def test_a_long_document_leaves_nothing_behind(
    database: Database, store: DatabaseDocumentStore, between: Callable[[Callable[[], object]], list[object]]
) -> None:
    between(lambda: None)
    document, _ = save(store, "/a/long.txt", LONG)
    save(store, "/a/long.txt", LONG.replace("walrus", "seal"))
    assert left_behind(database) == (0, [("long", 50), ("seal", 50)])
    store.remove_document(document.id)
    assert left_behind(database) == (0, [])


def test_a_large_collection_goes_in_steps(
    home: Path,
    store: DatabaseDocumentStore,
    monkeypatch: pytest.MonkeyPatch,
    between: Callable[[Callable[[], object]], list[object]],
) -> None:
    collection = store.add_collection("Home", [])
    store.assign([save(store, f"/a/{number}.txt", f"seal{number}")[0].id for number in range(7)], collection.id)
    shared, _ = save(store, "/a/shared.txt", "walrus")
    store.assign([shared.id], collection.id)
    store.assign([shared.id], store.add_collection("Rest", []).id)
    other = Database(home / "localassist.db")
    elsewhere = DatabaseDocumentStore(other)
    monkeypatch.setattr(documents, "_REMOVED_AT_ONCE", 2)
    counts = between(lambda: [each.document_count for each in elsewhere.collections()])
    assert len(store.remove_collection(collection.id)) == 7
    assert [6, 1] in counts
    assert [4, 1] in counts
    assert [each.document_count for each in elsewhere.collections()] == [1]
    other.close()


def test_a_thousand_copies_are_not_a_thousand_names(database: Database, store: DatabaseDocumentStore) -> None:
    document, _ = save(store, "/a/form-0.txt", "seal")
    for number in range(1, 30):
        store.reuse(FoundFile(f"/a/form-{number}.txt", 1, 1.0), document.content_hash, VERSIONS)
    assert len(left_behind(database)[1]) == 2 + 8  # type: ignore[arg-type]


def test_an_unchanged_file_is_not_written_again(home: Path, store: DatabaseDocumentStore) -> None:
    document, _ = save(store, "/a/short.txt", "seal")
    other = Database(home / "localassist.db")
    with other.reading() as watching:
        before = watching.pragma("data_version")
    assert store.reuse(FoundFile("/a/short.txt", 1, 1.0), document.content_hash, VERSIONS) == document
    with other.reading() as watching:
        assert watching.pragma("data_version") == before
    store.reuse(FoundFile("/a/short.txt", 1, 2.0), document.content_hash, VERSIONS)
    with other.reading() as watching:
        assert watching.pragma("data_version") > before
    other.close()


def test_the_words_of_what_was_removed_can_be_taken_off_the_disk(
    database: Database, store: DatabaseDocumentStore
) -> None:
    for number in range(300):
        save(store, f"/a/{number}.txt", "xylophone" if number == 10 else "walrus")
    store.purge()  # all in one part, which a removal is no reason to merge
    gone = store.find_document("/a/10.txt")
    assert gone
    store.remove_document(gone.id)
    store.purge()
    with database.reading() as connection:
        blocks = b"".join(block for (block,) in connection.execute("SELECT block FROM chunk_words_data"))
    assert b"walru" in blocks
    assert b"xylo" not in blocks
    assert found(store, "xylophone", gone) == 0
