"""How fast a folder becomes answerable, against embedding the same chunks and nothing else."""

from __future__ import annotations

import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.adapters.activity import ForegroundActivity
from localassist.adapters.catalog import Catalog
from localassist.adapters.children import ChildPool
from localassist.adapters.chroma import ChromaPassageIndex
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.sentence_transformer import SentenceTransformersEmbedder
from localassist.adapters.files import DiskFiles
from localassist.adapters.readers.file_reader import FileReader
from localassist.adapters.resources import resource
from localassist.bench.report import Result
from localassist.domain.documents import Scope
from localassist.domain.stopping import Stop
from localassist.usecases.ingesting import IngestPaths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


def run() -> Iterator[Result]:
    """Ingest the sample documents with a warm embedder, then embed the same texts bare."""
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        catalog = Catalog(resource("models.toml"), home / "verified.json")
        embedder = SentenceTransformersEmbedder(catalog.embedding_model(), catalog.verify)
        embedder.embed_query("warm up")
        database, children = Database(home / "bench.db"), ChildPool()
        store = DatabaseDocumentStore(database)
        index = ChromaPassageIndex(home / "vectors", store, embedder.name, children, ForegroundActivity())
        ingest = IngestPaths(DiskFiles(), FileReader(children), embedder, store, index, ForegroundActivity())
        samples = str(resource("assets") / "samples")
        try:
            whole = _seconds_of(lambda: list(ingest([samples], "Samples", Stop())))
            again = _seconds_of(lambda: list(ingest([samples], "Samples", Stop())))
            documents = store.documents(Scope.everything())
            ids = [chunk_id for batch, _ in store.all_vectors(embedder.name) for chunk_id in batch]
            texts = [passage.text for passage in store.passages(ids, Scope.everything())]
            bare = _seconds_of(lambda: embedder.embed_passages(texts, Stop()))
        finally:
            index.close()
            children.close()
            database.close()
    yield Result("ingest the samples", len(texts) / whole, "chunks/s", f"{len(documents)} documents in {whole:.2f} s")
    yield Result("ingest, ratio", whole / bare, "x", f"embedding the same chunks alone, {bare:.2f} s")
    yield Result("ingest again, unchanged", again / whole, "x", "the first time", "at most 0.1", again / whole <= 0.1)


def _seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
