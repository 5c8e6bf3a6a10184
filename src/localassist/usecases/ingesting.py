"""Files to answerable documents: found, read, chunked, embedded, stored and indexed, one file after the other."""

from __future__ import annotations

from concurrent.futures import wait
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from functools import partial
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import AS_LOCKED, MAX_DOCUMENT_BYTES, Scope
from localassist.domain.errors import LocalAssistError, ModelError, PasswordNeededError, StorageError
from localassist.domain.events import DocumentIndexed, DocumentIndexing, FilesCounted, Hindered, Indexed
from localassist.domain.ports.documents import SkippedFile, part_hash
from localassist.usecases.chunking import CHUNKING_VERSION, chunk
from localassist.usecases.comparing import TAKEN_OUT
from localassist.usecases.embedding import EmbedPending
from localassist.usecases.foreseeing import foreseen
from localassist.usecases.measuring import Measure

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence
    from concurrent.futures import Future

    from localassist.domain.documents import Chunk, Document, StructuredText
    from localassist.domain.events import IngestEvent
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.documents import DocumentReader, DocumentStore, FileSource, FoundFile, PassageIndex
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.stopping import Stop

_COUNT_EVERY: Final = 100
_SLOW_S: Final = 1.0
"""Most files are read sooner: words of the next ones go before vectors, which would take the processor from reading."""

_SOON: Final = "; without its pictures"


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a run keeps what it reads, None in the cache only; `named` are the paths that it was given."""

    collection_id: int | None
    versions: tuple[str, str]
    named: frozenset[str]


@dataclass(frozen=True, slots=True)
class _Look:
    """What a look at a file gave: a document that is `known`, its content, or the problem of reading it.

    `moved`: known, but not from this path or time. `failed_by` is the reader that will say the same of the same file.
    What is not `is_whole` has pictures of text, which are read when there is nothing else to read. `chunks` are the
    content's own, without those of the files inside it.
    """

    content_hash: str = ""
    content: StructuredText | None = None
    problem: LocalAssistError | None = None
    known: Document | None = None
    moved: bool = False
    failed_by: str = ""
    is_whole: bool = True
    chunks: tuple[Chunk, ...] = ()


@dataclass(slots=True)
class _Progress:
    """How far a run is: the documents that are done with, of `total` files, and the files left for `later`."""

    total: int
    done: int = 0
    documents: list[Document] = field(default_factory=list)
    later: list[FoundFile] = field(default_factory=list)


class IngestPaths:
    """Makes files and folders answerable, one file at a time, so that ending early loses nothing done before."""

    def __init__(
        self,
        files: FileSource,
        reader: DocumentReader,
        embedder: Embedder,
        store: DocumentStore,
        index: PassageIndex,
        activity: Activity,
    ) -> None:
        self._files = files
        self._reader = reader
        self._embedder = embedder
        self._store = store
        self._activity = activity
        self._embed = EmbedPending(store, embedder, index, activity)
        self._measure = Measure(embedder)

    def __call__(self, paths: Sequence[str], collection: str, stop: Stop) -> Iterator[IngestEvent]:
        """Read what is new or changed at or below the paths into the collection ("": only into the cache).

        Files with pictures of text come last; what they say besides is found at once. Yields `FilesCounted` ...,
        `DocumentIndexing` and `DocumentIndexed` for each file, which its words find from then on, `Embedding` ... or
        `Hindered` when there is no embedding model, at last `Indexed`. A file that can't be read is stored as failed
        with its problem and does not end the run, one that somebody took out stays out unless it is named. Raises
        `StorageError`, and `Stopped` on request.
        """
        found: list[FoundFile] = []
        skipped: list[SkippedFile] = []
        for item in self._files.scan(paths, stop):
            if isinstance(item, SkippedFile):
                skipped.append(item)
                continue
            found.append(item)
            if len(found) % _COUNT_EVERY == 0:
                yield FilesCounted(len(found))
        yield FilesCounted(len(found))
        place = self._place(collection, paths, found, skipped)
        progress = _Progress(len(found))
        look_soon = partial(self._look, place, soon=True)
        with closing(foreseen(found, look_soon, stop)) as looks:
            yield from self._take(looks, place, progress, stop)
        look_again = partial(self._look, place, soon=False)  # hours may have passed: the file may be another or out
        with closing(foreseen(progress.later, look_again, stop)) as looks:
            yield from self._take(looks, place, progress, stop)
        try:
            yield from self._embed(stop)
        except ModelError as error:
            yield Hindered(str(error))
        yield Indexed(tuple(progress.documents), tuple(f"{item.path}: {item.reason}" for item in skipped))

    def _take(
        self, looks: Iterable[tuple[FoundFile, Future[_Look]]], place: _Place, progress: _Progress, stop: Stop
    ) -> Iterator[IngestEvent]:
        """Store what looks give, one after the other, and say so."""
        for file, future in looks:
            self._activity.wait_until_idle(stop)
            stop.raise_if_requested()
            yield DocumentIndexing(file.path, progress.done + 1, progress.total)
            look = self._awaited(future, stop)
            if not look.is_whole:
                self._store_for_now(file, place, look)
                progress.later.append(file)
                continue
            stored, unchanged = self._store_what_was_read(file, place, look)
            progress.documents += stored
            progress.done += 1
            yield DocumentIndexed(stored[0], progress.done, progress.total, unchanged)

    def _store_for_now(self, file: FoundFile, place: _Place, look: _Look) -> None:
        """Store what was read soon, as if by another reader: whatever happens until then, the file is read again."""
        reader, embedder = place.versions
        if look.content is not None and any(content.text.strip() for content in _all_of(look.content)):
            self._store_what_was_read(file, replace(place, versions=(reader + _SOON, embedder)), look)
        elif place.collection_id is not None:
            self._store.expect([file], place.collection_id)

    def _place(
        self, collection: str, paths: Sequence[str], found: Sequence[FoundFile], skipped: Sequence[SkippedFile]
    ) -> _Place:
        reader = f"{self._reader.version}; {CHUNKING_VERSION}"
        named = frozenset(paths)
        if not collection:
            return _Place(None, (reader, self._embedder.name), named)
        collection_id = self._store.add_collection(collection, paths).id
        self._store.expect([file for file in found if not self._is_out(file, named)], collection_id)
        self._store.ignore([item for item in skipped if item.path not in named], collection_id)
        return _Place(collection_id, (reader, self._embedder.name), named)

    def _awaited(self, look: Future[_Look], stop: Stop) -> _Look:
        """What a look gives; one that takes its time leaves some for embedding what was read before."""
        with suppress(ModelError):  # told when everything is read
            while not wait([look], _SLOW_S).done and self._embed.some(stop):
                stop.raise_if_requested()
        return look.result()

    def _look(self, place: _Place, file: FoundFile, stop: Stop, *, soon: bool) -> _Look:
        """What is there at a path; runs ahead of its turn, in another thread."""
        unchanged = self._unchanged(file, place)
        if unchanged is not None:
            return _Look(known=unchanged)
        content_hash = ""
        try:
            if file.size <= MAX_DOCUMENT_BYTES:  # the reader refuses a larger one, so nobody waits for its hash
                content_hash = self._files.content_hash(file.path, stop)
                if (same := self._store.reuse(file, content_hash, place.versions)) is not None:
                    return _Look(known=same, moved=True)
        except StorageError:
            raise
        except LocalAssistError as error:
            return _Look(problem=error)
        return self._read(file, content_hash, place, stop, soon=soon)

    def _unchanged(self, file: FoundFile, place: _Place) -> Document | None:
        """The document at that path if neither its file nor how it would be read has changed."""
        document = self._store.find_document(file.path)
        if document is not None and self._is_out(file, place.named, document):
            return document
        if document is None or (document.size, document.modified) != (file.size, file.modified):
            return None
        if document.status.is_failure:
            return self._failed_before(file, place)
        return self._store.reuse(file, document.content_hash, place.versions) if document.content_hash else None

    def _is_out(self, file: FoundFile, named: frozenset[str], document: Document | None = None) -> bool:
        """Whether somebody took the file out, and does not name it now to have it back."""
        known = document or self._store.find_document(file.path)
        return known is not None and known.problem == TAKEN_OUT and file.path not in named

    def _failed_before(self, file: FoundFile, place: _Place) -> Document | None:
        """The document of a file that would fail again, which may take minutes; one named may have its password."""
        reader = place.versions[0]
        if file.path not in place.named and (locked := self._store.failed_as(file, reader + AS_LOCKED)):
            return locked
        return self._store.failed_as(file, reader)

    def _read(self, file: FoundFile, content_hash: str, place: _Place, stop: Stop, *, soon: bool) -> _Look:
        if place.collection_id is not None:
            self._store.begin_reading(file.path)
        try:
            content, is_whole = (
                self._reader.read_soon(file.path, stop) if soon else (self._reader.read(file.path, stop), True)
            )
            return _Look(content_hash, content, is_whole=is_whole, chunks=self._divided(content))
        except StorageError:
            raise
        except LocalAssistError as error:
            if isinstance(error, PasswordNeededError) and (read := self._read_before(file, content_hash)):
                return _Look(known=read)
            locked = AS_LOCKED if isinstance(error, PasswordNeededError) else ""
            return _Look(content_hash, problem=error, failed_by=place.versions[0] + locked)

    def _read_before(self, file: FoundFile, content_hash: str) -> Document | None:
        """The document of the same bytes, read when their password was known: it is not lost with the password."""
        document = self._store.find_document(file.path)
        same = document is not None and document.status.is_answerable and document.content_hash == content_hash
        return document if same else None

    def _store_what_was_read(self, file: FoundFile, place: _Place, look: _Look) -> tuple[list[Document], bool]:
        """The document at a path and those inside it, and whether nothing had changed."""
        unchanged = look.known is not None and not look.moved
        if look.known is not None:
            stored = [look.known, *self._inside(look.known)]
        elif look.content is not None:
            stored = self._save(file, look.content_hash, place, look.content, look.chunks)
        else:
            stored = [self._store.save_failure(file, look.content_hash, str(look.problem), look.failed_by)]
        if place.collection_id is not None:
            self._store.assign([stored[0].id], place.collection_id)
        return stored, unchanged

    def _inside(self, document: Document) -> list[Document]:
        """The documents inside one that was read before."""
        inside = self._store.documents(Scope(document_ids=(document.id,)))
        return [each for each in inside if each.id != document.id]

    def _save(
        self,
        file: FoundFile,
        content_hash: str,
        place: _Place,
        content: StructuredText,
        chunks: tuple[Chunk, ...],
        container_id: int | None = None,
    ) -> list[Document]:
        document, _ = self._store.save(file, content_hash, place.versions, content, chunks, container_id=container_id)
        stored = [document]
        for part in content.parts:
            inside = replace(file, path=f"{file.path}/{part.name}")
            own_hash = part_hash(content_hash, part.name)
            if part.content is None:
                stored.append(self._store.save_failure(inside, own_hash, part.problem, container_id=document.id))
            else:
                chunks_inside = self._divided(part.content)
                stored += self._save(inside, own_hash, place, part.content, chunks_inside, document.id)
        return stored

    def _divided(self, content: StructuredText) -> tuple[Chunk, ...]:
        return chunk(content, self._measure.count_tokens, self._measure.max_tokens)


def _all_of(content: StructuredText) -> Iterator[StructuredText]:
    """A content and those of the files inside it."""
    yield content
    for part in content.parts:
        if part.content is not None:
            yield from _all_of(part.content)
