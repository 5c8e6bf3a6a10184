"""Labels of folders and files that are renamed, moved, replaced and gone, on the real disk."""

from __future__ import annotations

import os
import shutil
from typing import TYPE_CHECKING, Final

import pytest

from fakes import structured
from localassist.adapters.database import Database, DatabaseDocumentStore, DatabaseLabelStore, whereabouts
from localassist.domain.documents import Chunk
from localassist.domain.labels import LabelKind, Labelled, Sensitivity
from localassist.domain.ports.documents import FoundFile

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

MAY, ASK, NEVER = Sensitivity.MAY_GO_OUT, Sensitivity.ASK, Sensitivity.NEVER
TRIES: Final = 20


class Desk:
    """Folders on the disk, the documents in them, and their labels."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database = database
        self.folder = folder
        self.labels = DatabaseLabelStore(database)
        self.documents = DatabaseDocumentStore(database)

    def write(self, path: str) -> None:
        """A file with words of its own."""
        file = self.folder / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(f"The words of {path}.", errors="replace")

    def add(self, path: str, container: int | None = None, text: str = "") -> int:
        """A document for what is, or was, at a path; its id."""
        place, text = str(self.folder / path), text or f"The words of {path}."
        file, chunks = FoundFile(place, len(text), 1.0), [Chunk(0, len(text))]
        versions = ("reader", "embedder")
        saved, _ = self.documents.save(
            file, f"hash of {text}", versions, structured(text), chunks, container_id=container
        )
        return saved.id

    def say(self, path: str, said: Sensitivity | None = NEVER) -> None:
        self.labels.set(LabelKind.FOLDER, str(self.folder / path), said)

    def held(self, document_id: int) -> Labelled:
        return self.labels.of_documents([document_id])[document_id]

    def of(self, document_id: int) -> Sensitivity:
        return self.held(document_id).sensitivity

    def listed(self) -> dict[str, Sensitivity]:
        """The labels of folders, by their paths below the desk."""
        return {str(os.path.relpath(each.target, self.folder)): each.sensitivity for each in self.labels.labels()}

    def move(self, path: str, to: str) -> None:
        (self.folder / to).parent.mkdir(parents=True, exist_ok=True)
        (self.folder / path).rename(self.folder / to)


@pytest.fixture
def desk(home: Path, tmp_path: Path) -> Iterator[Desk]:
    database = Database(home / "localassist.db")
    yield Desk(database, tmp_path)
    database.close()


@pytest.fixture
def undated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that does not say when things were made."""
    monkeypatch.setattr(whereabouts, "_born", lambda *_: 0)


@pytest.mark.parametrize("to", ["old", "attic/deep/contracts"])
def test_a_folder_that_is_renamed_or_moved_keeps_its_label_and_is_listed_where_it_is(desk: Desk, to: str) -> None:
    desk.write("contracts/2024/a.txt")
    desk.say("contracts")
    desk.move("contracts", to)
    moved, beside = desk.add(f"{to}/2024/a.txt"), desk.add("b.txt")
    assert desk.held(moved) == Labelled(NEVER, f"the folder {desk.folder}/{to}")
    assert desk.of(beside) is ASK
    assert moved in desk.labels.never_leaving().document_ids
    assert desk.listed() == {to: NEVER}
    assert desk.labels.of(LabelKind.FOLDER, f"{desk.folder}/{to}") is NEVER


def test_a_renamed_folder_is_listed_where_it_is_before_a_document_of_it_is_known(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts", MAY)
    desk.move("contracts", "old")
    assert desk.listed() == {"old": MAY}


def test_a_moved_folder_is_found_by_its_documents_when_labels_are_listed(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    desk.move("contracts", "attic/contracts")
    assert desk.listed() == {"contracts": NEVER}
    desk.add("attic/contracts/a.txt")
    assert desk.listed() == {"attic/contracts": NEVER}


def test_a_folder_below_one_that_is_renamed_keeps_its_label(desk: Desk) -> None:
    desk.write("papers/contracts/a.txt")
    desk.say("papers/contracts")
    desk.move("papers", "documents")
    moved = desk.add("documents/contracts/a.txt")
    assert desk.held(moved).by == f"the folder {desk.folder}/documents/contracts"
    assert desk.listed() == {"documents/contracts": NEVER}


def test_it_is_followed_wherever_it_goes_next_also_by_another_process(desk: Desk, home: Path) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    for path in ("one/x", "two/y", "contracts"):
        (current,) = desk.listed()
        desk.move(current, path)
        other = Database(home / "localassist.db")
        later = Desk(other, desk.folder)
        assert later.of(later.add(f"{path}/a.txt")) is NEVER
        assert later.listed() == desk.listed() == {path: NEVER}
        other.close()


def test_a_file_that_is_renamed_keeps_its_label_and_so_does_what_is_inside_it(desk: Desk) -> None:
    desk.write("mails/one.eml")
    desk.write("mails/two.eml")
    desk.say("mails/one.eml")
    desk.say("mails/two.eml/annex.txt")
    desk.move("mails/one.eml", "kept/first.eml")
    desk.move("mails/two.eml", "kept/second.eml")
    first, second = desk.add("kept/first.eml"), desk.add("kept/second.eml")
    inside, annex, other = (
        desk.add("kept/first.eml/annex.txt", first),
        desk.add("kept/second.eml/annex.txt", second),
        desk.add("kept/second.eml/other.txt", second),
    )
    assert desk.held(first).by == f"the file {desk.folder}/kept/first.eml"
    assert [desk.of(each) for each in (inside, annex, second, other)] == [NEVER, NEVER, ASK, ASK]
    assert desk.listed() == {"kept/first.eml": NEVER, "kept/second.eml/annex.txt": NEVER}


def test_a_link_that_is_renamed_keeps_its_label_for_where_it_leads(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    (desk.folder / "papers").symlink_to(desk.folder / "contracts")
    desk.say("papers")
    desk.move("papers", "old papers")
    assert desk.of(desk.add("contracts/a.txt")) is NEVER
    assert desk.listed() == {"old papers": NEVER}


@pytest.mark.parametrize("attic", ["", "attic/"])
def test_a_folder_in_the_place_of_another_has_its_label_and_the_other_keeps_it(desk: Desk, attic: str) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    desk.move("contracts", f"{attic}contracts of 2024")
    desk.write("contracts/b.txt")
    moved, replaced = desk.add(f"{attic}contracts of 2024/a.txt"), desk.add("contracts/b.txt")
    assert desk.held(replaced) == Labelled(NEVER, f"the folder {desk.folder}/contracts")
    assert desk.held(moved) == Labelled(NEVER, f"the folder {desk.folder}/contracts, where it was")
    assert desk.listed() == {"contracts": NEVER}
    desk.move("contracts", f"{attic}contracts of 2025")
    desk.add(f"{attic}contracts of 2025/b.txt")
    assert len(desk.labels.never_leaving().document_ids) == 3
    assert desk.listed() == {f"{attic}contracts of 2025": NEVER}


def test_what_comes_into_its_old_place_once_it_was_seen_elsewhere_never_leaves_either(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    gone = desk.add("contracts/a.txt")
    desk.move("contracts", "old")
    assert desk.listed() == {"old": NEVER}
    assert desk.of(gone) is NEVER
    desk.write("contracts/b.txt")
    assert desk.held(desk.add("contracts/b.txt")).by == f"the folder {desk.folder}/old, which was here"
    desk.say("contracts", None)
    assert desk.of(gone) is ASK
    assert desk.listed() == {"old": NEVER}


def test_what_may_go_out_lets_nothing_out_that_comes_into_its_old_place(desk: Desk) -> None:
    desk.write("public/a.txt")
    desk.say("public", MAY)
    desk.move("public", "old")
    assert desk.listed() == {"old": MAY}
    desk.write("public/b.txt")
    assert desk.of(desk.add("public/b.txt")) is ASK
    assert desk.of(desk.add("old/a.txt")) is MAY


def test_a_file_that_a_program_writes_anew_keeps_its_label_whenever_one_looks(desk: Desk) -> None:
    desk.write("a.txt")
    desk.say("a.txt")
    document = desk.add("a.txt")
    desk.move("a.txt", "a.txt~")
    assert desk.listed() == {"a.txt~": NEVER}
    desk.write("a.txt")
    assert desk.of(document) is NEVER
    (desk.folder / "a.txt~").unlink()
    assert desk.listed() == {"a.txt": NEVER}
    desk.move("a.txt", "b.txt")
    assert desk.of(desk.add("b.txt")) is NEVER


def test_a_folder_that_is_gone_keeps_its_label_by_its_path(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    document = desk.add("contracts/a.txt")
    (desk.folder / "contracts" / "a.txt").unlink()
    (desk.folder / "contracts").rmdir()
    assert desk.of(document) is NEVER
    assert desk.listed() == {"contracts": NEVER}
    desk.write("contracts/a.txt")
    assert desk.of(document) is NEVER


@pytest.mark.parametrize("said", [MAY, NEVER])
def test_another_folder_with_the_number_of_one_that_is_gone_does_not_inherit(desk: Desk, said: Sensitivity) -> None:
    labelled = desk.folder / "contracts"
    labelled.mkdir()
    if not (whereabouts.thing_at(str(labelled)) or pytest.fail("It is there.")).born:
        pytest.skip("The file system does not say when it was made.")
    desk.say("contracts", said)
    number = labelled.stat().st_ino
    labelled.rmdir()
    for n in range(TRIES):
        (desk.folder / f"other{n}").mkdir()
        if (desk.folder / f"other{n}").stat().st_ino == number:
            break
    documents = [desk.add(f"other{made}/a.txt") for made in range(n + 1)]
    assert {desk.of(each) for each in documents} == {ASK}
    assert desk.listed() == {"contracts": said}


@pytest.mark.usefixtures("undated")
def test_where_nobody_says_when_things_were_made_never_leaves_holds_and_the_label_stays(desk: Desk) -> None:
    for name, said in (("contracts", NEVER), ("public", MAY)):
        desk.write(f"{name}/a.txt")
        desk.say(name, said)
        desk.move(name, f"attic/{name}")
    never, public = desk.add("attic/contracts/a.txt"), desk.add("attic/public/a.txt")
    assert (desk.of(never), desk.of(public)) == (NEVER, ASK)
    assert desk.listed() == {"contracts": NEVER, "public": MAY}
    desk.write("contracts/a.txt")
    assert desk.of(never) is ASK
    desk.move("contracts", "attic/later")
    assert (desk.of(never), desk.of(desk.add("attic/later/a.txt"))) == (NEVER, ASK)


def test_a_folder_that_comes_only_later_is_known_from_then_on(desk: Desk) -> None:
    desk.say("contracts")
    desk.write("contracts/a.txt")
    assert desk.of(desk.add("contracts/a.txt")) is NEVER
    desk.move("contracts", "old")
    assert desk.of(desk.add("old/a.txt")) is NEVER


def test_a_word_is_changed_and_taken_back_where_the_folder_is_now(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    desk.move("contracts", "attic/old")
    document = desk.add("attic/old/a.txt")
    desk.say("attic/old", MAY)
    assert desk.listed() == {"attic/old": MAY}
    assert desk.of(document) is MAY
    desk.move("attic/old", "attic/older")
    desk.say("attic/older", None)
    assert desk.labels.labels() == ()
    assert desk.of(document) is ASK


def test_a_word_of_what_was_replaced_holds_for_it_alone(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    desk.move("contracts", "old")
    desk.write("contracts/b.txt")
    moved, replaced = desk.add("old/a.txt"), desk.add("contracts/b.txt")
    assert (desk.of(moved), desk.of(replaced)) == (NEVER, NEVER)
    desk.say("old", MAY)
    assert (desk.of(moved), desk.of(replaced)) == (MAY, NEVER)
    assert desk.listed() == {"contracts": NEVER, "old": MAY}


def test_where_two_labels_meet_the_strictest_holds(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    desk.say("public", MAY)
    desk.move("contracts", "public")
    assert desk.of(desk.add("public/a.txt")) is NEVER
    assert desk.listed() == {"contracts": NEVER, "public": MAY}


def test_a_copy_of_a_folder_is_known_by_what_its_files_say_alone(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    shutil.copytree(desk.folder / "contracts", desk.folder / "copy")
    desk.add("contracts/a.txt", text="The rent is 900 euros.")
    copied, other = desk.add("copy/a.txt", text="The rent is 900 euros."), desk.add("copy/b.txt")
    assert (desk.of(copied), desk.of(other)) == (NEVER, ASK)
    assert desk.listed() == {"contracts": NEVER}
    desk.move("contracts", "old")
    assert (desk.of(copied), desk.of(other)) == (NEVER, ASK)
    assert desk.listed() == {"old": NEVER}


def test_names_that_are_no_text_are_followed_too(desk: Desk) -> None:
    desk.write("\udcff/a.txt")
    desk.say("\udcff")
    desk.move("\udcff", "\udcfe")
    assert desk.of(desk.add("\udcfe/a.txt", text="The words.")) is NEVER
    assert desk.listed() == {"\udcfe": NEVER}


def test_what_can_not_be_kept_holds_all_the_same(desk: Desk) -> None:
    desk.write("contracts/a.txt")
    desk.say("contracts")
    desk.move("contracts", "old")
    moved = desk.add("old/a.txt")
    with desk.database.reading() as connection:
        connection.pragma("query_only", 1)
    assert desk.of(moved) is NEVER
    assert desk.listed() == {"contracts": NEVER}
