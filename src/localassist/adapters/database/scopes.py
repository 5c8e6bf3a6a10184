"""Which documents a scope holds, as a condition in SQL."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from localassist.domain.documents import Scope

_IN_SCOPE: Final = """(
    d.id IN (SELECT value FROM json_each(:documents))
    OR d.container_id IN (SELECT value FROM json_each(:documents))
    OR d.container_id IN (
        SELECT id FROM documents WHERE container_id IN (SELECT value FROM json_each(:documents))
    )
    OR d.id IN (
        SELECT document_id FROM memberships
        WHERE :everything OR collection_id IN (SELECT value FROM json_each(:collections))
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
