"""The chunks of another embedder, kept beside those that answer until they take their place."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database import chunk_words, contents, rows
from localassist.adapters.database.codec import path_from_bytes
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.database.connection import Database
    from localassist.domain.documents import Chunk, Document

_OUTDATED: Final = """
SELECT d.id FROM documents d JOIN contents c ON c.id = d.content_id WHERE NOT EXISTS (
    SELECT 1 FROM contents b WHERE (b.content_hash, b.reader, b.embedder) = (c.content_hash, c.reader, ?1)
) GROUP BY d.content_id LIMIT ?2
"""
_SWITCH: Final = """
UPDATE documents SET content_id = new.id
FROM contents old JOIN contents new ON (new.content_hash, new.reader, new.embedder) = (old.content_hash, old.reader, ?)
WHERE old.id = documents.content_id
"""
_UNHELD: Final = """
SELECT id FROM contents WHERE id NOT IN (SELECT content_id FROM documents WHERE content_id IS NOT NULL)
AND embedder = coalesce(?1, embedder) LIMIT ?2
"""
_ADOPT_RUNS: Final = """
UPDATE vector_runs SET embedder = ?2 WHERE embedder = ?1 AND content_id IN (
    SELECT id FROM contents c WHERE embedder = ?1 AND NOT EXISTS (
        SELECT 1 FROM contents o WHERE (o.content_hash, o.reader, o.embedder) = (c.content_hash, c.reader, ?2)
    )
)
"""
_REMOVED_AT_ONCE: Final = 50


def outdated(database: Database, embedder: str, limit: int) -> tuple[Document, ...]:
    """Documents with a text that has no chunks of this embedder, one of each text."""
    with database.reading() as connection:
        found: Any = connection.execute(_OUTDATED, (embedder, limit)).fetchall()
        return tuple(rows.document_of(row) for (each,) in found for row in connection.execute(rows.BY_ID, (each,)))


def save(database: Database, document_id: int, embedder: str, chunks: Sequence[Chunk]) -> None:
    """Store a document's chunks of this embedder; no document holds them yet. The text is still the same reader's."""
    with database.reading() as connection:
        content_id = rows.content_of(connection, document_id)
        if content_id is None:
            raise NotFoundError(f"Document {document_id} has no text.", "Add its file again.")
        content = contents.load(connection, content_id)
        ((content_hash, reader, path),) = connection.execute(
            "SELECT c.content_hash, c.reader, d.path FROM documents d JOIN contents c ON c.id = d.content_id"
            " WHERE d.id = ?",
            (document_id,),
        )
        origin = contents.origin(connection, content_id, path_from_bytes(path))
    draft = contents.draft((content_hash, reader, embedder), content, chunks, None, origin)
    with (
        chunk_words.written_ahead(database, draft.words, draft.indexed_title, draft.language) as written,
        database.writing() as connection,
    ):
        rows.content_of(connection, document_id)  # forgotten meanwhile: nothing of it is kept
        contents.put(connection, draft, written)


def switch(database: Database, embedder: str) -> None:
    """Let every document hold its content of this embedder, at once; the others are removed a few at a time."""
    with database.writing() as connection:
        connection.execute(_SWITCH, (embedder,))
    _remove_unheld(database, None)


def adopt(database: Database, before: str, now: str) -> None:
    """Let what one embedder made count as another's, whose vectors can be compared with it; at once, in one commit."""
    with database.reading() as connection:
        if connection.execute("SELECT 1 FROM contents WHERE embedder = ? LIMIT 1", (before,)).fetchone() is None:
            return
    _remove_unheld(database, now)  # what was being made anew would stand in the way
    with database.writing() as connection:
        connection.execute(_ADOPT_RUNS, (before, now))
        connection.execute("UPDATE OR IGNORE contents SET embedder = ?2 WHERE embedder = ?1", (before, now))
        connection.execute(_SWITCH, (now,))
    _remove_unheld(database, before)


def _remove_unheld(database: Database, embedder: str | None) -> None:
    """Remove what no document holds, of that embedder or of all, a few at a time."""
    more = True
    while more:
        with database.writing() as connection:
            unheld: Any = connection.execute(_UNHELD, (embedder, _REMOVED_AT_ONCE)).fetchall()
            for (content_id,) in unheld:
                contents.remove(connection, content_id)
        chunk_words.sweep(database)
        more = len(unheld) == _REMOVED_AT_ONCE
