"""The vectors of the chunks: which are still to be made, and those that were, stored in runs of neighbours."""

from __future__ import annotations

import hashlib
import json
from contextlib import closing
from itertools import groupby
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.ports.documents import Pending
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    import apsw

_RUN: Final = 512
"""Chunks in one run at most: less than a megabyte, so that one vector of it is read soon."""

_HANDED_BYTES: Final = 16 * 1024 * 1024
"""Vectors handed out at once."""

_UNFINISHED: Final = """
SELECT c.id, c.embedded_title FROM (SELECT DISTINCT content_id FROM chunks WHERE pending = 1) k
CROSS JOIN contents c ON c.id = k.content_id WHERE c.embedder = ? ORDER BY c.id DESC
"""
_PENDING: Final = """
SELECT id, ?1, heading, text FROM chunks INDEXED BY chunks_pending
WHERE content_id = ?2 AND pending = 1 ORDER BY id LIMIT ?3
"""
_PENDING_COUNT: Final = """
SELECT count(*) FROM chunks k JOIN contents c ON c.id = k.content_id WHERE k.pending = 1 AND c.embedder = ?
"""
_STILL_THERE: Final = """
SELECT k.id, k.content_id, c.embedder FROM json_each(?) wanted JOIN chunks k ON k.id = wanted.value
JOIN contents c ON c.id = k.content_id WHERE k.pending = 1 ORDER BY k.id
"""
_TWIN: Final = """
SELECT k.id FROM chunks k JOIN contents c ON c.id = k.content_id
WHERE k.digest = ? AND k.pending = 0 AND c.embedder = ? LIMIT 1
"""
_ONE: Final = """
SELECT dimension, substr(data, (?1 - first_chunk) * dimension * 4 + 1, dimension * 4) FROM vector_runs
WHERE content_id = (SELECT content_id FROM chunks WHERE id = ?1) AND first_chunk <= ?1 AND embedder = ?2
ORDER BY first_chunk DESC LIMIT 1
"""


def digest(title: str, heading: str, text: str) -> bytes:
    """What stands for all that is embedded of a chunk."""
    return hashlib.blake2b(f"{title}\x00{heading}\x00{text}".encode(), digest_size=16).digest()


def known(connection: apsw.Connection, digests: Iterable[bytes], embedder: str) -> dict[bytes, bytes]:
    """The vectors, as bytes, that this embedder has made of the very same before."""
    found: dict[bytes, bytes] = {}
    for each in digests:
        twin = connection.execute(_TWIN, (each, embedder)).fetchone()
        row = connection.execute(_ONE, (twin[0], embedder)).fetchone() if twin else None
        if row and row[1]:
            found[each] = row[1]
    return found


def pending(connection: apsw.Connection, embedder: str, limit: int) -> tuple[Pending, ...]:
    """Chunks without a vector, the newest documents' first, in their order."""
    found: list[Pending] = []
    unfinished: Any = connection.execute(_UNFINISHED, (embedder,))
    # A query that is left half read keeps the connection at this state of the database, and from writing.
    with closing(unfinished):
        for content_id, title in unfinished:
            asked = (title, content_id, limit - len(found))
            found += [Pending(*row) for row in connection.execute(_PENDING, asked)]
            if len(found) == limit:
                break
    return tuple(found)


def pending_count(connection: apsw.Connection, embedder: str) -> int:
    """How many chunks are without a vector."""
    ((count,),) = connection.execute(_PENDING_COUNT, (embedder,))
    return int(count)


def save(connection: apsw.Connection, embedder: str, chunk_ids: Sequence[int], vectors: Vectors) -> None:
    """Store vectors that were pending; chunks that are gone meanwhile, or another embedder's, are passed over."""
    width = vectors.dimension * 4
    data = vectors.data.cast("B")
    rows = {chunk_id: data[i * width : (i + 1) * width] for i, chunk_id in enumerate(chunk_ids)}
    there: Any = connection.execute(_STILL_THERE, (json.dumps(list(chunk_ids)),)).fetchall()
    by_content: dict[int, dict[int, memoryview]] = {}
    for chunk_id, content_id, own in there:
        if own == embedder:
            by_content.setdefault(content_id, {})[chunk_id] = rows[chunk_id]
    for content_id, own_rows in by_content.items():
        put(connection, content_id, embedder, own_rows)
        connection.executemany("UPDATE chunks SET pending = 0 WHERE id = ?", ((each,) for each in own_rows))


def put(connection: apsw.Connection, content_id: int, embedder: str, rows: Mapping[int, bytes | memoryview]) -> None:
    """Store the vectors of chunks of one content, by their ids, as runs of neighbours."""
    for run in _runs(sorted(rows)):
        data = b"".join(rows[chunk_id] for chunk_id in run)
        connection.execute(
            "INSERT INTO vector_runs (content_id, embedder, first_chunk, chunk_count, dimension, data)"
            " VALUES (?, ?, ?, ?, ?, ?)",
            (content_id, embedder, run[0], len(run), len(data) // len(run) // 4, data),
        )


def of(connection: apsw.Connection, chunk_ids: Iterable[int], embedder: str) -> dict[int, Vectors]:
    """The vectors of single chunks, of those that this embedder embedded."""
    found: dict[int, Vectors] = {}
    for chunk_id in chunk_ids:
        row = connection.execute(_ONE, (chunk_id, embedder)).fetchone()
        if row and row[1]:  # a chunk behind its run's end is still pending
            numbers: Any = memoryview(row[1]).cast("f")
            found[chunk_id] = Vectors(numbers, row[0])
    return found


def state(connection: apsw.Connection, embedder: str) -> tuple[int, int]:
    """How many chunks an embedder has embedded, and the id of the newest run of them (0 for none)."""
    ((count, newest),) = connection.execute(
        "SELECT coalesce(sum(chunk_count), 0), coalesce(max(id), 0) FROM vector_runs WHERE embedder = ?", (embedder,)
    )
    return count, newest


def after(connection: apsw.Connection, embedder: str, last: int) -> tuple[int, tuple[int, ...], Vectors] | None:
    """The id of the last of some runs above id `last`, their chunks, and their vectors of one dimension.

    None when there are no more.
    """
    import numpy as np

    runs: Any = connection.execute(
        "SELECT id, first_chunk, chunk_count, dimension, data FROM vector_runs WHERE embedder = ? AND id > ?"
        " ORDER BY id",
        (embedder, last),
    )
    ids: list[int] = []
    parts: list[bytes] = []
    dimension = size = 0
    for run_id, first, count, own_dimension, data in runs:
        if dimension not in {0, own_dimension}:
            break
        dimension, last = own_dimension, run_id
        ids += range(first, first + count)
        parts.append(data)
        size += len(data)
        if size >= _HANDED_BYTES:
            break
    if not ids:
        return None
    return last, tuple(ids), Vectors(np.frombuffer(b"".join(parts), np.float32).data, dimension)


def _runs(chunk_ids: Sequence[int]) -> Iterable[list[int]]:
    for _, group in groupby(enumerate(chunk_ids), key=lambda item: item[1] - item[0]):
        run = [chunk_id for _, chunk_id in group]
        for start in range(0, len(run), _RUN):
            yield run[start : start + _RUN]
