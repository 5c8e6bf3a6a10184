"""Passages for a question: searched by words and by meaning, fused, ranked by document, judged for relevance."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError, StorageError
from localassist.domain.events import Retrieved, Searching
from localassist.domain.terms import terms
from localassist.usecases.nearness import Nearness

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from localassist.domain.documents import Passage, Scope, Scored
    from localassist.domain.ports.documents import DocumentStore, PassageIndex
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.stopping import Stop

LONGEST_QUERY: Final = 10_000
"""Characters of a question that are looked at: searching for a pasted book would take minutes that no stop ends."""
DEPTH: Final = 200
"""How many chunks each search gives."""
_CANDIDATES: Final = 60
"""How many fused chunks are looked at more closely."""
_DOCUMENT_WEIGHT: Final = 0.25
_RELEVANT_COSINE: Final = 0.35
_RELEVANT_SHARE: Final = 0.5
"""Of the question's words, by rarity. With all-MiniLM-L6-v2 at least 99 of 100 questions that a collection answers
pass one of the two, 0 to 11 of 100 questions about something else do (xquad, cranfield, samples asked crosswise)."""


class SearchPassages:
    """Finds the passages of a scope that may answer a question."""

    def __init__(self, store: DocumentStore, index: PassageIndex, embedder: Embedder) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self.nearness = Nearness(embedder)

    def __call__(
        self, query: str, scope: Scope, limit: int, stop: Stop, before: str = ""
    ) -> Iterator[Searching | Retrieved]:
        """Search by words and by meaning; yields `Searching` ..., then `Retrieved` with at most `limit` passages.

        `before` is what the query leans on (the question before it): searched too, but what the query itself
        names decides between documents. Nothing relevant found gives no passages. Without an embedding model or
        index words alone decide, and a `Searching` says so. Raises `StorageError`, and `Stopped` on request.
        """
        query, before = query[:LONGEST_QUERY], before[:LONGEST_QUERY]
        whole = f"{before}\n{query}" if before else query
        yield Searching("Searching your documents for the words of the question.")
        by_words = self._store.match_words(whole, DEPTH, scope)
        stop.raise_if_requested()
        yield Searching("Searching your documents for passages of like meaning.")
        by_meaning: Sequence[Scored] = ()
        try:
            by_meaning = self._index.nearest(self._embedder.embed_query(whole), DEPTH, scope)
        except StorageError:
            raise
        except LocalAssistError as error:
            yield Searching(f"Only words were searched: {error.message}")
        stop.raise_if_requested()
        ranked = rank(query, fused_passages(self._store, scope, by_words, by_meaning))
        if not is_relevant(whole, ranked, by_meaning):
            ranked = []
        yield Retrieved(tuple(without_repeats(ranked)[:limit]), 0)


def fused_passages(store: DocumentStore, scope: Scope, *searches: Iterable[Scored]) -> list[Passage]:
    """The passages that some searches together found best, at most `_CANDIDATES`, scored by `fuse`."""
    fused = fuse(*searches)
    best = sorted(fused, key=lambda chunk_id: (-fused[chunk_id], chunk_id))[:_CANDIDATES]
    return [replace(passage, score=fused[passage.chunk_id]) for passage in store.passages(best, scope)]


def fuse(*searches: Iterable[Scored]) -> dict[int, float]:
    """The mean of the min-max normalised scores of some searches, 0 to 1, by chunk id.

    What a search did not find has 0 in it; a search that found nothing does not count. Convex combination does
    better than reciprocal ranks (Bruch et al., "An Analysis of Fusion Functions for Hybrid Retrieval", 2023).
    """
    found = [{item.chunk_id: item.score for item in search} for search in searches]
    found = [scores for scores in found if scores]
    fused: dict[int, float] = defaultdict(float)
    for scores in found:
        low, high = min(scores.values()), max(scores.values())
        for chunk_id, score in scores.items():
            fused[chunk_id] += (score - low) / (high - low) / len(found) if high > low else 1 / len(found)
    return dict(fused)


def rank(query: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages ordered by their score and by how much of the question their document speaks of.

    Two leases may hold the same clause, and only the first page says whose it is: the words of a question that
    tell documents apart count wherever in the document's found passages, title or file name they stand.
    """
    holders = _holders(passages)
    wanted = {term for term in terms(query) if term in holders.by_term}
    weights = {term: holders.rarity(term) for term in wanted}
    total = sum(weights.values())
    scored = []
    for passage in passages:
        known = holders.by_document[passage.document_id]
        share = sum(weight for term, weight in weights.items() if term in known) / total if total else 0.0
        scored.append(replace(passage, score=(passage.score + _DOCUMENT_WEIGHT * share) / (1 + _DOCUMENT_WEIGHT)))
    return sorted(scored, key=lambda passage: -passage.score)


@dataclass(frozen=True, slots=True)
class _Holders:
    """Which documents hold which terms."""

    by_document: Mapping[int, set[str]]
    by_term: Counter[str]

    def rarity(self, term: str) -> float:
        """How much a term tells documents apart; 0 when all have it."""
        return math.log(len(self.by_document) / self.by_term[term])


def _holders(passages: Iterable[Passage]) -> _Holders:
    by_document: dict[int, set[str]] = defaultdict(set)
    for passage in passages:
        by_document[passage.document_id].update(terms(named(passage)))
    return _Holders(by_document, Counter(term for held in by_document.values() for term in held))


def named(passage: Passage) -> str:
    """A passage's text below the names it goes by: file, as it is and as words, title and headings."""
    file_name = passage.path.replace("\\", "/").rpartition("/")[2]
    name = file_name.rpartition(".")[0]
    spaced = name.replace("-", " ").replace("_", " ")
    return f"{file_name} {name} {spaced} {passage.title} {passage.heading}\n{passage.text}"


def is_relevant(query: str, passages: Sequence[Passage], by_meaning: Iterable[Scored]) -> bool:
    """Whether anything found has to do with the question: near in meaning, or holding enough of its words."""
    if any(item.score >= _RELEVANT_COSINE for item in by_meaning):
        return True
    held = [set(terms(named(passage))) for passage in passages]
    holders = Counter(term for terms_held in held for term in terms_held)
    # A word that no passage has weighs as much as one that a single passage has.
    weights = {term: math.log(1 + len(held) / max(holders[term], 1)) for term in terms(query)}
    enough = _RELEVANT_SHARE * sum(weights.values())
    return any(
        sum(weights[term] for term in shared) >= enough and len(shared) >= min(2, len(weights))
        for shared in (weights.keys() & terms_held for terms_held in held)
        if shared
    )


def without_repeats(passages: Iterable[Passage]) -> list[Passage]:
    """The passages without those that say, word for word, what a better one of the same title says.

    Passages that differ in anything, a figure above all, stay.
    """
    seen: set[tuple[str, str]] = set()
    kept: list[Passage] = []
    for passage in passages:
        key = (passage.title, " ".join(passage.text.split()))
        if key not in seen:
            seen.add(key)
            kept.append(passage)
    return kept
