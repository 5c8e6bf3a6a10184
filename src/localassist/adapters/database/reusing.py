"""Texts that are stored already, taken for another file or path together with those of the files inside."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from localassist.adapters.database import contents, rows
from localassist.adapters.database.codec import path_to_bytes
from localassist.domain.ports.documents import part_hash

if TYPE_CHECKING:
    import apsw

    from localassist.domain.documents import Document
    from localassist.domain.ports.documents import FoundFile


def reuse(
    connection: apsw.Connection, file: FoundFile, key: tuple[str, str, str]
) -> tuple[Document | None, list[int | None]]:
    """Make the document at a path stand for what is stored under the key, if all of it is.

    Returns it with the contents whose documents changed.
    """
    changed: list[int | None] = []
    content_id = contents.find(connection, key[0], key[1:])
    if content_id is None or not _has_parts(connection, content_id, key[0], key[1:]):
        return None, changed
    (container,) = connection.execute(
        "SELECT container_id FROM documents WHERE path = ?", (path_to_bytes(file.path),)
    ).fetchone() or (None,)
    return _point(connection, file, key, container, changed), changed


def _has_parts(connection: apsw.Connection, content_id: int, content_hash: str, versions: tuple[str, str]) -> bool:
    """Whether the texts of all files inside a content are stored too, of those that could be read."""
    for name, problem in contents.parts_of(connection, content_id):
        own_hash = part_hash(content_hash, name)
        own = contents.find(connection, own_hash, versions)
        if not problem and (own is None or not _has_parts(connection, own, own_hash, versions)):
            return False
    return True


def _point(
    connection: apsw.Connection,
    file: FoundFile,
    key: tuple[str, str, str],
    container_id: int | None,
    changed: list[int | None],
    problem: str = "",
) -> Document:
    """Make the document at a path, and those inside it, stand for what is stored under the key and their own."""
    content_id = contents.find(connection, key[0], key[1:])
    document, before = rows.point(connection, file, key[0], content_id, problem, container_id=container_id)
    parts = contents.parts_of(connection, content_id) if content_id is not None else []
    changed += [before, content_id, *rows.keep_parts(connection, document, (name for name, _ in parts))]
    for name, trouble in parts:
        inside = replace(file, path=f"{file.path}/{name}")
        own = (part_hash(key[0], name), *key[1:])
        _point(connection, inside, own, document.id, changed, trouble)
    return document
