"""A database of an earlier version goes on as if it had always been of this one: nothing is lost or made again."""

from __future__ import annotations

from typing import TYPE_CHECKING

import apsw
import numpy as np
import pytest

from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.database.migrating import scripts
from localassist.domain.documents import DocumentStatus, Scope
from localassist.domain.ports.documents import FoundFile
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from pathlib import Path

VERSIONS = ("reader", "embedder")
BEFORE_VECTORS_FOLLOWED = 2


@pytest.fixture
def old(home: Path) -> Path:
    """A file of two chunks with vectors, one that failed, and a collection that has both."""
    home.mkdir(exist_ok=True)
    path = home / "localassist.db"
    connection = apsw.Connection(str(path))
    for number, script in scripts().items():
        if number <= BEFORE_VECTORS_FOLLOWED:
            connection.execute(script)
            connection.pragma("user_version", number)
    rows = np.eye(2, dtype=np.float32).tobytes()
    connection.execute(
        """
        INSERT INTO contents VALUES (7, 'hash', 'reader', 'embedder', 3, 2, 1, 'Lease', 'Lease lease',
            '[["paragraph", 0, 4, 0]]', '[[1, 0, 9]]', '["A picture was left out."]', 'rent pets');
        INSERT INTO chunks VALUES (3, 7, 0, 4, 1, 'Part', 'rent'), (4, 7, 5, 9, 1, 'Part', 'pets');
        INSERT INTO chunk_words (rowid, text, heading, title) VALUES (3, 'rent', 'Part', 'Lease'),
            (4, 'pets', 'Part', 'Lease');
        INSERT INTO documents (path, content_hash, size, modified, content_id, problem) VALUES
            (x'2f612e706466', 'hash', 9, 1.5, 7, ''), (x'2f622e706466', 'h2', 8, 2.5, NULL, 'It is damaged.');
        INSERT INTO collections (name) VALUES ('Home');
        INSERT INTO memberships VALUES (1, 1), (1, 2);
        """
    )
    connection.execute("INSERT INTO vectors VALUES (7, 2, ?)", (rows,))
    connection.close()
    return path


def test_documents_words_and_vectors_of_an_earlier_version_are_kept(old: Path) -> None:
    database = Database(old)
    store = DatabaseDocumentStore(database)
    read, failed = store.documents(Scope.everything())
    assert (read.path, read.title, read.status, read.chunk_count, read.page_count) == (
        "/a.pdf",
        "Lease",
        DocumentStatus.INDEXED,
        2,
        1,
    )
    assert (read.pending, read.notes) == (0, ("A picture was left out.",))
    assert (failed.status, failed.problem) == (DocumentStatus.FAILED, "It is damaged.")
    content = store.content(read.id)
    assert (content.text, content.pages[0].end, content.notes) == ("rent pets", 9, ("A picture was left out.",))
    assert [each.chunk_id for each in store.match_words("pets", 5, Scope.everything())] == [4]
    query = Vectors(np.array([0, 1], np.float32).data, 2)
    near = store.nearest_exact(query, 5, Scope.everything(), "embedder")
    assert [(each.chunk_id, each.score) for each in near] == [(4, 1.0), (3, 0.0)]
    assert store.vector_state("embedder")[0] == 2
    assert [passage.place for passage in store.passages([3], Scope.everything())] == ["page 1"]
    assert store.reuse(FoundFile("/a.pdf", 9, 1.5), "hash", VERSIONS) == read
    with database.reading() as connection:
        assert not connection.execute("PRAGMA foreign_key_check").fetchall()
    database.close()


def test_what_an_earlier_version_stored_is_forgotten_whole(old: Path) -> None:
    database = Database(old)
    store = DatabaseDocumentStore(database)
    store.remove_collection(1)
    with database.reading() as connection:
        for table in ("documents", "contents", "texts", "chunks", "vector_runs", "chunk_terms"):
            assert connection.execute(f"SELECT count(*) FROM {table}").fetchone() == (0,), table
    database.close()


def test_what_a_dead_process_was_reading_waits_again(home: Path) -> None:
    database = Database(home / "localassist.db")
    store = DatabaseDocumentStore(database)
    file = FoundFile("/a.pdf", 9, 1.5)
    store.expect([file], store.add_collection("Home", []).id)
    store.begin_reading(file.path)
    (reading,) = store.documents(Scope.everything())
    with database.writing() as connection:
        connection.execute("UPDATE documents SET reader = '4194399 12345'")
    (waiting,) = store.documents(Scope.everything())
    assert (reading.status, waiting.status) == (DocumentStatus.READING, DocumentStatus.WAITING)
    database.close()
