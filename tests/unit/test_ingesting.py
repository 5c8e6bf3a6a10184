import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest

from fakes import FakeActivity, FakeDocumentStore, FakeEmbedder, FakeFiles, FakePassageIndex, FakeReader, structured
from localassist.domain.documents import Document, DocumentStatus, Part, Scope, StructuredText
from localassist.domain.errors import ModelError, PasswordNeededError, Stopped, StorageError
from localassist.domain.events import (
    DocumentIndexed,
    DocumentIndexing,
    Embedding,
    FilesCounted,
    Hindered,
    Indexed,
    IngestEvent,
)
from localassist.domain.ports.documents import SkippedFile
from localassist.domain.stopping import Stop
from localassist.domain.vectors import Vectors
from localassist.usecases import ingesting
from localassist.usecases.comparing import TAKEN_OUT
from localassist.usecases.ingesting import IngestPaths

LONG = " ".join(f"Sentence number {n} says a thing about boats." for n in range(2000))


class Shelf:
    def __init__(self, files: FakeFiles) -> None:
        self.files = files
        self.store = FakeDocumentStore()
        self.index = FakePassageIndex(self.store)
        self.embedder = FakeEmbedder()
        self.reader = FakeReader(files)
        self.activity = FakeActivity()

    def ingest(self, *paths: str, collection: str = "all", stop: Stop | None = None) -> list[IngestEvent]:
        parts = (self.files, self.reader, self.embedder, self.store, self.index, self.activity)
        return list(IngestPaths(*parts)(paths or ("/files",), collection, stop or Stop()))

    def documents(self) -> dict[str, Document]:
        return {d.path.rpartition("/")[2]: d for d in self.store.documents(Scope.everything())}


@pytest.fixture
def shelf() -> Shelf:
    return Shelf(FakeFiles(boats="# Boats\n\nA sloop has one mast.", leases="# Leases\n\nThe rent is 950 euros."))


def test_the_steps_of_a_run(shelf: Shelf) -> None:
    shelf.files.write("/files/song.mp3", "la la")
    events = shelf.ingest()
    assert [type(event) for event in events] == [
        FilesCounted,
        DocumentIndexing,
        DocumentIndexed,
        DocumentIndexing,
        DocumentIndexed,
        Embedding,
        Indexed,
    ]
    last = events[-1]
    assert isinstance(last, Indexed)
    assert [document.path for document in last.documents] == ["/files/boats.md", "/files/leases.md"]
    assert last.skipped == ("/files/song.mp3: There is no reader for this format.",)
    assert shelf.store.collections()[0].document_count == 2
    query = shelf.embedder.embed_query("one mast")
    assert shelf.store.passages([shelf.index.nearest(query, 1, Scope.everything())[0].chunk_id], Scope.everything())


class SlowReader(FakeReader):
    """What stands behind "Scan:" is a picture, which takes long to read."""

    def read_soon(self, path: str, stop: Stop) -> tuple[StructuredText, bool]:
        whole = self.read(path, stop)
        soon, _, pictured = whole.text.partition("Scan:")
        return (structured(soon), False) if pictured else (whole, True)


def test_files_with_pictures_of_text_come_last_and_what_they_say_besides_is_found_before() -> None:
    shelf = Shelf(FakeFiles(a="Scan: a sloop", b="The letter says boats. Scan: a ketch", c="The rent", d="The lease"))
    shelf.reader = SlowReader(shelf.files)
    found: dict[str, int] = {}
    parts = (shelf.files, shelf.reader, shelf.embedder, shelf.store, shelf.index, shelf.activity)
    order = []
    for event in IngestPaths(*parts)(["/files"], "all", Stop()):
        if isinstance(event, DocumentIndexed):
            order.append((event.document.path, event.position, event.total))
            found.setdefault(event.document.path, len(shelf.store.match_words("letter boats", 9, Scope.everything())))
    assert order == [("/files/c.md", 1, 4), ("/files/d.md", 2, 4), ("/files/a.md", 3, 4), ("/files/b.md", 4, 4)]
    assert found["/files/c.md"] == 1
    assert shelf.store.match_words("sloop", 9, Scope.everything())
    assert len(shelf.store.match_words("ketch letter", 9, Scope.everything())) == 1
    assert all(document.status is DocumentStatus.INDEXED for document in shelf.documents().values())


def test_a_run_that_ends_before_the_pictures_leaves_them_for_the_next() -> None:
    shelf = Shelf(FakeFiles(a="Letter. Scan: a sloop", b="The rent"))
    shelf.reader = SlowReader(shelf.files)
    parts = (shelf.files, shelf.reader, shelf.embedder, shelf.store, shelf.index, shelf.activity)
    for event in IngestPaths(*parts)(["/files"], "all", Stop()):
        if isinstance(event, DocumentIndexed):
            break
    assert not shelf.store.match_words("sloop", 9, Scope.everything())
    shelf.ingest()
    assert shelf.store.match_words("sloop", 9, Scope.everything())
    shelf.reader.read_paths.clear()
    shelf.ingest()
    assert shelf.reader.read_paths == []


def test_what_happens_to_a_file_before_its_pictures_are_read_is_seen() -> None:
    shelf = Shelf(FakeFiles(a="Letter. Scan: a sloop", b="Scan: a ketch", c="The rent"))
    shelf.reader = SlowReader(shelf.files)
    parts = (shelf.files, shelf.reader, shelf.embedder, shelf.store, shelf.index, shelf.activity)
    for event in IngestPaths(*parts)(["/files"], "all", Stop()):
        if isinstance(event, DocumentIndexed) and event.document.path == "/files/c.md":
            shelf.store.ignore([SkippedFile("/files/a.md", TAKEN_OUT)], shelf.store.collections()[0].id)
            shelf.files.write("/files/b.md", "Scan: a yawl")
    assert not shelf.store.match_words("sloop", 9, Scope.everything())
    assert shelf.store.match_words("yawl", 9, Scope.everything())
    shelf.files.write("/files/b.md", "Scan: a ketch")
    shelf.ingest()
    assert shelf.store.match_words("ketch", 9, Scope.everything())


def test_unchanged_files_are_neither_hashed_nor_read_again(shelf: Shelf) -> None:
    shelf.ingest()
    shelf.files.hashed.clear()
    shelf.reader.read_paths.clear()
    again = [event for event in shelf.ingest() if isinstance(event, DocumentIndexed)]
    assert [event.unchanged for event in again] == [True, True]
    assert (shelf.files.hashed, shelf.reader.read_paths) == ([], [])


def test_a_touched_file_with_the_same_bytes_is_hashed_but_not_read(shelf: Shelf) -> None:
    shelf.ingest()
    shelf.files.write("/files/boats.md", "# Boats\n\nA sloop has one mast.")
    shelf.reader.read_paths.clear()
    shelf.ingest()
    assert shelf.reader.read_paths == []


def test_a_changed_file_replaces_its_text(shelf: Shelf) -> None:
    shelf.ingest()
    shelf.files.write("/files/boats.md", "# Boats\n\nA ketch has two masts.")
    shelf.ingest()
    assert "ketch" in shelf.store.content(shelf.documents()["boats.md"].id).text
    assert len(shelf.documents()) == 2


@pytest.mark.parametrize("change", ["reader", "embedder"])
def test_a_newer_reader_or_another_embedder_reads_again(shelf: Shelf, change: str) -> None:
    shelf.ingest()
    if change == "reader":
        shelf.reader = FakeReader(shelf.files, "plain marks 2")
    else:
        shelf.embedder = FakeEmbedder("hashed words 2")
    shelf.reader.read_paths.clear()
    shelf.ingest()
    assert len(shelf.reader.read_paths) == 2


def test_a_file_that_can_not_be_read_says_why_and_the_others_go_on(shelf: Shelf) -> None:
    shelf.files.write("/files/a_locked.md", "x", problem="It is locked with a password.")
    shelf.ingest()
    locked = shelf.documents()["a_locked.md"]
    assert locked.status is DocumentStatus.FAILED
    assert locked.problem == "It is locked with a password. Save it again and add it once more."
    assert shelf.documents()["leases.md"].status is DocumentStatus.INDEXED


def test_what_failed_is_tried_again_when_the_file_or_the_reader_changed(shelf: Shelf) -> None:
    shelf.files.write("/files/locked.md", "Never open.", problem="It is damaged.")
    shelf.ingest()
    shelf.reader.read_paths.clear()
    shelf.ingest()
    shelf.ingest("/files/locked.md")
    assert shelf.reader.read_paths == []
    shelf.reader = FakeReader(shelf.files, "plain marks 2")
    shelf.ingest()
    assert "/files/locked.md" in shelf.reader.read_paths
    shelf.files.write("/files/locked.md", "Open now.")
    shelf.ingest()
    assert shelf.documents()["locked.md"].status is DocumentStatus.INDEXED


class Locked(FakeReader):
    """Wants a password for everything, until it is `given`."""

    given = False

    def read(self, path: str, stop: Stop) -> StructuredText:
        text = super().read(path, stop)
        if not self.given:
            raise PasswordNeededError("It is protected by a password.", "Give its password.")
        return text


def test_what_needs_a_password_is_tried_again_when_it_is_asked_for_by_name(shelf: Shelf) -> None:
    shelf.reader = Locked(shelf.files)
    shelf.ingest()
    shelf.reader.given = True
    shelf.reader.read_paths.clear()
    shelf.ingest()
    assert shelf.reader.read_paths == []
    shelf.ingest("/files/boats.md")
    assert {name: each.status for name, each in shelf.documents().items()} == {
        "boats.md": DocumentStatus.INDEXED,
        "leases.md": DocumentStatus.LOCKED,
    }


def test_what_was_read_with_its_password_keeps_its_text_when_it_is_read_anew_without(shelf: Shelf) -> None:
    shelf.reader = Locked(shelf.files)
    shelf.reader.given = True
    shelf.ingest()
    shelf.reader.given = False
    shelf.store.distrust(Scope.everything())
    shelf.ingest()
    assert {each.status for each in shelf.documents().values()} == {DocumentStatus.INDEXED}
    shelf.files.write("/files/boats.md", "A ketch has two masts.")
    shelf.ingest()
    assert shelf.documents()["boats.md"].status is DocumentStatus.LOCKED


def test_an_edited_file_has_only_its_changed_chunks_embedded(shelf: Shelf) -> None:
    parts = [f"## Day {n}\n\nOn day {n} " + f"we sailed {n} miles. " * 60 for n in range(8)]
    shelf.files.write("/files/log.md", "\n\n".join(parts))
    shelf.ingest()
    before = sum(shelf.embedder.batches)
    parts[3] = "## Day 3\n\nOn day 3 " + "we stayed in port. " * 60
    shelf.files.write("/files/log.md", "\n\n".join(parts))
    shelf.ingest()
    chunks = shelf.documents()["log.md"].chunk_count
    assert 0 < sum(shelf.embedder.batches) - before < chunks / 2
    assert shelf.documents()["log.md"].pending == 0


class Untitled(FakeReader):
    """Reads text that names itself nowhere."""

    def read(self, path: str, stop: Stop) -> StructuredText:
        return replace(super().read(path, stop), title="")


def test_a_renamed_file_is_not_embedded_again_also_when_it_is_edited_later(shelf: Shelf) -> None:
    shelf.reader = Untitled(shelf.files)
    text = "\n\n".join(f"## Day {n}\n\nOn day {n} " + f"we sailed {n} miles. " * 60 for n in range(8))
    shelf.files.write("/files/log.md", text)
    shelf.ingest()
    before = sum(shelf.embedder.batches)
    shelf.files.delete("/files/log.md")
    shelf.files.write("/files/diary.md", text)
    shelf.ingest()
    assert sum(shelf.embedder.batches) == before
    shelf.files.write("/files/diary.md", text + "\n\n## End\n\n" + "The boat is sold. " * 60)
    shelf.ingest()
    assert sum(shelf.embedder.batches) - before < 4


class WithParts(FakeReader):
    """Finds in each file those of `parts`."""

    parts: tuple[Part, ...] = ()

    def read(self, path: str, stop: Stop) -> StructuredText:
        return replace(super().read(path, stop), parts=self.parts)


def test_files_inside_a_file_are_documents_of_their_own(shelf: Shelf) -> None:
    inner = Part("inner.md", structured("The anchor is rusty."))
    shelf.reader = WithParts(shelf.files)
    shelf.reader.parts = (
        Part("annex.md", replace(structured("The keel is new."), parts=(inner,))),
        Part("scan.md", None, "It is damaged."),
    )
    last = shelf.ingest("/files/boats.md")[-1]
    assert isinstance(last, Indexed)
    documents = {document.path: document for document in last.documents}
    assert {path: document.status for path, document in documents.items()} == {
        "/files/boats.md": DocumentStatus.INDEXED,
        "/files/boats.md/annex.md": DocumentStatus.INDEXED,
        "/files/boats.md/annex.md/inner.md": DocumentStatus.INDEXED,
        "/files/boats.md/scan.md": DocumentStatus.FAILED,
    }
    assert documents["/files/boats.md/annex.md"].container_id == documents["/files/boats.md"].id
    assert documents["/files/boats.md/scan.md"].problem == "It is damaged."
    assert {document.path for document in shelf.store.documents(Scope.everything())} == documents.keys()


def test_files_that_are_inside_no_more_are_gone(shelf: Shelf) -> None:
    shelf.reader = WithParts(shelf.files)
    shelf.reader.parts = (Part("annex.md", structured("The keel is new.")), Part("list.md", structured("Ropes.")))
    shelf.ingest("/files/boats.md")
    shelf.files.write("/files/boats.md", "# Boats\n\nA ketch has two masts.")
    shelf.reader.parts = shelf.reader.parts[1:]
    before = sum(shelf.embedder.batches)
    shelf.ingest("/files/boats.md")
    assert set(shelf.documents()) == {"boats.md", "list.md"}
    assert sum(shelf.embedder.batches) == before + 1, "what is inside did not change"


def test_a_moved_file_takes_those_inside_it_along(shelf: Shelf) -> None:
    shelf.reader = WithParts(shelf.files)
    shelf.reader.parts = (Part("annex.md", structured("The keel is new.")), Part("scan.md", None, "It is damaged."))
    shelf.ingest("/files/boats.md")
    shelf.reader.read_paths.clear()
    before = sum(shelf.embedder.batches)
    shelf.files.write("/files/ships.md", "# Boats\n\nA sloop has one mast.")
    last = shelf.ingest("/files/ships.md")[-1]
    assert isinstance(last, Indexed)
    assert [document.path for document in last.documents] == [
        "/files/ships.md",
        "/files/ships.md/annex.md",
        "/files/ships.md/scan.md",
    ]
    assert (shelf.reader.read_paths, sum(shelf.embedder.batches)) == ([], before)


def test_every_file_is_known_before_the_first_is_read(shelf: Shelf) -> None:
    shelf.files.write("/files/song.mp3", "la la")
    parts = (shelf.files, shelf.reader, shelf.embedder, shelf.store, shelf.index, shelf.activity)
    events = IngestPaths(*parts)(["/files"], "all", Stop())
    while not isinstance(next(events), DocumentIndexing):
        pass
    documents = shelf.documents()
    assert set(documents) == {"boats.md", "leases.md", "song.mp3"}
    assert documents["song.mp3"].status is DocumentStatus.IGNORED
    assert documents["song.mp3"].problem == "There is no reader for this format."
    list(events)
    assert shelf.documents()["song.mp3"].status is DocumentStatus.IGNORED


def test_words_are_searched_before_the_first_chunk_is_embedded(shelf: Shelf) -> None:
    shelf.embedder.problem = ModelError("The embedding model is not installed.")
    events = shelf.ingest()
    assert Hindered("The embedding model is not installed.") in events
    assert isinstance(events[-1], Indexed)
    found = shelf.store.match_words("sloop", 1, Scope.everything())
    assert shelf.store.passages([found[0].chunk_id], Scope.everything())[0].path == "/files/boats.md"
    assert {document.pending for document in shelf.documents().values()} == {1}
    shelf.embedder.problem = None
    shelf.ingest()
    assert {document.pending for document in shelf.documents().values()} == {0}


def test_a_file_that_vanishes_after_it_was_found_fails_alone(shelf: Shelf) -> None:
    run = IngestPaths(shelf.files, shelf.reader, shelf.embedder, shelf.store, shelf.index, shelf.activity)
    events = run(["/files"], "all", Stop())
    assert isinstance(next(events), FilesCounted)
    shelf.files.delete("/files/boats.md")
    list(events)
    assert shelf.documents()["boats.md"].problem.startswith("/files/boats.md is gone.")
    assert shelf.documents()["leases.md"].status is DocumentStatus.INDEXED


def test_a_file_too_large_to_be_read_is_not_hashed_either(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ingesting, "MAX_DOCUMENT_BYTES", 10)
    shelf.files.write("/files/huge.md", "more than ten bytes", problem="It is too large.")
    shelf.ingest("/files/huge.md")
    assert shelf.files.hashed == []
    assert "too large" in shelf.documents()["huge.md"].problem


def test_a_file_without_text_says_so(shelf: Shelf) -> None:
    shelf.files.write("/files/blank.md", "  \n ")
    shelf.ingest()
    assert shelf.documents()["blank.md"].status is DocumentStatus.EMPTY
    assert "The file is empty." in shelf.documents()["blank.md"].problem


def test_without_a_collection_documents_are_found_by_id_alone(shelf: Shelf) -> None:
    last = shelf.ingest(collection="")[-1]
    assert isinstance(last, Indexed)
    assert shelf.store.documents(Scope.everything()) == ()
    assert len(shelf.store.documents(Scope(document_ids=tuple(d.id for d in last.documents)))) == 2


def test_stopping_keeps_what_was_done_and_going_on_does_only_the_rest(shelf: Shelf) -> None:
    stop = Stop()
    run = IngestPaths(shelf.files, shelf.reader, shelf.embedder, shelf.store, shelf.index, shelf.activity)
    events = run(["/files"], "all", stop)
    while not isinstance(next(events), DocumentIndexed):
        pass
    stop.request()
    with pytest.raises(Stopped):
        next(events)
    assert shelf.documents()["boats.md"].status is DocumentStatus.INDEXED
    shelf.reader.read_paths.clear()
    shelf.ingest()
    assert "/files/boats.md" not in shelf.reader.read_paths
    assert {d.status for d in shelf.documents().values()} == {DocumentStatus.INDEXED}


def test_long_documents_are_embedded_in_batches_that_yield_to_answers(shelf: Shelf) -> None:
    shelf.files.write("/files/long.md", LONG)
    shelf.ingest("/files/long.md")
    assert len(shelf.embedder.batches) > 1
    assert max(shelf.embedder.batches) <= 64
    assert shelf.activity.waits > len(shelf.embedder.batches)
    assert sum(shelf.embedder.batches) == shelf.documents()["long.md"].chunk_count


def test_a_broken_index_loses_no_document(shelf: Shelf) -> None:
    shelf.index.problem = ModelError("The index folder is locked.")
    shelf.ingest()
    assert {d.status for d in shelf.documents().values()} == {DocumentStatus.INDEXED}


class FullDisk(FakeDocumentStore):
    def save_failure(self, *args: object, **more: object) -> Document:
        raise AssertionError("a full disk is not the document's fault")

    def save(self, *args: object, **more: object) -> tuple[Document, tuple[int, ...]]:
        raise StorageError("The disk is full.", "Free some space.")


def test_a_full_disk_ends_the_run(shelf: Shelf) -> None:
    shelf.store = FullDisk()
    with pytest.raises(StorageError, match="disk is full"):
        shelf.ingest()


class SlowAboutLeases(FakeReader):
    """Reads the leases only when something was embedded."""

    embedder: FakeEmbedder

    def read(self, path: str, stop: Stop) -> StructuredText:
        if "leases" in path:
            self.embedder.embedded.wait(30)
        return super().read(path, stop)


class TellingEmbedder(FakeEmbedder):
    """Tells when it has embedded something."""

    def __init__(self) -> None:
        super().__init__()
        self.embedded = threading.Event()

    def embed_passages(self, texts: Sequence[str], stop: Stop) -> Vectors:
        try:
            return super().embed_passages(texts, stop)
        finally:
            self.embedded.set()


def test_while_a_file_takes_long_to_read_what_was_read_before_is_embedded(shelf: Shelf) -> None:
    shelf.embedder = TellingEmbedder()
    shelf.reader = SlowAboutLeases(shelf.files)
    shelf.reader.embedder = shelf.embedder
    shelf.ingest()
    assert shelf.embedder.batches == [1, 1]
    assert {document.pending for document in shelf.documents().values()} == {0}
