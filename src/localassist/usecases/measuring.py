"""How long texts are for an embedding model, also while it is missing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.ports.embedder import Embedder

_BYTES_PER_TOKEN: Final = 3
"""Of UTF-8, fewer than most tokenizers take together, so that chunks measured by it fit: a letter of Chinese is one."""
_USUAL_LIMIT: Final = 256


class Measure:
    """Tokens as an embedder counts them; estimated while it can't be used, so that words are found without it."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder

    @property
    def max_tokens(self) -> int:
        """The embedder's limit, a usual one where nothing is known of it."""
        return self._embedder.max_tokens or _USUAL_LIMIT

    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        """How many tokens each text has."""
        try:
            return self._embedder.count_tokens(texts)
        except ModelError:
            return [1 + len(text.encode("utf-8", "replace")) // _BYTES_PER_TOKEN for text in texts]
