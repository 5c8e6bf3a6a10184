"""Connections to the app's one SQLite file, and the transactions on them."""

from __future__ import annotations

import os
import threading
import time
import weakref
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

import apsw

from localassist.adapters.database import migrating, problems

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_PATIENCE: Final = 2_000
_NAP_SECONDS: Final = 0.005
"""Waiting for another writer: SQLite's own naps grow to 100 ms, which miss the gaps that long work leaves."""

_WAL_BYTES_KEPT: Final = 64 * 1024 * 1024
_CACHE_KIBIBYTES: Final = 16 * 1024


class Database:
    """The SQLite file at `path`, or a private database in memory for None. Opened at first use.

    Safe to call from any thread and beside other processes: each thread has a connection of its own (in memory
    all share one, one at a time), and what blocks waits up to ten seconds. What fails for reasons outside this
    program raises `StorageError`.
    """

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._local = threading.local()
        self._opened: weakref.WeakSet[apsw.Connection] = weakref.WeakSet()
        self._lock = threading.RLock()
        self._writer = threading.RLock()
        self._shared: apsw.Connection | None = None

    @property
    def lasts(self) -> bool:
        """Whether it is in a file."""
        return self._path is not None

    @contextmanager
    def reading(self) -> Iterator[apsw.Connection]:
        """A connection that sees one state of the database; keep it for one short query or two."""
        with self._transaction("BEGIN") as connection:
            yield connection

    @contextmanager
    def writing(self, *, repeatable: bool = False) -> Iterator[apsw.Connection]:
        """A connection whose changes are on disk when the block ends, and undone if it raises.

        What is `repeatable`, such as reading a file, does not wait for the disk: a power cut may undo the last of it,
        as if it had not been done yet. The death of the process does not.
        """
        with self._queue(), self._transaction("BEGIN IMMEDIATE", "NORMAL" if repeatable else "FULL") as connection:
            yield connection

    def close(self) -> None:
        """Close all connections, of other threads too, which must be done; a later call opens anew."""
        with self._lock:
            opened, self._opened = self._opened, weakref.WeakSet()
            self._local, self._shared = threading.local(), None
        for connection in opened:
            connection.close()

    @contextmanager
    def _transaction(self, begin: str, synchronous: str = "") -> Iterator[apsw.Connection]:
        with self._turn(), self._worded():
            connection = self._connection()
            if synchronous and not connection.in_transaction:
                connection.pragma("synchronous", synchronous)
            connection.execute(begin)
            try:
                yield connection
                connection.execute("COMMIT")
            finally:
                # A full disk ends the transaction by itself; then there is nothing to roll back.
                if connection.in_transaction:
                    connection.execute("ROLLBACK")

    @contextmanager
    def _queue(self) -> Iterator[None]:
        """The threads of this process write one after the other without naps; other processes have SQLite's lock."""
        waited_for = self._writer.acquire(timeout=_PATIENCE * _NAP_SECONDS)
        try:
            yield
        finally:
            if waited_for:
                self._writer.release()

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if self._path is not None:
            yield
            return
        with self._lock:
            yield

    @contextmanager
    def _worded(self) -> Iterator[None]:
        try:
            yield
        except apsw.Error as error:
            told = problems.of_database(self._path, error)
            if told is None:
                raise
            raise told from error

    def _connection(self) -> apsw.Connection:
        connection = self._shared if self._path is None else getattr(self._local, "connection", None)
        if connection is None:
            connection = self._open()
            with self._lock:
                self._opened.add(connection)
                if self._path is None:
                    self._shared = connection
                else:
                    self._local.connection = connection
        return connection

    def _open(self) -> apsw.Connection:
        if self._path is not None:
            _make_private(self._path)
        connection = apsw.Connection(str(self._path or ":memory:"))
        try:
            connection.set_busy_handler(_nap)
            self._bring_up_to_date(connection)
            connection.pragma("foreign_keys", "ON")
            connection.pragma("synchronous", "FULL")
            connection.pragma("secure_delete", "ON")  # what was forgotten is overwritten, not only unlinked
            connection.pragma("journal_size_limit", _WAL_BYTES_KEPT)
            connection.pragma("cache_size", -_CACHE_KIBIBYTES)
        except BaseException:
            connection.close()
            raise
        return connection

    def _bring_up_to_date(self, connection: apsw.Connection) -> None:
        """Wait for others who do the same: SQLite refuses at once where two of them wait for each other."""
        with self._lock:
            tries = 0
            while True:
                try:
                    self._migrate(connection)
                except apsw.BusyError:
                    if connection.in_transaction:
                        connection.execute("ROLLBACK")
                    if not _nap(tries):
                        raise
                    tries += 1
                else:
                    return

    def _migrate(self, connection: apsw.Connection) -> None:
        newest = max(migrating.scripts())
        found = migrating.version(connection)
        if found > newest:
            raise problems.newer(self._path)
        if found == newest:
            return
        connection.pragma("journal_mode", "WAL")
        connection.execute("BEGIN IMMEDIATE")
        migrating.migrate(connection)
        connection.execute("COMMIT")


def _nap(tries: int) -> bool:
    """Wait a moment for a lock; False when it has been waited for long enough."""
    time.sleep(_NAP_SECONDS)
    return tries < _PATIENCE


def _make_private(path: Path) -> None:
    """Make the file and its folder, if missing, for this user only; SQLite gives its side files the same mode."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        if not path.exists():
            os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    except OSError as error:
        raise problems.of_system(path, error) from error
