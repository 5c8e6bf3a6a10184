"""The index of large collections' words is a cache: stale, damaged or in other hands, the answers stay right."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.activity import ForegroundActivity
from localassist.adapters.database import (
    Database,
    DatabaseDocumentStore,
    LargeWords,
    chunk_words,
    large_words,
    searching,
)
from localassist.adapters.following import CacheError
from localassist.adapters.tantivy_terms import TermIndex
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.errors import StorageError
from localassist.domain.ports.documents import FoundFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager
    from pathlib import Path

    import apsw

    from localassist.domain.documents import Document, Scored

EVERYTHING = Scope.everything()
GERMAN = """Die Mieterin verpflichtet sich, die vereinbarten Zahlungen bis zum dritten Werktag eines Monats zu leisten.
Schäden an den gemieteten Räumen sind dem Vermieter unverzüglich anzuzeigen, sobald sie bekannt geworden sind."""


class Shelf:
    """A store whose words are in the index too, however few there are."""

    def __init__(self, home: Path) -> None:
        self.folder = home / "words"
        self.file = home / "localassist.db"
        self.activity = ForegroundActivity()
        self._opened: list[LargeWords | Database] = []
        self.open()

    def open(self) -> None:
        """Another process's view of the same files."""
        self.database = Database(self.file)
        self.large = LargeWords(self.database, self.folder, self.activity, from_chunks=0)
        self.store = DatabaseDocumentStore(self.database, self.large)
        self._opened += [self.large, self.database]

    def save(self, path: str, *texts: str, title: str = "") -> Document:
        text = "\n".join(texts)
        spans: list[Chunk] = []
        for each in texts:
            start = spans[-1].end + 1 if spans else 0
            spans.append(Chunk(start, start + len(each)))
        content = StructuredText(text, (), title=title)
        document, _ = self.store.save(FoundFile(path, 1, 1.0), text + path, ("reader", "embedder"), content, spans)
        self.store.assign([document.id], self.store.add_collection("Home", []).id)
        return document

    def indexed(self, query: str, scope: Scope = EVERYTHING) -> list[str]:
        """The texts that are found when the index is current."""
        assert self.large.wait_until_current()
        return self.texts(self.store.match_words(query, 10, scope))

    def texts(self, found: tuple[Scored, ...]) -> list[str]:
        return [passage.text for passage in self.store.passages([each.chunk_id for each in found], EVERYTHING)]

    def close(self) -> None:
        for each in self._opened:
            each.close()


@pytest.fixture
def shelf(home: Path) -> Iterator[Shelf]:
    made = Shelf(home)
    yield made
    made.close()


@pytest.fixture
def without_fts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only the index may answer."""

    def refuse(*_: object) -> None:
        raise AssertionError("the database's own index was asked")

    monkeypatch.setattr(searching, "_rarest", refuse)


@pytest.mark.usefixtures("without_fts")
def test_finds_the_words_of_every_language_as_they_were_stemmed(shelf: Shelf) -> None:
    shelf.save("/a", "The tenants paid their rents.", "Nothing of the kind is known.")
    shelf.save("/b", GERMAN)
    shelf.save("/c", "租金应于每月五日前支付")
    assert shelf.indexed("paying rent") == ["The tenants paid their rents."]
    assert shelf.indexed("Welche Zahlung wird geleistet?") == [GERMAN]
    assert shelf.indexed("每月") == ["租金应于每月五日前支付"]


@pytest.mark.usefixtures("without_fts")
def test_what_is_typed_with_signs_is_preferred_as_typed(shelf: Shelf) -> None:
    shelf.save("/a", "On 12 the parties met, and in 2024 again.", "Signed on 12/2024.", "Number 2024 of 12.")
    assert shelf.indexed("12/2024")[0] == "Signed on 12/2024."


@pytest.mark.usefixtures("without_fts")
def test_orders_as_the_database_itself_does(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"alpha{i % 17} {f'beta{i % 23} ' * (i % 3)} gamma{i % 29} {'filler ' * (i % 7)}" for i in range(200)]
    shelf.save("/a", *texts[:100], title="Letters")
    shelf.save("/b", *texts[100:])
    assert shelf.large.wait_until_current()
    query = "alpha3 beta5 gamma7"
    by_index = shelf.store.match_words(query, 20, EVERYTHING)
    monkeypatch.undo()
    by_database = DatabaseDocumentStore(shelf.database).match_words(query, 20, EVERYTHING)
    assert len({each.chunk_id for each in by_index} & {each.chunk_id for each in by_database}) >= 18
    assert [each.score for each in by_index] == pytest.approx([each.score for each in by_database], rel=0.1)


def test_what_is_removed_is_gone_at_once_and_leaves_the_index(shelf: Shelf) -> None:
    lease = shelf.save("/a", "The lease ends in May.")
    shelf.save("/b", "The lease of the garage goes on.")
    assert len(shelf.indexed("lease")) == 2
    shelf.store.remove_document(lease.id)
    assert shelf.texts(shelf.store.match_words("lease", 10, EVERYTHING)) == ["The lease of the garage goes on."]
    assert shelf.large.wait_until_current()
    with shelf.database.reading() as connection:
        found = shelf.large.match(connection, ["leas"], [], 10)
    assert found is not None
    assert len(found) == 1


def test_an_edited_file_is_found_by_its_new_words_only(shelf: Shelf) -> None:
    shelf.save("/a", "The rent is due in May.")
    assert shelf.indexed("May")
    shelf.save("/a", "The rent is due in June.")
    assert shelf.texts(shelf.store.match_words("June", 10, EVERYTHING)) == ["The rent is due in June."]
    assert not shelf.indexed("May")
    assert shelf.indexed("June") == ["The rent is due in June."]


@pytest.mark.usefixtures("without_fts")
def test_a_file_that_was_renamed_is_found_by_its_new_name(shelf: Shelf) -> None:
    old = shelf.save("/garage.txt", "Nothing is said here.")
    assert shelf.indexed("garage")
    text = "Nothing is said here."
    key = (text + "/garage.txt", ("reader", "embedder"))
    assert shelf.store.reuse(FoundFile("/cellar.txt", 1, 1.0), *key)
    shelf.store.assign([shelf.store.find_document("/cellar.txt").id], 1)  # type: ignore[union-attr]
    shelf.store.remove_document(old.id)
    assert shelf.indexed("cellar") == [text]
    assert not shelf.indexed("garage")


@pytest.mark.usefixtures("without_fts")
def test_an_index_that_catches_up_amid_a_renaming_ends_with_the_new_name(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    old = shelf.save("/garage.txt", "Nothing is said here.")
    assert shelf.store.reuse(FoundFile("/cellar.txt", 1, 1.0), old.content_hash, ("reader", "embedder"))
    shelf.store.assign([shelf.store.find_document("/cellar.txt").id], 1)  # type: ignore[union-attr]
    monkeypatch.setattr(chunk_words, "make_way", shelf.large.wait_until_current)
    shelf.store.remove_document(old.id)
    assert shelf.indexed("cellar") == ["Nothing is said here."]
    assert not shelf.indexed("garage")


@pytest.mark.usefixtures("without_fts")
def test_finds_those_of_a_scope_however_many_others_are_better(shelf: Shelf) -> None:
    for number in range(30):
        shelf.save(f"/{number}", *(["rent rent rent"] * 3))
    one = shelf.save("/one", "rent of a very long sentence about other things that nobody reads")
    assert shelf.indexed("rent", Scope(document_ids=(one.id,)))


def test_a_scope_that_the_best_of_all_hardly_hold_is_searched_by_itself(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(searching, "_DEPTHS", (1,))
    monkeypatch.setattr(searching, "_DEPTH", 1)
    for number in range(5):
        shelf.save(f"/{number}", *(["rent rent rent"] * 3))
    one = shelf.save("/one", "rent of a very long sentence about other things that nobody reads")
    assert shelf.large.wait_until_current()
    assert len(shelf.store.match_words("rent", 10, Scope(document_ids=(one.id,)))) == 1


def test_nobody_waits_for_it(shelf: Shelf) -> None:
    with shelf.activity.answering():
        shelf.save("/a", "The lease ends in May.")
        assert shelf.texts(shelf.store.match_words("lease", 10, EVERYTHING)) == ["The lease ends in May."]
        with shelf.database.reading() as connection:
            assert shelf.large.match(connection, ["leas"], [], 10) is None
    assert shelf.indexed("lease") == ["The lease ends in May."]


def test_few_chunks_need_no_index(shelf: Shelf) -> None:
    large = LargeWords(shelf.database, shelf.folder, shelf.activity)
    store = DatabaseDocumentStore(shelf.database, large)
    shelf.save("/a", "The lease ends in May.")
    assert len(store.match_words("lease", 10, EVERYTHING)) == 1
    large.close()
    assert not shelf.folder.exists()


@pytest.mark.usefixtures("without_fts")
def test_a_later_process_uses_it_as_it_is_and_goes_on(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.save("/a", "The lease ends in May.")
    assert shelf.large.wait_until_current()
    shelf.close()
    shelf.open()
    assert len(shelf.store.match_words("lease", 10, EVERYTHING)) == 1
    added: list[int] = []
    replace = TermIndex.replace

    def noted(index: TermIndex, ranges: list[range], terms: dict[int, list[str]], mark: tuple[str, int]) -> None:
        added.extend(terms)
        replace(index, ranges, terms, mark)

    monkeypatch.setattr(TermIndex, "replace", noted)
    shelf.save("/b", "The lease goes on.")
    assert len(shelf.indexed("lease")) == 2
    assert len(added) == 1


def test_one_that_dies_between_two_commits_loses_and_doubles_nothing(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    shelf.save("/a", "The lease ends in May.")
    shelf.save("/b", "The lease goes on.")

    def die(_: TermIndex) -> None:
        raise CacheError("killed")

    with monkeypatch.context() as dying:
        dying.setattr(TermIndex, "commit", die)
        assert not shelf.large.wait_until_current()
    shelf.close()
    shelf.open()
    assert len(shelf.indexed("lease")) == 2


def test_it_is_written_once_its_changes_are_on_the_disk(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    shelf.save("/a", "The lease ends in May.")
    done: list[str] = []
    writing, commit = Database.writing, TermIndex.commit

    def noted_writing(database: Database, *, repeatable: bool = False) -> AbstractContextManager[apsw.Connection]:
        done.append("hurried" if repeatable else "durable")
        return writing(database, repeatable=repeatable)

    def noted_commit(index: TermIndex) -> None:
        done.append("index")
        commit(index)

    monkeypatch.setattr(Database, "writing", noted_writing)
    monkeypatch.setattr(TermIndex, "commit", noted_commit)
    assert shelf.large.wait_until_current()
    assert done == ["durable", "index"]


def test_another_process_that_writes_it_is_waited_for_by_nobody(shelf: Shelf) -> None:
    shelf.save("/a", "The lease ends in May.")
    other = TermIndex(shelf.folder)
    assert other.begin()
    assert not shelf.large.wait_until_current()
    assert len(shelf.store.match_words("lease", 10, EVERYTHING)) == 1
    with pytest.raises(StorageError, match="at work on it"):
        shelf.store.purge()
    other.end()
    assert shelf.indexed("lease") == ["The lease ends in May."]


@pytest.mark.parametrize("damage", [b"", b"{}", bytes(range(256)) * 8])
def test_damaged_files_are_made_anew(shelf: Shelf, damage: bytes, caplog: pytest.LogCaptureFixture) -> None:
    shelf.save("/a", "The lease ends in May.", "Nothing else.")
    assert shelf.large.wait_until_current()
    shelf.close()
    for file in shelf.folder.iterdir():
        if file.suffix != ".lock":
            file.write_bytes(damage)
    shelf.open()
    with caplog.at_level(logging.WARNING, large_words.__name__):
        assert len(shelf.store.match_words("lease", 10, EVERYTHING)) == 1
    assert "lease" not in caplog.text
    assert shelf.indexed("lease") == ["The lease ends in May."]


def test_the_index_of_another_database_is_not_believed(shelf: Shelf) -> None:
    shelf.save("/a", "The lease ends in May.")
    assert shelf.large.wait_until_current()
    shelf.close()
    for file in shelf.file.parent.glob("localassist.db*"):
        file.unlink()
    shelf.open()
    shelf.save("/b", "Of a lease of other rooms nothing is known.")
    assert shelf.indexed("lease") == ["Of a lease of other rooms nothing is known."]


def test_nothing_removed_is_left_on_the_disk_after_purging(shelf: Shelf) -> None:
    lease = shelf.save("/a", "The rent is due in May.", "Another one.")
    shelf.save("/b", "The rent of another stays.")
    assert shelf.indexed("May")
    before = {file.name for file in shelf.folder.iterdir() if file.suffix in {".term", ".idx", ".pos"}}
    shelf.store.remove_document(lease.id)
    shelf.store.purge()
    assert shelf.indexed("rent") == ["The rent of another stays."]
    after = {file.name for file in shelf.folder.iterdir()}
    assert before
    assert not before & after
