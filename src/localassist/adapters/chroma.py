"""The vector index in an embedded Chroma: a cache of the database's vectors that may be thrown away at any time."""

from __future__ import annotations

import logging
import math
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.chroma_graph import Graph, GraphError
from localassist.adapters.following import Follower
from localassist.domain.errors import StorageError
from localassist.domain.ports.documents import PassageIndex
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localassist.adapters.children import ChildPool
    from localassist.domain.documents import Scope, Scored
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.vectors import Vectors

_LOG: Final = logging.getLogger(__name__)

EXACT_UP_TO: Final = 20_000
"""Chunks that are sooner compared one by one (10 ms) than looked up in a graph that may miss some."""

_ADDED_AT_ONCE: Final = 500
"""Chunks added between two looks at whether somebody waits for an answer: about half a second."""

_MOST_NEIGHBOURS: Final = 1000
_SPARE: Final = 1.5
"""How many more neighbours to fetch than a scope's share of all chunks asks for: like chunks lie together."""


class ChromaPassageIndex(PassageIndex):
    """Nearest neighbours by Chroma's graph among very many chunks, exactly among up to `exact_up_to`.

    The graph follows the store on a thread of its own, which waits while somebody is being answered; until it
    has caught up, searches are exact. So nothing is lost, and nobody waits, when `folder` is missing, damaged or
    in the hands of another process.
    """

    def __init__(
        self,
        folder: Path,
        store: DocumentStore,
        embedder_name: str,
        children: ChildPool,
        activity: Activity,
        exact_up_to: int = EXACT_UP_TO,
    ) -> None:
        self._store = store
        self._embedder = embedder_name
        self._activity = activity
        self._exact_up_to = exact_up_to
        self._graph = Graph(folder, embedder_name, children)
        self._follower = Follower("vectors", self._catch_up)

    @override
    def nearest(self, query: Vectors, k: int, scope: Scope) -> tuple[Scored, ...]:
        count = self._store.chunk_count(scope)
        found = self._by_graph(query, k, scope, count) if count > self._exact_up_to else None
        return self._store.nearest_exact(query, k, scope, self._embedder) if found is None else found

    @override
    def add(self, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        self._follow()

    @override
    def remove(self, chunk_ids: Sequence[int]) -> None:
        self._follow()

    @override
    def rebuild(self) -> None:
        self._follower.join()
        try:
            if not self._graph.open(Stop()):
                raise StorageError(
                    "The index of vectors is in use by another window or command of this app.",
                    "Close it and try again.",
                )
            self._graph.start_afresh()
        except GraphError as error:
            raise StorageError("The index of vectors can't be made anew.", "Check that the disk has room.") from error
        self._follow()
        self._follower.join()

    def wait_until_current(self) -> bool:
        """Return when the graph has caught up with the store; False if it could not."""
        self._follow()
        self._follower.join()
        return self._graph.state == self._store.vector_state(self._embedder)

    def close(self) -> None:
        """End the following and leave the folder to other processes."""
        self._follower.close()
        self._graph.close()

    def _by_graph(self, query: Vectors, k: int, scope: Scope, count: int) -> tuple[Scored, ...] | None:
        """The nearest by the graph; None when it is behind the store or can't see enough of so small a scope."""
        state = self._store.vector_state(self._embedder)
        wanted = k if count >= state[0] else math.ceil(k * _SPARE * state[0] / count)
        if wanted > _MOST_NEIGHBOURS:
            return None
        if self._graph.state != state:
            self._follow()
            return None
        try:
            near = self._graph.nearest(query, min(wanted, state[0]))
        except GraphError as error:
            _LOG.warning("the vector index fails, searching without it: %s", error)
            return None
        inside = self._store.within([each.chunk_id for each in near], scope)
        found = tuple(each for each in near if each.chunk_id in inside)[:k]
        return found if len(found) == min(k, count) else None

    def _follow(self) -> None:
        """Have the graph catch up in the background, where there are enough chunks for it to be of use."""
        if self._store.vector_state(self._embedder)[0] <= self._exact_up_to:
            return
        self._follower.follow()

    def _catch_up(self, stop: Stop) -> None:
        if self._graph.open(stop):
            self._mirror(stop)

    def _mirror(self, stop: Stop) -> None:
        """Make the graph hold the chunks that the store holds."""
        self._add_missing(stop)
        state = self._store.vector_state(self._embedder)
        if self._graph.state == state:
            return
        stored = {chunk_id for _, chunk_ids, _ in self._store.all_vectors(self._embedder) for chunk_id in chunk_ids}
        if not self._graph.keep_only(stored, state[1]):
            self._graph.start_afresh()
            self._add_missing(stop)

    def _add_missing(self, stop: Stop) -> None:
        for mark, chunk_ids, vectors in self._store.all_vectors(self._embedder, self._graph.newest):
            for start in range(0, len(chunk_ids), _ADDED_AT_ONCE):
                self._activity.wait_until_idle(stop)
                stop.raise_if_requested()
                part = slice(start * vectors.dimension, (start + _ADDED_AT_ONCE) * vectors.dimension)
                self._graph.add(chunk_ids[start : start + _ADDED_AT_ONCE], vectors.data[part], vectors.dimension)
            self._graph.note(mark)
