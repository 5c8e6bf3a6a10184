"""Every file of a folder is found once, or a sentence says why not."""

import hashlib
import os
import socket  # noqa: TID251  a file of a kind that can't be read
import sys
from pathlib import Path

import pytest

from localassist.adapters import files
from localassist.adapters.files import DiskFiles
from localassist.domain.errors import DocumentError, Stopped
from localassist.domain.ports.documents import FoundFile, Skipped, SkippedFile
from localassist.domain.stopping import Stop

posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links and rights as POSIX has them")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def put(folder, *names):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(f"text of {name}", encoding="utf-8")


def scan(*paths, stop=None):
    return list(DiskFiles().scan([str(path) for path in paths], stop or Stop()))


def found(*paths):
    return [item.path for item in scan(*paths) if isinstance(item, FoundFile)]


def skipped(*paths):
    return {item.path: item.reason for item in scan(*paths) if isinstance(item, SkippedFile)}


def test_a_folder_is_walked_in_a_stable_order(folder):
    put(folder, "b.md", "a.txt", "sub/deep/c.PDF", "sub/d.html", "z.docx")
    names = [Path(path).relative_to(folder).as_posix() for path in found(folder)]
    assert names == ["a.txt", "b.md", "z.docx", "sub/d.html", "sub/deep/c.PDF"]
    assert found(folder) == found(folder)


def test_a_found_file_tells_size_and_time(folder):
    put(folder, "a.txt")
    os.utime(folder / "a.txt", (1000, 1234.5))
    assert scan(folder) == [FoundFile(str(folder / "a.txt"), 13, 1234.5)]


def test_a_file_named_twice_comes_once(folder):
    put(folder, "a.txt", "b.txt")
    assert found(folder / "a.txt", folder, folder / "a.txt") == [str(folder / "a.txt"), str(folder / "b.txt")]


def test_relative_paths_become_absolute(folder, monkeypatch):
    put(folder, "a.txt")
    monkeypatch.chdir(folder)
    assert found("a.txt") == [str(folder / "a.txt")]


def test_a_format_without_a_reader_says_so(folder):
    put(folder, "song.mp3", "README")
    (folder / "program").write_bytes(b"\x7fELF\x02\x01\x01" + bytes(40))
    reasons = skipped(folder)
    assert set(reasons) == {str(folder / "song.mp3"), str(folder / "program")}
    assert "PDF, Word, PowerPoint" in reasons[str(folder / "song.mp3")]


def test_a_named_file_is_taken_whatever_its_ending(folder):
    put(folder, "paper.bin")
    assert found(folder / "paper.bin") == [str(folder / "paper.bin")]


def test_hidden_files_and_the_folders_of_programs_are_passed_over(folder):
    put(folder, ".secret.txt", ".git/a.txt", "node_modules/b.txt", "c.txt")
    assert [item.path for item in scan(folder)] == [str(folder / "c.txt")]


def test_what_does_not_exist_says_so(folder):
    assert skipped(folder / "gone") == {str(folder / "gone"): "It can't be opened: it is not there."}
    assert len(skipped("bad\0name")) == 1


@posix_only
def test_links_lead_neither_in_circles_nor_to_a_file_twice(folder):
    put(folder, "sub/a.txt")
    (folder / "sub" / "up").symlink_to(folder)
    (folder / "again").symlink_to(folder / "sub", target_is_directory=True)
    (folder / "same.txt").symlink_to(folder / "sub" / "a.txt")
    (folder / "self.txt").symlink_to("self.txt")
    (folder / "dangling.txt").symlink_to("nowhere.txt")
    assert found(folder) == [str(folder / "same.txt")]
    reasons = skipped(folder)
    assert "too many" in reasons[str(folder / "self.txt")]
    assert "not there" in reasons[str(folder / "dangling.txt")]
    links = [path for path, reason in reasons.items() if "looked through already" in reason]
    assert links


@posix_only
@pytest.mark.skipif(hasattr(os, "geteuid") and os.geteuid() == 0, reason="root may read everything")
def test_what_may_not_be_read_says_so(folder):
    put(folder, "a.txt", "locked/b.txt")
    (folder / "a.txt").chmod(0)
    (folder / "locked").chmod(0)
    try:
        reasons = skipped(folder)
    finally:
        (folder / "locked").chmod(0o700)
    assert reasons == {
        str(folder / "a.txt"): "You may not read it.",
        str(folder / "locked"): "The folder can't be opened: you may not read it.",
    }


def test_a_folder_that_refuses_is_one_sentence_and_the_rest_goes_on(folder, monkeypatch):
    put(folder, "a.txt", "locked/b.txt")
    listdir = os.listdir

    def refuse(path):
        if path.endswith("locked"):
            raise PermissionError(13, "Permission denied")
        return listdir(path)

    monkeypatch.setattr(files.os, "listdir", refuse)
    assert found(folder) == [str(folder / "a.txt")]
    assert skipped(folder) == {str(folder / "locked"): "The folder can't be opened: you may not read it."}


@posix_only
def test_pipes_and_sockets_are_not_opened(folder):
    os.mkfifo(folder / "pipe.txt")
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(str(folder / "s.txt"))
        assert len(skipped(folder)) == 2
    assert len(skipped(folder / "pipe.txt")) == 1


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have no such names")
def test_a_name_that_is_no_text_says_so_and_can_be_shown(folder):
    path = os.path.join(os.fsencode(folder), b"gr\xfc\xdfe.txt")  # noqa: PTH118
    with open(path, "wb") as file:  # noqa: PTH123
        file.write(b"text")
    for named in (folder, os.fsdecode(path)):
        ((shown, reason),) = skipped(named).items()
        assert shown == str(folder / "gr??e.txt")
        assert "Rename it" in reason


def test_a_deep_tree_is_walked(folder):
    deep = folder
    for _ in range(150):
        deep /= "d"
    deep.mkdir(parents=True)
    (deep / "a.txt").write_text("x", encoding="utf-8")
    assert found(folder) == [str(deep / "a.txt")]


def test_a_stop_ends_the_scan(folder):
    put(folder, "a.txt", "b.txt")
    stop = Stop()
    items = DiskFiles().scan([str(folder)], stop)
    next(items)
    stop.request()
    with pytest.raises(Stopped):
        next(items)


def test_the_hash_is_that_of_the_bytes(folder, monkeypatch):
    monkeypatch.setattr(files, "_BLOCK_BYTES", 7)
    put(folder, "a.txt")
    expected = hashlib.sha256(b"text of a.txt").hexdigest()
    assert DiskFiles().content_hash(str(folder / "a.txt"), Stop()) == expected


def test_hashing_stops_on_request(folder):
    put(folder, "a.txt")
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        DiskFiles().content_hash(str(folder / "a.txt"), stop)


def test_hashing_a_file_that_is_gone_is_a_sentence(folder):
    with pytest.raises(DocumentError, match=r"gone\.txt could not be read: it is not there"):
        DiskFiles().content_hash(str(folder / "gone.txt"), Stop())


def test_a_file_that_changes_while_it_is_read_is_a_sentence(folder, monkeypatch):
    put(folder, "a.txt")
    path = folder / "a.txt"

    class Changing(Stop):
        def raise_if_requested(self):
            with path.open("a", encoding="utf-8") as file:
                file.write("more")

    monkeypatch.setattr(files, "_BLOCK_BYTES", 3)
    with pytest.raises(DocumentError, match="changed while it was read"):
        DiskFiles().content_hash(str(path), Changing())


def test_an_empty_folder_where_drives_appear_is_not_an_emptied_one(tmp_path, monkeypatch):
    monkeypatch.setattr(files, "_MOUNT_FOLDERS", (str(tmp_path / "media"),))
    stick = tmp_path / "media" / "me" / "stick"
    put(stick, "a.txt")
    assert found(stick) == [str(stick / "a.txt")]
    (stick / "a.txt").unlink()
    (item,) = scan(stick)
    assert (item.path, item.kind) == (str(stick), Skipped.UNREACHABLE)
    (gone,) = scan(stick / "a.txt")
    assert gone.kind is Skipped.UNREACHABLE
    plain = tmp_path / "plain"
    plain.mkdir()
    assert scan(plain) == []
    (gone,) = scan(plain / "a.txt")
    assert gone.kind is Skipped.ON_PURPOSE


def test_what_the_app_itself_writes_is_not_found(folder):
    put(folder, "home/log.txt", "a.txt")
    items = DiskFiles(frozenset({str(folder / "home")})).scan([str(folder)], Stop())
    assert [item.path for item in items] == [str(folder / "a.txt")]
