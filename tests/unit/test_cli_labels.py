"""What `docs label` says and shows, and what `docs list` and `docs status` tell of it."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from fake_escalations import FakeLabelStore
from fakes import FakeConversationStore, FakeDocumentStore, structured
from localassist.cli import labels, standing
from localassist.cli.arguments import UsageError
from localassist.cli.parser import parse
from localassist.domain.documents import Chunk
from localassist.domain.errors import NotFoundError
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.ports.documents import FoundFile

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.cli.console import Console
    from localassist.usecases.services import Services


class House:
    """Documents, conversations and their labels in memory, and what commands told of them."""

    def __init__(self) -> None:
        self.documents = FakeDocumentStore()
        self.conversations = FakeConversationStore()
        self.labels = FakeLabelStore(self.documents, self.conversations)
        self.lines: list[str] = []
        self.warnings: list[str] = []
        self.objects: list[dict[str, Any]] = []

    def add(self, path: str, collection: str, root: str = "", text: str = "") -> int:
        text = text or f"The words of {path}."
        saved, _ = self.documents.save(
            FoundFile(path, 1, 1.0), f"hash of {text}", ("r", "e"), structured(text), [Chunk(0, len(text))]
        )
        self.documents.assign([saved.id], self.documents.add_collection(collection, [root] if root else []).id)
        return saved.id

    def run(self, *words: str, command: Any = labels.label) -> int:
        """Run a command; `lines`, `warnings` and `objects` are what it told."""
        self.lines.clear()
        parsed = parse(words, "1.0")
        console = SimpleNamespace(
            as_json=parsed.json, print=self.lines.append, warn=self.warnings.append, object=self.objects.append
        )
        services = SimpleNamespace(
            documents=self.documents,
            conversations=self.conversations,
            escalation=lambda: SimpleNamespace(labels=self.labels),
        )
        return cast("int", command(parsed, cast("Services", services), cast("Console", console)))


@pytest.fixture
def house() -> House:
    return House()


def test_a_collection_is_labelled_by_its_name_or_its_folder(house: House) -> None:
    house.add("/papers/a.txt", "Contracts", "/papers")
    for target, word, sensitivity in (
        ("Contracts", "never", Sensitivity.NEVER),
        ("/papers", "may-go-out", Sensitivity.MAY_GO_OUT),
    ):
        assert house.run("docs", "label", target, word) == 0
        assert house.lines == [f"Contracts: {sensitivity}, as you said"]
    assert [each.kind for each in house.labels.labels()] == [LabelKind.COLLECTION]


def test_any_other_path_is_labelled_as_a_folder_and_holds_for_what_is_below(house: House, tmp_path: Path) -> None:
    house.add(f"{tmp_path}/deep/a.txt", "Papers", "/papers")
    house.run("docs", "label", str(tmp_path), "never")
    assert house.lines == [f"{tmp_path}: never leaves, as you said"]
    assert house.warnings == []
    house.run("docs", "label", f"{tmp_path}/deep/a.txt")
    assert house.lines == [f"{tmp_path}/deep/a.txt: never leaves, as you said of the folder {tmp_path}"]
    house.run("docs", "label", f"{tmp_path}/deep")
    assert house.lines == [f"{tmp_path}/deep: never leaves, as you said of the folder {tmp_path}"]


def test_a_label_for_what_is_not_there_warns(house: House, tmp_path: Path) -> None:
    assert house.run("docs", "label", f"{tmp_path}/typo", "never") == 0
    assert "There is no file or folder" in house.warnings[0]
    assert house.labels.of(LabelKind.FOLDER, f"{tmp_path}/typo") is Sensitivity.NEVER


def test_what_nothing_was_said_of_asks_first_and_a_word_is_taken_back(house: House) -> None:
    house.add("/papers/a.txt", "Contracts")
    house.run("docs", "label", "Contracts")
    assert house.lines == ["Contracts: ask me; nothing was said of it"]
    house.run("docs", "label", "Contracts", "ask")
    assert house.lines == ["Contracts: ask me, as you said"]
    house.run("docs", "label", "Contracts", "unsaid")
    assert house.lines == ["Contracts: ask me; nothing was said of it"]
    assert house.labels.labels() == ()


def test_a_word_that_says_nothing_is_refused() -> None:
    with pytest.raises(UsageError, match=r"\(choose from '?may-go-out"):
        parse(["docs", "label", "Contracts", "secret"], "1.0")


def test_all_labels_are_listed_by_name(house: House) -> None:
    house.run("docs", "label")
    assert house.lines == ["Nothing was labelled. Every document asks first before it leaves this computer."]
    house.add("/papers/a.txt", "Contracts")
    house.run("docs", "label", "Contracts", "never")
    talk = house.conversations.create("Taxes", "")
    house.labels.set(LabelKind.CONVERSATION, str(talk.id), Sensitivity.MAY_GO_OUT)
    house.run("docs", "label")
    assert house.lines == ["never leaves  collection Contracts", "may go out    conversation Taxes"]
    house.run("docs", "label", "--json")
    assert [(each["name"], each["label"]) for each in house.objects[-1]["labels"]] == [
        ("Contracts", "never"),
        ("Taxes", "may-go-out"),
    ]


def test_a_program_is_told_what_was_said_and_what_holds(house: House) -> None:
    house.add("/papers/a.txt", "Contracts")
    house.run("docs", "label", "Contracts", "never")
    house.run("docs", "label", "/papers/a.txt", "--json")
    assert house.objects == [
        {
            "kind": "folder",
            "target": "/papers/a.txt",
            "name": "/papers/a.txt",
            "label": None,
            "holds": "never",
            "by": "the collection Contracts",
        }
    ]


def test_listings_tell_a_collections_label_and_where_a_document_has_another(house: House) -> None:
    house.add("/papers/a.txt", "Contracts", "/papers")
    house.add("/papers/b.txt", "Contracts", "/papers", text="A copy.")
    house.add("/home/b.txt", "Home", "/home", text="A copy.")
    house.run("docs", "label", "Contracts", "may-go-out")
    house.run("docs", "label", "Home", "never")
    copied = "(never leaves, as you said of the collection Home, where there is a copy of it)"
    house.run("docs", "list", command=standing.list_)
    assert house.lines[0] == "Contracts (may go out): 2 documents, from /papers"
    assert "you said" not in house.lines[1]
    assert house.lines[2].endswith(copied)
    house.run("docs", "status", command=standing.status)
    assert house.lines[0] == "Contracts (may go out), from /papers"
    assert sum(copied in line for line in house.lines) == 1
    house.run("docs", "status", "--json", command=standing.status)
    contracts, home = house.objects[-1]["collections"]
    assert (contracts["label"], home["label"]) == ("may-go-out", "never")
    assert [each["holds"] for each in contracts["documents"]] == ["may-go-out", "never"]


@pytest.mark.parametrize("word", [["never"], []])
def test_a_name_that_stands_for_nothing_is_refused_with_the_one_that_is_near(house: House, word: list[str]) -> None:
    house.add("/papers/a.txt", "Contracts", "/papers")
    for wanted, hint in (("contract", "Did you mean Contracts?"), ("Zebra", "`localassist docs list`")):
        with pytest.raises(NotFoundError, match=f"no collection, file or folder {wanted}") as caught:
            house.run("docs", "label", wanted, *word)
        assert hint in caught.value.hint
    assert house.labels.labels() == ()
    assert house.lines == []


def test_a_name_of_a_file_here_is_labelled_and_keeps_its_label_reachable(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "lease.txt").write_text("The rent is 900 euros.")
    house.run("docs", "label", "lease.txt", "never")
    assert house.labels.of(LabelKind.FOLDER, f"{tmp_path}/lease.txt") is Sensitivity.NEVER
    (tmp_path / "lease.txt").unlink()
    house.run("docs", "label", "lease.txt", "unsaid")
    assert house.labels.labels() == ()


def test_a_name_of_a_document_whose_file_is_gone_is_labelled(
    house: House, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    house.add(f"{tmp_path}/gone.txt", "Papers")
    assert house.run("docs", "label", "gone.txt", "never") == 0
    assert house.lines == [f"{tmp_path}/gone.txt: never leaves, as you said"]
