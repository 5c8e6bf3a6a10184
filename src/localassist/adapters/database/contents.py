"""The texts of documents with their chunks and vectors, each stored once however many files hold it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database import chunk_words, vector_runs, word_changes
from localassist.adapters.database.codec import path_to_bytes, storable, structure_from_json, structure_to_json
from localassist.adapters.database.languages import language_of
from localassist.domain.locating import place_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    import apsw

    from localassist.domain.documents import Chunk, StructuredText
    from localassist.domain.vectors import Vectors

_PUT: Final = """
INSERT INTO contents (content_hash, reader, embedder, first_chunk, chunk_count, page_count, hidden_count, partly, title,
                      indexed_title, embedded_title, notes, parts, language)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14)
ON CONFLICT (content_hash, reader, embedder) DO UPDATE SET
    first_chunk = ?4, chunk_count = ?5, page_count = ?6, hidden_count = ?7, partly = ?8, title = ?9,
    indexed_title = ?10, embedded_title = ?11, notes = ?12, parts = ?13,
    language = ?14
RETURNING id
"""
_PUT_TEXT: Final = "INSERT OR REPLACE INTO texts (content_id, blocks, pages, hidden, text) VALUES (?, ?, ?, ?, ?)"
_PUT_CHUNK: Final = """
INSERT INTO chunks (id, content_id, text, heading, char_start, char_end, page, place, digest, pending)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_NAME_BEFORE: Final = """
SELECT c.embedded_title FROM documents d JOIN contents c ON c.id = d.content_id WHERE d.path = ? AND c.title = ''
"""
_UNHELD: Final = """
SELECT id FROM contents WHERE content_hash = (SELECT content_hash FROM contents WHERE id = ?1) AND (
    id = ?1 OR content_hash NOT IN (SELECT d.content_hash FROM documents d)
) AND id NOT IN (SELECT content_id FROM documents WHERE content_id IS NOT NULL AND content_id IN (
    SELECT id FROM contents WHERE content_hash = (SELECT content_hash FROM contents WHERE id = ?1)
))
"""
"""A content that no document holds, and what other embedders made of the same file when no document has it any more."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A content as rows, made before the database is locked.

    `key` is (content hash, reader, embedder), `columns` are those of `contents` from the number of pages on,
    `structure` those of `texts`; of each chunk `words` holds text and heading, `places` start, end, page and place,
    `digests` what stands for what is embedded. All are found by the words of `indexed_title`; words are stemmed as in
    that `language`. `vectors` are those of the chunks, None while they are to be made.
    """

    key: tuple[str, str, str]
    columns: tuple[str | int, ...]
    structure: tuple[str, str, str, str]
    indexed_title: str
    language: str
    words: list[tuple[str, str]]
    places: list[tuple[int, int, int | None, str]]
    digests: list[bytes]
    vectors: Vectors | None


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a content comes from: the file at `path`, or one stored before with these columns."""

    path: str
    embedded_title: str = ""
    parts: str = ""


def draft(
    key: tuple[str, str, str],
    content: StructuredText,
    chunks: Sequence[Chunk],
    own_vectors: Vectors | None,
    origin: Origin,
) -> Draft:
    """A content made ready to be stored. One without a title is embedded under its file's first name."""
    text, title = storable(content.text), storable(content.title)
    indexed_title = chunk_words.title_of(title, [path_to_bytes(origin.path)])
    embedded_title = title or origin.embedded_title or storable(origin.path.replace("\\", "/").rpartition("/")[2])
    parts = origin.parts or json.dumps([(storable(part.name), storable(part.problem)) for part in content.parts])
    words = [(text[chunk.start : chunk.end], storable(chunk.heading)) for chunk in chunks]
    blocks, pages, notes, hidden = structure_to_json(content)
    language = language_of(text)
    counts = (len(content.pages), len(content.hidden), content.partly)
    return Draft(
        key=key,
        columns=(*counts, title, indexed_title, embedded_title, notes, parts, language),
        structure=(blocks, pages, hidden, text),
        indexed_title=indexed_title,
        language=language,
        words=words,
        places=[
            (chunk.start, chunk.end, content.page_at(chunk.start), place_of(content, chunk.start, chunk.end))
            for chunk in chunks
        ],
        digests=[vector_runs.digest(embedded_title, heading, text) for text, heading in words],
        vectors=own_vectors,
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
    made = _made_before(connection, draft)
    before = find(connection, draft.key[0], draft.key[1:])
    if before is not None:
        _clear(connection, before)
    chunk_ids = _settle_words(connection, draft, written)
    ((content_id,),) = connection.execute(_PUT, (*draft.key, chunk_ids.start, len(chunk_ids), *draft.columns))
    connection.execute(_PUT_TEXT, (content_id, *draft.structure))
    rows = zip(chunk_ids, draft.words, draft.places, draft.digests, strict=True)
    connection.executemany(
        _PUT_CHUNK,
        (
            (chunk_id, content_id, *words, *place, digest, position not in made)
            for position, (chunk_id, words, place, digest) in enumerate(rows)
        ),
    )
    vector_runs.put(connection, content_id, draft.key[2], {chunk_ids[position]: row for position, row in made.items()})
    word_changes.note(connection, chunk_ids)
    return content_id, chunk_ids


def _made_before(connection: apsw.Connection, draft: Draft) -> dict[int, bytes | memoryview]:
    """The vectors that a draft comes with, or that were made for the same words before, by their chunks' places."""
    if draft.vectors is not None:
        width = draft.vectors.dimension * 4
        data = draft.vectors.data.cast("B")
        return {place: data[place * width : (place + 1) * width] for place in range(len(draft.words))}
    known = vector_runs.known(connection, dict.fromkeys(draft.digests), draft.key[2])
    return {place: known[digest] for place, digest in enumerate(draft.digests) if digest in known}


def remove_unheld(connection: apsw.Connection, content_ids: Iterable[int | None]) -> tuple[int, ...]:
    """Delete those contents that no document holds any more; returns their chunks' ids. Their words are then loose."""
    gone: list[int] = []
    for content_id in {each for each in content_ids if each is not None}:
        unheld_ids: Any = connection.execute(_UNHELD, (content_id,)).fetchall()
        for (unheld,) in unheld_ids:
            gone += remove(connection, unheld)
    return tuple(sorted(gone))


def remove(connection: apsw.Connection, content_id: int) -> range:
    """Delete a content that no document holds; returns its chunks' ids. Their words are then loose."""
    chunk_ids = _clear(connection, content_id)
    connection.execute("DELETE FROM contents WHERE id = ?", (content_id,))
    return chunk_ids


def load(connection: apsw.Connection, content_id: int) -> StructuredText:
    """The text of a content."""
    (row,) = connection.execute(
        "SELECT text, title, partly, blocks, pages, notes, hidden"
        " FROM contents JOIN texts ON content_id = id WHERE id = ?",
        (content_id,),
    )
    text, title, partly, *columns = row
    return structure_from_json(text, title, tuple(columns), partly=bool(partly))


def origin(connection: apsw.Connection, content_id: int, path: str) -> Origin:
    """Where a content that is to be stored once more, from the same text, comes from."""
    (row,) = connection.execute("SELECT embedded_title, parts FROM contents WHERE id = ?", (content_id,))
    return Origin(path, *row)


def origin_at(connection: apsw.Connection, path: str) -> Origin:
    """Where a content that is read from a path comes from: renaming a file is no reason to embed all of it anew."""
    row = connection.execute(_NAME_BEFORE, (path_to_bytes(path),)).fetchone()
    return Origin(path, row[0] if row else "")


def parts_of(connection: apsw.Connection, content_id: int) -> list[tuple[str, str]]:
    """The names of the files inside, each with the problem of reading it, "" if there was none."""
    ((parts,),) = connection.execute("SELECT parts FROM contents WHERE id = ?", (content_id,))
    return [(name, problem) for name, problem in json.loads(parts)]


def _settle_words(connection: apsw.Connection, draft: Draft, written: range | None) -> range:
    """The ids for the chunks of a draft, whose words are in the index under them."""
    if written is not None:
        chunk_words.settle(connection, written)
        return written
    chunk_ids = chunk_words.reserve(connection, len(draft.words))
    chunk_words.write(connection, chunk_ids, draft.words, draft.indexed_title, draft.language)
    return chunk_ids


def _clear(connection: apsw.Connection, content_id: int) -> range:
    row: Any = connection.execute(
        "SELECT first_chunk, chunk_count FROM contents WHERE id = ?", (content_id,)
    ).fetchone()
    chunk_ids = range(row[0], row[0] + row[1])
    chunk_words.loosen(connection, chunk_ids)
    connection.execute("DELETE FROM chunks WHERE content_id = ?", (content_id,))
    connection.execute("DELETE FROM vector_runs WHERE content_id = ?", (content_id,))
    word_changes.note(connection, chunk_ids)
    return chunk_ids
