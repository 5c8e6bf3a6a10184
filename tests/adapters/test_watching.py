"""What happens on the disk is told, once it is settled, and nothing else is."""

import errno
import shutil
import sys
import time
from contextlib import closing
from pathlib import Path

import pytest

from localassist.adapters import watching
from localassist.adapters.watching import SystemFolderWatcher
from localassist.domain.stopping import Stop

DEADLINE_S = 20.0
posix_only = pytest.mark.skipif(sys.platform == "win32", reason="links as POSIX has them")


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


@pytest.fixture
def quick_looks(monkeypatch):
    monkeypatch.setattr(watching, "_ROOTS_CHECKED_EVERY_S", 0.0)


def watch(*roots):
    return closing(SystemFolderWatcher().watch([str(root) for root in roots]))


def told(watched, *wanted):
    """Everything told until all that is wanted was."""
    seen = set()
    until = time.monotonic() + DEADLINE_S
    while not {str(path) for path in wanted} <= seen:
        assert time.monotonic() < until, (wanted, seen)
        seen |= watched.changes(Stop(), 0.2)
    return {Path(path) for path in seen}


def test_what_is_made_written_renamed_and_removed_is_told(folder):
    (folder / "old.txt").write_text("a")
    with watch(folder) as watched:
        (folder / "new.txt").write_text("b")
        told(watched, folder / "new.txt")
        (folder / "old.txt").rename(folder / "moved.txt")
        told(watched, folder / "old.txt", folder / "moved.txt")
        (folder / "moved.txt").unlink()
        told(watched, folder / "moved.txt")
        (folder / "sub").mkdir()
        told(watched, folder / "sub")
        (folder / "sub" / "deep.txt").write_text("c")
        told(watched, folder / "sub" / "deep.txt")


def test_a_folder_that_is_moved_in_is_told(folder, tmp_path):
    (tmp_path / "ready" / "deep").mkdir(parents=True)
    (tmp_path / "ready" / "deep" / "a.txt").write_text("a")
    with watch(folder) as watched:
        (tmp_path / "ready").rename(folder / "ready")
        told(watched, folder / "ready")


def test_hidden_and_passing_files_are_not_told_and_rules_concern_their_folder(folder):
    (folder / "sub").mkdir()
    with watch(folder) as watched:
        (folder / ".hidden.txt").write_text("x")
        (folder / "a.crdownload").write_text("x")
        (folder / "sub" / ".gitignore").write_text("x")
        assert told(watched, folder / "sub") == {folder / "sub"}


def test_a_file_that_is_being_written_is_told_once_it_is_left_alone(folder):
    written_last = 0.0
    with watch(folder) as watched, (folder / "long.txt").open("w") as file:
        for _ in range(8):
            file.write("more")
            file.flush()
            written_last = time.monotonic()
            assert watched.changes(Stop(), 0.1) == frozenset()
        told(watched, folder / "long.txt")
    assert time.monotonic() - written_last >= watching._SETTLED_S


def test_a_single_file_is_told_when_another_takes_its_place_and_its_neighbours_are_not(folder):
    (folder / "one.txt").write_text("a")
    with watch(folder / "one.txt") as watched:
        (folder / "two.txt").write_text("b")
        (folder / "two.txt").replace(folder / "one.txt")
        assert told(watched, folder / "one.txt") == {folder / "one.txt"}


def test_a_root_that_goes_comes_back_or_is_replaced_is_told_and_watched_on(folder, tmp_path, quick_looks):
    with watch(folder) as watched:
        folder.rename(tmp_path / "away")
        told(watched, folder)
        (tmp_path / "away").rename(folder)
        told(watched, folder)
        (folder / "a.txt").write_text("a")
        told(watched, folder / "a.txt")
        shutil.rmtree(folder)
        folder.mkdir()
        told(watched, folder)
        (folder / "b.txt").write_text("b")
        told(watched, folder / "b.txt")


def test_a_root_that_comes_to_be_there_later_is_told(tmp_path, quick_looks):
    with watch(tmp_path / "later") as watched:
        assert watched.changes(Stop(), 0) == frozenset()
        (tmp_path / "later").mkdir()
        told(watched, tmp_path / "later")


def test_what_the_system_can_not_watch_is_looked_at_again_and_says_why(folder, monkeypatch, quick_looks):
    def refuse(*_):
        raise OSError(errno.ENOSPC, "OS file watch limit reached.")

    monkeypatch.setattr("watchfiles._rust_notify.RustNotify", refuse)
    monkeypatch.setattr(watching, "_POLLED_EVERY_S", 0.0)
    with watch(folder) as watched:
        assert "limit on watched folders" in watched.polled[str(folder)]
        assert told(watched, folder) == {folder}


def test_a_network_drive_is_looked_at_again_and_says_why(folder, monkeypatch):
    monkeypatch.setattr(watching, "_remote_kind", lambda _: "nfs4")
    with watch(folder) as watched:
        assert "network drive (nfs4)" in watched.polled[str(folder)]


def test_a_stop_ends_the_wait(folder):
    stop = Stop()
    stop.request()
    with watch(folder) as watched:
        assert watched.changes(stop, 3600) == frozenset()
    with watch() as watched:
        assert watched.changes(stop, 3600) == frozenset()


def test_what_the_app_itself_writes_is_not_told(folder):
    (folder / "home").mkdir()
    own = frozenset({str(folder / "home")})
    with closing(SystemFolderWatcher(own).watch([str(folder)])) as watched:
        (folder / "home" / "localassist.db").write_text("x")
        (folder / "a.txt").write_text("x")
        assert told(watched, folder / "a.txt") == {folder / "a.txt"}


@posix_only
def test_what_is_reported_by_its_real_name_is_told_by_the_name_people_gave(folder, tmp_path):
    link = tmp_path / "link"
    link.symlink_to(folder, target_is_directory=True)
    root = watching._Root(str(link), 0.0)
    assert root._as_named(str(folder / "a.txt")) == str(link / "a.txt")
    assert root._as_named(str(tmp_path / "other.txt")) == str(tmp_path / "other.txt")
    root.close()
    with watch(link) as watched:
        (folder / "a.txt").write_text("a")
        told(watched, link / "a.txt")
