"""Which documents have the same content, and which collections have them, as the labels need to know it."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database.codec import path_from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    import apsw

_KIN: Final = """
WITH wanted (id, hash, content_id) AS MATERIALIZED (
    SELECT d.id, d.content_hash, d.content_id FROM json_each(?1) w CROSS JOIN documents d ON d.id = w.value
),
starts (digest, chunk_count) AS MATERIALIZED (
    SELECT DISTINCT k.digest, c.chunk_count
    FROM (SELECT DISTINCT content_id FROM wanted) w CROSS JOIN contents c ON c.id = w.content_id
        CROSS JOIN chunks k ON k.id = c.first_chunk
    WHERE k.digest IS NOT NULL AND c.chunk_count > 0
),
kin (id) AS (
    SELECT id FROM wanted
    UNION
    SELECT d.id FROM (SELECT DISTINCT hash FROM wanted WHERE hash <> '') w
        CROSS JOIN documents d ON d.content_hash = w.hash
    UNION
    SELECT d.id FROM starts s CROSS JOIN chunks k ON k.digest = s.digest
        CROSS JOIN contents c ON c.id = k.content_id AND c.first_chunk = k.id AND c.chunk_count = s.chunk_count
        CROSS JOIN documents d ON d.content_id = c.id
)
SELECT d.id, d.path, d.content_hash, c.id, k.digest, c.chunk_count,
    (SELECT group_concat(m.collection_id) FROM memberships m
     WHERE m.document_id = d.id AND m.collection_id IN (SELECT value FROM json_each(?2)))
FROM kin CROSS JOIN documents d ON d.id = kin.id LEFT JOIN contents c ON c.id = d.content_id AND c.chunk_count > 0
    LEFT JOIN chunks k ON k.id = c.first_chunk
"""
_DIGESTS: Final = """
SELECT content_id, digest FROM chunks WHERE content_id IN (SELECT value FROM json_each(?)) ORDER BY content_id, id
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """A document, those of the collections asked for that have it, and what its copies have in common with it.

    `traits` are what stands for its bytes and for its text, which is the same for a file and for that file inside a
    mail or an archive; the text's is missing where nobody has one like it. There are none where there is no content.
    """

    id: int
    path: str
    traits: tuple[str, ...]
    collections: tuple[int, ...]


def relatives(
    connection: apsw.Connection, document_ids: Iterable[int], collection_ids: Iterable[int]
) -> Iterator[Relative]:
    """The documents that there are of these, all others with the content of one of them, and a few that seemed so."""
    wanted = (json.dumps(list(document_ids)), json.dumps(list(collection_ids)))
    rows: Any = connection.execute(_KIN, wanted).fetchall()
    texts = _texts(connection, _alike(rows))
    for document_id, path, content_hash, content_id, _, _, held in rows:
        traits = [content_hash] if content_hash else []
        if content_id in texts:
            traits.append(texts[content_id])
        collections = tuple(map(int, held.split(","))) if held else ()
        yield Relative(document_id, path_from_bytes(path), tuple(traits), collections)


def _alike(rows: Iterable[Any]) -> set[int]:
    """The contents of which there is another that begins like it and has as many chunks."""
    found: dict[tuple[bytes, int], set[int]] = {}
    for _, _, _, content_id, start, chunk_count, _ in rows:
        if start is not None:
            found.setdefault((start, chunk_count), set()).add(content_id)
    return {each for alike in found.values() if len(alike) > 1 for each in alike}


def _texts(connection: apsw.Connection, content_ids: Iterable[int]) -> Mapping[int, str]:
    """What stands for the whole texts of contents, by their ids."""
    digests: dict[int, Any] = {}
    for content_id, digest in connection.execute(_DIGESTS, (json.dumps(list(content_ids)),)):
        digests.setdefault(content_id, hashlib.blake2b(digest_size=16)).update(digest or b"")
    return {content_id: f"text {digest.hexdigest()}" for content_id, digest in digests.items()}
