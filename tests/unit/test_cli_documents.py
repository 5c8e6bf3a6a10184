"""What `docs` tells of documents, and what a question is asked of."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from fake_escalations import FakeLabelStore
from fakes import FakeConversationStore, FakeDocumentStore
from localassist.cli import documents, standing, syncing
from localassist.cli.arguments import UsageError
from localassist.cli.parser import parse
from localassist.cli.progress import Progress
from localassist.domain.documents import Collection, Document, DocumentStatus, Scope
from localassist.domain.errors import DocumentError, NotFoundError, Stopped
from localassist.domain.events import (
    DocumentIndexed,
    Embedding,
    Hindered,
    Indexed,
    Mirrored,
    MirrorEvent,
    Pace,
    RootMissing,
    RootPolled,
)
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.cli.console import Console
    from localassist.usecases.services import Services


class Told:
    """A console that notes what it is told."""

    def __init__(self, *, as_json: bool = False) -> None:
        self.as_json = as_json
        self.lines: list[str] = []
        self.warnings: list[str] = []
        self.objects: list[dict[str, Any]] = []
        self.shown: list[str] = []

    def print(self, text: str = "") -> None:
        self.lines.append(text)

    def warn(self, sentence: str) -> None:
        self.warnings.append(sentence)

    def object(self, value: dict[str, Any]) -> None:
        self.objects.append(value)

    def progress(self, text: str) -> None:
        self.shown.append(text)

    def end_progress(self) -> None:
        pass

    @property
    def console(self) -> Console:
        return cast("Console", self)


class House:
    """Services over a store in memory; `forgotten` notes what was removed, `rebuilt` how often the index was."""

    def __init__(self) -> None:
        self.store = FakeDocumentStore()
        self.labels = FakeLabelStore(self.store, FakeConversationStore())
        self.forgotten: list[object] = []
        self.rebuilt = 0
        self.unlocked: list[tuple[str, str]] = []
        self.events: list[MirrorEvent] = []
        self.ingested = Indexed((), ())

    @property
    def services(self) -> Services:
        forget = SimpleNamespace(
            collection=lambda number: self.forgotten.append(("collection", number)),
            document=lambda number: self.forgotten.append(("document", number)),
            documents=lambda numbers: self.forgotten.append(("documents", tuple(numbers))),
        )
        index = SimpleNamespace(rebuild=self._rebuild)
        mirror = SimpleNamespace(once=lambda _: iter(self.events))
        return cast(
            "Services",
            SimpleNamespace(
                documents=self.store,
                forget=forget,
                index=index,
                mirror=mirror,
                ingest=lambda *_: iter([self.ingested]),
                escalation=lambda: SimpleNamespace(labels=self.labels),
            ),
        )

    def _rebuild(self) -> None:
        self.rebuilt += 1

    def failed(self, path: str, problem: str = "It is damaged. Save it again.") -> Document:
        return self.store.save_failure(FoundFile(path, 1, 1.0), "", problem)

    def collection(self, name: str, root: str, *held: Document) -> int:
        made = self.store.add_collection(name, [root])
        self.store.assign([document.id for document in held], made.id)
        return made.id


def run(command: Any, words: str, house: House, *, as_json: bool = False) -> tuple[int, Told]:
    told = Told(as_json=as_json)
    return command(parse(words.split(), "1.0"), house.services, told.console), told


INDEXED = Document(1, "/papers/a.md", "a", "", 1, 1.0, 2, 9, DocumentStatus.INDEXED, pending=4)
PARTLY = replace(
    INDEXED, id=2, path="/papers/b.pdf", status=DocumentStatus.PARTLY, pending=0, notes=("Page 3 is gone.",)
)
FAILED = replace(
    INDEXED,
    id=3,
    path="/papers/z.pdf",
    status=DocumentStatus.FAILED,
    chunk_count=0,
    pending=0,
    problem="It is damaged. Save it again.",
)
IGNORED = replace(FAILED, id=4, path="/papers/song.mp3", status=DocumentStatus.IGNORED, problem="There is no reader.")


class Shelf:
    """A store that holds just these documents in one collection."""

    def __init__(self, root: str, *held: Document) -> None:
        self._held = held
        self._collection = Collection(1, "Papers", (root,), len(held))

    def collections(self) -> tuple[Collection, ...]:
        return (self._collection,)

    def documents(self, scope: Scope) -> tuple[Document, ...]:
        assert scope in {Scope(collection_ids=(1,)), Scope(document_ids=tuple(each.id for each in self._held))}
        return self._held


def shelf(root: str, *held: Document) -> House:
    house = House()
    house.store = cast("FakeDocumentStore", Shelf(root, *held))
    return house


def test_status_tells_what_failed_first_and_why() -> None:
    code, told = run(standing.status, "docs status --all", shelf("/papers", INDEXED, IGNORED, PARTLY, FAILED))
    assert code == 0
    assert told.lines == [
        "Papers, from /papers",
        "  /papers can't be reached; its documents stay. Connect its drive or put it back.",
        "  1 failed, 1 partly, 1 indexed, 1 ignored, 4 chunks without a vector yet: found by their words alone",
        "             pages  chunks  pending",
        "    failed       -       -        -  z.pdf",
        "             It is damaged. Save it again.",
        "    partly       2       9        0  b.pdf",
        "             Page 3 is gone.",
        "    indexed      2       9        4  a.md",
        "    ignored      -       -        -  song.mp3",
        "             There is no reader.",
    ]


def test_status_counts_what_was_passed_over_and_lists_it_only_when_asked() -> None:
    _, told = run(standing.status, "docs status", shelf("/papers", INDEXED, IGNORED))
    assert "1 indexed, 1 ignored" in told.lines[2]
    assert not any("song.mp3" in line for line in told.lines)


def test_status_as_json_has_every_file_and_whether_the_folder_is_there(tmp_path: Path) -> None:
    _, told = run(standing.status, "docs status --json", shelf(str(tmp_path), INDEXED, FAILED), as_json=True)
    (found,) = told.objects[0]["collections"]
    assert found["roots"] == [{"path": str(tmp_path), "reachable": True}]
    assert (found["counts"]["failed"], found["counts"]["indexed"], found["counts"]["waiting"]) == (1, 1, 0)
    assert found["pending"] == 4
    assert found["documents"][0] == {
        "path": "/papers/z.pdf",
        "status": "failed",
        "pages": 2,
        "chunks": 0,
        "pending": 0,
        "problem": "It is damaged. Save it again.",
        "notes": [],
        "hidden": 0,
        "size": 1,
        "modified": 1.0,
        "holds": "ask",
        "by": "",
    }
    assert found["label"] is None


def test_the_list_leaves_out_what_is_ignored_and_tells_the_cache_where_it_is_asked_for() -> None:
    _, told = run(standing.list_, "docs collections", shelf("/papers", INDEXED, IGNORED))
    assert told.lines[0] == "Papers: 1 document, from /papers"
    assert len(told.lines) == 2
    house = House()
    house.failed("/loose/x.pdf")
    _, told = run(standing.list_, "docs list --cached", house)
    assert told.lines[0].startswith("1 document kept for")
    assert "/loose/x.pdf" in told.lines[1]


def test_removing_a_folder_forgets_what_is_cached_below_it() -> None:
    house = House()
    gone = [house.failed("/loose/a.pdf"), house.failed("/loose/deep/b.pdf")]
    house.failed("/looser/c.pdf")
    _, told = run(documents.remove, "docs remove /loose", house)
    assert house.forgotten == [("documents", tuple(document.id for document in gone))]
    assert "2 documents below /loose" in told.lines[0]
    with pytest.raises(NotFoundError):
        run(documents.remove, "docs remove /nowhere", house)


def test_forgetting_cleans_the_index_too() -> None:
    house = House()
    number = house.collection("Papers", "/papers")
    _, told = run(documents.forget, "docs forget Papers", house)
    assert house.forgotten == [("collection", number)]
    assert house.rebuilt == 1
    assert "Nothing of it is left" in told.lines[0]


def test_a_collection_is_renamed() -> None:
    house = House()
    house.collection("Papers", "/papers")
    run(documents.rename, "docs rename Papers Contracts", house)
    assert [collection.name for collection in house.store.collections()] == ["Contracts"]


@pytest.mark.parametrize("words", [["rename", "Papers", ""], ["add", "papers", "--collection", " "]])
def test_a_collection_gets_no_blank_name(words: list[str]) -> None:
    with pytest.raises(UsageError, match="can't be blank"):
        parse(["docs", *words], "1.0")


def test_adding_many_files_ends_with_how_they_stand_in_all(tmp_path: Path) -> None:
    house = shelf("/papers", INDEXED, PARTLY, FAILED)
    house.ingested = Indexed((INDEXED, PARTLY, FAILED), ())
    code, told = run(documents.add, f"docs add {tmp_path}", house)
    assert code == 1
    assert told.lines[-1].startswith("3 files: 1 failed, 1 partly, 1 indexed, 4 chunks without a vector")


def test_what_is_named_and_not_there_is_said_in_one_sentence() -> None:
    with pytest.raises(DocumentError) as caught:
        documents.scope_given(parse(["ask", "--docs", "nowhere", "x"], "1"), House().services, Told().console, Stop())
    assert caught.value.message == "There is no file or folder nowhere."


def test_a_question_is_asked_of_the_collections_that_are_named() -> None:
    house = House()
    first, second = house.collection("Flat", "/flat"), house.collection("House", "/house")
    house.collection("Other", "/other")
    told = Told()

    def scope(words: str) -> Scope:
        return documents.scope_given(parse(words.split(), "1"), house.services, told.console, Stop())

    assert scope("ask --collection Flat --collection House x") == Scope(collection_ids=(first, second))
    assert scope("ask x") == Scope.everything()
    assert scope("chat --collection House") == Scope(collection_ids=(second,))
    with pytest.raises(NotFoundError, match="no collection Garden"):
        scope("ask --collection Garden x")


def test_sync_tells_what_it_did_and_fails_where_a_file_did() -> None:
    house = House()
    house.collection("Papers", "/papers")
    house.events = [
        RootMissing("/away", "It can't be opened: it is not there."),
        RootPolled("/net", "It is on a network drive."),
        DocumentIndexed(INDEXED, 1, 2, unchanged=False),
        Mirrored(1, 3),
        Hindered("There is no embedding model."),
    ]
    code, told = run(syncing.sync, "docs sync", house)
    assert code == 0
    assert told.lines[-1] == "In line with the disk: 1 file new or changed, 3 documents removed."
    assert told.lines[0].endswith("9 chunks"), "its vectors follow, and nobody would say so again"
    assert told.warnings[0].startswith("/away can't be reached; its documents stay")
    assert told.warnings[2] == "There is no embedding model."
    house.events = [DocumentIndexed(FAILED, 1, 1, unchanged=False), Mirrored(1, 0)]
    assert run(syncing.sync, "docs sync", house)[0] == 1


def test_a_stopped_sync_says_that_it_goes_on_later() -> None:
    def stopped(_: Stop) -> Iterator[MirrorEvent]:
        yield Mirrored(0, 0)
        raise Stopped

    house = House()
    house.collection("Papers", "/papers")
    services = house.services
    services.mirror.once = stopped  # type: ignore[method-assign]
    told = Told()
    assert syncing.sync(parse(["docs", "sync"], "1"), services, told.console) == 130
    assert "goes on from there" in told.warnings[0]


def test_progress_keeps_the_pace_behind_what_is_done() -> None:
    progress = Progress()
    assert progress.line(Embedding(64, 640)) == "Preparing to search by meaning: 64 of 640 chunks"
    assert progress.line(Pace(64, 640, 32.0, 18.0)).endswith("64 of 640 chunks (32.0 a second, 18 s left)")
    assert progress.line(Embedding(128, 640)).endswith("128 of 640 chunks (32.0 a second, 18 s left)")
    assert progress.line(Pace(64, 640, 0.1, 5760.0)).endswith("(10 s each, 1.6 h left)")


@pytest.mark.parametrize(("document", "expected"), [(INDEXED, 0), (FAILED, 1)])
def test_rebuilding_makes_the_index_anew_also_when_a_file_could_not_be_read(document: Document, expected: int) -> None:
    house = House()
    house.events = [DocumentIndexed(document, 1, 1, unchanged=False), Mirrored(1, 0)]
    assert run(syncing.rebuild, "docs rebuild --read", house)[0] == expected
    assert house.rebuilt == 1
