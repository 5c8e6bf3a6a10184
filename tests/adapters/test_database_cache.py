"""Documents in no collection: what was not asked for lately gives way to what is."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

import numpy as np
import pytest

from localassist.adapters.database import Database, DatabaseDocumentStore, cache
from localassist.domain.documents import Chunk, Document, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

VERSIONS = ("reader", "embedder")
CHUNKS = 9
TAKES = CHUNKS + 1
DAY = 24 * 60 * 60.0


class Clock:
    """The time, as a test sets it."""

    def __init__(self) -> None:
        self.now = time.time()

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    made = Clock()
    monkeypatch.setattr("localassist.adapters.database.documents.time.time", made)
    monkeypatch.setattr(cache, "MOST_CHUNKS", 3 * TAKES)
    return made


@pytest.fixture
def database(home: Path) -> Iterator[Database]:
    made = Database(home / "localassist.db")
    yield made
    made.close()


def save(database: Database, name: str) -> Document:
    """As a command does it: a process each."""
    chunks = [Chunk(0, 1)] * CHUNKS
    vectors = Vectors(np.ones(CHUNKS, np.float32).data, 1)
    file = FoundFile(f"/a/{name}.txt", 1, 1.0)
    return DatabaseDocumentStore(database).save(file, name, VERSIONS, StructuredText("x", ()), chunks, vectors)[0]


def kept(database: Database, *names: str) -> str:
    store = DatabaseDocumentStore(database)
    return "".join(name for name in names if store.find_document(f"/a/{name}.txt"))


def test_the_longest_unused_give_way(database: Database, clock: Clock) -> None:
    for name in "abcd":
        save(database, name)
        clock.now += 60
    DatabaseDocumentStore(database).reuse(FoundFile("/a/a.txt", 1, 1.0), "a", VERSIONS)
    assert kept(database, *"abcd") == "abcd"
    clock.now += 2 * 3600
    DatabaseDocumentStore(database).reuse(FoundFile("/a/a.txt", 1, 1.0), "a", VERSIONS)
    clock.now += DAY + 1
    save(database, "e")
    assert kept(database, *"abcde") == "ade"
    with database.reading() as connection:
        assert connection.execute("SELECT count(*) FROM contents").fetchall() == [(3,)]


def test_what_is_in_a_collection_stays(database: Database, clock: Clock) -> None:
    store = DatabaseDocumentStore(database)
    collection = store.add_collection("Home", [])
    store.assign([save(database, name).id for name in "abcd"], collection.id)
    clock.now += DAY + 1
    save(database, "e")
    assert kept(database, *"abcde") == "abcde"


def test_what_is_in_use_stays_however_much_it_is(database: Database, clock: Clock) -> None:
    for name in "abcdefgh":
        save(database, name)
        clock.now += 60
    assert kept(database, *"abcdefgh") == "abcdefgh"
