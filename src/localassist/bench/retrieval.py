"""How well the right documents are found: nDCG@10 on judged questions, against each search alone."""

from __future__ import annotations

import json
import math
import os
import tempfile
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.sentence_transformer import SentenceTransformersEmbedder
from localassist.adapters.resources import resource
from localassist.bench.report import Result
from localassist.domain.documents import Block, BlockKind, Scope, StructuredText
from localassist.domain.errors import NotFoundError
from localassist.domain.ports.documents import DocumentStore, FoundFile
from localassist.domain.stopping import Stop
from localassist.domain.vectors import Vectors
from localassist.usecases.chunking import chunk, text_to_embed
from localassist.usecases.retrieval import DEPTH, fused_passages, is_relevant, rank

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence

    from localassist.domain.documents import Passage, Scored
    from localassist.domain.ports.embedder import Embedder

TARGETS: Final = {"cranfield": 0.418, "xquad-en": 0.978}
"""nDCG@10 of half-and-half convex combination over whole documents with all-MiniLM-L6-v2."""
_CUT: Final = 10


@dataclass(frozen=True, slots=True)
class _Judged:
    """A question, and how relevant which documents (by name) are to it."""

    text: str
    relevant: Mapping[str, int]


def run() -> Iterator[Result]:
    """Index each set as the product does and ask all its questions.

    Needs the folder of data sets (BEIR layout below `retrieval/`) that `LOCALASSIST_CORPUS` names. Raises
    `NotFoundError` without it.
    """
    corpus = Path(os.environ.get("LOCALASSIST_CORPUS", "")) / "retrieval"
    if not corpus.is_dir():
        raise NotFoundError(
            "This benchmark needs data sets that the app does not bring along.",
            "Set LOCALASSIST_CORPUS to a folder with retrieval/cranfield and retrieval/xquad-en in BEIR's layout.",
        )
    with tempfile.TemporaryDirectory() as folder:
        catalog = Catalog(resource("models.toml"), Path(folder) / "verified.json")
        embedder = SentenceTransformersEmbedder(catalog.embedding_model(), catalog.verify)
        for name, target in TARGETS.items():
            with closing(Database(Path(folder) / f"{name}.db")) as database:
                store = DatabaseDocumentStore(database)
                _index(_documents(corpus / name), store, embedder)
                yield from _measure(name, target, _questions(corpus / name), store, embedder)


def _measure(
    name: str, target: float, questions: Sequence[_Judged], store: DocumentStore, embedder: Embedder
) -> Iterator[Result]:
    everything = Scope.everything()
    whole = words = meaning = 0.0
    refused = 0
    for question in questions:
        by_words = store.match_words(question.text, DEPTH, everything)
        query = embedder.embed_query(question.text)
        by_meaning = store.nearest_exact(query, DEPTH, everything, embedder.name)
        ranked = rank(question.text, fused_passages(store, everything, by_words, by_meaning))
        refused += not is_relevant(question.text, ranked, by_meaning)
        whole += _ndcg(ranked, question.relevant)
        words += _ndcg(_passages(store, by_words), question.relevant)
        meaning += _ndcg(_passages(store, by_meaning), question.relevant)
    count = len(questions)
    yield Result(
        f"{name}, {count} questions",
        whole / count,
        "nDCG@10",
        f"words alone {words / count:.3f}, meaning alone {meaning / count:.3f}",
        f"at least {target}",
        whole / count >= target,
    )
    share = refused / count
    reference = "all its questions, each answered in the set"
    yield Result(f"{name}, held for unanswerable", share, "share", reference, "at most 0.02", share <= 0.02)


def _passages(store: DocumentStore, found: Iterable[Scored]) -> tuple[Passage, ...]:
    return store.passages([item.chunk_id for item in found], Scope.everything())


def _ndcg(passages: Iterable[Passage], relevant: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten documents (Järvelin and Kekäläinen, 2002)."""
    names = list(dict.fromkeys(passage.path for passage in passages))[:_CUT]
    best = sorted(relevant.values(), reverse=True)[:_CUT]
    return _gain([relevant.get(name, 0) for name in names]) / _gain(best)


def _gain(grades: Iterable[int]) -> float:
    return sum(grade / math.log2(rank) for rank, grade in enumerate(grades, 2))


def _documents(folder: Path) -> Iterator[tuple[str, StructuredText]]:
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        text = entry["text"]
        blocks = (Block(BlockKind.PARAGRAPH, 0, len(text)),) if text else ()
        yield entry["_id"], StructuredText(text, blocks, title=entry["title"])


def _questions(folder: Path) -> list[_Judged]:
    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        relevant.setdefault(question, {})[document] = int(grade)
    lines = (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines()
    asked = [json.loads(line) for line in lines]
    return [
        _Judged(entry["text"], relevant[entry["_id"]])
        for entry in asked
        if any(relevant.get(entry["_id"], {}).values())
    ]


def _index(documents: Iterable[tuple[str, StructuredText]], store: DocumentStore, embedder: Embedder) -> None:
    collection = store.add_collection("bench", ())
    divided = [
        (name, content, chunk(content, embedder.count_tokens, embedder.max_tokens)) for name, content in documents
    ]
    texts = [text_to_embed(content.title, item, content.text) for _, content, chunks in divided for item in chunks]
    vectors = embedder.embed_passages(texts, Stop())
    first = 0
    for name, content, chunks in divided:
        rows = slice(first * vectors.dimension, (first + len(chunks)) * vectors.dimension)
        own = Vectors(vectors.data[rows], vectors.dimension)
        file = FoundFile(name, len(content.text), 0.0)
        document, _ = store.save(file, name, ("bench", embedder.name), content, chunks, own)
        store.assign([document.id], collection.id)
        first += len(chunks)
