"""The texts of documents with their chunks and vectors, each stored once however many files hold it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database import chunk_words
from localassist.adapters.database.codec import path_to_bytes, storable, structure_from_json, structure_to_json

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from localassist.domain.documents import Chunk, StructuredText
    from localassist.domain.vectors import Vectors

_PUT: Final = """
INSERT INTO contents (content_hash, reader, embedder, first_chunk, chunk_count, page_count, title, indexed_title,
                      blocks, pages, notes, text)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
ON CONFLICT (content_hash, reader, embedder) DO UPDATE SET
    first_chunk = ?4, chunk_count = ?5, page_count = ?6, title = ?7, indexed_title = ?8, blocks = ?9, pages = ?10,
    notes = ?11, text = ?12
RETURNING id
"""
_PUT_CHUNK: Final = """
INSERT INTO chunks (id, content_id, text, heading, char_start, char_end, page) VALUES (?, ?, ?, ?, ?, ?, ?)
"""


@dataclass(frozen=True, slots=True)
class Draft:
    """A content as rows, made before the database is locked.

    `key` is (content hash, reader, embedder), `columns` are those of `contents` from the title on; of each chunk
    `words` holds text and heading, `places` start, end and page. All are found by the words of `indexed_title`.
    """

    key: tuple[str, str, str]
    page_count: int
    columns: tuple[str, ...]
    indexed_title: str
    words: list[tuple[str, str]]
    places: list[tuple[int, int, int | None]]
    vectors: Vectors


def draft(
    key: tuple[str, str, str], content: StructuredText, chunks: Sequence[Chunk], vectors: Vectors, path: str
) -> Draft:
    """A content, read from the file at `path`, made ready to be stored."""
    text, title = storable(content.text), storable(content.title)
    indexed_title = chunk_words.title_of(title, [path_to_bytes(path)])
    return Draft(
        key=key,
        page_count=len(content.pages),
        columns=(title, indexed_title, *structure_to_json(content), text),
        indexed_title=indexed_title,
        words=[(text[chunk.start : chunk.end], storable(chunk.heading)) for chunk in chunks],
        places=[(chunk.start, chunk.end, content.page_at(chunk.start)) for chunk in chunks],
        vectors=vectors,
    )


def find(connection: apsw.Connection, content_hash: str, versions: tuple[str, str]) -> int | None:
    """The id of the content read from such bytes by that reader and embedder."""
    row = connection.execute(
        "SELECT id FROM contents WHERE (content_hash, reader, embedder) = (?, ?, ?)", (content_hash, *versions)
    ).fetchone()
    return row[0] if row else None


def put(connection: apsw.Connection, draft: Draft, written: range | None) -> tuple[int, range]:
    """Store a content in place of what was there under its key; returns its id and its chunks' ids.

    `written` are the ids under which its words are in the full-text index already, if they are.
    """
    before = find(connection, draft.key[0], draft.key[1:])
    if before is not None:
        _clear(connection, before)
    chunk_ids = _settle_words(connection, draft, written)
    values = (*draft.key, chunk_ids.start, len(chunk_ids), draft.page_count, *draft.columns)
    ((content_id,),) = connection.execute(_PUT, values)
    connection.executemany(
        _PUT_CHUNK,
        (
            (chunk_id, content_id, *words, *place)
            for chunk_id, words, place in zip(chunk_ids, draft.words, draft.places, strict=True)
        ),
    )
    if chunk_ids:
        connection.execute(
            "INSERT INTO vectors (content_id, dimension, data) VALUES (?, ?, ?)",
            (content_id, draft.vectors.dimension, draft.vectors.data.cast("B")),
        )
    return content_id, chunk_ids


def remove_unheld(connection: apsw.Connection, content_ids: Iterable[int | None]) -> tuple[int, ...]:
    """Delete those contents that no document holds any more; returns their chunks' ids. Their words are then loose."""
    gone: list[int] = []
    for content_id in {each for each in content_ids if each is not None}:
        held = connection.execute("SELECT 1 FROM documents WHERE content_id = ? LIMIT 1", (content_id,)).fetchone()
        if not held:
            gone += _clear(connection, content_id)
            connection.execute("DELETE FROM contents WHERE id = ?", (content_id,))
    return tuple(sorted(gone))


def load(connection: apsw.Connection, content_id: int) -> StructuredText:
    """The text of a content."""
    (row,) = connection.execute("SELECT text, title, blocks, pages, notes FROM contents WHERE id = ?", (content_id,))
    return structure_from_json(*row)


def _settle_words(connection: apsw.Connection, draft: Draft, written: range | None) -> range:
    """The ids for the chunks of a draft, whose words are in the index under them.

    Whoever follows the vectors relies on ids that rise with every commit: where another process was faster, the
    words are written anew.
    """
    ((newest,),) = connection.execute(
        "SELECT coalesce(max(first_chunk), 0) FROM contents WHERE embedder = ?", (draft.key[2],)
    )
    if written is not None:
        chunk_words.settle(connection, written)
        if newest < written.start:
            return written
        chunk_words.loosen(connection, written)
    chunk_ids = chunk_words.reserve(connection, len(draft.words))
    chunk_words.write(connection, chunk_ids, draft.words, draft.indexed_title)
    return chunk_ids


def _clear(connection: apsw.Connection, content_id: int) -> range:
    row: Any = connection.execute(
        "SELECT first_chunk, chunk_count FROM contents WHERE id = ?", (content_id,)
    ).fetchone()
    chunk_ids = range(row[0], row[0] + row[1])
    chunk_words.loosen(connection, chunk_ids)
    connection.execute("DELETE FROM chunks WHERE content_id = ?", (content_id,))
    connection.execute("DELETE FROM vectors WHERE content_id = ?", (content_id,))
    return chunk_ids
