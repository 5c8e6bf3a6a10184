"""How well variants of the search find what questions ask for, side by side, before anything is changed."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace
from itertools import islice
from random import Random
from statistics import fmean
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Scope
from localassist.domain.errors import NotFoundError
from localassist.domain.events import Searching
from localassist.domain.ports.documents import FoundFile
from localassist.usecases.chunking import chunk, text_to_embed
from localassist.usecases.drawing import draw_questions
from localassist.usecases.exact_index import ExactIndex
from localassist.usecases.fusing import fuse_ranks
from localassist.usecases.retrieval import DEPTH, SearchPassages, reranked, texts_to_read

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence
    from contextlib import AbstractContextManager

    from localassist.domain.documents import Document, Passage, StructuredText
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.ports.reranker import Reranker
    from localassist.domain.stopping import Stop
    from localassist.usecases.drawing import TrialQuestion
    from localassist.usecases.retrieval import Found

MOST_QUESTIONS: Final = 200
MOST_CHARACTERS: Final = 600_000
"""Of text that is embedded anew for each variant: about a thousand chunks, half a minute on two cores."""
_LEAST_A_DOCUMENT: Final = 3
_CUT: Final = 10
_RECALL_AT: Final = 5
_SHORTER: Final = 2
_RERANK_SECONDS: Final = 60.0
"""Here the order is judged, not the time it takes."""
_HELD: Final = 0.5
"""Of a span that a passage must hold to count as found."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What a search was made of, and how it did: 0 to 1 each, higher is better.

    `recall` is the share of questions whose answer is among the first five passages, `mrr` the mean of one over
    its rank, `ndcg` that of one over the logarithm of its rank, both among the first ten.
    """

    embedder: str
    chunking: str
    fusion: str
    reranker: str
    recall: float
    mrr: float
    ndcg: float


@dataclass(frozen=True, slots=True)
class Evaluated:
    """The variants, the product's own first; on how many questions and documents (of `all_...`) they were tried.

    `drawn` says that the questions came from the documents and not from somebody.
    """

    variants: tuple[Variant, ...]
    questions: int
    all_questions: int
    documents: int
    all_documents: int
    drawn: bool


class EvaluateSearch:
    """Tries variants of the search on a scope's own documents, in a store of its own: nothing is altered.

    `temporary_store` opens an empty store that is gone when it is left.
    """

    def __init__(
        self,
        documents: DocumentStore,
        temporary_store: Callable[[], AbstractContextManager[DocumentStore]],
        embedders: Callable[[], Sequence[Embedder]],
        reranker: Reranker | None = None,
    ) -> None:
        self._documents = documents
        self._temporary_store = temporary_store
        self._embedders = embedders
        self._reranker = reranker

    def __call__(
        self, scope: Scope, stop: Stop, asked: Sequence[TrialQuestion] = (), seed: int = 0
    ) -> Iterator[Searching | Evaluated]:
        """Try embedders, chunk lengths, fusions and the reranker on the same questions and documents.

        `asked` are somebody's own questions, () to draw some (the same ones for the same `seed`). Large scopes
        are tried on a part of their documents. Yields `Searching` ..., then `Evaluated`. Raises `NotFoundError`
        where nothing can be asked, `ModelError`, `StorageError`, and `Stopped` on request.
        """
        everything = [document for document in self._documents.documents(scope) if document.chunk_count]
        yield Searching("Choosing documents and questions.")
        random = Random(seed)  # noqa: S311  a draw that can be repeated, no secret
        chosen = self._choose(everything, {question.document_id for question in asked}, random, stop)
        questions = [q for q in asked if q.document_id in chosen] if asked else _drawn(chosen, random, stop)
        if not questions:
            raise _nothing_to_ask(given=bool(asked))
        variants: list[Variant] = []
        for embedder in self._embedders():
            for name, share in (("as now", 1), ("half as long", _SHORTER)):
                with self._temporary_store() as store:
                    trial = _Trial(store, embedder, self._reranker, questions)
                    yield from trial.fill(chosen, embedder.max_tokens // share, stop)
                    yield Searching(f"Asking {len(questions)} questions of {embedder.name}, chunks {name}.")
                    variants += trial.ask(name, stop)
        everything_asked = len(asked or questions)
        yield Evaluated(
            tuple(variants), len(questions), everything_asked, len(chosen), len(everything), drawn=not asked
        )

    def _choose(
        self, documents: Sequence[Document], wanted: set[int], random: Random, stop: Stop
    ) -> dict[int, tuple[Document, StructuredText]]:
        """Documents in random order, those that questions ask for first, as long as there is room for their text.

        Of copies of one file only the first, or what one answers would count as missed where the other is found.
        """
        order = sorted(documents, key=lambda document: document.path)
        random.shuffle(order)
        order.sort(key=lambda document: document.id not in wanted)
        chosen: dict[int, tuple[Document, StructuredText]] = {}
        known: set[str] = set()
        room = MOST_CHARACTERS
        for document in order:
            stop.raise_if_requested()
            if document.content_hash in known and document.id not in wanted:
                continue
            known.add(document.content_hash)
            content = self._documents.content(document.id)
            if len(content.text) <= room or not chosen:
                chosen[document.id] = (document, content)
                room -= len(content.text)
            if room <= 0:
                break
        return chosen


class _Trial:
    """One embedder with one length of chunks in a temporary store, and the questions put to it."""

    def __init__(
        self, store: DocumentStore, embedder: Embedder, reranker: Reranker | None, questions: Sequence[TrialQuestion]
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reranker = reranker
        self._questions = questions
        self._scope = Scope.everything()
        self._index = ExactIndex(store, embedder.name)
        self._search = SearchPassages(store, self._index, embedder)
        self._ids: dict[int, int] = {}

    def fill(
        self, chosen: dict[int, tuple[Document, StructuredText]], max_tokens: int, stop: Stop
    ) -> Iterator[Searching]:
        """Divide, embed and store the documents."""
        collection = self._store.add_collection("trial", ())
        for count, (document_id, (document, content)) in enumerate(chosen.items(), 1):
            yield Searching(f"Preparing document {count} of {len(chosen)} with {self._embedder.name}.")
            chunks = chunk(content, self._embedder.count_tokens, max_tokens)
            texts = [text_to_embed(document.title, item, content.text) for item in chunks]
            vectors = self._embedder.embed_passages(texts, stop)
            file = FoundFile(document.path, document.size, document.modified)
            versions = ("trial", self._embedder.name)
            stored, _ = self._store.save(file, document.content_hash, versions, content, chunks, vectors)
            self._store.assign([stored.id], collection.id)
            self._ids[stored.id] = document_id

    def ask(self, chunking: str, stop: Stop) -> list[Variant]:
        """The variants of fusing and reranking, each asked all questions."""
        ranks: dict[tuple[str, str], list[int]] = {}
        for question in self._questions:
            stop.raise_if_requested()
            for variant, passages in self._found(question.text, stop):
                ranks.setdefault(variant, []).append(self._rank(question, passages))
        return [
            Variant(self._embedder.name, chunking, fusion, reranker, *_figures(found))
            for (fusion, reranker), found in ranks.items()
        ]

    def _found(self, query: str, stop: Stop) -> Iterator[tuple[tuple[str, str], Sequence[Passage]]]:
        ranked = self._ranked(query, stop)
        yield ("as searched", ""), ranked
        if self._reranker is not None:
            scores = self._reranker.scores(query, texts_to_read(ranked), _RERANK_SECONDS, stop)
            yield ("as searched", self._reranker.name), reranked(ranked, scores)
        by_words = self._store.match_words(query, DEPTH, self._scope)
        by_meaning = self._index.nearest(self._embedder.embed_query(query), DEPTH, self._scope)
        by_rank = fuse_ranks(by_words, by_meaning)
        best = sorted(by_rank, key=lambda chunk_id: (-by_rank[chunk_id], chunk_id))
        yield ("reciprocal ranks", ""), self._passages(best)
        yield ("words alone", ""), self._passages([item.chunk_id for item in by_words])
        yield ("meaning alone", ""), self._passages([item.chunk_id for item in by_meaning])

    def _ranked(self, query: str, stop: Stop) -> list[Passage]:
        finding = self._search.find(query, self._scope, stop)
        while True:
            try:
                next(finding)
            except StopIteration as end:
                found: Found = end.value
                return found.ranked

    def _passages(self, chunk_ids: Sequence[int]) -> Sequence[Passage]:
        return self._store.passages(chunk_ids[:_CUT], self._scope)

    def _rank(self, question: TrialQuestion, passages: Sequence[Passage]) -> int:
        """The rank (1-based) of the first passage that answers, 0 if none of the first ten does."""
        for position, passage in enumerate(passages[:_CUT], 1):
            if _answers(question, replace(passage, document_id=self._ids[passage.document_id])):
                return position
        return 0


def _nothing_to_ask(*, given: bool) -> NotFoundError:
    if given:
        return NotFoundError(
            "None of the questions is about a document with text in it.", "`localassist docs status` shows which have."
        )
    return NotFoundError(
        "There is nothing in these documents to ask about.", "Add documents with whole sentences in them."
    )


def _drawn(chosen: dict[int, tuple[Document, StructuredText]], random: Random, stop: Stop) -> list[TrialQuestion]:
    """A few questions of each document, so that no long one decides for all."""
    questions: list[TrialQuestion] = []
    each = max(_LEAST_A_DOCUMENT, MOST_QUESTIONS // max(len(chosen), 1))
    for document_id, (_, content) in chosen.items():
        stop.raise_if_requested()
        questions += islice(draw_questions(document_id, content, random), each)
    random.shuffle(questions)
    return questions[:MOST_QUESTIONS]


def _answers(question: TrialQuestion, passage: Passage) -> bool:
    if passage.document_id != question.document_id:
        return False
    if question.span is None:
        return question.page is None or passage.page == question.page
    start, end = question.span
    shared = min(end, passage.char_end) - max(start, passage.char_start)
    return shared >= _HELD * min(end - start, passage.char_end - passage.char_start)


def _figures(ranks: Sequence[int]) -> tuple[float, float, float]:
    return (
        fmean(0 < rank <= _RECALL_AT for rank in ranks),
        fmean(1 / rank if rank else 0.0 for rank in ranks),
        fmean(1 / math.log2(rank + 1) if rank else 0.0 for rank in ranks),
    )
