"""What the product asks of an embedding model."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.models import EmbeddingModel
    from localassist.domain.stopping import Stop
    from localassist.domain.vectors import Vectors


class Embedder(Protocol):
    """Turns text into unit-length vectors. Loads on first use; safe to call from any thread."""

    @property
    def name(self) -> str:
        """Names model and version: vectors of different names must never be compared."""

    @property
    def dimension(self) -> int:
        """How many numbers a vector has."""

    @property
    def max_tokens(self) -> int:
        """Text beyond this many tokens is not seen by the model."""

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has, without loading the model's weights."""

    def embed_passages(self, texts: Sequence[str], stop: Stop) -> Vectors:
        """One vector a text, in order. Raises `ModelError` when the model can't be used, `Stopped` on request."""

    def embed_query(self, text: str) -> Vectors:
        """One vector for a question. Raises `ModelError` when the model can't be used."""


class EmbeddingModels(Protocol):
    """The embedding models that can be chosen."""

    def embedding_models(self) -> tuple[EmbeddingModel, ...]:
        """Those known by name, each with the problem that keeps it from being used."""

    def embedding_model(self, choice: str = "") -> EmbeddingModel:
        """The one of that name, or in that folder ("": the one that came along), with its problem said."""
