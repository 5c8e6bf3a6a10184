"""What the embedder gains and loses in whole numbers: its speed, and nDCG@10 through the product's own search."""

from __future__ import annotations

import time
from contextlib import closing
from statistics import fmean, median
from typing import TYPE_CHECKING, Final

from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.hardware import computer
from localassist.adapters.resources import resource
from localassist.bench.judging import Indexed, index, ndcg, read_documents, read_questions
from localassist.bench.report import Result
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

FASTER: Final = 2.0
MOST_LOST: Final = 0.004
SETS: Final = ("cranfield", "xquad-en", "xquad-de")
_TIMED: Final = 100  # texts
_ROUNDS: Final = 3


def measure(data: Path, home: Path) -> Iterator[Result]:
    """Speed on texts of Cranfield, then nDCG@10 on each set below `data`/retrieval, 32 and 8 bits side by side."""
    catalog = Catalog(resource("models.toml"), home / "verified.json")
    prepared, cores = PreparedModels(home / "prepared"), computer().cores
    exact, whole = (
        OnnxEmbedder(catalog.embedding_model(), prepared, catalog.verify, lambda: cores, quantised=quantised)
        for quantised in (False, True)
    )
    texts = [content.text for _, content in read_documents(data / "retrieval" / SETS[0])][:_TIMED]
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


def _rate(embedder: OnnxEmbedder, texts: Sequence[str]) -> float:
    embedder.embed_query("warm up")
    started = time.perf_counter()
    embedder.embed_passages(texts, Stop())
    return len(texts) / (time.perf_counter() - started)


def _ndcg_of(folder: Path, embedder: OnnxEmbedder, file: Path) -> float:
    with closing(Database(file)) as database:
        room = Indexed(DatabaseDocumentStore(database), embedder)
        index(room, read_documents(folder))
        return fmean(
            ndcg([passage.path for passage in room.find(question.text, Stop())], question.relevant)
            for question in read_questions(folder)
        )
