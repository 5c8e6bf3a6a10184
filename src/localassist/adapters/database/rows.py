"""Documents and passages as rows: how they are read, put in their place and taken away with what is inside them."""

from __future__ import annotations

import json
import time
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database import contents, labels, writers
from localassist.adapters.database.codec import path_from_bytes, path_to_bytes, storable
from localassist.adapters.database.scopes import scoped
from localassist.domain.documents import AS_LOCKED, Collection, Document, DocumentStatus, Passage
from localassist.domain.errors import NotFoundError
from localassist.domain.ports.documents import Skipped

if TYPE_CHECKING:
    from collections.abc import Iterable

    import apsw

    from localassist.domain.ports.documents import FoundFile, SkippedFile

_DOCUMENTS: Final = """
SELECT d.id, d.path, d.content_hash, d.size, d.modified, d.problem, d.state, d.reader, d.container_id, c.title,
    c.page_count, c.chunk_count, c.partly, c.notes, c.hidden_count,
    (SELECT count(*) FROM chunks k WHERE k.content_id = c.id AND k.pending = 1)
FROM documents d LEFT JOIN contents c ON c.id = d.content_id WHERE $WHICH ORDER BY d.path
"""
IN_SCOPE: Final = scoped(_DOCUMENTS.replace("$WHICH", "$IN_SCOPE"))
CACHED: Final = _DOCUMENTS.replace("$WHICH", "d.id NOT IN (SELECT document_id FROM memberships)")
BY_PATH: Final = _DOCUMENTS.replace("$WHICH", "d.path = ?")
BY_ID: Final = _DOCUMENTS.replace("$WHICH", "d.id = ?")
PASSAGES: Final = scoped("""
SELECT k.id, d.id, d.path, c.title, k.page, k.heading, k.text, k.char_start, k.char_end, k.place
FROM json_each(:chunks) wanted JOIN chunks k ON k.id = wanted.value JOIN contents c ON c.id = k.content_id
    JOIN documents d ON d.id = (
        SELECT d.id FROM documents d WHERE d.content_id = k.content_id AND $IN_SCOPE ORDER BY d.path LIMIT 1
    )
ORDER BY wanted.key
""")
_PUT: Final = """
INSERT INTO documents (path, content_hash, size, modified, content_id, problem, reader, container_id, used)
VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
ON CONFLICT (path) DO UPDATE SET content_hash = ?2, size = ?3, modified = ?4, content_id = ?5, problem = ?6,
    reader = ?7, container_id = ?8, used = ?9, state = ''
RETURNING id
"""
_POINTS_SO: Final = """
SELECT id FROM documents
WHERE (path, content_hash, size, modified, content_id, problem, reader, state) = (?1, ?2, ?3, ?4, ?5, ?6, ?7, '')
    AND container_id IS ?8 AND used > ?9 - 3600
"""
"""Unless the time it was last used is long ago: ten thousand unchanged files are not worth as many commits."""

_FAMILY: Final = """
WITH RECURSIVE family (id) AS (
    SELECT value FROM json_each(?1) UNION SELECT d.id FROM documents d JOIN family f ON d.container_id = f.id
) $WHAT
"""
_HELD: Final = _FAMILY.replace(
    "$WHAT", "SELECT content_id FROM documents WHERE id IN family AND content_id IS NOT NULL"
)
_MEMBERS: Final = _FAMILY.replace("$WHAT", "SELECT id FROM family")
_REMOVE: Final = _FAMILY.replace("$WHAT", "DELETE FROM documents WHERE id IN family")
_JOIN: Final = _FAMILY.replace(
    "$WHAT",
    "INSERT INTO memberships (collection_id, document_id) SELECT ?2, id FROM family WHERE true ON CONFLICT DO NOTHING",
)
_EXPECT: Final = """
INSERT INTO documents (path, content_hash, size, modified, state, used) VALUES (?1, '', ?2, ?3, 'waiting', ?4)
ON CONFLICT (path) DO UPDATE SET state = 'waiting', reader = '', problem = '' WHERE state IN ('ignored', 'reading')
"""
_BEGIN_READING: Final = """
UPDATE documents SET state = 'reading', reader = ? WHERE path = ? AND content_id IS NULL
"""
_KNOWN: Final = """
SELECT content_id, CASE WHEN state = 'ignored' THEN problem END,
    EXISTS (SELECT 1 FROM memberships WHERE document_id = d.id AND collection_id = ?2),
    EXISTS (SELECT 1 FROM memberships WHERE document_id = d.id AND collection_id <> ?2)
FROM documents d WHERE path = ?1
"""
_IGNORE: Final = """
INSERT INTO documents (path, content_hash, size, modified, state, problem, used)
VALUES (?1, '', 0, 0, 'ignored', ?2, ?3) ON CONFLICT (path) DO UPDATE
SET content_hash = '', content_id = NULL, state = 'ignored', reader = '', problem = ?2, container_id = NULL
RETURNING id
"""
JOIN_COLLECTION: Final = """
INSERT INTO memberships (collection_id, document_id) SELECT ?1, id FROM documents WHERE path = ?2
ON CONFLICT DO NOTHING
"""


def document_of(row: tuple[Any, ...]) -> Document:
    """The document that a row of the queries above holds."""
    document_id, column, content_hash, size, modified, problem, state, reader, container_id, *content = row
    title, page_count, chunk_count, partly, notes, hidden, pending = content
    path = path_from_bytes(column)
    told = tuple(json.loads(notes)) if notes else ()
    if chunk_count is None:
        status = _without_content(state, reader)
    elif not chunk_count:
        status = DocumentStatus.EMPTY
        problem = " ".join(["It holds no text that could be searched.", *told])
    else:
        status = DocumentStatus.PARTLY if partly else DocumentStatus.INDEXED
        problem = " ".join(told) if partly else problem
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
        pending=pending,
        container_id=container_id,
        hidden=hidden or 0,
        notes=told,
    )


def _without_content(state: str, reader: str) -> DocumentStatus:
    if not state:
        return DocumentStatus.LOCKED if reader.endswith(AS_LOCKED) else DocumentStatus.FAILED
    status = DocumentStatus(state)
    if status is DocumentStatus.READING and not writers.is_alive(reader):
        return DocumentStatus.WAITING
    return status


def passage_of(row: tuple[Any, ...]) -> Passage:
    """The passage that a row of `PASSAGES` holds."""
    chunk_id, document_id, column, title, page, heading, text, start, end, place = row
    path = path_from_bytes(column)
    title = title or storable(PurePath(path).name)
    if not place and page is not None:  # stored before places were
        place = f"page {page}"
    return Passage(chunk_id, document_id, path, title, page, heading, text, start, end, place=place)


def collections(connection: apsw.Connection) -> tuple[Collection, ...]:
    """All collections by name; what is ignored does not count among their documents."""
    roots: dict[int, list[str]] = {}
    for collection_id, path in connection.execute("SELECT collection_id, path FROM roots ORDER BY path"):
        roots.setdefault(collection_id, []).append(path_from_bytes(path))
    counted = connection.execute(
        "SELECT id, name, (SELECT count(*) FROM memberships m JOIN documents d ON d.id = m.document_id"
        " WHERE m.collection_id = c.id AND d.state <> 'ignored') FROM collections c ORDER BY name"
    )
    return tuple(Collection(row[0], row[1], tuple(roots.get(row[0], ())), row[2]) for row in counted)


def require_collection(connection: apsw.Connection, collection_id: int) -> None:
    """Raise `NotFoundError` for an unknown collection."""
    if connection.execute("SELECT 1 FROM collections WHERE id = ?", (collection_id,)).fetchone() is None:
        raise NotFoundError(f"There is no collection {collection_id}.", "It may have been removed.")


def content_of(connection: apsw.Connection, document_id: int) -> int | None:
    """The content that a document holds, None if it has none. Raises `NotFoundError`."""
    row = connection.execute("SELECT content_id FROM documents WHERE id = ?", (document_id,)).fetchone()
    if row is None:
        raise NotFoundError(f"There is no document {document_id}.", "It may have been removed.")
    content_id: int | None = row[0]
    return content_id


def point(  # noqa: PLR0913, PLR0917  a document's own columns
    connection: apsw.Connection,
    file: FoundFile,
    content_hash: str,
    content_id: int | None,
    problem: str = "",
    reader: str = "",
    container_id: int | None = None,
) -> tuple[Document, int | None]:
    """Make the document at the file's path stand for a content, or for none; returns what it stood for, too."""
    path = path_to_bytes(file.path)
    (before,) = connection.execute("SELECT content_id FROM documents WHERE path = ?", (path,)).fetchone() or (None,)
    values = (
        path,
        content_hash,
        file.size,
        file.modified,
        content_id,
        storable(problem),
        reader,
        container_id,
        time.time(),
    )
    row: Any = connection.execute(_POINTS_SO, values).fetchone() or connection.execute(_PUT, values).fetchone()
    if before != content_id:
        contents.remove_unheld(connection, [before])
    if container_id is not None:
        connection.execute(
            "INSERT INTO memberships (collection_id, document_id) SELECT collection_id, ?2 FROM memberships"
            " WHERE document_id = ?1 ON CONFLICT DO NOTHING",
            (container_id, row[0]),
        )
    (found,) = connection.execute(BY_ID, row)
    return document_of(found), before


def keep_parts(connection: apsw.Connection, document: Document, names: Iterable[str]) -> list[int]:
    """Take away the documents inside this one that it has no more; returns the contents they held."""
    kept = {path_to_bytes(f"{document.path}/{name}") for name in names}
    inside: Any = connection.execute("SELECT id, path FROM documents WHERE container_id = ?", (document.id,)).fetchall()
    return remove(connection, [part_id for part_id, path in inside if path not in kept])[1]


def _inside(connection: apsw.Connection, document_id: int) -> list[int]:
    """The documents directly inside one."""
    found: Any = connection.execute("SELECT id FROM documents WHERE container_id = ?", (document_id,)).fetchall()
    return [part_id for (part_id,) in found]


def remove(connection: apsw.Connection, document_ids: Iterable[int]) -> tuple[tuple[int, ...], list[int]]:
    """Forget documents with what is inside them; returns the ids of chunks that went, and the contents they held."""
    wanted = (json.dumps(list(document_ids)),)
    held: Any = connection.execute(_HELD, wanted).fetchall()
    leaving: Any = connection.execute(_MEMBERS, wanted).fetchall()
    labels.note_departing(connection, [document_id for (document_id,) in leaving])
    connection.execute(_REMOVE, wanted)
    content_ids = [content_id for (content_id,) in held]
    return contents.remove_unheld(connection, content_ids), content_ids


def join_collection(connection: apsw.Connection, document_ids: Iterable[int], collection_id: int) -> None:
    """Put documents into a collection, with what is inside them."""
    connection.execute(_JOIN, (json.dumps(list(document_ids)), collection_id))


def expect(connection: apsw.Connection, file: FoundFile, collection_id: int) -> None:
    """A file of a collection is to be read."""
    path = path_to_bytes(file.path)
    connection.execute(_EXPECT, (path, file.size, file.modified, time.time()))
    connection.execute(JOIN_COLLECTION, (collection_id, path))


def begin_reading(connection: apsw.Connection, path: str) -> None:
    """The file at a path, of which there is no text yet, is being read by this process."""
    connection.execute(_BEGIN_READING, (writers.this_process(), path_to_bytes(path)))


def ignore(connection: apsw.Connection, item: SkippedFile, collection_id: int) -> list[int | None]:
    """Have a document stand for what a collection passes over; returns the contents that it and its parts had.

    What other collections have, or could not be looked at, stays as it is.
    """
    key = path_to_bytes(item.path)
    known = connection.execute(_KNOWN, (key, collection_id)).fetchone()
    before, reason, here, elsewhere = known or (None, None, False, False)
    if known and ((here and reason == item.reason) or item.kind is Skipped.UNREACHABLE or (before and elsewhere)):
        return []
    ((document_id,),) = connection.execute(_IGNORE, (key, storable(item.reason), time.time()))
    contents.remove_unheld(connection, [before])
    join_collection(connection, [document_id], collection_id)
    return [before, *remove(connection, _inside(connection, document_id))[1]]
