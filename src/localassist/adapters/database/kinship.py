"""Which documents have the same content, and which collections have them, as the labels need to know it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.database.codec import path_from_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

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
SELECT d.id, d.path, d.content_hash, s.digest, c.chunk_count,
    (SELECT group_concat(m.collection_id) FROM memberships m
     WHERE m.document_id = d.id AND m.collection_id IN (SELECT value FROM json_each(?2)))
FROM kin CROSS JOIN documents d ON d.id = kin.id LEFT JOIN contents c ON c.id = d.content_id
    LEFT JOIN chunks s ON s.id = c.first_chunk AND c.chunk_count > 0
"""


@dataclass(frozen=True, slots=True)
class Relative:
    """A document, those of the collections asked for that have it, and what its copies have in common with it.

    `traits` are its bytes' hash, and how its text begins with how much there is of it: the second tells a file from
    the same file inside an archive or a mail. There are none where there is no content.
    """

    id: int
    path: str
    traits: tuple[tuple[str | bytes, int], ...]
    collections: tuple[int, ...]


def relatives(
    connection: apsw.Connection, document_ids: Iterable[int], collection_ids: Iterable[int]
) -> Iterator[Relative]:
    """The documents that there are of these, and all others with the content of one of them."""
    wanted = (json.dumps(list(document_ids)), json.dumps(list(collection_ids)))
    for document_id, path, content_hash, start, chunk_count, held in connection.execute(_KIN, wanted):
        traits: list[tuple[str | bytes, int]] = [(content_hash, 0)] if content_hash else []
        if start is not None:
            traits.append((start, chunk_count))
        collections = tuple(map(int, held.split(","))) if held else ()
        yield Relative(document_id, path_from_bytes(path), tuple(traits), collections)
