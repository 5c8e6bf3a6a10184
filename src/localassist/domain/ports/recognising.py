"""Finding what names somebody in a text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.outbound import Recognised


class Recogniser(Protocol):
    """Finds identifiers in texts of any language. Safe to call from any thread."""

    @property
    def name(self) -> str:
        """Who looks, for people: "rules", "rules and the model bert-base-NER"."""

    def __call__(self, text: str) -> Sequence[Recognised]:
        """What it found, by position, none overlapping another."""
