"""Documents, their collections, and what is found in them, in the database."""

from __future__ import annotations

import json
import time
from functools import partial
from typing import TYPE_CHECKING, Final, TypeVar

from typing_extensions import override

from localassist.adapters.database import (
    beside,
    cache,
    chunk_words,
    contents,
    reusing,
    rows,
    scopes,
    searching,
    vector_runs,
)
from localassist.adapters.database.codec import path_to_bytes, storable
from localassist.adapters.database.remembering import Remembered
from localassist.adapters.database.scopes import bindings, scoped
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.ports.documents import DocumentStore
from localassist.domain.ports.reembedding import IndexesBeside

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence, Set

    from localassist.adapters.database.connection import Database
    from localassist.adapters.database.large_words import LargeWords
    from localassist.domain.documents import Chunk, Collection, Document, Passage, Scope, Scored, StructuredText
    from localassist.domain.ports.documents import FoundFile, Pending, SkippedFile
    from localassist.domain.vectors import Vectors

_DISTRUST: Final = scoped("""
UPDATE contents SET reader = 'distrusted ' || id
WHERE id IN (SELECT d.content_id FROM documents d WHERE $IN_SCOPE)
""")
_DISTRUST_FAILURES: Final = scoped("""
UPDATE documents SET reader = '' WHERE content_id IS NULL AND id IN (SELECT d.id FROM documents d WHERE $IN_SCOPE)
""")
_CHUNK_COUNT: Final = scoped("""
SELECT coalesce(sum(chunk_count), 0) FROM contents
WHERE id IN (SELECT d.content_id FROM documents d WHERE $IN_SCOPE)
""")
_ONLY_HERE: Final = """
SELECT id FROM documents
WHERE id IN (SELECT document_id FROM memberships WHERE collection_id = ?1)
    AND id NOT IN (SELECT document_id FROM memberships WHERE collection_id <> ?1)
LIMIT ?2
"""
_REMOVED_AT_ONCE: Final = 200  # documents in one transaction: nobody waits for all of a collection's


_FAILED_SO: Final = """
SELECT id FROM documents WHERE (path, size, modified, reader) = (?, ?, ?, ?) AND content_id IS NULL AND state = ''
"""
_Item = TypeVar("_Item")


class DatabaseDocumentStore(DocumentStore, IndexesBeside):
    """Documents in a `Database`. Files with equal bytes share their text, chunks and vectors.

    With `large_words` many chunks are searched by words at once.
    """

    def __init__(self, database: Database, large_words: LargeWords | None = None) -> None:
        self._database = database
        self._large_words = large_words
        self._counts = Remembered()
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
            return next(made for made in rows.collections(connection) if made.id == collection_id)

    @override
    def collections(self) -> tuple[Collection, ...]:
        with self._database.reading() as connection:
            return rows.collections(connection)

    @override
    def remove_collection(self, collection_id: int) -> tuple[int, ...]:
        gone: list[int] = []
        more = True
        while more:
            with self._database.writing() as connection:
                rows.require_collection(connection, collection_id)
                leaving = [row[0] for row in connection.execute(_ONLY_HERE, (collection_id, _REMOVED_AT_ONCE))]
                removed, held = rows.remove(connection, leaving)
                gone += removed
                more = len(leaving) == _REMOVED_AT_ONCE
                if not more:
                    connection.execute("DELETE FROM collections WHERE id = ?", (collection_id,))
            self._bring_words_in_line(held)
        return tuple(gone)

    @override
    def documents(self, scope: Scope) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            found = connection.execute(rows.IN_SCOPE, bindings(scope))
            return tuple(rows.document_of(row) for row in found)

    @override
    def rename_collection(self, collection_id: int, name: str) -> Collection:
        name = storable(name)
        with self._database.writing() as connection:
            rows.require_collection(connection, collection_id)
            taken = connection.execute("SELECT 1 FROM collections WHERE name = ? AND id <> ?", (name, collection_id))
            if taken.fetchone():
                raise LocalAssistError(f"There is a collection {name} already.", "Choose another name.")
            connection.execute("UPDATE collections SET name = ? WHERE id = ?", (name, collection_id))
            return next(made for made in rows.collections(connection) if made.id == collection_id)

    @override
    def distrust(self, scope: Scope) -> None:
        with self._database.writing() as connection:
            connection.execute(_DISTRUST, bindings(scope))
            connection.execute(_DISTRUST_FAILURES, bindings(scope))

    @override
    def cached(self) -> tuple[Document, ...]:
        with self._database.reading() as connection:
            return tuple(rows.document_of(row) for row in connection.execute(rows.CACHED))

    @override
    def find_document(self, path: str) -> Document | None:
        with self._database.reading() as connection:
            row = connection.execute(rows.BY_PATH, (path_to_bytes(path),)).fetchone()
        return rows.document_of(row) if row else None

    @override
    def expect(self, files: Sequence[FoundFile], collection_id: int) -> None:
        for part in _some(files):
            with self._database.writing() as connection:
                rows.require_collection(connection, collection_id)
                for file in part:
                    rows.expect(connection, file, collection_id)

    @override
    def ignore(self, skipped: Sequence[SkippedFile], collection_id: int) -> None:
        for part in _some(skipped):
            held: list[int | None] = []
            with self._database.writing() as connection:
                rows.require_collection(connection, collection_id)
                for item in part:
                    held += rows.ignore(connection, item, collection_id)
            self._bring_words_in_line(held)

    @override
    def begin_reading(self, path: str) -> None:
        with self._database.writing(repeatable=True) as connection:
            rows.begin_reading(connection, path)

    @override
    def reuse(self, file: FoundFile, content_hash: str, versions: tuple[str, str]) -> Document | None:
        with self._database.reading() as connection:  # mostly there is none, and nobody need wait for that
            if contents.find(connection, content_hash, versions) is None:
                return None
        with self._database.writing(repeatable=True) as connection:
            document, changed = reusing.reuse(connection, file, (content_hash, *versions))
        self._bring_words_in_line(changed)
        return document

    @override
    def failed_as(self, file: FoundFile, reader: str) -> Document | None:
        with self._database.reading() as connection:
            key = (path_to_bytes(file.path), file.size, file.modified, reader)
            found = connection.execute(_FAILED_SO, key).fetchone()
            row = connection.execute(rows.BY_ID, found).fetchone() if found else None
        return rows.document_of(row) if row else None

    @override
    def save(
        self,
        file: FoundFile,
        content_hash: str,
        versions: tuple[str, str],
        content: StructuredText,
        chunks: Sequence[Chunk],
        vectors: Vectors | None = None,
        container_id: int | None = None,
    ) -> tuple[Document, tuple[int, ...]]:
        if vectors is not None and vectors.count != len(chunks):
            raise ValueError(f"{len(chunks)} chunks with {vectors.count} vectors")
        with self._database.reading() as connection:
            origin = contents.origin_at(connection, file.path)
        draft = contents.draft((content_hash, *versions), content, chunks, vectors, origin)
        ahead = chunk_words.written_ahead(self._database, draft.words, draft.indexed_title, draft.language)
        with ahead as written, self._database.writing(repeatable=True) as connection:
            content_id, chunk_ids = contents.put(connection, draft, written)
            document, before = rows.point(connection, file, content_hash, content_id, container_id=container_id)
            held = rows.keep_parts(connection, document, (part.name for part in content.parts))
            if not self._trimmed:  # it looks at every document: once a process is enough
                cache.trim(connection, time.time())
                self._trimmed = True
        self._bring_words_in_line([before, content_id, *held])
        return document, tuple(chunk_ids)

    @override
    def save_failure(
        self, file: FoundFile, content_hash: str, problem: str, reader: str = "", container_id: int | None = None
    ) -> Document:
        with self._database.writing(repeatable=True) as connection:
            document, before = rows.point(connection, file, content_hash, None, problem, reader, container_id)
            held = rows.keep_parts(connection, document, ())
        self._bring_words_in_line([before, *held])
        return document

    @override
    def assign(self, document_ids: Sequence[int], collection_id: int) -> None:
        with self._database.writing(repeatable=True) as connection:
            rows.require_collection(connection, collection_id)
            for document_id in document_ids:
                rows.content_of(connection, document_id)
            rows.join_collection(connection, document_ids, collection_id)

    @override
    def remove_document(self, document_id: int) -> tuple[int, ...]:
        with self._database.reading() as connection:
            rows.content_of(connection, document_id)
        return self.remove_documents([document_id])

    @override
    def remove_documents(self, document_ids: Sequence[int]) -> tuple[int, ...]:
        gone: list[int] = []
        for part in _some(document_ids):
            with self._database.writing() as connection:
                removed, held = rows.remove(connection, part)
            gone += removed
            self._bring_words_in_line(held)
        return tuple(gone)

    @override
    def purge(self) -> None:
        chunk_words.purge(self._database)
        if self._large_words is not None:
            self._large_words.rebuild()

    @override
    def content(self, document_id: int) -> StructuredText:
        with self._database.reading() as connection:
            content_id = rows.content_of(connection, document_id)
            if content_id is None:
                raise NotFoundError("This document could not be read, so there is no text of it.", "Add it again.")
            return contents.load(connection, content_id)

    @override
    def passages(self, chunk_ids: Sequence[int], scope: Scope) -> tuple[Passage, ...]:
        with self._database.reading() as connection:
            found = connection.execute(rows.PASSAGES, {"chunks": json.dumps(list(chunk_ids)), **bindings(scope)})
            return tuple(rows.passage_of(row) for row in found)

    @override
    def within(self, chunk_ids: Sequence[int], scope: Scope) -> Set[int]:
        with self._database.reading() as connection:
            return scopes.within(connection, chunk_ids, scope)

    @override
    def match_words(self, text: str, k: int, scope: Scope) -> tuple[Scored, ...]:
        with self._database.reading() as connection:
            return searching.match_words(connection, text, k, scope, large=self._large_words)

    @override
    def nearest_exact(self, query: Vectors, k: int, scope: Scope, embedder: str) -> tuple[Scored, ...]:
        with self._database.reading() as connection:
            return searching.nearest(connection, query, k, scope, embedder)

    @override
    def chunk_count(self, scope: Scope) -> int:
        def count() -> int:
            ((found,),) = connection.execute(_CHUNK_COUNT, bindings(scope))
            return int(found)

        with self._database.reading() as connection:
            return self._counts.answer(connection, scope, count)

    @override
    def pending_count(self, embedder: str) -> int:
        with self._database.reading() as connection:
            return vector_runs.pending_count(connection, embedder)

    @override
    def pending(self, embedder: str, limit: int) -> tuple[Pending, ...]:
        with self._database.reading() as connection:
            return vector_runs.pending(connection, embedder, limit)

    @override
    def save_vectors(self, embedder: str, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        with self._database.writing() as connection:
            vector_runs.save(connection, embedder, chunk_ids, vectors)

    @override
    def vector_state(self, embedder: str) -> tuple[int, int]:
        with self._database.reading() as connection:
            return self._counts.answer(connection, embedder, partial(vector_runs.state, connection, embedder))

    @override
    def vectors_of(self, chunk_ids: Sequence[int], embedder: str) -> Mapping[int, Vectors]:
        with self._database.reading() as connection:
            return vector_runs.of(connection, chunk_ids, embedder)

    @override
    def all_vectors(self, embedder: str, after: int = 0) -> Iterator[tuple[int, tuple[int, ...], Vectors]]:
        while True:
            with self._database.reading() as connection:
                batch = vector_runs.after(connection, embedder, after)
            if batch is None:
                return
            yield batch
            after = batch[0]

    @override
    def outdated(self, embedder: str, limit: int) -> tuple[Document, ...]:
        return beside.outdated(self._database, embedder, limit)

    @override
    def save_beside(self, document_id: int, embedder: str, chunks: Sequence[Chunk]) -> None:
        beside.save(self._database, document_id, embedder, chunks)

    @override
    def switch(self, embedder: str) -> None:
        beside.switch(self._database, embedder)

    def adopt(self, before: str, now: str) -> None:
        """Let the vectors of the embedder called `before` answer as those of the one called `now`, from then on."""
        beside.adopt(self._database, before, now)

    def _bring_words_in_line(self, content_ids: Iterable[int | None]) -> None:
        """After the documents of contents changed: have the full-text index follow, a few chunks at a time."""
        for content_id in {each for each in content_ids if each is not None}:
            chunk_words.rename(self._database, content_id)
        chunk_words.sweep(self._database)
        chunk_words.catch_up(self._database)


def _some(items: Sequence[_Item]) -> Iterator[Sequence[_Item]]:
    """A few hundred at a time, so that nobody waits for a transaction over all."""
    return (items[start : start + _REMOVED_AT_ONCE] for start in range(0, len(items), _REMOVED_AT_ONCE))
