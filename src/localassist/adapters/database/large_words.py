"""Words of large collections, in an index beside the database that finds the best at once: a cache."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database import word_changes
from localassist.adapters.following import CacheError, Follower
from localassist.adapters.tantivy_terms import TermIndex
from localassist.domain.errors import Stopped, StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence
    from pathlib import Path

    import apsw

    from localassist.adapters.database.connection import Database
    from localassist.domain.documents import Scored
    from localassist.domain.ports.activity import Activity
    from localassist.domain.stopping import Stop

_LOG: Final = logging.getLogger(__name__)

FROM_CHUNKS: Final = 20_000
"""Chunks that the full-text index of the database searches within some milliseconds."""

_COMMITTED_TOGETHER: Final = 20
"""Batches of changes: when the process dies, so many are read again."""


class LargeWords:
    """Best matches by words among very many chunks, from an index that follows the database on a thread of its own.

    It answers only when it is at the very state that the asking connection sees; `from_chunks` is how many there have
    to be. Safe to call from any thread and beside other processes: one of them writes, all read.
    """

    def __init__(self, database: Database, folder: Path, activity: Activity, from_chunks: int = FROM_CHUNKS) -> None:
        self._database = database
        self._activity = activity
        self._from_chunks = from_chunks
        self._index = TermIndex(folder)
        self._follower = Follower("words", self._catch_up)
        self._afresh = False

    def match(
        self, connection: apsw.Connection, terms: Iterable[str], phrases: Iterable[Sequence[str]], k: int
    ) -> tuple[Scored, ...] | None:
        """The `k` best of all chunks, in whatever scope; None when the index is not there or behind the database."""
        if not self._is_large(connection):
            return None
        try:
            found = self._index.search(terms, phrases, k, word_changes.newest(connection))
        except CacheError as error:
            _LOG.warning("the index of words fails and is made anew: %s", error)
            self._afresh, found = True, None
        if found is None:
            self._follower.follow()
        return found

    def rebuild(self) -> None:
        """Make the index anew, so that nothing of what was removed is left in its files; where there is one."""
        if not self._index.exists:
            return
        self._afresh = True
        self._follower.follow()
        self._follower.join()
        if self._afresh:
            raise StorageError(
                "The index of words can't be made anew: another window or command of this app is at work on it.",
                "Close it and try again.",
            )

    def wait_until_current(self) -> bool:
        """Return when the index has caught up with the database; False if it could not."""
        self._follower.follow()
        self._follower.join()
        return self._index.mark == self._newest()

    def close(self) -> None:
        """End the following."""
        self._follower.close()

    def _is_large(self, connection: apsw.Connection) -> bool:
        """Whether so many chunks were ever stored: quicker to tell than how many there are."""
        row: Any = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'chunks'").fetchone()
        return row is not None and row[0] >= self._from_chunks

    def _catch_up(self, stop: Stop) -> None:
        if not self._index.begin():
            return
        try:
            if self._afresh or self._is_of_another_past():
                self._index.clear()
                self._afresh = False
            self._add_changes(stop)
        finally:
            self._index.end()

    def _is_of_another_past(self) -> bool:
        """Whether it follows what this database never was: the file was made anew, or put back from a copy."""
        origin, change = self._newest()
        return self._index.mark[0] != origin or self._index.mark[1] > change

    def _add_changes(self, stop: Stop) -> None:
        batches = 0
        try:
            while changes := self._changes():
                self._activity.wait_until_idle(stop)
                stop.raise_if_requested()
                self._index.replace(changes.ranges, changes.terms, changes.mark)
                batches += 1
                if batches % _COMMITTED_TOGETHER == 0:
                    self._commit()
        except Stopped:
            self._commit()
            raise
        self._commit()

    def _commit(self) -> None:
        """Write the index once the changes in it are on the disk: after a power cut it must not know more than they."""
        with self._database.writing() as connection:
            word_changes.settle(connection)
        self._index.commit()

    def _changes(self) -> word_changes.Changes | None:
        with self._database.reading() as connection:
            return word_changes.after(connection, (word_changes.newest(connection)[0], self._index.mark[1]))

    def _newest(self) -> word_changes.Mark:
        with self._database.reading() as connection:
            return word_changes.newest(connection)
