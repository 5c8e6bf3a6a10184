"""Which documents a question expects its answer to rest on, and the words for an answer that rests on none."""

from __future__ import annotations

from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Scope
from localassist.domain.names import is_german

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.documents import Citation, Passage
    from localassist.domain.ports.documents import DocumentStore

_NOT_THERE: Final = "This is not in your documents: nothing in those that were searched answers the question."
_NOT_THERE_GERMAN: Final = (
    "Das steht nicht in Ihren Dokumenten: Nichts in denen, die durchsucht wurden, beantwortet die Frage."
)
_NOT_CLEARLY_THERE: Final = (
    "This is not in your documents in so many words. "
    "What comes nearest may answer it, or only be about something like it."
)
_NOT_CLEARLY_THERE_GERMAN: Final = (
    "Das steht so nicht in Ihren Dokumenten. Was der Frage am nächsten kommt, beantwortet sie vielleicht, oder es geht "
    "darin nur um etwas Ähnliches."
)
_UNREAD: Final = "Files that are still to be read: {:,}. Ask again when they are."
_UNREAD_GERMAN: Final = "Dateien, die noch gelesen werden: {}. Fragen Sie danach noch einmal."
_FEW_ATTACHED: Final = 5
"""Up to so many documents that a question is asked of, each is expected to be of use."""
_LONG_NAME: Final = 10
"""Characters from which on a file's name tells it apart without its extension."""


def not_there(question: str, unread: int = 0) -> str:
    """What to answer where the documents say nothing, in the question's language; `unread` of them wait to be read."""
    german = is_german(question)
    if not unread:
        return _NOT_THERE_GERMAN if german else _NOT_THERE
    told = _UNREAD_GERMAN if german else _UNREAD
    return f"{_NOT_THERE_GERMAN if german else _NOT_THERE} {told.format(unread)}"


def not_clearly_there(question: str) -> str:
    """What to say before quotes that come nearest to an answer, in the question's language."""
    return _NOT_CLEARLY_THERE_GERMAN if is_german(question) else _NOT_CLEARLY_THERE


def unused(
    question: str, scope: Scope, found: Iterable[Passage], citations: Iterable[Citation], documents: DocumentStore
) -> tuple[str, ...]:
    """The paths of documents that an answer does not rest on, though its question names them or is asked of a few."""
    cited = {citation.passage.document_id for citation in citations}
    asked = question.casefold()
    expected = {each.path: each.document_id for each in found if _is_named(each.path, asked)}
    if 0 < len(scope.document_ids) <= _FEW_ATTACHED:
        attached = documents.documents(Scope(document_ids=scope.document_ids))
        expected |= {document.path: document.id for document in attached}
    return tuple(path for path, document_id in expected.items() if document_id not in cited)


def _is_named(path: str, asked: str) -> bool:
    name = PurePath(path).name.casefold()
    return name in asked or (len(name) >= _LONG_NAME and name.rpartition(".")[0] in asked)
