"""Documents, their collections, and what is found in them, in the database."""

from __future__ import annotations

import json
import time
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.database import cache, chunk_words, contents, searching
from localassist.adapters.database.codec import path_from_bytes, path_to_bytes, storable
from localassist.adapters.database.scopes import bindings, scoped
from localassist.domain.documents import Collection, Document, DocumentStatus, Passage
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.ports.documents import DocumentStore

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    import apsw

    from localassist.adapters.database.connection import Database
    from localassist.domain.documents import Chunk, Scope, Scored, StructuredText
    from localassist.domain.ports.documents import FoundFile
    from localassist.domain.vectors import Vectors

_DOCUMENTS: Final = """
SELECT d.id, d.path, d.content_hash, d.size, d.modified, d.problem, c.title, c.page_count, c.chunk_count, c.notes
FROM documents d LEFT JOIN contents c ON c.id = d.content_id WHERE $WHICH ORDER BY d.path
"""
_IN_SCOPE: Final = scoped(_DOCUMENTS.replace("$WHICH", "$IN_SCOPE"))
_DISTRUST: Final = scoped("""
UPDATE contents SET reader = 'distrusted ' || id
WHERE id IN (SELECT d.content_id FROM documents d WHERE $IN_SCOPE)
""")
_CACHED: Final = _DOCUMENTS.replace("$WHICH", "d.id NOT IN (SELECT document_id FROM memberships)")
_BY_PATH: Final = _DOCUMENTS.replace("$WHICH", "d.path = ?")
_BY_ID: Final = _DOCUMENTS.replace("$WHICH", "d.id = ?")
_PUT: Final = """
INSERT INTO documents (path, content_hash, size, modified, content_id, problem, used)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
ON CONFLICT (path) DO UPDATE SET content_hash = ?2, size = ?3, modified = ?4, content_id = ?5, problem = ?6, used = ?7
RETURNING id
"""
_POINTS_SO: Final = """
SELECT id FROM documents
WHERE (path, content_hash, size, modified, content_id, problem) = (?1, ?2, ?3, ?4, ?5, ?6) AND used > ?7 - 3600
"""
"""Unless the time it was last used is long ago: ten thousand unchanged files are not worth as many commits."""

_PASSAGES: Final = scoped("""
SELECT k.id, d.id, d.path, c.title, k.page, k.heading, k.text, k.char_start, k.char_end
FROM json_each(:chunks) wanted JOIN chunks k ON k.id = wanted.value JOIN contents c ON c.id = k.content_id
    JOIN documents d ON d.id = (
        SELECT d.id FROM documents d WHERE d.content_id = k.content_id AND $IN_SCOPE ORDER BY d.path LIMIT 1
    )
ORDER BY wanted.key
""")
_CHUNK_COUNT: Final = scoped("""
SELECT coalesce(sum(chunk_count), 0) FROM contents
WHERE id IN (SELECT d.content_id FROM documents d WHERE $IN_SCOPE)
""")
_VECTOR_STATE: Final = """
SELECT coalesce(sum(chunk_count), 0), coalesce(max(first_chunk + chunk_count - 1), 0) FROM contents
WHERE embedder = ? AND chunk_count > 0
"""
_ONLY_HERE: Final = """
SELECT id, content_id FROM documents
WHERE id IN (SELECT document_id FROM memberships WHERE collection_id = ?1)
    AND id NOT IN (SELECT document_id FROM memberships WHERE collection_id <> ?1)
LIMIT ?2
"""
_REMOVED_AT_ONCE: Final = 200  # documents in one transaction: nobody waits for all of a collection's


class DatabaseDocumentStore(DocumentStore):
    """Documents in a `Database`. Files with equal bytes share their text, chunks and vectors."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._trimmed = False

    @override
    def add_collection(self, name: str, roots: Sequence[str]) -> Collection:
        name = storable(name)
        with self._database.writing() as connection:
            connection.execute("INSERT INTO collections (name) VALUES (?) ON CONFLICT DO NOTHING", (name,))
            ((collection_id,),) = connection.execute("SELECT id FROM collections WHERE name = ?", (name,))
            connection.executemany(
                "INSERT INTO roots (collection_id, path) VALUES (?, ?) ON CONFLICT DO NOTHING",
                ((collection_id, path_to_bytes(root)) for root in roots),
            )
            return next(made for made in _collections(connection) if made.id == collection_id)

    @override
    def collections(self) -> tuple[Collection, ...]:
        with self._database.reading() as connection:
            return _collections(connection)

    @override
    def remove_collection(self, collection_id: int) -> tuple[int, ...]:
        gone: list[int] = []
        more = True
        while more:
            with self._database.writing() as connection:
                _require_collection(connection, collection_id)
                leaving: Any = connection.execute(_ONLY_HERE, (collection_id, _REMOVED_AT_ONCE)).fetchall()
                connection.executemany("DELETE FROM documents WHERE id = ?", ((row[0],) for row in leaving))
                gone += contents.remove_unheld(connection, (content_id for _, content_id in leaving))
                more = len(leaving) == _REMOVED_AT_ONCE
                if not more:
                    connection.execute("DELETE FROM collections WHERE id = ?", (collection_id,))
            self._bring_words_in_line(content_id for _, content_id in leaving)
        return tuple(gone)

    @override
    def documents(self, scope: Scope) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            found = connection.execute(_IN_SCOPE, bindings(scope))
            return tuple(_document_of(row) for row in found)

    @override
    def rename_collection(self, collection_id: int, name: str) -> Collection:
        name = storable(name)
        with self._database.writing() as connection:
            _require_collection(connection, collection_id)
            taken = connection.execute("SELECT 1 FROM collections WHERE name = ? AND id <> ?", (name, collection_id))
            if taken.fetchone():
                raise LocalAssistError(f"There is a collection {name} already.", "Choose another name.")
            connection.execute("UPDATE collections SET name = ? WHERE id = ?", (name, collection_id))
            return next(made for made in _collections(connection) if made.id == collection_id)

    @override
    def distrust(self, scope: Scope) -> None:
        with self._database.writing() as connection:
            connection.execute(_DISTRUST, bindings(scope))

    @override
    def cached(self) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            return tuple(_document_of(row) for row in connection.execute(_CACHED))

    @override
    def find_document(self, path: str) -> Document | None:
        with self._database.reading() as connection:
            row = connection.execute(_BY_PATH, (path_to_bytes(path),)).fetchone()
        return _document_of(row) if row else None

    @override
    def reuse(self, file: FoundFile, content_hash: str, versions: tuple[str, str]) -> Document | None:
        with self._database.writing() as connection:
            content_id = contents.find(connection, content_hash, versions)
            if content_id is None:
                return None
            document, before = _point(connection, file, content_hash, content_id)
        self._bring_words_in_line([before, content_id])
        return document

    @override
    def save(
        self,
        file: FoundFile,
        content_hash: str,
        versions: tuple[str, str],
        content: StructuredText,
        chunks: Sequence[Chunk],
        vectors: Vectors,
    ) -> tuple[Document, tuple[int, ...]]:
        if vectors.count != len(chunks):
            raise ValueError(f"{len(chunks)} chunks with {vectors.count} vectors")
        draft = contents.draft((content_hash, *versions), content, chunks, vectors, file.path)
        ahead = chunk_words.written_ahead(self._database, draft.words, draft.indexed_title)
        with ahead as written, self._database.writing() as connection:
            content_id, chunk_ids = contents.put(connection, draft, written)
            document, before = _point(connection, file, content_hash, content_id)
            if not self._trimmed:  # it looks at every document: once a process is enough
                cache.trim(connection, time.time())
                self._trimmed = True
        self._bring_words_in_line([before, content_id])
        return document, tuple(chunk_ids)

    @override
    def save_failure(self, file: FoundFile, content_hash: str, problem: str) -> Document:
        with self._database.writing() as connection:
            document, before = _point(connection, file, content_hash, None, problem)
        self._bring_words_in_line([before])
        return document

    @override
    def assign(self, document_ids: Sequence[int], collection_id: int) -> None:
        with self._database.writing() as connection:
            _require_collection(connection, collection_id)
            for document_id in document_ids:
                _content_of(connection, document_id)
                connection.execute(
                    "INSERT INTO memberships (collection_id, document_id) VALUES (?, ?) ON CONFLICT DO NOTHING",
                    (collection_id, document_id),
                )

    @override
    def remove_document(self, document_id: int) -> tuple[int, ...]:
        with self._database.writing() as connection:
            content_id = _content_of(connection, document_id)
            connection.execute("DELETE FROM documents WHERE id = ?", (document_id,))
            gone = contents.remove_unheld(connection, [content_id])
        self._bring_words_in_line([content_id])
        return gone

    @override
    def content(self, document_id: int) -> StructuredText:
        with self._database.reading() as connection:
            content_id = _content_of(connection, document_id)
            if content_id is None:
                raise NotFoundError("This document could not be read, so there is no text of it.", "Add it again.")
            return contents.load(connection, content_id)

    @override
    def passages(self, chunk_ids: Sequence[int], scope: Scope) -> tuple[Passage, ...]:
        with self._database.reading() as connection:
            found = connection.execute(_PASSAGES, {"chunks": json.dumps(list(chunk_ids)), **bindings(scope)})
            return tuple(_passage_of(row) for row in found)

    @override
    def match_words(self, text: str, k: int, scope: Scope) -> tuple[Scored, ...]:
        with self._database.reading() as connection:
            return searching.match_words(connection, text, k, scope)

    @override
    def nearest_exact(self, query: Vectors, k: int, scope: Scope, embedder: str) -> tuple[Scored, ...]:
        with self._database.reading() as connection:
            return searching.nearest(connection, query, k, scope, embedder)

    @override
    def chunk_count(self, scope: Scope) -> int:
        with self._database.reading() as connection:
            ((count,),) = connection.execute(_CHUNK_COUNT, bindings(scope))
        return int(count)

    @override
    def vector_state(self, embedder: str) -> tuple[int, int]:
        with self._database.reading() as connection:
            ((count, newest),) = connection.execute(_VECTOR_STATE, (embedder,))
        return count, newest

    @override
    def vectors_of(self, chunk_ids: Sequence[int], embedder: str) -> Mapping[int, Vectors]:
        with self._database.reading() as connection:
            return searching.vectors_of(connection, chunk_ids, embedder)

    @override
    def all_vectors(self, embedder: str, after: int = 0) -> Iterator[tuple[tuple[int, ...], Vectors]]:
        while True:
            with self._database.reading() as connection:
                batch = searching.vectors_after(connection, embedder, after)
            if batch is None:
                return
            yield batch
            after = batch[0][-1]

    def _bring_words_in_line(self, content_ids: Iterable[int | None]) -> None:
        """After the documents of contents changed: have the full-text index follow, a few chunks at a time."""
        for content_id in {each for each in content_ids if each is not None}:
            chunk_words.rename(self._database, content_id)
        chunk_words.sweep(self._database)


def _require_collection(connection: apsw.Connection, collection_id: int) -> None:
    if connection.execute("SELECT 1 FROM collections WHERE id = ?", (collection_id,)).fetchone() is None:
        raise NotFoundError(f"There is no collection {collection_id}.", "It may have been removed.")


def _content_of(connection: apsw.Connection, document_id: int) -> int | None:
    """The content that a document holds, None if it could not be read."""
    row = connection.execute("SELECT content_id FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no document {document_id}.", "It may have been removed.")
    content_id: int | None = row[0]
    return content_id


def _point(
    connection: apsw.Connection, file: FoundFile, content_hash: str, content_id: int | None, problem: str = ""
) -> tuple[Document, int | None]:
    """Make the document at the file's path stand for a content, or for none; returns what it stood for, too."""
    path = path_to_bytes(file.path)
    (before,) = connection.execute("SELECT content_id FROM documents WHERE path = ?", (path,)).fetchone() or (None,)
    values = (path, content_hash, file.size, file.modified, content_id, storable(problem), time.time())
    row = connection.execute(_POINTS_SO, values).fetchone() or connection.execute(_PUT, values).fetchone()
    if before != content_id:
        contents.remove_unheld(connection, [before])
    (found,) = connection.execute(_BY_ID, row)
    return _document_of(found), before


def _collections(connection: apsw.Connection) -> tuple[Collection, ...]:
    roots: dict[int, list[str]] = {}
    for collection_id, path in connection.execute("SELECT collection_id, path FROM roots ORDER BY path"):
        roots.setdefault(collection_id, []).append(path_from_bytes(path))
    counted = connection.execute(
        "SELECT id, name, (SELECT count(*) FROM memberships WHERE collection_id = id) FROM collections ORDER BY name"
    )
    return tuple(Collection(row[0], row[1], tuple(roots.get(row[0], ())), row[2]) for row in counted)


def _document_of(row: tuple[Any, ...]) -> Document:
    document_id, column, content_hash, size, modified, problem, title, page_count, chunk_count, notes = row
    path = path_from_bytes(column)
    status = DocumentStatus.INDEXED
    if chunk_count is None:
        status = DocumentStatus.FAILED
    elif not chunk_count:
        status = DocumentStatus.EMPTY
        problem = " ".join(["It holds no text that could be searched.", *json.loads(notes)])
    return Document(
        id=document_id,
        path=path,
        title=title or storable(PurePath(path).name),
        content_hash=content_hash,
        size=size,
        modified=modified,
        page_count=page_count or 0,
        chunk_count=chunk_count or 0,
        status=status,
        problem=problem,
    )


def _passage_of(row: tuple[Any, ...]) -> Passage:
    chunk_id, document_id, column, title, page, heading, text, start, end = row
    path = path_from_bytes(column)
    title = title or storable(PurePath(path).name)
    return Passage(chunk_id, document_id, path, title, page, heading, text, start, end)
