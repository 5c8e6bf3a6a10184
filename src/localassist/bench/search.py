"""How long a search takes in a large collection, and how much of the best by words a bounded search keeps."""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.activity import ForegroundActivity
from localassist.adapters.children import ChildPool
from localassist.adapters.chroma import ChromaPassageIndex
from localassist.adapters.database import Database, DatabaseDocumentStore, LargeWords, searching
from localassist.bench import neighbours
from localassist.bench.report import Result
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.domain.terms import FUNCTION_WORDS
from localassist.domain.vectors import Vectors
from localassist.usecases.retrieval import DEPTH, SearchPassages

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

CHUNKS: Final = 100_000
MOST_MILLISECONDS: Final = {100_000: 25.0, 1_000_000: 80.0}
"""The 95th percentile, by the number of chunks."""
LEAST_KEPT: Final = 0.9
MOST_MEGABYTES: Final = 5_000
_MEMORY: Final = Path("/proc/self/status")
_DIMENSION: Final = 384
_TOPICS: Final = 2000
_A_DOCUMENT: Final = 50
_WORDS_A_CHUNK: Final = 120
_VOCABULARY: Final = 80_000
_EXPONENT, _SHIFT = 1.05, 2.7
"""Zipf-Mandelbrot's law, chance ~ 1 / (rank + 2.7) ** 1.05, fits English prose (Mandelbrot, 1953)."""
_QUESTIONS: Final = 60
_RUNNING, _COMMON, _RARE = 6, 6, 1
"""Words of a question as running text has them, of the ranks 120 to 400, and of those from 1,500 to 20,000.

The commonest 120 are function words, most of which the search leaves out: without other common words no question would
come near its bound on postings, and keeping the best would prove nothing."""
_NAME: Final = "drawn"


@dataclass(frozen=True, slots=True)
class _Question:
    text: str
    vector: Vectors


class _Ready:
    """An embedder whose questions are embedded already."""

    name = _NAME

    def __init__(self, questions: list[_Question]) -> None:
        self._vectors = {question.text: question.vector for question in questions}

    def embed_query(self, text: str) -> Vectors:
        """The vector drawn for that question."""
        return self._vectors[text]


class _Language:
    """Draws text with the word frequencies of natural language, and unit vectors that gather around topics."""

    def __init__(self) -> None:
        import numpy as np

        self._chance: Any = np.random.default_rng(11)
        syllables = [a + b for a in "bcdfghjklmnprstvz" for b in "aeiou"]
        many = len(syllables)
        common = sorted(word for word in FUNCTION_WORDS if word.isascii())[:120]
        made = (
            syllables[i % many] + syllables[i // many % many] + syllables[i // many**2 % many]
            for i in range(_VOCABULARY)
        )
        self._words: Any = np.array([*common, *made][:_VOCABULARY], dtype=object)
        chances = 1 / (np.arange(_VOCABULARY) + _SHIFT) ** _EXPONENT
        self._until: Any = np.cumsum(chances / chances.sum())
        self._topics: Any = self._chance.standard_normal((_TOPICS, _DIMENSION)).astype(np.float32)

    def words(self, count: int) -> list[str]:
        """Words of running text."""
        ranks = self._until.searchsorted(self._chance.random(count)).clip(0, _VOCABULARY - 1)
        return list(self._words[ranks])

    def question(self) -> _Question:
        """A question with function words, common words and a rare one."""
        common = self._chance.integers(120, 400, _COMMON)
        rare = self._chance.integers(1500, 20_000, _RARE)
        words = [*self.words(_RUNNING), *self._words[common], *self._words[rare]]
        return _Question(" ".join(words), self.vectors(1))

    def vectors(self, count: int) -> Vectors:
        """Vectors near random topics."""
        import numpy as np

        rows = self._topics[self._chance.integers(_TOPICS, size=count)]
        rows = rows + 0.8 * self._chance.standard_normal((count, _DIMENSION)).astype(np.float32)
        rows /= np.linalg.norm(rows, axis=1, keepdims=True)
        return Vectors(np.ascontiguousarray(rows, np.float32).reshape(-1).data, _DIMENSION)


def run(data: str = "", chunks: int = CHUNKS) -> Iterator[Result]:
    """Build a collection of drawn text with so many chunks and ask it questions with common words.

    `data` is a folder of sets in BEIR's layout, or one with such a folder `retrieval`: their sentences tell how many of
    the true nearest neighbours the index of vectors gives.
    """
    language = _Language()
    with tempfile.TemporaryDirectory() as home, closing(Database(Path(home) / "search.db")) as database:
        activity = ForegroundActivity()
        with closing(LargeWords(database, Path(home) / "words", activity)) as large_words:
            store = DatabaseDocumentStore(database, large_words)
            seconds = _timed(_fill, store, language, chunks)
            yield _rate(f"storing {chunks:,} chunks with their words", chunks, seconds)
            yield _rate("their words in the index for many", chunks, _timed(large_words.wait_until_current))
            questions = [language.question() for _ in range(_QUESTIONS)]
            yield from _by_words(database, store, questions, chunks)
            yield from _whole(Path(home) / "vectors", store, questions, chunks)
    if data:
        yield from neighbours.measure(data)


def _fill(store: DatabaseDocumentStore, language: _Language, chunks: int) -> None:
    collection = store.add_collection("bench", ())
    ids = []
    for number in range(chunks // _A_DOCUMENT):
        lines = [" ".join(language.words(_WORDS_A_CHUNK)) for _ in range(_A_DOCUMENT)]
        spans, start = [], 0
        for line in lines:
            spans.append(Chunk(start, start + len(line)))
            start += len(line) + 1
        file = FoundFile(f"/bench/{number}.txt", start, 1.0)
        text = StructuredText("\n".join(lines), ())
        document, _ = store.save(file, str(number), ("bench", _NAME), text, spans, language.vectors(_A_DOCUMENT))
        ids.append(document.id)
    store.assign(ids, collection.id)


def _by_words(
    database: Database, store: DatabaseDocumentStore, questions: list[_Question], chunks: int
) -> Iterator[Result]:
    everything = Scope.everything()
    kept = total = 0
    unbounded: list[float] = []
    for question in questions:
        best = {each.chunk_id for each in store.match_words(question.text, DEPTH, everything)[:10]}
        started = time.perf_counter()
        with database.reading() as connection:
            true = searching.match_words(connection, question.text, DEPTH, everything, chunks * _VOCABULARY)
        unbounded.append(time.perf_counter() - started)
        kept += len(best & {each.chunk_id for each in true[:10]})
        total += len(true[:10])
    p95 = _p95([_timed(store.match_words, question.text, DEPTH, everything) for question in questions])
    reference = f"without a bound on postings {1000 * _p95(unbounded):.1f} ms"
    yield Result(f"words among {chunks:,} chunks, 95th percentile", 1000 * p95, "ms", reference)
    share = kept / total
    target = f"at least {LEAST_KEPT}"
    yield Result("of the ten best by words", share, "of them found", "an unbounded search", target, share >= LEAST_KEPT)


def _whole(folder: Path, store: DatabaseDocumentStore, questions: list[_Question], chunks: int) -> Iterator[Result]:
    children = ChildPool()
    index = ChromaPassageIndex(folder, store, _NAME, children, ForegroundActivity())
    try:
        yield _rate("their vectors in the graph", chunks, _timed(index.wait_until_current))
        ready: Any = _Ready(questions)
        search, everything = SearchPassages(store, index, ready), Scope.everything()
        times = [_timed(lambda text: list(search.find(text, everything, Stop())), each.text) for each in questions]
    finally:
        index.close()
        children.close()
    p95, most = 1000 * _p95(times), MOST_MILLISECONDS.get(chunks)
    yield Result(
        f"a whole search among {chunks:,} chunks, 95th percentile",
        p95,
        "ms",
        f"median {1000 * statistics.median(times):.1f} ms; without embedding the question",
        "" if most is None else f"at most {most:.0f}",
        None if most is None else p95 <= most,
    )
    if _MEMORY.exists():
        peak = _peak_megabytes()
        target = f"at most {MOST_MEGABYTES:,} at a million"
        yield Result("memory of the whole process at its peak", peak, "MB", "", target, peak <= MOST_MEGABYTES)


def _rate(what: str, chunks: int, seconds: float) -> Result:
    return Result(what, chunks / seconds, "chunks/s", f"{seconds:.0f} s")


def _peak_megabytes() -> float:
    """The most memory that this process ever had, where Linux tells it."""
    found = re.search(r"^VmHWM:\s+(\d+) kB", _MEMORY.read_text(encoding="ascii"), re.MULTILINE)
    return int(found[1]) * 1024 / 1e6 if found else 0.0


def _timed(work: Callable[..., object], *arguments: object) -> float:
    started = time.perf_counter()
    work(*arguments)
    return time.perf_counter() - started


def _p95(times: list[float]) -> float:
    return sorted(times)[int(0.95 * len(times))]
