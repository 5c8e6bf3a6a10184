"""What the product asks of a model that reads a question and a text together."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.stopping import Stop


class Reranker(Protocol):
    """Judges how well texts answer a question. Loads on first use; safe to call from any thread."""

    @property
    def name(self) -> str:
        """Names model and version."""

    def scores(self, query: str, texts: Sequence[str], seconds: float, stop: Stop) -> tuple[float, ...]:
        """A score for each text, higher is better, on the model's own scale.

        When `seconds` are over, those so far: the first texts' scores, maybe none. Raises `ModelError` when the
        model can't be used, `Stopped` on request.
        """
