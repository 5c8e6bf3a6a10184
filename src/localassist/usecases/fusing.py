"""What searches by words and by meaning found, made comparable and put together."""

from __future__ import annotations

import math
from array import array
from dataclasses import dataclass
from operator import mul
from statistics import fmean
from typing import TYPE_CHECKING, Final

from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from localassist.domain.documents import Scored

FEEDBACK_CHUNKS: Final = 5
"""How many of the best chunks say what else a question means."""
_FEEDBACK_SHARE: Final = 0.5
"""Of those chunks' mean vector beside the question's own: Rocchio's alpha 1 and beta 0.5, as Li et al. use them for
dense retrieval ("Pseudo Relevance Feedback with Deep Language Models and Dense Retrievers", 2023)."""
_RECIPROCAL_OFFSET: Final = 60


@dataclass(frozen=True, slots=True)
class Share:
    """A chunk's score with the parts that searching by words and by meaning have in it, 0 to 1 each, weighted."""

    words: float = 0.0
    meaning: float = 0.0

    @property
    def score(self) -> float:
        """The sum of the parts, 0 to 1."""
        return self.words + self.meaning


def fuse(by_words: Iterable[Scored], by_meaning: Iterable[Scored]) -> dict[int, Share]:
    """The min-max normalised scores of both searches, weighted by how sure each is, by chunk id.

    What a search did not find has 0 in it; a search that found nothing does not count. Chunks that only meaning
    found are chunks without any of the words, which is a score of 0 there, the lowest there is. Convex combination does
    better than reciprocal ranks (Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval", 2023).
    The weights come from the scores themselves, question by question: an embedder that does not know the
    question's language finds everything about equally near, and then words decide.
    """
    words = {item.chunk_id: item.score for item in by_words}
    meaning = {item.chunk_id: item.score for item in by_meaning}
    wordless = [0.0] * (len(meaning) - len(words))
    sure_words, sure_meaning = sureness([*words.values(), *wordless]), sureness(meaning.values())
    weight = sure_words / (sure_words + sure_meaning) if words and meaning else float(bool(words))
    of_words, of_meaning = _normalised(words, wordless), _normalised(meaning, ())
    return {
        chunk_id: Share(weight * of_words.get(chunk_id, 0.0), (1 - weight) * of_meaning.get(chunk_id, 0.0))
        for chunk_id in words.keys() | meaning.keys()
    }


def mean_of(first: Mapping[int, Share], second: Mapping[int, Share]) -> dict[int, Share]:
    """The mean of two fusions, part by part; what one of them lacks has 0 in it."""
    none = Share()
    pairs = {i: (first.get(i, none), second.get(i, none)) for i in first.keys() | second.keys()}
    return {i: Share((a.words + b.words) / 2, (a.meaning + b.meaning) / 2) for i, (a, b) in pairs.items()}


def fuse_ranks(*searches: Sequence[Scored]) -> dict[int, float]:
    """Reciprocal rank fusion with its usual offset of 60 (Cormack et al., 2009), by chunk id: what to compare with."""
    fused: dict[int, float] = {}
    for search in searches:
        for rank, item in enumerate(search, 1):
            fused[item.chunk_id] = fused.get(item.chunk_id, 0.0) + 1 / (_RECIPROCAL_OFFSET + rank)
    return fused


def sureness(scores: Iterable[float]) -> float:
    """How far the best score of a search stands out, in standard deviations above the mean; 1 if that says nothing."""
    known = list(scores)
    if not known or min(known) == max(known):  # asked first: the mean of equal numbers is not always their own
        return 1.0
    mean = fmean(known)
    squares = math.fsum((score - mean) ** 2 for score in known)  # as statistics.pstdev gives it, in a tenth of the time
    return (max(known) - mean) / math.sqrt(squares / len(known))


def best_of(fused: Mapping[int, Share], count: int) -> list[int]:
    """The ids of the `count` best chunks, best first; equal ones by id."""
    return sorted(fused, key=lambda chunk_id: (-fused[chunk_id].score, chunk_id))[:count]


def with_feedback(query: Vectors, found: Sequence[tuple[Vectors, float]]) -> Vectors:
    """The question's vector moved towards those of the chunks that seem to answer it (vector, weight), unit length.

    Without chunks it is the question's own.
    """
    total = sum(weight for _, weight in found)
    if not total:
        return query
    moved: list[float] = list(query.data)
    for vector, weight in found:
        part = _FEEDBACK_SHARE * weight / total
        moved = [own + part * other for own, other in zip(moved, vector.data, strict=True)]
    length = sum(map(mul, moved, moved)) ** 0.5 or 1.0
    return Vectors(memoryview(array("f", [value / length for value in moved])), query.dimension)


def _normalised(scores: Mapping[int, float], others: Sequence[float]) -> dict[int, float]:
    if not scores:
        return {}
    low, high = min((*scores.values(), *others)), max(scores.values())
    spread = high - low
    return {chunk_id: (score - low) / spread if spread else 1.0 for chunk_id, score in scores.items()}
