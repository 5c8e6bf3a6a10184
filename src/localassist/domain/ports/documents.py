"""Where documents are kept, searched and read from."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence, Set

    from localassist.domain.documents import (
        Chunk,
        Collection,
        Document,
        PageImage,
        Passage,
        Scope,
        Scored,
        StructuredText,
    )
    from localassist.domain.stopping import Stop
    from localassist.domain.vectors import Vectors


@dataclass(frozen=True, slots=True)
class FoundFile:
    """A file on disk: absolute `path`, `size` in bytes, `modified` in seconds since the epoch."""

    path: str
    size: int
    modified: float


class Skipped(StrEnum):
    """Why something was passed over, as far as it matters for what is known of it from before.

    `UNREACHABLE` says nothing of what is there: it could not be looked at. `LINKED` was looked through under another
    path already.
    """

    ON_PURPOSE = "on purpose"
    UNREACHABLE = "unreachable"
    LINKED = "linked"


@dataclass(frozen=True, slots=True)
class SkippedFile:
    """Something that is not indexed, and a sentence why."""

    path: str
    reason: str
    kind: Skipped = Skipped.ON_PURPOSE


class FileSource(Protocol):
    """The file system, as ingesting sees it."""

    def scan(
        self, paths: Sequence[str], stop: Stop, only: frozenset[str] | None = None
    ) -> Iterator[FoundFile | SkippedFile]:
        """Every readable file at or below the paths, each once, in a stable order.

        With `only`, just what lies at or below these of it; links are then not told from what they lead to. Links that
        form a cycle, unreadable folders, formats without a reader and what an ignore rule names come as `SkippedFile`
        (a folder as one); a named path that does not exist too.
        """

    def content_hash(self, path: str, stop: Stop) -> str:
        """Hex SHA-256 of the file's bytes. Raises `DocumentError` when it can't be read."""


class DocumentReader(Protocol):
    """Parses files, in a child process with limits."""

    @property
    def version(self) -> str:
        """Changes when the same file would give another text."""

    def read(self, path: str, stop: Stop) -> StructuredText:
        """The structured text of a file, or of a file inside one ("mail.eml/annex.pdf", as `Part.name` says).

        Raises `DocumentError` with the reason in plain words, `PasswordNeededError` for what `unlock` may open.
        """

    def read_soon(self, path: str, stop: Stop) -> tuple[StructuredText, bool]:
        """What of a file is read in no time, and whether that is all: text in pictures takes seconds a page.

        Raises as `read` does.
        """
        return self.read(path, stop), True

    def unlock(self, path: str, password: str) -> None:
        """Try this password whenever that file is read or drawn; it is kept in memory, until the program ends."""

    def draw_page(self, path: str, page: int, width: int, mark: tuple[int, int] | None) -> PageImage:
        """Draw page `page` (1-based) of a PDF, `width` pixels wide, with boxes around marked words.

        `mark` is (start, end) in characters counted from the page's own first character in `read`'s text.
        Raises `DocumentError`.
        """


@dataclass(frozen=True, slots=True)
class Pending:
    """A chunk whose vector is still to be made: its document's title, the headings above it, and its text."""

    chunk_id: int
    title: str
    heading: str
    text: str


def part_hash(container_hash: str, name: str) -> str:
    """What stands for the bytes of the file called `name` inside one with that hash: hex SHA-256."""
    return hashlib.sha256(f"{container_hash}/{name}".encode("utf-8", "surrogatepass")).hexdigest()


class DocumentStore(Protocol):
    """Documents, their text, chunks, vectors and words on disk: the truth. Safe to call from any thread.

    All raise `StorageError` when the disk is full or read-only and `NotFoundError` for unknown ids.
    """

    def add_collection(self, name: str, roots: Sequence[str]) -> Collection:
        """The collection of that name, made if there is none; `roots` are added to it."""

    def collections(self) -> tuple[Collection, ...]:
        """All collections by name."""

    def remove_collection(self, collection_id: int) -> tuple[int, ...]:
        """Remove it and the documents that are in no other; returns the ids of the chunks that went."""

    def rename_collection(self, collection_id: int, name: str) -> Collection:
        """Give it another name. Raises `LocalAssistError` when another collection has it."""

    def documents(self, scope: Scope) -> tuple[Document, ...]:
        """The documents of a scope, by path, with those that wait, failed or are ignored."""

    def expect(self, files: Sequence[FoundFile], collection_id: int) -> None:
        """Put files into a collection before they are read: new ones are `WAITING`, known ones stay as they are."""

    def ignore(self, skipped: Sequence[SkippedFile], collection_id: int) -> None:
        """Remember what of a collection's folders was passed over, and why, as `IGNORED` documents without text.

        A document that stood at such a path loses its text, unless another collection has it or it is `UNREACHABLE`.
        """

    def begin_reading(self, path: str) -> None:
        """The document at that path, if it has no text yet, is `READING`; after a crash it is `WAITING` again."""

    def distrust(self, scope: Scope) -> None:
        """Have the files of these documents read anew: `reuse` takes their text no more. Till then it is found.

        Those that failed are tried again, too.
        """

    def cached(self) -> tuple[Document, ...]:
        """The documents that are in no collection, by path."""

    def find_document(self, path: str) -> Document | None:
        """The document at that absolute path, in a collection or only in the cache."""

    def reuse(self, file: FoundFile, content_hash: str, versions: tuple[str, str]) -> Document | None:
        """Make the document at `file.path` stand for text that is already stored, if there is any.

        `versions` are those of the reader and the embedder; text made by others is not reused. The document's
        membership of collections stays. The files inside come along as documents of their own; where the text of one is
        not stored, nothing is reused.
        """

    def failed_as(self, file: FoundFile, reader: str) -> Document | None:
        """The document of a file that this version of the reader has failed on, if the file did not change since."""

    def save(  # noqa: PLR0913, PLR0917  a document is stored whole, in one commit
        self,
        file: FoundFile,
        content_hash: str,
        versions: tuple[str, str],
        content: StructuredText,
        chunks: Sequence[Chunk],
        vectors: Vectors | None = None,
        container_id: int | None = None,
    ) -> tuple[Document, tuple[int, ...]]:
        """Store a document in one commit, replacing what stood at that path; its words are searchable at once.

        Without `vectors` those that the same embedder made of the very same title, headings and text are taken over,
        the others are pending. `container_id` is the document whose file this one is inside of; it has its collections
        and goes with it. The parts of `content` are not stored, only named. Returns the document with the ids of its
        chunks, in order. A text without chunks is stored as `EMPTY`.
        """

    def save_failure(
        self, file: FoundFile, content_hash: str, problem: str, reader: str = "", container_id: int | None = None
    ) -> Document:
        """Remember that the file at that path could not be read by that version of the reader, and why."""

    def assign(self, document_ids: Sequence[int], collection_id: int) -> None:
        """Put documents into a collection; those that are in it stay."""

    def remove_document(self, document_id: int) -> tuple[int, ...]:
        """Forget a document, with those inside it; returns the ids of the chunks that went."""

    def remove_documents(self, document_ids: Sequence[int]) -> tuple[int, ...]:
        """Forget documents, with those inside them, a few hundred in one commit. Those that are gone are passed over.

        Returns the ids of the chunks that went.
        """

    def purge(self) -> None:
        """Leave nothing on the disk of the words of what was removed; takes seconds for every 100,000 chunks.

        Searches never find them anyway.
        """

    def content(self, document_id: int) -> StructuredText:
        """The stored text of a document."""

    def passages(self, chunk_ids: Sequence[int], scope: Scope) -> tuple[Passage, ...]:
        """The chunks as passages of documents of the scope, in the order given; those outside it are left out."""

    def within(self, chunk_ids: Sequence[int], scope: Scope) -> Set[int]:
        """Those of the chunks that are in a document of the scope."""

    def match_words(self, text: str, k: int, scope: Scope) -> tuple[Scored, ...]:
        """The `k` chunks of the scope that match the words of `text` best (BM25, higher is better)."""

    def nearest_exact(self, query: Vectors, k: int, scope: Scope, embedder: str) -> tuple[Scored, ...]:
        """The `k` chunks of the scope nearest to the query by cosine similarity, comparing all of them."""

    def chunk_count(self, scope: Scope) -> int:
        """How many chunks a scope has."""

    def pending_count(self, embedder: str) -> int:
        """How many chunks are still without a vector of that embedder."""

    def pending(self, embedder: str, limit: int) -> tuple[Pending, ...]:
        """Chunks without a vector of that embedder, the newest documents' first."""

    def save_vectors(self, embedder: str, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        """Store vectors that were pending, in one commit; chunks that are gone meanwhile are passed over."""

    def vector_state(self, embedder: str) -> tuple[int, int]:
        """How many chunks that embedder embedded, and the mark of the newest vectors (0 for none).

        Marks rise and are never used twice, so equal states mean the same chunks.
        """

    def vectors_of(self, chunk_ids: Sequence[int], embedder: str) -> Mapping[int, Vectors]:
        """The vectors of single chunks by id, of those that this embedder embedded."""

    def all_vectors(self, embedder: str, after: int = 0) -> Iterator[tuple[int, tuple[int, ...], Vectors]]:
        """Marks, ids and vectors of the chunks that embedder embedded after a mark, in batches, marks rising."""


class PassageIndex(Protocol):
    """A rebuildable index of the vectors, for nearest neighbours among very many."""

    def nearest(self, query: Vectors, k: int, scope: Scope) -> tuple[Scored, ...]:
        """The `k` chunks of the scope nearest to the query, by cosine similarity (-1 to 1), best first."""

    def add(self, chunk_ids: Sequence[int], vectors: Vectors) -> None:
        """Add chunks that were just stored."""

    def remove(self, chunk_ids: Sequence[int]) -> None:
        """Remove chunks that are gone."""

    def rebuild(self) -> None:
        """Erase the index and make it anew from the store; only then is nothing left of what was removed.

        Raises `StorageError` while another process has it.
        """
