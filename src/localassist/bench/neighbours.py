"""How many of the true nearest neighbours the index of vectors gives, among sentences of real texts."""

from __future__ import annotations

import random
import tempfile
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.catalog import Catalog
from localassist.adapters.children import ChildPool
from localassist.adapters.chroma_graph import Graph
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.hardware import computer
from localassist.adapters.resources import resource
from localassist.bench.judging import read_documents, read_questions, read_set_names
from localassist.bench.report import Result
from localassist.domain.errors import NotFoundError
from localassist.domain.sentences import split_sentences
from localassist.domain.stopping import Stop
from localassist.usecases.retrieval import DEPTH

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.vectors import Vectors

LEAST_FOUND: Final = 0.95
_SENTENCES: Final = 20_000
_LETTERS: Final = range(25, 400)
_QUESTIONS: Final = 300
_ADDED_AT_ONCE: Final = 500


def measure(data: str) -> Iterator[Result]:
    """The share of the `DEPTH` sentences nearest to questions that the graph gives, of the sets below a folder."""
    folder = Path(data) / "retrieval" if (Path(data) / "retrieval").is_dir() else Path(data)
    names = read_set_names(folder)
    if not names:
        raise NotFoundError(f"There are no data sets in {data}.", "Name a folder of sets in BEIR's layout.")
    chance = random.Random(7)  # noqa: S311  the same sentences each time, not secrets
    sentences = [each for name in names for each in _sentences(folder / name)]
    questions = [question.text for name in names for question in read_questions(folder / name)]
    chosen = chance.sample(sentences, min(_SENTENCES, len(sentences)))
    asked = chance.sample(questions, min(_QUESTIONS, len(questions)))
    with tempfile.TemporaryDirectory() as home, closing(ChildPool()) as children:
        embedder = _embedder(Path(home))
        vectors = embedder.embed_passages(chosen, Stop())
        queries = [embedder.embed_query(text) for text in asked]
        with closing(Graph(Path(home) / "vectors", embedder.name, children)) as graph:
            share = _share_found(graph, vectors, queries)
    yield Result(
        f"of the {DEPTH} nearest of {len(chosen):,} sentences",
        share,
        "of them found",
        f"comparing all, {len(asked)} questions",
        f"at least {LEAST_FOUND}",
        share >= LEAST_FOUND,
    )


def _sentences(folder: Path) -> Iterator[str]:
    for _, content in read_documents(folder):
        for start, end in split_sentences(content.text):
            if end - start in _LETTERS:
                yield content.text[start:end]


def _embedder(home: Path) -> OnnxEmbedder:
    catalog = Catalog(resource("models.toml"), home / "verified.json")
    cores = computer().cores
    return OnnxEmbedder(catalog.embedding_model(), PreparedModels(home / "prepared"), catalog.verify, lambda: cores)


def _share_found(graph: Graph, vectors: Vectors, queries: Sequence[Vectors]) -> float:
    import numpy as np

    graph.open(Stop())
    matrix: Any = np.frombuffer(vectors.data, np.float32).reshape(-1, vectors.dimension)
    for start in range(0, len(matrix), _ADDED_AT_ONCE):
        part = matrix[start : start + _ADDED_AT_ONCE]
        graph.add(range(start, start + len(part)), memoryview(part.reshape(-1)), vectors.dimension)
    found = 0
    depth = min(DEPTH, len(matrix))
    for query in queries:
        nearest = np.argsort(matrix @ np.frombuffer(query.data, np.float32))[-depth:]
        found += len({each.chunk_id for each in graph.nearest(query, depth)} & set(nearest.tolist()))
    return found / depth / len(queries)
