"""One Chroma collection in a folder of its own: opening, checking, filling and asking it."""

from __future__ import annotations

import logging
import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.children import ChildDied, Limits
from localassist.adapters.following import CacheError
from localassist.domain.documents import Scored

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence
    from pathlib import Path

    from filelock import FileLock

    from localassist.adapters.children import ChildPool
    from localassist.domain.stopping import Stop
    from localassist.domain.vectors import Vectors

_LOG: Final = logging.getLogger(__name__)

_NAME: Final = "chunks"
_GRAPH: Final = {"space": "cosine", "ef_construction": 100, "max_neighbors": 24, "ef_search": 500}
"""Recall@200 of exact 0.996 on 21,000 real sentences; Chroma's defaults lose a third among clustered vectors, and twice
as much care in building takes three times as long for 0.001."""

_PROBE_SECONDS: Final = 60.0
_PROBE_MEMORY: Final = 4 * 1024**3
_PROBE_OUTPUT: Final = 64 * 1024**3
"""Room for Chroma's own files, which opening it may rewrite."""


class GraphError(CacheError):
    """Chroma failed."""


class Graph:
    """Chunk ids and their vectors in Chroma, for one process at a time. Safe to call from any thread.

    `state` is (how many chunks it holds, the mark up to which vectors were added), None while it isn't open; `newest`
    is that mark.
    """

    def __init__(self, folder: Path, embedder_name: str, children: ChildPool) -> None:
        self._folder = folder
        self._embedder = embedder_name
        self._children = children
        self._owner: FileLock | None = None
        self._lock = threading.RLock()
        self._client: Any = None
        self._collection: Any = None
        self._removed = 0
        self.newest = 0
        self.state: tuple[int, int] | None = None

    def open(self, stop: Stop) -> bool:
        """Open the folder if it isn't open; False when another process has it.

        What can't be opened, or was made by another embedder, starts afresh. A damaged folder can end the process
        that opens it, so a child process tries it first.
        """
        with self._lock:
            if self._collection is not None:
                return True
            if not self._own():
                return False
            if self._folder.exists() and not self._is_sound(stop):
                self._erase()
            self._start()
            return True

    def start_afresh(self) -> None:
        """Forget everything, on disk too: Chroma keeps the vectors of what was only deleted."""
        with self._lock:
            self._stop_client()
            self._erase()
            self._start()

    def close(self) -> None:
        """Close the folder and let another process have it."""
        with self._lock:
            self._stop_client()
            if self._owner is not None:
                self._owner.release()

    def nearest(self, query: Vectors, k: int) -> tuple[Scored, ...]:
        """The `k` nearest chunks by cosine similarity, best first; nothing when it isn't open."""
        import numpy as np

        with self._lock, _chroma_at_work():
            if self._collection is None:
                return ()
            wanted = np.frombuffer(query.data, np.float32)
            found = self._collection.query(query_embeddings=[wanted], n_results=k, include=["distances"])
        pairs = zip(found["ids"][0], found["distances"][0], strict=True)
        return tuple(Scored(int(chunk_id), 1.0 - distance) for chunk_id, distance in pairs)

    def add(self, chunk_ids: Sequence[int], numbers: memoryview, dimension: int) -> None:
        """Add chunks with `dimension` numbers each; those that are there already get these."""
        import numpy as np

        matrix = np.frombuffer(numbers, np.float32).reshape(-1, dimension)
        with self._lock, _chroma_at_work():
            self._collection.upsert(ids=[str(chunk_id) for chunk_id in chunk_ids], embeddings=matrix)

    def note(self, newest: int) -> None:
        """Remember up to which mark vectors were added."""
        with self._lock, _chroma_at_work():
            self._note(newest)

    def keep_only(self, chunk_ids: set[int], newest: int) -> bool:
        """Remove all other chunks, which leaves it at the mark `newest`.

        False when it should be made anew: some are missing, or most were removed.
        """
        with self._lock, _chroma_at_work():
            held = {int(chunk_id) for chunk_id in self._collection.get(include=[])["ids"]}
            extra = sorted(held - chunk_ids)
            if not chunk_ids <= held or self._removed + len(extra) > len(chunk_ids):
                return False
            at_once = self._client.get_max_batch_size()
            for start in range(0, len(extra), at_once):
                self._collection.delete(ids=[str(chunk_id) for chunk_id in extra[start : start + at_once]])
            self._note(newest, removed=self._removed + len(extra))
        return True

    def _own(self) -> bool:
        from filelock import FileLock, Timeout

        self._owner = self._owner or FileLock(f"{self._folder}.lock", thread_local=False)
        try:
            self._folder.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._owner.acquire(blocking=False)
        except Timeout:
            return False
        except OSError as error:
            raise GraphError(f"its folder can't be used ({error.strerror})") from error
        return True

    def _start(self) -> None:
        with _chroma_at_work():
            self._client = _client(self._folder)
            self._collection = self._client.get_or_create_collection(
                _NAME,
                embedding_function=None,
                configuration={"hnsw": _GRAPH},
                metadata={"embedder": self._embedder, "mark": 0, "removed": 0},
            )
            known = self._collection.metadata
            self.newest, self._removed = int(known.get("mark", 0)), int(known["removed"])
            self.state = (self._collection.count(), self.newest)
        if known["embedder"] != self._embedder or "mark" not in known:  # or made when chunk ids were the marks
            self.start_afresh()

    def _note(self, newest: int, removed: int | None = None) -> None:
        """Remember how far it is; kept in the collection, so that the next process goes on from there."""
        self._removed = self._removed if removed is None else removed
        self.newest = newest
        self._collection.modify(metadata={"embedder": self._embedder, "mark": newest, "removed": self._removed})
        self.state = (self._collection.count(), newest)

    def _stop_client(self) -> None:
        client, self._client, self._collection, self.state = self._client, None, None, None
        if client is not None:
            client.close()

    def _erase(self) -> None:
        try:
            shutil.rmtree(self._folder)
        except FileNotFoundError:
            return
        except OSError as error:
            raise GraphError(f"its folder can't be removed ({error.strerror})") from error

    def _is_sound(self, stop: Stop) -> bool:
        memory = _PROBE_MEMORY + 2 * sum(file.stat().st_size for file in self._folder.rglob("*") if file.is_file())
        try:
            self._children.call(
                "chroma_graph:probe",
                {"folder": str(self._folder)},
                Limits(_PROBE_SECONDS, memory, _PROBE_OUTPUT),
                stop,
            )
        except ChildDied as death:
            _LOG.warning("the vector index is damaged and is made anew: %s", death.kind)
            return False
        return True


def probe(folder: str) -> tuple[int, bytes]:
    """Open the collection in that folder and ask it something; returns how many chunks it holds. Runs in a child."""
    from pathlib import Path

    client = _client(Path(folder))
    try:
        collection = client.get_collection(_NAME, embedding_function=None)
        count = collection.count()
        if count:
            any_vector = collection.peek(1)["embeddings"][0]
            collection.query(query_embeddings=[any_vector], n_results=1, include=["distances"])
        return count, b""
    finally:
        client.close()


def _client(folder: Path) -> Any:
    import chromadb
    from chromadb.config import Settings

    # No .env file: whatever folder the app is started in must not be able to set Chroma's options.
    return chromadb.PersistentClient(folder, Settings(_env_file=None, anonymized_telemetry=False))


@contextmanager
def _chroma_at_work() -> Iterator[None]:
    """Turn what Chroma raises into `GraphError`, without its message: that may hold anything."""
    from chromadb.errors import ChromaError

    try:
        yield
    except (ChromaError, OSError, RuntimeError, ValueError) as error:
        raise GraphError(f"Chroma raised {type(error).__name__}") from error
