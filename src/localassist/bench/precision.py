"""What the embedder gains and loses in whole numbers: its speed, and nDCG@10 through the product's own search."""

from __future__ import annotations

import json
import math
import time
from contextlib import closing
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.hardware import computer
from localassist.adapters.resources import resource
from localassist.bench.report import Result
from localassist.domain.documents import Block, BlockKind, Scope, StructuredText
from localassist.domain.events import Retrieved
from localassist.domain.ports.documents import FoundFile, PassageIndex
from localassist.domain.stopping import Stop
from localassist.usecases.chunking import chunk, text_to_embed
from localassist.usecases.retrieval import SearchPassages

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

    from localassist.domain.documents import Scored
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.vectors import Vectors

FASTER: Final = 2.0
MOST_LOST: Final = 0.004
SETS: Final = ("cranfield", "xquad-en", "xquad-de")
_TIMED: Final = 100  # texts
_ROUNDS: Final = 3
_CUT: Final = 10
_PASSAGES: Final = 30  # enough that ten documents are among them


def measure(data: Path, home: Path) -> Iterator[Result]:
    """Speed on texts of Cranfield, then nDCG@10 on each set below `data`/retrieval, 32 and 8 bits side by side."""
    catalog = Catalog(resource("models.toml"), home / "verified.json")
    prepared, cores = PreparedModels(home / "prepared"), computer().cores
    exact, whole = (
        OnnxEmbedder(catalog.embedding_model(), prepared, catalog.verify, lambda: cores, quantised=quantised)
        for quantised in (False, True)
    )
    texts = [content.text for _, content in _documents(data / "retrieval" / SETS[0])][:_TIMED]
    rates = [(_rate(exact, texts), _rate(whole, texts)) for _ in range(_ROUNDS)]
    ratio = median(quick / slow for slow, quick in rates)
    reference = f"32 bits, {median(slow for slow, _ in rates):.1f} texts/s on {cores} threads"
    yield Result("embed in 8 bits, speed", ratio, "x", reference, f"at least {FASTER}", ratio >= FASTER)
    lost = []
    for name in SETS:
        folder = data / "retrieval" / name
        before, after = (_ndcg_of(folder, embedder, home / f"{name}-{embedder.name}.db") for embedder in (exact, whole))
        lost.append(before - after)
        yield Result(f"embed in 8 bits, {name}", after, "nDCG@10", f"32 bits, {before:.4f}")
    mean = fmean(lost)
    yield Result("embed in 8 bits, lost", mean, "nDCG@10", "the mean", f"at most {MOST_LOST}", mean <= MOST_LOST)


class _ExactIndex(PassageIndex):
    """Compares all vectors, so that nothing but the vectors decides."""

    def __init__(self, store: DocumentStore, embedder: str) -> None:
        self._store = store
        self._embedder = embedder

    @override
    def nearest(self, query: Vectors, k: int, scope: Scope) -> tuple[Scored, ...]:
        return self._store.nearest_exact(query, k, scope, self._embedder)

    @override
    def add(self, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        return None

    @override
    def remove(self, chunk_ids: Sequence[int]) -> None:
        return None


def _rate(embedder: OnnxEmbedder, texts: Sequence[str]) -> float:
    embedder.embed_query("warm up")
    started = time.perf_counter()
    embedder.embed_passages(texts, Stop())
    return len(texts) / (time.perf_counter() - started)


def _ndcg_of(folder: Path, embedder: OnnxEmbedder, file: Path) -> float:
    """The mean over all judged questions (Järvelin and Kekäläinen, 2002)."""
    with closing(Database(file)) as database:
        store = DatabaseDocumentStore(database)
        _index(folder, store, embedder)
        search = SearchPassages(store, _ExactIndex(store, embedder.name), embedder)
        return fmean(_ndcg(_found(search, text), relevant) for text, relevant in _questions(folder))


def _found(search: SearchPassages, text: str) -> list[str]:
    for event in search(text, Scope.everything(), _PASSAGES, Stop()):
        if isinstance(event, Retrieved):
            return list(dict.fromkeys(passage.path for passage in event.passages))[:_CUT]
    return []


def _ndcg(found: Sequence[str], relevant: Mapping[str, int]) -> float:
    best = sorted(relevant.values(), reverse=True)[:_CUT]
    return _gain(relevant.get(name, 0) for name in found) / _gain(best)


def _gain(grades: Iterable[int]) -> float:
    return sum(grade / math.log2(rank) for rank, grade in enumerate(grades, 2))


def _index(folder: Path, store: DocumentStore, embedder: OnnxEmbedder) -> None:
    collection = store.add_collection("bench", ())
    for name, content in _documents(folder):
        chunks = chunk(content, embedder.count_tokens, embedder.max_tokens)
        texts = [text_to_embed(content.title, item, content.text) for item in chunks]
        file = FoundFile(name, len(content.text), 0.0)
        versions = ("bench", embedder.name)
        document, _ = store.save(file, name, versions, content, chunks, embedder.embed_passages(texts, Stop()))
        store.assign([document.id], collection.id)


def _documents(folder: Path) -> Iterator[tuple[str, StructuredText]]:
    for line in (folder / "corpus.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        text = entry["text"]
        blocks = (Block(BlockKind.PARAGRAPH, 0, len(text)),) if text else ()
        yield entry["_id"], StructuredText(text, blocks, title=entry["title"])


def _questions(folder: Path) -> Iterator[tuple[str, Mapping[str, int]]]:
    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        relevant.setdefault(question, {})[document] = int(grade)
    for line in (folder / "queries.jsonl").read_text(encoding="utf-8").splitlines():
        entry = json.loads(line)
        judged = relevant.get(entry["_id"], {})
        if any(judged.values()):
            yield entry["text"], judged
