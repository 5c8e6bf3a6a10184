"""How near in meaning short texts are to a question."""

from __future__ import annotations

import threading
from array import array
from collections import OrderedDict
from operator import mul
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.stopping import Stop

_REMEMBERED: Final = 4096
"""Texts whose vectors are kept: about 6 MB. The sentences of a document come up again at the next question."""
_UNLIKE: Final = (
    "The choir sang three songs before the break.",
    "A cup of flour is added to the dough and kneaded.",
    "The comet will be seen again in seventy years.",
    "She bought a red bicycle for her nephew.",
    "Sheep are shorn in early summer.",
    "The goalkeeper saved the penalty in the last minute.",
    "The ferry leaves the island at noon.",
    "The file could not be opened because it was damaged.",
)
"""Sentences about nothing in common."""


class Nearness:
    """Compares sentences with questions by their vectors; safe to use from any thread."""

    def __init__(self, embedder: Embedder) -> None:
        self._embedder = embedder
        self._vectors: OrderedDict[str, array[float]] = OrderedDict()
        self._lock = threading.Lock()

    def __call__(self, question: str, texts: Sequence[str], stop: Stop) -> list[float]:
        """The cosine of the question with each text, -1 to 1. Raises `ModelError`, and `Stopped` on request."""
        known = self._known(texts, stop)
        asked = self._embedder.embed_query(question).data
        return [sum(map(mul, asked, known[text])) for text in texts]

    def beyond_chance(self, question: str, texts: Sequence[str], stop: Stop) -> list[float]:
        """How near each text is to the question, on one scale for all models; errors as for a call.

        0 is no nearer than sentences about different things are to each other, 1 the same: some models give 0.05
        to what others give 0.7. The cosines are rescaled as in BERTScore (Zhang et al., 2020).
        """
        vectors = list(self._known(_UNLIKE, stop).values())
        summed = [sum(numbers) for numbers in zip(*vectors, strict=True)]
        count = len(vectors)
        chance = (sum(map(mul, summed, summed)) - count) / (count * (count - 1))  # vectors have a length of 1
        return [max(cosine - chance, 0.0) / (1 - chance) for cosine in self(question, texts, stop)]

    def to_the_mean(self, texts: Sequence[str], stop: Stop) -> list[float]:
        """How near each text is to the mean of all: a number that grows with the cosine. Errors as for a call."""
        known = self._known(texts, stop)
        mean = [sum(numbers) for numbers in zip(*(known[text] for text in texts), strict=True)]
        return [sum(map(mul, mean, known[text])) for text in texts]

    def _known(self, texts: Sequence[str], stop: Stop) -> dict[str, array[float]]:
        with self._lock:
            known = {text: self._vectors[text] for text in texts if text in self._vectors}
        unknown = [text for text in dict.fromkeys(texts) if text not in known]
        if unknown:
            made = self._embedder.embed_passages(unknown, stop)
            known |= {text: array("f", made.row(position).data) for position, text in enumerate(unknown)}
        self._remember(known)
        return known

    def _remember(self, vectors: dict[str, array[float]]) -> None:
        with self._lock:
            for text, vector in vectors.items():
                self._vectors[text] = vector
                self._vectors.move_to_end(text)
            while len(self._vectors) > _REMEMBERED:
                self._vectors.popitem(last=False)
