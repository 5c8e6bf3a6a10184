"""Data sets with judged questions in BEIR's layout, indexed as the product does, and how what is found is judged."""

from __future__ import annotations

import json
import math
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.hardware import computer
from localassist.adapters.resources import resource
from localassist.domain.documents import Block, BlockKind, Chunk, Scope, StructuredText
from localassist.domain.events import Retrieved
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.domain.vectors import Vectors
from localassist.usecases.chunking import chunk, text_to_embed
from localassist.usecases.exact_index import ExactIndex
from localassist.usecases.retrieval import SearchPassages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Mapping
    from pathlib import Path

    from localassist.domain.documents import Passage
    from localassist.domain.ports.documents import DocumentStore

    Divide = Callable[[StructuredText], tuple[Chunk, ...]]

_CUT: Final = 10


@dataclass(frozen=True, slots=True)
class Judged:
    """A question, and how relevant which documents (by name) are to it."""

    text: str
    relevant: Mapping[str, int]


class Indexed:
    """A store with the product's search over it."""

    def __init__(self, store: DocumentStore, embedder: OnnxEmbedder) -> None:
        self.store = store
        self.embedder = embedder
        self.scope: Final = Scope.everything()
        self._search = SearchPassages(store, ExactIndex(store, embedder.name), embedder)

    def find(self, query: str, stop: Stop) -> list[Passage]:
        """What the product's search ranks, whether or not it would take it for an answer."""
        finding = self._search.find(query, self.scope, stop)
        while True:
            try:
                next(finding)
            except StopIteration as end:
                ranked: list[Passage] = end.value.ranked
                return ranked

    def answering(self, query: str, scope: Scope, stop: Stop) -> tuple[Passage, ...]:
        """What the product's search gives for an answer, nothing where it takes the question for unanswerable."""
        found = [event for event in self._search(query, scope, _CUT, stop) if isinstance(event, Retrieved)]
        return () if found[-1].nearest else found[-1].passages

    def paths(self, chunk_ids: Iterable[int]) -> list[str]:
        """The documents of chunks, in order, each once a chunk."""
        return [passage.path for passage in self.store.passages(list(chunk_ids), self.scope)]


@contextmanager
def indexed(file: Path) -> Iterator[Indexed]:
    """An empty store in a database of its own, with the product's own embedder."""
    catalog = Catalog(resource("models.toml"), file.with_name("verified.json"))
    cores = computer().cores
    prepared = PreparedModels(file.with_name("prepared"))
    embedder = OnnxEmbedder(catalog.embedding_model(), prepared, catalog.verify, lambda: cores)
    with closing(Database(file)) as database:
        yield Indexed(DatabaseDocumentStore(database), embedder)


def index(room: Indexed, documents: Iterable[tuple[str, StructuredText]], divide: Divide | None = None) -> None:
    """Store documents (name, text), divided as the product does or by `divide`, all embedded at once."""
    embedder = room.embedder
    divided = [
        (name, content, divide(content) if divide else chunk(content, embedder.count_tokens, embedder.max_tokens))
        for name, content in documents
    ]
    texts = [text_to_embed(content.title, item, content.text) for _, content, chunks in divided for item in chunks]
    vectors = embedder.embed_passages(texts, Stop())
    collection = room.store.add_collection("bench", ())
    first = 0
    for name, content, chunks in divided:
        rows = slice(first * vectors.dimension, (first + len(chunks)) * vectors.dimension)
        own = Vectors(vectors.data[rows], vectors.dimension)
        file = FoundFile(name, len(content.text), 0.0)
        document, _ = room.store.save(file, name, ("bench", embedder.name), content, chunks, own)
        room.store.assign([document.id], collection.id)
        first += len(chunks)


def read_set_names(folder: Path) -> list[str]:
    """The sets in BEIR's layout directly below a folder, "." for the folder itself."""
    places = [folder, *(sorted(folder.iterdir()) if folder.is_dir() else [])]
    return [str(place.relative_to(folder)) for place in places if (place / "corpus.jsonl").is_file()]


def read_documents(folder: Path) -> Iterator[tuple[str, StructuredText]]:
    """The documents of a set: name and text, which is one paragraph below its title."""
    with (folder / "corpus.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            text = entry["text"]
            blocks = (Block(BlockKind.PARAGRAPH, 0, len(text)),) if text else ()
            yield entry["_id"], StructuredText(text, blocks, title=entry.get("title", ""))


def read_questions(folder: Path) -> list[Judged]:
    """The questions of a set's test part that some document answers."""
    relevant: dict[str, dict[str, int]] = {}
    for line in (folder / "qrels" / "test.tsv").read_text(encoding="utf-8").splitlines()[1:]:
        question, document, grade = line.split("\t")
        if int(grade) > 0:
            relevant.setdefault(question, {})[document] = int(grade)
    with (folder / "queries.jsonl").open(encoding="utf-8") as lines:
        asked = [json.loads(line) for line in lines]
    return [Judged(entry["text"], relevant[entry["_id"]]) for entry in asked if entry["_id"] in relevant]


def ndcg(names: Iterable[str], relevant: Mapping[str, int]) -> float:
    """Normalised discounted cumulative gain of the first ten different documents (Järvelin and Kekäläinen, 2002)."""
    found = list(dict.fromkeys(names))[:_CUT]
    best = sorted(relevant.values(), reverse=True)[:_CUT]
    return _gain([relevant.get(name, 0) for name in found]) / _gain(best)


def _gain(grades: Iterable[int]) -> float:
    return sum(grade / math.log2(rank) for rank, grade in enumerate(grades, 2))
