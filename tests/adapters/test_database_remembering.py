"""Counts are remembered, and never after anybody changed what was counted."""

from __future__ import annotations

from itertools import count
from typing import TYPE_CHECKING

from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.database.remembering import Remembered
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = Scope.everything()


def save(store: DatabaseDocumentStore, path: str) -> None:
    spans = [Chunk(0, 3), Chunk(4, 7)]
    document, _ = store.save(
        FoundFile(path, 1, 1.0), path, ("reader", "embedder"), StructuredText("one two", ()), spans
    )
    store.assign([document.id], store.add_collection("Home", []).id)


def test_what_was_counted_is_asked_once_until_somebody_writes(home: Path) -> None:
    here, elsewhere = Database(home / "a.db"), Database(home / "a.db")
    remembered, counting = Remembered(), count(1)

    def ask() -> int:
        with here.reading() as connection:
            return remembered.answer(connection, "how many", lambda: next(counting))

    assert [ask(), ask()] == [1, 1]
    DatabaseDocumentStore(here).add_collection("One", [])
    assert [ask(), ask()] == [2, 2]
    DatabaseDocumentStore(elsewhere).add_collection("Two", [])
    assert [ask(), ask()] == [3, 3]
    here.close()
    elsewhere.close()


def test_chunks_are_counted_anew_when_this_or_another_process_stores_some(home: Path) -> None:
    here, elsewhere = Database(home / "a.db"), Database(home / "a.db")
    store = DatabaseDocumentStore(here)
    counts = [store.chunk_count(EVERYTHING)]
    save(store, "/a")
    counts.append(store.chunk_count(EVERYTHING))
    save(DatabaseDocumentStore(elsewhere), "/b")
    counts.append(store.chunk_count(EVERYTHING))
    counts.append(store.chunk_count(Scope(document_ids=(1,))))
    assert counts == [0, 2, 4, 2]
    here.close()
    elsewhere.close()
