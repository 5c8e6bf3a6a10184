"""Labels as commands write them, and what they tell of the documents of a collection."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.cli.console import one_line
from localassist.domain.labels import LabelKind, Labelled, Sensitivity

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.documents import Collection, Document
    from localassist.domain.ports.labels import LabelStore

SENSITIVITIES: Final = {
    "may-go-out": Sensitivity.MAY_GO_OUT,
    "ask": Sensitivity.ASK,
    "never": Sensitivity.NEVER,
}


def word(sensitivity: Sensitivity) -> str:
    """The word that says so in a command and in `--json`."""
    return next(each for each, meant in SENSITIVITIES.items() if meant is sensitivity)


def held_object(labelled: Labelled) -> dict[str, Any]:
    """What holds for something, and of what it was said ("" where it was said of nothing)."""
    return {"holds": word(labelled.sensitivity), "by": labelled.by}


@dataclass(frozen=True, slots=True)
class Marks:
    """What was said of a collection, None where nothing was, and what holds for its documents by their ids."""

    said: Sensitivity | None
    held: Mapping[int, Labelled]

    @classmethod
    def of(cls, labels: LabelStore, collection: Collection, documents: Sequence[Document]) -> Marks:
        """Looked up now."""
        said = labels.of(LabelKind.COLLECTION, str(collection.id))
        return cls(said, labels.of_documents([each.id for each in documents]))

    @property
    def heading(self) -> str:
        """What stands behind the collection's name."""
        return f" ({self.said})" if self.said else ""

    def behind(self, document: Document) -> str:
        """What stands behind a document: its label, where that is another than its collection's."""
        held = self.held.get(document.id, Labelled())
        if held.sensitivity is (self.said or Sensitivity.ASK):
            return ""
        return one_line(f"({held.sensitivity}, as you said of {held.by})")

    def object(self, document: Document) -> dict[str, Any]:
        """What holds for a document, for programs."""
        return held_object(self.held.get(document.id, Labelled()))
