"""Files to answerable documents: found, read, chunked, embedded, stored and indexed, one file after the other."""

from __future__ import annotations

from array import array
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import MAX_DOCUMENT_BYTES, DocumentStatus
from localassist.domain.errors import LocalAssistError, ModelError, StorageError
from localassist.domain.events import DocumentIndexed, DocumentIndexing, FilesCounted, Indexed
from localassist.domain.ports.documents import SkippedFile
from localassist.domain.vectors import Vectors
from localassist.usecases.chunking import CHUNKING_VERSION, chunk, text_to_embed

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.documents import Chunk, Document, StructuredText
    from localassist.domain.events import IngestEvent
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.documents import DocumentReader, DocumentStore, FileSource, FoundFile, PassageIndex
    from localassist.domain.ports.embedder import Embedder
    from localassist.domain.stopping import Stop

_EMBED_BATCH: Final = 64
_COUNT_EVERY: Final = 100


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a run keeps what it reads: `collection_id` None keeps it in the cache only."""

    collection_id: int | None
    versions: tuple[str, str]


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
        self._index = index
        self._activity = activity

    def __call__(self, paths: Sequence[str], collection: str, stop: Stop) -> Iterator[IngestEvent]:
        """Read what is new or changed at or below the paths into the collection ("": only into the cache).

        Yields `FilesCounted` ..., then `DocumentIndexing` and `DocumentIndexed` for each file, at last `Indexed`.
        A file that can't be read is stored as failed with its problem and does not end the run. Raises
        `StorageError`, `ModelError` when there is no embedding model to go on with, and `Stopped` on request.
        """
        found: list[FoundFile] = []
        skipped: list[str] = []
        for item in self._files.scan(paths, stop):
            if isinstance(item, SkippedFile):
                skipped.append(f"{item.path}: {item.reason}")
                continue
            found.append(item)
            if len(found) % _COUNT_EVERY == 0:
                yield FilesCounted(len(found))
        yield FilesCounted(len(found))
        collection_id = self._store.add_collection(collection, paths).id if collection else None
        place = _Place(collection_id, (f"{self._reader.version}; {CHUNKING_VERSION}", self._embedder.name))
        documents: list[Document] = []
        for position, file in enumerate(found, 1):
            self._activity.wait_until_idle(stop)
            stop.raise_if_requested()
            document = self._unchanged(file, place)
            unchanged = document is not None
            if document is None:
                yield DocumentIndexing(file.path, position, len(found))
                document = self._read(file, place, stop)
            self._assign(document, place)
            documents.append(document)
            yield DocumentIndexed(document, position, len(found), unchanged)
        yield Indexed(tuple(documents), tuple(skipped))

    def _assign(self, document: Document, place: _Place) -> None:
        if place.collection_id is not None:
            self._store.assign([document.id], place.collection_id)

    def _unchanged(self, file: FoundFile, place: _Place) -> Document | None:
        """The document at that path if neither its file nor how it would be read has changed."""
        document = self._store.find_document(file.path)
        if document is None or (document.size, document.modified) != (file.size, file.modified):
            return None
        if document.status is DocumentStatus.FAILED:
            return None
        return self._store.reuse(file, document.content_hash, place.versions)

    def _read(self, file: FoundFile, place: _Place, stop: Stop) -> Document:
        content_hash = ""
        try:
            if file.size <= MAX_DOCUMENT_BYTES:  # the reader refuses a larger one, so nobody waits for its hash
                content_hash = self._files.content_hash(file.path, stop)
                known = self._store.reuse(file, content_hash, place.versions)
                if known is not None:
                    return known
            return self._save(file, content_hash, place, self._reader.read(file.path, stop), stop)
        except (StorageError, ModelError):
            raise
        except LocalAssistError as error:
            return self._store.save_failure(file, content_hash, str(error))

    def _save(self, file: FoundFile, content_hash: str, place: _Place, content: StructuredText, stop: Stop) -> Document:
        chunks = chunk(content, self._embedder.count_tokens, self._embedder.max_tokens)
        vectors = self._embed(content.title or _name(file.path), content, chunks, stop)
        document, chunk_ids = self._store.save(file, content_hash, place.versions, content, chunks, vectors)
        # The index is a cache: what it misses is found by its words and comes back when it is rebuilt.
        with suppress(LocalAssistError):
            self._index.add(chunk_ids, vectors)
        return document

    def _embed(self, title: str, content: StructuredText, chunks: Sequence[Chunk], stop: Stop) -> Vectors:
        texts = [text_to_embed(title, item, content.text) for item in chunks]
        numbers = array("f")
        for start in range(0, len(texts), _EMBED_BATCH):
            self._activity.wait_until_idle(stop)
            stop.raise_if_requested()
            numbers.extend(self._embedder.embed_passages(texts[start : start + _EMBED_BATCH], stop).data)
        return Vectors(memoryview(numbers), self._embedder.dimension)


def _name(path: str) -> str:
    """The last part of a path of either kind."""
    return path.replace("\\", "/").rpartition("/")[2]
