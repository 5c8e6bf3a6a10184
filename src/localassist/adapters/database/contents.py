"""The texts of documents with their chunks, words and vectors, each stored once however many files hold it."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database.codec import path_from_bytes, storable, structure_from_json, structure_to_json
from localassist.adapters.database.words import indexable

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from localassist.domain.documents import Chunk, StructuredText
    from localassist.domain.vectors import Vectors

_PUT: Final = """
INSERT INTO contents (content_hash, reader, embedder, first_chunk, chunk_count, page_count, title, blocks, pages,
                      notes, text)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)
ON CONFLICT (content_hash, reader, embedder) DO UPDATE SET
    first_chunk = ?4, chunk_count = ?5, page_count = ?6, title = ?7, indexed_title = '', blocks = ?8, pages = ?9,
    notes = ?10, text = ?11
RETURNING id
"""


def find(connection: apsw.Connection, content_hash: str, versions: tuple[str, str]) -> int | None:
    """The id of the content read from such bytes by that reader and embedder."""
    row = connection.execute(
        "SELECT id FROM contents WHERE (content_hash, reader, embedder) = (?, ?, ?)", (content_hash, *versions)
    ).fetchone()
    return row[0] if row else None


def put(
    connection: apsw.Connection,
    key: tuple[str, str, str],
    content: StructuredText,
    chunks: Sequence[Chunk],
    vectors: Vectors,
) -> tuple[int, range]:
    """Store a content under (content hash, reader, embedder) in place of what was there.

    Returns its id and its chunks' ids. The words follow with `settle`, when its documents' names are known.
    """
    before = find(connection, key[0], key[1:])
    if before is not None:
        _clear(connection, before)
    chunk_ids = _fresh_ids(connection, len(chunks))
    text = storable(content.text)
    ((content_id,),) = connection.execute(
        _PUT,
        (
            *key,
            chunk_ids.start,
            len(chunks),
            len(content.pages),
            storable(content.title),
            *structure_to_json(content),
            text,
        ),
    )
    connection.executemany(
        "INSERT INTO chunks (id, content_id, char_start, char_end, page, heading, text) VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            (
                chunk_id,
                content_id,
                chunk.start,
                chunk.end,
                content.page_at(chunk.start),
                storable(chunk.heading),
                text[chunk.start : chunk.end],
            )
            for chunk_id, chunk in zip(chunk_ids, chunks, strict=True)
        ),
    )
    if chunks:
        connection.execute(
            "INSERT INTO vectors (content_id, dimension, data) VALUES (?, ?, ?)",
            (content_id, vectors.dimension, vectors.data.cast("B")),
        )
    return content_id, chunk_ids


def settle(connection: apsw.Connection, content_ids: Iterable[int | None]) -> tuple[int, ...]:
    """Bring contents in line with the documents that hold them now.

    Those that no document holds any more are deleted; their chunks' ids are returned. The others are found by
    the names of the files that hold them.
    """
    gone: list[int] = []
    for content_id in dict.fromkeys(content_ids):
        if content_id is None:
            continue
        paths: Any = connection.execute("SELECT path FROM documents WHERE content_id = ?", (content_id,)).fetchall()
        if paths:
            _index_words(connection, content_id, sorted({_stem(path) for (path,) in paths}))
        else:
            gone += _clear(connection, content_id)
            connection.execute("DELETE FROM contents WHERE id = ?", (content_id,))
    return tuple(gone)


def load(connection: apsw.Connection, content_id: int) -> StructuredText:
    """The text of a content."""
    (row,) = connection.execute("SELECT text, title, blocks, pages, notes FROM contents WHERE id = ?", (content_id,))
    return structure_from_json(*row)


def _fresh_ids(connection: apsw.Connection, count: int) -> range:
    """Ids for new chunks, in a row, never used before and greater than all that were."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
    first = last[0] + 1 if last else 1
    return range(first, first + count)


def _clear(connection: apsw.Connection, content_id: int) -> range:
    ((first, count),) = connection.execute("SELECT first_chunk, chunk_count FROM contents WHERE id = ?", (content_id,))
    chunk_ids = range(first, first + count)
    connection.execute("DELETE FROM chunk_words WHERE rowid BETWEEN ? AND ?", (chunk_ids.start, chunk_ids.stop - 1))
    connection.execute("DELETE FROM chunks WHERE content_id = ?", (content_id,))
    connection.execute("DELETE FROM vectors WHERE content_id = ?", (content_id,))
    return chunk_ids


def _index_words(connection: apsw.Connection, content_id: int, names: list[str]) -> None:
    ((own, indexed),) = connection.execute("SELECT title, indexed_title FROM contents WHERE id = ?", (content_id,))
    title = indexable(" ".join([own, *names]))
    if title == indexed:
        return
    chunks: Any = connection.execute(
        "SELECT id, text, heading FROM chunks WHERE content_id = ?", (content_id,)
    ).fetchall()
    connection.executemany(
        "INSERT OR REPLACE INTO chunk_words (rowid, text, heading, title) VALUES (?, ?, ?, ?)",
        ((chunk_id, indexable(text), indexable(heading), title) for chunk_id, text, heading in chunks),
    )
    connection.execute("UPDATE contents SET indexed_title = ? WHERE id = ?", (title, content_id))


def _stem(path: bytes) -> str:
    return PurePath(path_from_bytes(path)).stem
