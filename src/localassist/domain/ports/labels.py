"""Where the user's labels are kept, and what they say of documents."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.documents import Scope
    from localassist.domain.labels import Label, LabelKind, Labelled, Sensitivity


class LabelStore(Protocol):
    """How sensitive things are. Safe to call from any thread; all raise `StorageError`."""

    def labels(self) -> tuple[Label, ...]:
        """All that the user said."""

    def of(self, kind: LabelKind, target: str) -> Sensitivity | None:
        """What the user said of one thing, None where nothing."""

    def set(self, kind: LabelKind, target: str, sensitivity: Sensitivity | None) -> None:
        """Say it, None takes it back. Raises `NotFoundError` for a collection or conversation that is not there."""

    def of_documents(self, document_ids: Sequence[int]) -> Mapping[int, Labelled]:
        """What holds for documents, by id; those that are gone are left out, but for those that never left until then.

        The strictest of what was said of their collections and of the folders above them (also above the file that
        a part is inside of). Where a stricter word was said of a document with the same bytes or the same text, that
        holds; a copy makes none less strict.
        """

    def never_leaving(self) -> Scope:
        """The documents that never leave, copies included: whole collections, and single ones."""
