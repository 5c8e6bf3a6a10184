"""The full-text index of the chunks, written in transactions so short that a growing answer need not wait for them."""

from __future__ import annotations

import time
from contextlib import contextmanager, suppress
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database import word_changes, writers
from localassist.adapters.database.codec import path_from_bytes
from localassist.adapters.database.languages import language_of, stemmer
from localassist.adapters.database.words import indexable
from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    import apsw

    from localassist.adapters.database.connection import Database

AT_ONCE: Final = 250
"""Chunks whose words are written in one transaction: some 50 ms."""

_MERGED_PAGES: Final = 200
"""Pages of the index merged in one transaction; writing `AT_ONCE` chunks makes some 60, each merged about six times."""

_GAP_SECONDS: Final = 0.01
"""Left between two transactions; longer than a waiting writer sleeps between its tries."""

_NAMES: Final = 8
"""How many different files with the same content it is found by: a thousand copies must not cost a million words."""

_UNTOLD: Final = "SELECT id, indexed_title, first_chunk, chunk_count FROM contents WHERE language IS NULL LIMIT 1"


def reserve(connection: apsw.Connection, count: int) -> range:
    """Ids for new chunks, in a row, never used before and greater than all that were."""
    last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
    ids = range(last[0] + 1 if last else 1, (last[0] + 1 if last else 1) + count)
    if last:
        connection.execute("UPDATE sqlite_sequence SET seq = ? WHERE name = 'chunks'", (ids.stop - 1,))
    else:
        connection.execute("INSERT INTO sqlite_sequence (name, seq) VALUES ('chunks', ?)", (ids.stop - 1,))
    return ids


@contextmanager
def written_ahead(
    database: Database, words: Sequence[tuple[str, str]], title: str, language: str
) -> Iterator[range | None]:
    """Index the (text, heading) of many chunks, to be stored inside the block under the ids it gives.

    Few chunks give None: their words are written when they are stored. When storing fails the words are loose.
    """
    if len(words) <= AT_ONCE:
        yield None
        return
    with database.writing() as connection:
        ids = reserve(connection, len(words))
        _note_loose(connection, ids, writers.this_process())
    try:
        for part in _parts(ids):
            with database.writing() as connection:
                write(connection, part, words[part.start - ids.start : part.stop - ids.start], title, language)
            make_way()
        yield ids
    except BaseException:
        with suppress(StorageError), database.writing() as connection:
            connection.execute("UPDATE loose_words SET writer = '' WHERE first_chunk = ?", (ids.start,))
        raise


def write(
    connection: apsw.Connection, ids: Iterable[int], words: Iterable[tuple[str, str]], title: str, language: str
) -> None:
    """Index the (text, heading) of chunks in that language; `title` is as `indexable` gives it."""
    stemmed = stemmer(language)
    title = stemmed(title)
    connection.executemany(
        "INSERT OR REPLACE INTO chunk_words (rowid, text, heading, title) VALUES (?, ?, ?, ?)",
        (
            (chunk_id, stemmed(indexable(text)), stemmed(indexable(heading)), title)
            for chunk_id, (text, heading) in zip(ids, words, strict=True)
        ),
    )
    _merge(connection)


def settle(connection: apsw.Connection, ids: range) -> None:
    """What was written ahead has its chunks now."""
    connection.execute("DELETE FROM loose_words WHERE first_chunk = ?", (ids.start,))


def loosen(connection: apsw.Connection, ids: range) -> None:
    """The chunks are gone, or will never be; `sweep` takes their words away."""
    if ids:
        _note_loose(connection, ids, "")


def sweep(database: Database) -> None:
    """Take away the words of chunks that are gone, and what a process that died has written ahead."""
    swept = False
    while loose := _loose(database):
        with database.writing() as connection:
            _remove_some(connection, loose)
        swept = True
        make_way()
    while swept:
        with database.writing() as connection:
            swept = _merge(connection)
        make_way()


def purge(database: Database) -> None:
    """Write the whole index anew without the words of what was removed, a little in each transaction."""
    sweep(database)
    pages, more = -_MERGED_PAGES, True  # the negative number begins it, as SQLite's manual of FTS5 says
    while more:
        with database.writing() as connection:
            more = _merge(connection, pages)
        pages = _MERGED_PAGES
        make_way()


def rename(database: Database, content_id: int) -> None:
    """Have a content be found by the names of the files that hold it now.

    When the process dies meanwhile, some chunks are found by the old names until a file of this content is added
    or removed again.
    """
    with database.reading() as connection:
        row = connection.execute(
            "SELECT title, indexed_title, first_chunk, chunk_count, language FROM contents WHERE id = ?", (content_id,)
        ).fetchone()
        if row is None:
            return
        own, indexed, first, count, language = row
        title = title_of(own, _paths(connection, content_id))
    if title == indexed:
        return
    for part in _parts(range(first, first + count)):
        with database.writing() as connection:
            _write_again(connection, content_id, part, title, language or "")
        make_way()
    with database.writing() as connection:
        connection.execute(
            "UPDATE contents SET indexed_title = ? WHERE (id, first_chunk) = (?, ?)", (title, content_id, first)
        )
        # Only now: what follows the changes reads the title.
        word_changes.note(connection, range(first, first + count))


def catch_up(database: Database) -> None:
    """Write the words of one content anew in its language, if any were written before languages were told."""
    with database.reading() as connection:
        row = connection.execute(_UNTOLD).fetchone()
        if row is None:
            return
        content_id, title, first, count = row
        ((text,),) = connection.execute("SELECT text FROM texts WHERE content_id = ?", (content_id,))
    language = language_of(text)
    for part in _parts(range(first, first + count) if language else range(0)):
        with database.writing() as connection:
            _write_again(connection, content_id, part, title, language)
        make_way()
    with database.writing() as connection:
        connection.execute(
            "UPDATE contents SET language = ? WHERE (id, first_chunk) = (?, ?)", (language, content_id, first)
        )
        word_changes.note(connection, range(first, first + count) if language else range(0))


def title_of(own: str, paths: Iterable[bytes]) -> str:
    """The words that all chunks of a content are found by: its own title, and the names of files that hold it."""
    return indexable(" ".join([own, *sorted({PurePath(path_from_bytes(path)).stem for path in paths})]))


def make_way() -> None:
    """Let another writer have its turn: SQLite keeps no queue."""
    time.sleep(_GAP_SECONDS)


def _parts(ids: range) -> Iterator[range]:
    return (ids[start : start + AT_ONCE] for start in range(0, len(ids), AT_ONCE))


def _paths(connection: apsw.Connection, content_id: int) -> list[bytes]:
    rows: Any = connection.execute(
        "SELECT path FROM documents WHERE content_id = ? ORDER BY id LIMIT ?", (content_id, _NAMES)
    )
    return [path for (path,) in rows]


def _write_again(connection: apsw.Connection, content_id: int, ids: range, title: str, language: str) -> None:
    """Only of what is still there: the content may have been removed meanwhile."""
    chunks: Any = connection.execute(
        "SELECT id, text, heading FROM chunks WHERE content_id = ? AND id BETWEEN ? AND ?",
        (content_id, ids.start, ids.stop - 1),
    ).fetchall()
    write(connection, [row[0] for row in chunks], [row[1:] for row in chunks], title, language)


def _merge(connection: apsw.Connection, pages: int = _MERGED_PAGES) -> bool:
    """Merge parts of the index, as far as one transaction should; tells whether there is more to merge."""
    before = connection.total_changes()
    connection.execute("INSERT INTO chunk_words (chunk_words, rank) VALUES ('merge', ?)", (pages,))
    return connection.total_changes() - before > 1  # as SQLite's manual of FTS5 says


def _loose(database: Database) -> list[int]:
    """Where the ranges begin whose words nobody will store chunks for."""
    with database.reading() as connection:
        ranges: Any = connection.execute("SELECT first_chunk, writer FROM loose_words").fetchall()
    return [first for first, writer in ranges if not (writer and writers.is_alive(writer))]


def _note_loose(connection: apsw.Connection, ids: range, writer: str) -> None:
    connection.execute("INSERT INTO loose_words VALUES (?, ?, ?)", (ids.start, len(ids), writer))


def _remove_some(connection: apsw.Connection, loose: list[int]) -> None:
    """Take away the words of `AT_ONCE` chunks of the ranges that begin at `loose`, the last of a range first."""
    left = AT_ONCE
    for first in loose:
        row = connection.execute("SELECT chunk_count FROM loose_words WHERE first_chunk = ?", (first,)).fetchone()
        count = row[0] if row else 0
        taken = min(left, count)
        stop = first + count
        connection.execute("DELETE FROM chunk_words WHERE rowid BETWEEN ? AND ?", (stop - taken, stop - 1))
        if taken == count:
            connection.execute("DELETE FROM loose_words WHERE first_chunk = ?", (first,))
        else:
            connection.execute("UPDATE loose_words SET chunk_count = ? WHERE first_chunk = ?", (count - taken, first))
        left -= taken
        if not left:
            return
