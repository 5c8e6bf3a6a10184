"""Terms of chunks in a tantivy index in a folder of its own: opening, filling and asking it."""

from __future__ import annotations

import shutil
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.following import CacheError
from localassist.domain.documents import Scored

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping, Sequence
    from pathlib import Path

_HEAP_BYTES: Final = 64 * 1024 * 1024
_NOTE: Final = 0
"""What stands in place of a chunk's id, which are from 1 on, at the document that says how far the index is."""
_NOWHERE: Final = ("", 0)


class TermIndex:
    """Chunk ids with their terms, for any number of readers and one writer at a time, of all processes.

    What fails raises `CacheError`. Readers may be on any thread, `begin` to `end` belong to one.
    """

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._lock = threading.Lock()
        self._schema: Any = None
        self._index: Any = None
        self._writer: Any = None
        self._mark = _NOWHERE
        self._highest = 0

    @property
    def exists(self) -> bool:
        """Whether there is one on the disk."""
        return (self._folder / "meta.json").exists()

    @property
    def mark(self) -> tuple[str, int]:
        """Up to which mark terms were written, ("", 0) at the beginning: known from `begin` on."""
        return self._mark

    def search(
        self, terms: Iterable[str], phrases: Iterable[Sequence[str]], k: int, mark: tuple[str, int]
    ) -> tuple[Scored, ...] | None:
        """The `k` best chunks by BM25 over the terms and phrases, best first; None unless it is at that mark."""
        if not self.exists:
            return None
        with self._lock, _tantivy_at_work():
            searcher = self._searcher_at(mark)
            if searcher is None:
                return None
            found = searcher.search(self._any_of(terms, phrases), k, count=False).hits
            ids = searcher.fast_field_values("chunk", [address for _, address in found])
        return tuple(Scored(chunk_id, score) for chunk_id, (score, _) in zip(ids, found, strict=True))

    def begin(self) -> bool:
        """Begin to write; False when somebody else does. What can't be opened starts afresh."""
        try:
            self._start_writing()
        except CacheError as error:
            if _is_locked(error):
                return False
            self._erase()
            self._start_writing()
        return True

    def clear(self) -> None:
        """Forget everything, on the disk too once nobody reads it any more."""
        with _tantivy_at_work():
            self._writer.delete_all_documents()
            self._writer.commit()
            self._writer.garbage_collect_files()
        self._mark, self._highest = _NOWHERE, 0

    def replace(self, ranges: Iterable[range], terms: Mapping[int, Sequence[str]], mark: tuple[str, int]) -> None:
        """Hold these terms of the chunks in the ranges and no others, which leaves it at that mark."""
        import tantivy

        highest = self._highest
        with _tantivy_at_work():
            for ids in ranges:
                if ids.start <= self._highest:
                    self._writer.delete_documents_by_query(self._within(ids))
                highest = max(highest, ids.stop - 1)
            for chunk_id, words in terms.items():
                document = tantivy.Document()
                document.add_unsigned("chunk", chunk_id)
                document.add_text("words", " ".join(words))
                self._writer.add_document(document)
        self._mark, self._highest = mark, highest

    def commit(self) -> None:
        """Have readers see what was written, with the mark that it is at."""
        import tantivy

        note = tantivy.Document()
        note.add_unsigned("chunk", _NOTE)
        note.add_text("origin", self._mark[0])
        note.add_unsigned("change", self._mark[1])
        note.add_unsigned("highest", self._highest)
        with _tantivy_at_work():
            # By a query: deleting by term looks for a signed number, and finds none.
            self._writer.delete_documents_by_query(tantivy.Query.term_query(self._schema, "chunk", _NOTE))
            self._writer.add_document(note)
            self._writer.commit()

    def end(self) -> None:
        """End writing; what was not committed is forgotten."""
        writer, self._writer = self._writer, None
        if writer is not None:
            with _tantivy_at_work():
                writer.rollback()
                writer.wait_merging_threads()
                self._look()

    def _start_writing(self) -> None:
        with self._lock, _tantivy_at_work():
            self._folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            self._open()
            self._writer = self._index.writer(_HEAP_BYTES, 1)
            self._look()

    def _look(self) -> None:
        self._index.reload()
        self._mark, self._highest = self._noted(self._index.searcher())

    def _searcher_at(self, mark: tuple[str, int]) -> Any:
        """A view of the index at that mark, None where there is none."""
        self._open()
        searcher = self._index.searcher()
        if self._noted(searcher)[0] != mark:
            self._index.reload()
            searcher = self._index.searcher()
        return searcher if self._noted(searcher)[0] == mark else None

    def _open(self) -> None:
        import tantivy

        if self._index is None:
            self._schema = (
                tantivy.SchemaBuilder()
                .add_unsigned_field("chunk", indexed=True, fast=True)
                .add_text_field("origin", stored=True, tokenizer_name="raw")
                .add_unsigned_field("change", stored=True)
                .add_unsigned_field("highest", stored=True)
                .add_text_field("words", tokenizer_name="whitespace")
                .build()
            )
            index = tantivy.Index(self._schema, str(self._folder))
            index.config_reader("manual")
            self._index = index

    def _noted(self, searcher: Any) -> tuple[tuple[str, int], int]:
        """The mark it is at, and the highest id of a chunk that it ever held."""
        import tantivy

        found = searcher.search(tantivy.Query.term_query(self._schema, "chunk", _NOTE), 1, count=False).hits
        if not found:
            return _NOWHERE, 0
        note = searcher.doc(found[0][1])
        return (note["origin"][0], note["change"][0]), note["highest"][0]

    def _any_of(self, terms: Iterable[str], phrases: Iterable[Sequence[str]]) -> Any:
        from tantivy import Occur, Query

        parts = [Query.term_query(self._schema, "words", term) for term in terms]
        parts += [Query.phrase_query(self._schema, "words", list(phrase)) for phrase in phrases if len(phrase) > 1]
        return Query.boolean_query([(Occur.Should, part) for part in parts])

    def _within(self, ids: range) -> Any:
        from tantivy import FieldType, Query

        return Query.range_query(
            self._schema, "chunk", FieldType.Unsigned, ids.start, ids.stop - 1, use_inverted_index=True
        )

    def _erase(self) -> None:
        with self._lock, _tantivy_at_work():
            self._index = None
            shutil.rmtree(self._folder)


def _is_locked(error: CacheError) -> bool:
    return "LockBusy" in str(error.__cause__)


@contextmanager
def _tantivy_at_work() -> Iterator[None]:
    """Turn what tantivy raises into `CacheError`, without its message: that may hold anything."""
    try:
        yield
    except (OSError, ValueError, RuntimeError) as error:
        raise CacheError(f"tantivy raised {type(error).__name__}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what Rust's panics become, which is no Exception
            raise
        raise CacheError("tantivy found its files damaged") from error
