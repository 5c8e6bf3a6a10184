"""What changed in the words of the chunks, for an index beside the database that follows it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from localassist.adapters.database.languages import stemmer
from localassist.adapters.database.words import indexable, terms_of

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import apsw

_HANDED_CHUNKS: Final = 2_000
"""Chunks of one change, and handed out at once."""

_TITLE_WEIGHT: Final = 2
"""As often a title's words are handed out: the weight that they have in the full-text index."""

_CHUNKS: Final = """
SELECT k.id, k.text, k.heading, c.indexed_title, c.language FROM chunks k JOIN contents c ON c.id = k.content_id
WHERE k.id BETWEEN ? AND ?
"""


Mark: TypeAlias = tuple[str, int]
"""The database that changed, and the number of a change in it; they rise."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Ranges of chunks that changed up to a `mark`, and the terms of those that there are now; others are gone."""

    mark: Mark
    ranges: Sequence[range]
    terms: Mapping[int, Sequence[str]]


def note(connection: apsw.Connection, ids: range) -> None:
    """Write down that the words of these chunks changed, in the transaction in which they do."""
    if not ids:
        return
    connection.execute(
        "DELETE FROM word_changes WHERE first_chunk BETWEEN ?1 AND ?2 AND first_chunk + chunk_count - 1 <= ?2",
        (ids.start, ids.stop - 1),
    )
    connection.executemany(
        "INSERT INTO word_changes (first_chunk, chunk_count) VALUES (?, ?)",
        ((start, min(_HANDED_CHUNKS, ids.stop - start)) for start in ids[::_HANDED_CHUNKS]),
    )


def settle(connection: apsw.Connection) -> None:
    """Write something, so that a transaction that waits for the disk waits for all the changes before it."""
    connection.execute("UPDATE word_origin SET origin = origin")


def newest(connection: apsw.Connection) -> Mark:
    """The mark of the last change."""
    ((origin, last),) = connection.execute(
        "SELECT origin, (SELECT coalesce(max(id), 0) FROM word_changes) FROM word_origin"
    )
    return origin, last


def after(connection: apsw.Connection, mark: Mark) -> Changes | None:
    """Some of the changes after a mark of this database, the oldest first; None when there are none."""
    origin, last = mark
    noted: Any = connection.execute(
        "SELECT id, first_chunk, chunk_count FROM word_changes WHERE id > ? ORDER BY id LIMIT ?", (last, _HANDED_CHUNKS)
    )
    ranges: list[range] = []
    left = _HANDED_CHUNKS
    for change, first, count in noted.fetchall():
        if ranges and count > left:
            break
        last, left = change, left - count
        ranges.append(range(first, first + count))
    if not ranges:
        return None
    return Changes((origin, last), ranges, _terms(connection, ranges))


def _terms(connection: apsw.Connection, ranges: Sequence[range]) -> dict[int, list[str]]:
    """The terms of the chunks that are still there, as the full-text index holds them."""
    found: dict[int, list[str]] = {}
    for ids in ranges:
        rows: Any = connection.execute(_CHUNKS, (ids.start, ids.stop - 1))
        for chunk_id, text, heading, title, language in rows.fetchall():
            stemmed = stemmer(language or "")
            parts = (stemmed(indexable(text)), stemmed(indexable(heading)), *[stemmed(title)] * _TITLE_WEIGHT)
            found[chunk_id] = terms_of(connection, " ".join(parts))
    return found
