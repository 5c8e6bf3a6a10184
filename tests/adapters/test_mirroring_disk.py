"""A folder on a real disk, a real database and the system's own reports: what is answerable is what is there."""

from __future__ import annotations

import shutil
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.files import DiskFiles
from localassist.domain.errors import ModelError
from localassist.domain.events import Hindered, Mirrored, RootBack, RootMissing
from localassist.domain.stopping import Stop
from mirror_room import Following, Room

if TYPE_CHECKING:
    from collections.abc import Iterator

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links and rights as POSIX has them")


@pytest.fixture
def room(home: Path) -> Iterator[Room]:
    room = Room(home)
    yield room
    room.close()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "papers"
    put(folder, "boats.md", "A sloop has one mast.")
    put(folder, "leases.md", "The rent is 950 euros.")
    return folder


def put(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def add(room: Room, *roots: Path, name: str = "papers") -> None:
    room.store.add_collection(name, [str(root) for root in roots])


def settled(following: Following, room: Room, *names: str) -> None:
    """Wait until exactly these files are answerable and embedded."""
    following.until(lambda: set(room.answerable()) == set(names) and not room.pending())


def test_a_folder_is_followed_from_its_first_file_to_its_last(room: Room, folder: Path) -> None:
    add(room, folder)
    with Following(room) as following:
        settled(following, room, "boats.md", "leases.md")
        put(folder, "new/trees.md", "An oak grows slowly.")
        settled(following, room, "boats.md", "leases.md", "trees.md")
        put(folder, "boats.md", "A ketch has two masts.")
        following.until(lambda: room.found("ketch") == {"boats.md"})
        assert room.found("sloop") == set()
        (folder / "leases.md").unlink()
        settled(following, room, "boats.md", "trees.md")
        shutil.rmtree(folder / "new")
        settled(following, room, "boats.md")
    assert room.found("oak") == room.found("rent") == set()
    assert room.models.forgot


def test_what_is_renamed_moved_or_touched_is_neither_read_nor_embedded_again(
    room: Room, folder: Path, tmp_path: Path
) -> None:
    other = tmp_path / "other"
    other.mkdir()
    add(room, folder)
    add(room, other, name="other")
    with Following(room) as following:
        settled(following, room, "boats.md", "leases.md")
        read, embedded = len(room.reader.read_paths), room.embedded()
        (folder / "boats.md").rename(folder / "ships.md")
        settled(following, room, "ships.md", "leases.md")
        (folder / "ships.md").rename(other / "ships.md")
        following.until(lambda: Path(room.answerable()["ships.md"].path).parent == other)
        (folder / "deep").mkdir()
        (folder / "leases.md").rename(folder / "deep" / "leases.md")
        following.until(lambda: Path(room.answerable()["leases.md"].path).parent.name == "deep")
        before = room.answerable()["ships.md"].modified
        (other / "ships.md").touch()
        following.until(lambda: room.answerable()["ships.md"].modified > before)
        settled(following, room, "ships.md", "leases.md")
    assert len(room.reader.read_paths) == read
    assert room.embedded() == embedded


def test_what_changed_while_nobody_looked_is_found_at_the_start(room: Room, folder: Path) -> None:
    add(room, folder)
    room.once()
    put(folder, "trees.md", "An oak grows slowly.")
    (folder / "boats.md").rename(folder / "ships.md")
    (folder / "leases.md").unlink()
    room.reader.read_paths.clear()
    assert Mirrored(read=2, removed=2) in room.once()
    assert set(room.answerable()) == {"trees.md", "ships.md"}
    assert [path.name for path in room.reader.read_paths] == ["trees.md"]
    assert Mirrored(read=0, removed=0) in room.once()


def test_a_folder_put_in_the_place_of_another_is_followed(room: Room, folder: Path, tmp_path: Path) -> None:
    put(tmp_path / "ready", "trees.md", "An oak grows slowly.")
    add(room, folder)
    with Following(room) as following:
        settled(following, room, "boats.md", "leases.md")
        folder.rename(tmp_path / "away")
        (tmp_path / "ready").rename(folder)
        settled(following, room, "trees.md")
        put(folder, "more.md", "An elm grows too.")
        settled(following, room, "trees.md", "more.md")


def test_a_root_that_can_not_be_reached_keeps_its_documents_and_says_so(
    room: Room, folder: Path, tmp_path: Path
) -> None:
    add(room, folder)
    room.once()
    folder.rename(tmp_path / "unplugged")
    with Following(room) as following:
        following.until(lambda: any(isinstance(event, RootMissing) for event in following.events))
        assert set(room.answerable()) == {"boats.md", "leases.md"}
        assert room.found("sloop") == {"boats.md"}
        (tmp_path / "unplugged" / "leases.md").unlink()
        (tmp_path / "unplugged").rename(folder)
        following.until(lambda: RootBack(str(folder)) in following.events)
        settled(following, room, "boats.md")


@posix_only
def test_a_folder_that_may_not_be_opened_keeps_what_was_in_it(
    room: Room, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    put(folder, "locked/trees.md", "An oak grows slowly.")
    add(room, folder)
    room.once()
    from localassist.adapters import files

    listdir = files.os.listdir

    def refuse(path: str) -> list[str]:
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(files.os, "listdir", refuse)
    (folder / "boats.md").unlink()
    room.once()
    assert set(room.answerable()) == {"leases.md", "trees.md"}


@posix_only
def test_links_that_lead_in_circles_end_nowhere_and_double_nothing(room: Room, folder: Path) -> None:
    put(folder, "sub/trees.md", "An oak grows slowly.")
    (folder / "sub" / "up").symlink_to(folder, target_is_directory=True)
    (folder / "again").symlink_to(folder / "sub", target_is_directory=True)
    add(room, folder)
    with Following(room) as following:
        settled(following, room, "boats.md", "leases.md", "trees.md")
        put(folder, "sub/trees.md", "An elm grows too.")
        following.until(lambda: room.found("elm") == {"trees.md"})
        (folder / "sub" / "trees.md").unlink()
        settled(following, room, "boats.md", "leases.md")
    assert len(room.answerable()) == 2


def test_a_new_rule_takes_documents_out_and_its_end_brings_them_back(room: Room, folder: Path) -> None:
    add(room, folder)
    with Following(room) as following:
        settled(following, room, "boats.md", "leases.md")
        put(folder, ".localassistignore", "boats.md\n")
        settled(following, room, "leases.md")
        assert room.found("sloop") == set()
        (folder / ".localassistignore").unlink()
        settled(following, room, "boats.md", "leases.md")


def test_a_collection_that_is_added_or_gets_a_folder_meanwhile_is_taken_up(
    room: Room, folder: Path, tmp_path: Path
) -> None:
    with Following(room) as following:
        add(room, folder)
        settled(following, room, "boats.md", "leases.md")
        put(tmp_path / "more", "trees.md", "An oak grows slowly.")
        add(room, folder, tmp_path / "more")
        settled(following, room, "boats.md", "leases.md", "trees.md")


def test_a_collection_that_is_removed_meanwhile_does_not_come_back(room: Room, folder: Path) -> None:
    add(room, folder)
    with Following(room) as following:
        settled(following, room, "boats.md", "leases.md")
        (made,) = room.store.collections()
        room.forget.collection(made.id)
        put(folder, "trees.md", "An oak grows slowly.")
        other = put(folder.parent / "other", "elms.md", "An elm grows too.")
        add(room, other.parent, name="other")
        settled(following, room, "elms.md")
    assert [collection.name for collection in room.store.collections()] == ["other"]


def test_without_vectors_the_words_are_found_and_it_says_what_is_missing(room: Room, folder: Path) -> None:
    add(room, folder)
    room.hindrance = ModelError("The embedding model is not installed.")
    with Following(room) as following:
        following.until(lambda: any(isinstance(event, Hindered) for event in following.events))
        assert room.found("sloop") == {"boats.md"}
        room.hindrance = None
        put(folder, "trees.md", "An oak grows slowly.")
        settled(following, room, "boats.md", "leases.md", "trees.md")


@pytest.mark.slow
def test_a_thousand_files_are_found_by_their_words_and_followed(room: Room, tmp_path: Path) -> None:
    folder = tmp_path / "many"
    for n in range(1000):
        put(folder, f"{n % 17}/{n}.md", f"# Note {n}\n\nThe number of this note is n{n}.")
    add(room, folder)
    with Following(room) as following:
        following.until(lambda: any(isinstance(event, Mirrored) for event in following.events))
        assert len(room.answerable()) == 1000
        assert room.found("n543") == {"543.md"}
        shutil.rmtree(folder / "3")
        put(folder, "16/543.md", "# Note\n\nAnother number: m543.")
        following.until(lambda: room.found("m543") == {"543.md"})
        following.until(lambda: len(room.answerable()) == 1000 - len(range(3, 1000, 17)))


def test_what_somebody_took_out_stays_out_until_it_is_added_by_its_name(room: Room, folder: Path) -> None:
    add(room, folder)
    room.once()
    boats = room.answerable()["boats.md"]
    room.forget.document(boats.id)
    put(folder, "boats.md", "A sloop has one mast and two sails.")
    room.once()
    list(room.ingesting(DiskFiles())([str(folder)], "papers", Stop()))
    assert set(room.answerable()) == {"leases.md"}
    assert room.found("sloop") == set()

    list(room.ingesting(DiskFiles())([str(folder / "boats.md")], "papers", Stop()))
    assert set(room.answerable()) == {"boats.md", "leases.md"}
    room.once()
    assert room.found("sails") == {"boats.md"}


def test_without_an_embedding_model_files_are_read_and_found_by_their_words(room: Room, folder: Path) -> None:
    room.embedder.problem = room.hindrance = ModelError("The embedding model is not installed.", "Run `make setup`.")
    add(room, folder)
    assert Hindered(str(room.hindrance)) in room.once()
    assert room.found("sloop") == {"boats.md"}
    room.embedder.problem = room.hindrance = None
    room.once()
    assert room.pending() == 0
