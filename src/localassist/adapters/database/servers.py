"""The user's own servers, which speak as OpenAI does, in the database."""

from __future__ import annotations

import re
import unicodedata
from itertools import count
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.database.codec import storable
from localassist.domain.errors import NotFoundError

if TYPE_CHECKING:
    from collections.abc import Collection

    from localassist.adapters.database.connection import Database

_LONGEST: Final = 40


class DatabaseServers:
    """Servers by an id that is made of their name. Safe to call from any thread; all raise `StorageError`."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def servers(self) -> tuple[tuple[str, str, str], ...]:
        """Id, name and address of each, by name."""
        with self._database.reading() as connection:
            rows: Any = connection.execute("SELECT id, name, address FROM servers").fetchall()
        return tuple(sorted(rows, key=lambda row: (row[1].casefold(), row[0])))

    def add(self, name: str, address: str, taken: Collection[str] = ()) -> str:
        """Remember a server; gives its id: lower-case letters, digits and hyphens, none of those that are `taken`."""
        with self._database.writing() as connection:
            rows: Any = connection.execute("SELECT id FROM servers").fetchall()
            server_id = _free(_slug(name), {*taken, *(row[0] for row in rows)})
            connection.execute(
                "INSERT INTO servers (id, name, address) VALUES (?, ?, ?)",
                (server_id, storable(name), storable(address)),
            )
        return server_id

    def remove(self, server_id: str) -> None:
        """Forget a server. Raises `NotFoundError` for one that is not there."""
        with self._database.writing() as connection:
            connection.execute("DELETE FROM servers WHERE id = ?", (storable(server_id),))
            if not connection.changes():
                raise NotFoundError(f"There is no server {server_id}.", "It may have been removed.")


def _slug(name: str) -> str:
    """A name as it can be typed anywhere."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub("[^a-z0-9]+", "-", plain)[:_LONGEST].strip("-") or "server"


def _free(wanted: str, taken: set[str]) -> str:
    if wanted not in taken:
        return wanted
    return next(name for number in count(2) if (name := f"{wanted}-{number}") not in taken)
