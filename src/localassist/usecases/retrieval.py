"""Passages for a question: searched by words and by meaning, fused, ranked, judged for relevance, folded."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError, ModelError, StorageError
from localassist.domain.events import Retrieved, Searching
from localassist.domain.terms import terms
from localassist.usecases.breadth import asks_for_all
from localassist.usecases.folding import spread, without_repeats
from localassist.usecases.fusing import FEEDBACK_CHUNKS, best_of, fuse, mean_of, with_feedback
from localassist.usecases.nearness import Nearness
from localassist.usecases.ranking import rank
from localassist.usecases.relevance import Relevance, is_question, judge

if TYPE_CHECKING:
    from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence

    from localassist.domain.documents import Passage, Scope, Scored
    from localassist.domain.ports.documents import DocumentStore, PassageIndex
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.ports.reranker import Reranker
    from localassist.domain.stopping import Stop
    from localassist.domain.vectors import Vectors
    from localassist.usecases.fusing import Share

LONGEST_QUERY: Final = 10_000
"""Characters of a question that are looked at: searching for a pasted book would take minutes that no stop ends."""
DEPTH: Final = 200
"""How many chunks each search gives."""
CANDIDATES: Final = 60
"""How many fused chunks are looked at more closely."""
_WIDE_LIMIT: Final = 60
"""How many passages a question about all there is of something gets; the prompt's budget decides how many it holds."""
_MATCHING_SHARE: Final = 0.5
"""Of the best passage's score, from which on a passage counts as speaking of what was asked for."""
_RERANK_SECONDS: Final = 1.0
_RERANK_WEIGHT: Final = 0.5


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found: passages, best first, and the chunks nearest to the question with their cosines."""

    ranked: list[Passage]
    by_meaning: Sequence[Scored]


class SearchPassages:
    """Finds the passages of a scope that may answer a question."""

    def __init__(
        self, store: DocumentStore, index: PassageIndex, embedder: Embedder, reranker: Reranker | None = None
    ) -> None:
        self._store = store
        self._index = index
        self._embedder = embedder
        self._reranker = reranker
        self.nearness = Nearness(embedder)

    def __call__(
        self, query: str, scope: Scope, limit: int, stop: Stop, before: str = ""
    ) -> Iterator[Searching | Retrieved]:
        """Search by words and by meaning; yields `Searching` ..., then `Retrieved` with at most `limit` passages.

        `before` is what the query leans on (the questions before it): both are searched together, and what the
        query itself names has as much say again. A question about all there is of something gets more passages,
        of as many documents as speak of it. Nothing relevant found gives no passages, nothing that answers a
        question the `nearest`. Without an embedding model
        or index words alone decide, without a reranker the fused scores, and a `Searching` says so. Raises
        `StorageError`, and `Stopped` on request.
        """
        query, before = query[:LONGEST_QUERY], before[:LONGEST_QUERY]
        wide = asks_for_all(query)
        found = yield from self.find(query, scope, stop, before, DEPTH if wide else CANDIDATES)
        ranked: Sequence[Passage] = found.ranked
        verdict = self._judge(f"{before}\n{query}".strip(), ranked[:CANDIDATES], found.by_meaning, stop)
        if verdict is Relevance.NONE:
            ranked = ()
        # What leans on another question, asks for all there is or wants a deed has no one sentence for an answer.
        nearest = verdict is Relevance.NEAREST and not (before or wide) and is_question(query)
        yield replace(_retrieved(ranked, limit, wide=wide), nearest=nearest)

    def find(
        self, query: str, scope: Scope, stop: Stop, before: str = "", count: int = CANDIDATES
    ) -> Generator[Searching, None, Found]:
        """The `count` best passages of a scope, whether or not they answer; reports and errors as for a call."""
        whole = f"{before}\n{query}" if before else query
        yield Searching("Searching your documents for the words of the question.")
        by_words = self._store.match_words(whole, DEPTH, scope)
        stop.raise_if_requested()
        yield Searching("Searching your documents for passages of like meaning.")
        by_meaning: Sequence[Scored] = ()
        try:
            by_meaning, fused = self._by_meaning(whole, scope, by_words)
        except StorageError:
            raise
        except LocalAssistError as error:
            fused = fuse(by_words, ())
            yield Searching(f"Only words were searched: {error.message}")
        if before and terms(query):
            fused = mean_of(fused, self._alone(query, scope, by_meaning))
        stop.raise_if_requested()
        ranked = rank(query, passages_of(self._store, scope, fused, count))
        if self._reranker is not None and ranked:
            ranked = yield from self._reread(self._reranker, query, ranked, stop)
        return Found(ranked, by_meaning)

    def _by_meaning(
        self, text: str, scope: Scope, by_words: Sequence[Scored]
    ) -> tuple[Sequence[Scored], Mapping[int, Share]]:
        """The chunks nearest to a text, and what both searches give when the best chunks had a say in its meaning."""
        query = self._embedder.embed_query(text)
        near = self._index.nearest(query, DEPTH, scope)
        fused = fuse(by_words, near)
        moved = self._moved(query, fused)
        return near, fuse(by_words, self._index.nearest(moved, DEPTH, scope))

    def _moved(self, query: Vectors, fused: Mapping[int, Share]) -> Vectors:
        best = best_of(fused, FEEDBACK_CHUNKS)
        vectors = self._store.vectors_of(best, self._embedder.name)
        return with_feedback(query, [(vectors[i], fused[i].score) for i in best if i in vectors])

    def _alone(self, query: str, scope: Scope, by_meaning: Sequence[Scored]) -> Mapping[int, Share]:
        """What a query finds without the questions before it, by meaning only where that could be searched."""
        by_words = self._store.match_words(query, DEPTH, scope)
        if not by_meaning:
            return fuse(by_words, ())
        return fuse(by_words, self._index.nearest(self._embedder.embed_query(query), DEPTH, scope))

    @staticmethod
    def _reread(
        reranker: Reranker, query: str, ranked: list[Passage], stop: Stop
    ) -> Generator[Searching, None, list[Passage]]:
        yield Searching("Reading the best passages together with the question.")
        try:
            return reranked(ranked, reranker.scores(query, texts_to_read(ranked[:CANDIDATES]), _RERANK_SECONDS, stop))
        except ModelError as error:
            yield Searching(f"The best passages were not read together with the question: {error.message}")
            return ranked

    def _judge(self, text: str, ranked: Sequence[Passage], by_meaning: Sequence[Scored], stop: Stop) -> Relevance:
        compare = (lambda texts: self.nearness.beyond_chance(text, texts, stop)) if by_meaning else None
        return judge(text, ranked, compare)


def passages_of(store: DocumentStore, scope: Scope, fused: Mapping[int, Share], count: int) -> list[Passage]:
    """The `count` best chunks as passages, each with its score and the parts of it."""
    best = best_of(fused, count)
    return [
        replace(passage, score=share.score, words=share.words, meaning=share.meaning)
        for passage in store.passages(best, scope)
        for share in (fused[passage.chunk_id],)
    ]


def texts_to_read(passages: Iterable[Passage]) -> list[str]:
    """What of passages a reranker reads: each below its title and headings."""
    return [f"{passage.title} {passage.heading}\n{passage.text}" for passage in passages]


def reranked(passages: Sequence[Passage], scores: Sequence[float]) -> list[Passage]:
    """The passages, of which the first were judged, in the order of the mean of both scores.

    A reranker's scores are normalised among themselves. Those it did not come to follow in their order.
    """
    if not scores:
        return list(passages)
    low, high = min(scores), max(scores)
    judged = []
    for passage, score in zip(passages, scores, strict=False):
        normalised = (score - low) / (high - low) if high > low else 1.0
        mixed = (1 - _RERANK_WEIGHT) * passage.score + _RERANK_WEIGHT * normalised
        judged.append(replace(passage, score=mixed, rerank=normalised))
    lowest = min(passage.score for passage in judged)
    rest = [replace(passage, score=min(passage.score, lowest)) for passage in passages[len(judged) :]]
    return [*sorted(judged, key=lambda passage: -passage.score), *rest]


def _retrieved(ranked: Sequence[Passage], limit: int, *, wide: bool) -> Retrieved:
    if not (wide and ranked):
        return Retrieved(tuple(without_repeats(ranked, limit)), 0)
    least = _MATCHING_SHARE * ranked[0].score
    matching = [passage for passage in without_repeats(ranked, len(ranked)) if passage.score >= least]
    documents = {passage.document_id for passage in matching}
    given = spread(matching)[: max(limit, _WIDE_LIMIT)]
    return Retrieved(tuple(given), 0, len(matching), len(documents))
