"""Collections kept true to the disk: looked through at the start, then followed change by change."""

from __future__ import annotations

from contextlib import closing
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.domain.documents import Scope
from localassist.domain.errors import ModelError, NotFoundError
from localassist.domain.events import (
    DocumentIndexed,
    Embedding,
    Hindered,
    Indexed,
    Mirrored,
    RootBack,
    RootMissing,
    RootPolled,
)
from localassist.domain.ports.documents import FileSource, FoundFile, SkippedFile
from localassist.usecases.comparing import Look, gone, touched
from localassist.usecases.pacing import with_pace

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator, Sequence

    from localassist.domain.documents import Collection, Document
    from localassist.domain.events import MirrorEvent
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.watching import FolderWatch, FolderWatcher
    from localassist.domain.stopping import Stop
    from localassist.usecases.forgetting import ForgetDocuments
    from localassist.usecases.ingesting import IngestPaths

_WAIT_S: Final = 2.0
"""How long to wait for a change before looking whether collections have other roots now."""


class MirrorFolders:
    """Keeps every collection true to its folders: what is new is read, what is gone is forgotten.

    Content decides: a file that was renamed, moved or touched is neither read nor embedded again. Removals come after
    additions, so that the text of what was moved is still there. What can't be reached keeps its documents.
    """

    def __init__(
        self,
        files: FileSource,
        store: DocumentStore,
        ingest: Callable[[FileSource], IngestPaths],
        embed: Callable[[Stop], Iterator[MirrorEvent]],
        forget: ForgetDocuments,
        watcher: FolderWatcher,
    ) -> None:
        self._files = files
        self._store = store
        self._ingest = ingest
        self._embed = embed
        self._forget = forget
        self._watcher = watcher

    def __call__(self, stop: Stop) -> Iterator[MirrorEvent]:
        """Bring all collections in line with the disk, then follow its changes until `stop` raises `Stopped`.

        Reading goes before embedding, which is interrupted by changes; both wait while somebody is being answered.
        Collections and roots that are added meanwhile are taken up within seconds. Yields what ingesting yields,
        and `Mirrored` each time the collections are as the disk is. Raises `StorageError`.
        """
        run = _Run()
        with closing(_Watched(self._watcher)) as watched:
            pending = False
            changed: frozenset[str] = frozenset()
            while True:
                stop.raise_if_requested()
                changed |= watched.changed(self._store.collections(), stop, 0 if pending else _WAIT_S)
                yield from watched.news()
                if changed:
                    taken, changed = changed, frozenset()
                    yield from self._bring_in_line(taken, run, stop)
                    pending = True
                elif pending:
                    changed = yield from self._embed_until_changed(watched, stop)
                    pending = bool(changed)

    def once(self, stop: Stop) -> Iterator[MirrorEvent]:
        """Bring all collections in line with the disk, embed what is pending, and end.

        Yields and raises as following does.
        """
        yield from self._bring_in_line(None, _Run(), stop)
        try:
            yield from with_pace(self._embed(stop))
        except ModelError as error:
            yield Hindered(str(error))

    def _bring_in_line(self, changed: frozenset[str] | None, run: _Run, stop: Stop) -> Iterator[MirrorEvent]:
        looks: list[Look] = []
        before = run.read
        for collection in self._store.collections():
            if changed is None or touched(collection.roots, changed):
                look = self._look(collection, changed, run, stop)
                looks.append(look)
                yield from run.missing_roots(look)
                yield from self._read(look, run, stop)
        removed = self._remove_gone(looks)
        yield Mirrored(run.read - before, removed)

    def _look(self, collection: Collection, changed: frozenset[str] | None, run: _Run, stop: Stop) -> Look:
        """Look at what changed; at all of it where a root itself did, or where links give files several names."""
        only = changed
        if only is None or collection.id in run.linked or not only.isdisjoint(collection.roots):
            only = None
        look = Look(collection, only, tuple(self._files.scan(collection.roots, stop, only)))
        if look.has_links and only is not None:
            look = Look(collection, None, tuple(self._files.scan(collection.roots, stop)))
        if look.has_links:
            run.linked.add(collection.id)
        elif look.only is None:
            run.linked.discard(collection.id)
        return look

    def _read(self, look: Look, run: _Run, stop: Stop) -> Iterator[MirrorEvent]:
        known = {document.path: document for document in self._known(look)}
        self._forget.documents([document.id for document in look.withdrawn(known.values())])
        items = look.to_read(known)
        if not items or not self._still_there(look.collection):
            return
        ingest = self._ingest(_Given(self._files, items))
        try:
            for event in with_pace(ingest(look.collection.roots, look.collection.name, stop)):
                if isinstance(event, Embedding | Hindered | Indexed):
                    return  # vectors follow when nothing is left to be read
                if isinstance(event, DocumentIndexed):
                    if event.unchanged:
                        continue
                    run.read += 1
                yield event
        except NotFoundError:
            if self._still_there(look.collection):
                raise

    def _still_there(self, collection: Collection) -> bool:
        """Whether nobody removed or renamed it meanwhile: reading into it would bring it back."""
        return any((each.id, each.name) == (collection.id, collection.name) for each in self._store.collections())

    def _known(self, look: Look) -> Sequence[Document]:
        """The documents of which the look says something; all of the collection's where folders changed."""
        if look.only is not None:
            found = [self._store.find_document(path) for path in look.only | look.paths]
            known = {document.path: document for document in found if document is not None}
            if look.only <= known.keys() | {item.path for item in look.items if isinstance(item, FoundFile)}:
                return list(known.values())
        return self._store.documents(Scope(collection_ids=(look.collection.id,)))

    def _remove_gone(self, looks: Sequence[Look]) -> int:
        seen = frozenset(path for look in looks for path in look.paths)
        leaving = {document.id for look in looks for document in gone(self._known(look), look, seen)}
        self._forget.documents(sorted(leaving))
        return len(leaving)

    def _embed_until_changed(self, watched: _Watched, stop: Stop) -> Generator[MirrorEvent, None, frozenset[str]]:
        """Embed what is pending; gives what changed meanwhile, nothing once all is embedded."""
        try:
            with closing(with_pace(self._embed(stop))) as embedding:
                for event in embedding:
                    yield event
                    if changed := watched.changed(self._store.collections(), stop, 0):
                        return changed
        except ModelError as error:
            yield Hindered(str(error))
        return frozenset()


@dataclass(slots=True)
class _Run:
    """What one run remembers between its looks."""

    read: int = 0
    linked: set[int] = field(default_factory=set)
    missing: set[str] = field(default_factory=set)

    def missing_roots(self, look: Look) -> Iterator[MirrorEvent]:
        """What is news about the roots of a look."""
        for path, reason in look.missing.items():
            if path not in self.missing:
                self.missing.add(path)
                yield RootMissing(path, reason)
        if look.only is None:
            for path in self.missing.intersection(look.collection.roots) - look.missing.keys():
                self.missing.discard(path)
                yield RootBack(path)


class _Given(FileSource):
    """What was found already, for ingesting to find."""

    def __init__(self, files: FileSource, items: Sequence[FoundFile | SkippedFile]) -> None:
        self._files = files
        self._items = items

    @override
    def scan(
        self, paths: Sequence[str], stop: Stop, only: frozenset[str] | None = None
    ) -> Iterator[FoundFile | SkippedFile]:
        yield from self._items

    @override
    def content_hash(self, path: str, stop: Stop) -> str:
        return self._files.content_hash(path, stop)


class _Watched:
    """The roots of all collections, watched."""

    def __init__(self, watcher: FolderWatcher) -> None:
        self._watcher = watcher
        self._roots: frozenset[str] = frozenset()
        self._watch: FolderWatch | None = None
        self._told: dict[str, str] = {}

    def changed(self, collections: Sequence[Collection], stop: Stop, seconds: float) -> frozenset[str]:
        """What changed; all roots whenever they are others than before."""
        roots = frozenset(root for collection in collections for root in collection.roots)
        if self._watch is not None and roots == self._roots:
            return self._watch.changes(stop, seconds)
        self.close()
        self._watch = self._watcher.watch(sorted(roots))
        self._roots = roots
        return roots

    def news(self) -> Iterator[MirrorEvent]:
        """The roots of which it turned out that their changes are not reported."""
        polled = dict(self._watch.polled) if self._watch is not None else {}
        for path, reason in polled.items():
            if self._told.get(path) != reason:
                yield RootPolled(path, reason)
        self._told = polled

    def close(self) -> None:
        """Watch no more."""
        if self._watch is not None:
            self._watch.close()
