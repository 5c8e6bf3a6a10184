"""Documents in no collection: kept so that asking a file again is quick, and only so many of them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.database import rows

if TYPE_CHECKING:
    import apsw

MOST_CHUNKS: Final = 100_000
"""With text, words and vectors about half a gigabyte."""

SPARED_SECONDS: Final = 24 * 60 * 60.0
"""What was asked for within that time stays, however much it is: somebody may be working with it."""

_OVER: Final = """
SELECT id FROM (
    SELECT d.id, d.used, sum(1 + coalesce(c.chunk_count, 0)) OVER (ORDER BY d.used DESC, d.id) AS kept
    FROM documents d LEFT JOIN contents c ON c.id = d.content_id
    WHERE d.id NOT IN (SELECT document_id FROM memberships)
) WHERE kept > ? AND used < ?
"""


def trim(connection: apsw.Connection, now: float) -> None:
    """Forget the cached documents that were longest not asked for, where there are too many; `now` as of the epoch."""
    over = [row[0] for row in connection.execute(_OVER, (MOST_CHUNKS, now - SPARED_SECONDS))]
    rows.remove(connection, over)
