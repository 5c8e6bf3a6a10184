"""The database's schema over time: ordered scripts, each applied once."""

from __future__ import annotations

from functools import cache
from importlib import resources
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import apsw


@cache
def scripts() -> dict[int, str]:
    """The migrations by number, in order: script n takes a database from `user_version` n - 1 to n."""
    folder = resources.files(__package__) / "migrations"
    found = {int(file.name[:4]): file.read_text("utf-8") for file in folder.iterdir() if file.name.endswith(".sql")}
    return dict(sorted(found.items()))


def version(connection: apsw.Connection) -> int:
    """The number of the last migration that was applied, 0 for an empty database."""
    return int(connection.pragma("user_version"))


def migrate(connection: apsw.Connection) -> None:
    """Apply the missing migrations inside the caller's transaction."""
    done = version(connection)
    for number, script in scripts().items():
        if number > done:
            connection.execute(script)
            connection.pragma("user_version", number)
