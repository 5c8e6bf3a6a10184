import pytest

from fakes import FakeActivity, FakeDocumentStore, FakeEmbedder, FakeFiles, FakePassageIndex, FakeReader
from localassist.domain.documents import Document, DocumentStatus, Scope
from localassist.domain.errors import ModelError, Stopped, StorageError
from localassist.domain.events import DocumentIndexed, DocumentIndexing, FilesCounted, Indexed, IngestEvent
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases import ingesting
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
        Indexed,
    ]
    last = events[-1]
    assert isinstance(last, Indexed)
    assert [document.path for document in last.documents] == ["/files/boats.md", "/files/leases.md"]
    assert last.skipped == ("/files/song.mp3: There is no reader for this format.",)
    assert shelf.store.collections()[0].document_count == 2
    query = shelf.embedder.embed_query("one mast")
    assert shelf.store.passages([shelf.index.nearest(query, 1, Scope.everything())[0].chunk_id], Scope.everything())


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


def test_what_failed_is_tried_again(shelf: Shelf) -> None:
    shelf.files.write("/files/locked.md", "Open now.", problem="It is locked.")
    shelf.ingest()
    shelf.files.opened("/files/locked.md").problem = ""
    shelf.ingest()
    assert shelf.documents()["locked.md"].status is DocumentStatus.INDEXED


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
    assert list(shelf.documents()) == ["boats.md"]
    shelf.reader.read_paths.clear()
    shelf.ingest()
    assert shelf.reader.read_paths == ["/files/leases.md"]


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
    def save_failure(self, file: FoundFile, content_hash: str, problem: str) -> Document:
        raise AssertionError("a full disk is not the document's fault")

    def save(self, *args: object) -> tuple[Document, tuple[int, ...]]:
        raise StorageError("The disk is full.", "Free some space.")


def test_a_full_disk_ends_the_run(shelf: Shelf) -> None:
    shelf.store = FullDisk()
    with pytest.raises(StorageError, match="disk is full"):
        shelf.ingest()


def test_a_missing_embedding_model_ends_the_run_before_anything_is_marked_failed(shelf: Shelf) -> None:
    shelf.embedder.problem = ModelError("The embedding model is not installed.")
    with pytest.raises(ModelError):
        shelf.ingest()
    assert shelf.documents() == {}
