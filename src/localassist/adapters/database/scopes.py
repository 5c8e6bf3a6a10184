"""Which documents a scope holds, as a condition in SQL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    import apsw

    from localassist.domain.documents import Scope

_IN_SCOPE: Final = """(
    EXISTS (
        SELECT 1 FROM memberships m
        WHERE m.document_id = d.id AND (:everything OR m.collection_id IN (SELECT value FROM json_each(:collections)))
    )
    OR d.id IN (SELECT value FROM json_each(:documents))
    OR d.container_id IN (SELECT value FROM json_each(:documents))
    OR d.container_id IN (
        SELECT id FROM documents WHERE container_id IN (SELECT value FROM json_each(:documents))
    )
)"""


def scoped(statement: str) -> str:
    """The statement with `$IN_SCOPE` spelled out: it holds for the documents `d` of the scope in its `bindings`."""
    return statement.replace("$IN_SCOPE", _IN_SCOPE)


def bindings(scope: Scope) -> dict[str, str | bool]:
    """What `$IN_SCOPE` needs to know of a scope."""
    return {
        "everything": scope.all_collections,
        "collections": json.dumps(scope.collection_ids),
        "documents": json.dumps(scope.document_ids),
    }


_WITHIN: Final = scoped("""
SELECT k.id FROM json_each(:chunks) wanted CROSS JOIN chunks k ON k.id = wanted.value
WHERE EXISTS (SELECT 1 FROM documents d WHERE d.content_id = k.content_id AND $IN_SCOPE)
""")


def within(connection: apsw.Connection, chunk_ids: Sequence[int], scope: Scope) -> set[int]:
    """Those of the chunks that are in a document of the scope."""
    return {
        chunk_id
        for (chunk_id,) in connection.execute(_WITHIN, {"chunks": json.dumps(list(chunk_ids)), **bindings(scope)})
    }
