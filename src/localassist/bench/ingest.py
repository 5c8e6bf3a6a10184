"""How fast files become answerable against embedding alone, how fast in whole numbers, how soon a first question."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import time
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.adapters.activity import ForegroundActivity
from localassist.adapters.catalog import Catalog
from localassist.adapters.children import ChildPool
from localassist.adapters.chroma import ChromaPassageIndex
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.database.languages import language_of
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.files import DiskFiles
from localassist.adapters.hardware import computer
from localassist.adapters.readers.file_reader import FileReader
from localassist.adapters.resources import resource
from localassist.bench import precision
from localassist.bench.report import Result
from localassist.domain.documents import Scope
from localassist.domain.errors import DocumentError
from localassist.domain.stopping import Stop
from localassist.usecases.chunking import chunk, text_to_embed
from localassist.usecases.ingesting import IngestPaths

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.documents import Document

TARGET: Final = 0.85
_BATCH: Final = 64
"""Texts handed to the embedder at once, here as in ingesting."""
_CRANFIELD: Final = 500  # documents: enough to be about steady speed, a minute on two cores
_PDFS: Final = 60
_PDF_BYTES: Final = 2_000_000
_STARTS: Final = 3
_READERS: Final = 2  # as in the app
_QUESTION: Final = "How early must notice be given?"
_FOREIGN: Final = 2 * "Der Mieter zahlt die Miete vor dem Ende des Monats und meldet jede neue Anschrift. "
"""What has the model that tells languages loaded, once in a process."""


def run(data: str = "") -> Iterator[Result]:
    """Ingest the samples, and Cranfield and PDFs below `data` (laid out as retrieval/ and documents/) where given.

    Each with a warm embedder and with the model loaded that tells languages, then the same chunks through the bare
    embedder with the same threads and batches.
    PDFs whose pages are pictures are timed apart: recognising their text takes seconds a page, whatever follows.
    """
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        yield from _measure("samples", [resource("assets") / "samples"], home)
        if data:
            yield from _measure("cranfield", [_cranfield(Path(data), home / "cranfield")], home)
            written, scanned = _told_apart(_pdfs(Path(data)))
            yield from _measure("pdfs", written, home)
            yield scanned
            yield from precision.measure(Path(data), home)
        yield _first_question(home / "first")


@dataclass(frozen=True, slots=True)
class _Room:
    """All that ingesting needs, in a home of its own."""

    ingest: IngestPaths
    store: DatabaseDocumentStore
    embedder: OnnxEmbedder


@contextmanager
def _room(home: Path) -> Iterator[_Room]:
    home.mkdir()
    catalog = Catalog(resource("models.toml"), home / "verified.json")
    cores = computer().cores
    prepared = PreparedModels(home / "prepared")
    embedder = OnnxEmbedder(catalog.embedding_model(), prepared, catalog.verify, lambda: cores)
    embedder.embed_query("warm up")
    language_of(_FOREIGN)
    database, children, activity = Database(home / "bench.db"), ChildPool(_READERS), ForegroundActivity()
    store = DatabaseDocumentStore(database)
    index = ChromaPassageIndex(home / "vectors", store, embedder.name, children, activity)
    try:
        yield _Room(IngestPaths(DiskFiles(), FileReader(children), embedder, store, index, activity), store, embedder)
    finally:
        index.close()
        children.close()
        database.close()


def _measure(name: str, paths: Sequence[Path], home: Path) -> Iterator[Result]:
    with _room(home / f"{name}-room") as room:
        named = [str(path) for path in paths]
        whole = _seconds_of(lambda: list(room.ingest(named, name, Stop())))
        again = _seconds_of(lambda: list(room.ingest(named, name, Stop())))
        documents = room.store.documents(Scope.everything())
        texts = list(_texts(room, documents))
        bare = _seconds_of(lambda: _embed(room.embedder, texts))
    yield Result(f"ingest {name}", len(texts) / whole, "chunks/s", f"{len(documents)} documents in {whole:.2f} s")
    reference = f"embedding the same {len(texts)} chunks alone, {bare:.2f} s"
    yield Result(f"ingest {name}, rate", bare / whole, "x", reference, f"at least {TARGET}", bare / whole >= TARGET)
    yield Result(f"ingest {name} again, unchanged", again / whole, "x", "the first time")


def _texts(room: _Room, documents: Sequence[Document]) -> Iterator[str]:
    """What was embedded of the documents, document by document."""
    for document in documents:
        if not document.chunk_count:
            continue
        content = room.store.content(document.id)
        title = content.title or Path(document.path).name
        for item in chunk(content, room.embedder.count_tokens, room.embedder.max_tokens):
            yield text_to_embed(title, item, content.text)


def _embed(embedder: OnnxEmbedder, texts: Sequence[str]) -> None:
    for start in range(0, len(texts), _BATCH):
        embedder.embed_passages(texts[start : start + _BATCH], Stop())


def _first_question(home: Path) -> Result:
    """How long a whole command takes that embeds a question, from its start, with a prepared model."""
    environment = os.environ | {"LOCALASSIST_HOME": str(home)}

    def localassist(*words: str) -> None:
        command = [sys.executable, "-m", "localassist", *words]
        subprocess.run(command, env=environment, capture_output=True, check=True)  # noqa: S603  our own program

    localassist("docs", "add", str(resource("assets") / "samples"))
    seconds = median(_seconds_of(lambda: localassist("search", _QUESTION)) for _ in range(_STARTS))
    return Result("search from a cold start", seconds, "s", "the whole command", "at most 1.0", seconds <= 1.0)


def _cranfield(data: Path, folder: Path) -> Path:
    folder.mkdir()
    lines = (data / "retrieval" / "cranfield" / "corpus.jsonl").read_text(encoding="utf-8").splitlines()
    for line in lines[:_CRANFIELD]:
        entry = json.loads(line)
        (folder / f"{entry['_id']}.txt").write_text(f"{entry['title']}\n\n{entry['text']}\n", encoding="utf-8")
    return folder


def _pdfs(data: Path) -> list[Path]:
    found = sorted((data / "documents").rglob("*.pdf"))
    return [path for path in found if path.stat().st_size <= _PDF_BYTES][:_PDFS]


def _told_apart(paths: Sequence[Path]) -> tuple[list[Path], Result]:
    """The files without a recognised page, and how fast those of the others are read."""
    written: list[Path] = []
    pages = 0
    seconds = 0.0
    with closing(ChildPool()) as children:
        reader = FileReader(children)
        for path in paths:
            started = time.perf_counter()
            try:
                recognised = sum(page.recognised for page in reader.read(str(path), Stop()).pages)
            except DocumentError:
                recognised = 0  # ingesting stores the failure, which is work as well
            if not recognised:
                written.append(path)
                continue
            pages += recognised
            seconds += time.perf_counter() - started
    return written, Result("read scanned pages", pages / seconds if pages else 0.0, "pages/s", f"{pages} pages")


def _seconds_of(work: Callable[[], object]) -> float:
    started = time.perf_counter()
    work()
    return time.perf_counter() - started
