"""The queue of downloads: order, pausing, cancelling, failing, restarts, and what a front end is told."""

from __future__ import annotations

import threading
from collections import defaultdict
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from typing_extensions import override

from localassist.domain.errors import ModelError, NetworkError, NotFoundError, Stopped, StorageError
from localassist.domain.library import Download, DownloadState, RemoteFile, Repository
from localassist.domain.ports.hub import Downloader, DownloadList
from localassist.domain.stopping import Stop
from localassist.usecases import downloading
from localassist.usecases.downloading import DownloadModels

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

MODELS = Repository("maker/models", "c" * 40)


class MemoryList(DownloadList):
    def __init__(self) -> None:
        self.saved: tuple[Download, ...] = ()

    @override
    def load(self) -> tuple[Download, ...]:
        return self.saved

    @override
    def save(self, downloads: Sequence[Download]) -> None:
        self.saved = tuple(downloads)


class StepDownloader(Downloader):
    """Brings a file in steps of 10 bytes; `at` is called before each step with the path and how far it is."""

    def __init__(self) -> None:
        self.at: Callable[[str, int, Stop], None] = lambda path, safe, stop: None
        self.on_disk: dict[str, int] = defaultdict(int)
        self.limits: list[float] = []
        self.discarded: list[str] = []
        self.lock = threading.Lock()
        self.under_way = self.most_at_once = 0

    @override
    def fetch(self, download: Download, file: RemoteFile, stop: Stop, limit: Callable[[], float]) -> Iterator[int]:
        with self.lock:
            self.under_way += 1
            self.most_at_once = max(self.most_at_once, self.under_way)
        try:
            while self.on_disk[file.path] < file.size:
                self.at(file.path, self.on_disk[file.path], stop)
                stop.raise_if_requested()
                self.limits.append(limit())
                self.on_disk[file.path] = min(file.size, self.on_disk[file.path] + 10)
                yield self.on_disk[file.path]
        finally:
            with self.lock:
                self.under_way -= 1

    @override
    def received(self, download: Download, file: RemoteFile) -> int:
        self.path(download, file)
        return self.on_disk.get(file.path, 0)

    @override
    def discard(self, download: Download, file: RemoteFile) -> None:
        self.discarded.append(file.path)
        self.on_disk.pop(file.path, None)

    @override
    def path(self, download: Download, file: RemoteFile) -> str:
        if ".." in file.path:
            raise StorageError("That name can't be.", "Report it.")
        return f"{download.folder}/{file.path}"


class House:
    """A queue over doubles that note what happens."""

    def __init__(self, saved: MemoryList | None = None, downloader: StepDownloader | None = None) -> None:
        self.saved = saved or MemoryList()
        self.downloader = downloader or StepDownloader()
        self.added: list[str] = []
        self.now = 0.0
        self.queue = DownloadModels(self.downloader, self.saved, self.add, lambda: self.now)

    def add(self, path: str) -> None:
        self.added.append(path)

    def enqueue(self, *paths: str, size: int = 30) -> Download:
        return self.queue.enqueue(MODELS, [RemoteFile(path, size, "f" * 64) for path in paths], "/models")

    def run(self, stop: Stop | None = None) -> list[Download]:
        return list(self.queue.run(stop or Stop()))

    def states(self) -> dict[str, DownloadState]:
        return {download.files[0].path: download.state for download in self.queue.downloads()}


def wait_for_stop(stop: Stop) -> None:
    ended = threading.Event()
    with stop.while_waiting(ended.set):
        assert ended.wait(30), "nobody asked it to stop"
    raise Stopped


def test_what_is_asked_for_comes_two_at_a_time_and_is_handed_on() -> None:
    house = House()
    both = threading.Barrier(2, timeout=30)
    house.downloader.at = lambda path, safe, stop: both.wait() and None if path < "c" and not safe else None
    for name in "abcd":
        house.enqueue(f"{name}.gguf")
    told = house.run()
    assert house.downloader.most_at_once == 2
    assert sorted(house.added) == ["/models/a.gguf", "/models/b.gguf", "/models/c.gguf", "/models/d.gguf"]
    assert set(house.states().values()) == {DownloadState.DONE}
    of_d = [download.state for download in told if download.files[0].path == "d.gguf"]
    assert list(dict.fromkeys(of_d)) == [DownloadState.RUNNING, DownloadState.DONE]
    assert told[-1].received == told[-1].total == 30


def test_of_several_files_the_model_is_handed_on_once() -> None:
    house = House()
    house.enqueue("mmproj-f16.gguf", "big-00002-of-00002.gguf", "big-00001-of-00002.gguf", "README.md")
    (last,) = {download.received for download in house.run() if download.state is DownloadState.DONE}
    assert last == 120
    assert house.added == ["/models/big-00001-of-00002.gguf"]
    house.enqueue("model.safetensors", "config.json")
    house.run()
    assert len(house.added) == 1


def states_when_asked(house: House, ask: Callable[[], object]) -> list[DownloadState]:
    """The states told of a download that stands still after 20 bytes, and of which something is asked after 10."""
    house.downloader.at = lambda path, safe, stop: wait_for_stop(stop) if safe == 20 else None
    states = []
    for told in house.queue.run(Stop()):
        states.append(told.state)
        if told.received >= 10 and told.state is DownloadState.RUNNING:
            ask()
    return states


def test_paused_it_keeps_what_came_and_goes_on_when_asked() -> None:
    house = House()
    download = house.enqueue("a.gguf")
    states = states_when_asked(house, lambda: house.queue.pause(download.id))
    assert states[-1] is DownloadState.PAUSED
    assert house.saved.saved[0].state is DownloadState.PAUSED
    assert house.run() == []
    house.downloader.at = lambda path, safe, stop: None
    house.queue.resume(download.id)
    last = house.run()[-1]
    assert (last.state, last.received) == (DownloadState.DONE, 30)


def test_one_that_waits_can_be_paused_too() -> None:
    house = House()
    download = house.enqueue("a.gguf")
    house.queue.pause(download.id)
    assert house.run() == []
    assert house.states() == {"a.gguf": DownloadState.PAUSED}


def test_cancelled_it_is_told_once_and_what_was_begun_is_deleted() -> None:
    house = House()
    download = house.enqueue("a.gguf")
    states = states_when_asked(house, lambda: house.queue.cancel(download.id))
    assert states.count(DownloadState.CANCELLED) == 1
    assert (house.queue.downloads(), house.saved.saved, house.downloader.discarded) == ((), (), ["a.gguf"])
    with pytest.raises(NotFoundError, match="not on the list"):
        house.queue.pause(download.id)


def test_asked_for_again_while_it_is_being_cancelled_it_comes_all_the_same() -> None:
    house = House()
    house.downloader.at = lambda path, safe, stop: wait_for_stop(stop) if safe == 20 and not asked_again else None
    asked_again: list[Download] = []
    download = house.enqueue("a.gguf")
    for told in house.queue.run(Stop()):
        if told.received >= 10 and not asked_again:
            with house.queue._lock:  # so that the worker ends after both
                house.queue.cancel(download.id)
                asked_again.append(house.enqueue("a.gguf"))
    assert house.states() == {"a.gguf": DownloadState.DONE}
    assert (house.added, house.downloader.discarded) == (["/models/a.gguf"], [])


def test_one_that_fails_says_why_and_holds_up_no_other() -> None:
    house = House()

    def fail(path: str, safe: int, stop: Stop) -> None:
        if path == "a.gguf":
            raise NetworkError("The line is dead.", "Try later.")

    house.downloader.at = fail
    first = house.enqueue("a.gguf")
    house.enqueue("b.gguf")
    house.run()
    assert house.states() == {"a.gguf": DownloadState.FAILED, "b.gguf": DownloadState.DONE}
    failed = house.queue.downloads()[0]
    assert (failed.problem, failed.hint) == ("The line is dead.", "Try later.")
    house.downloader.at = lambda path, safe, stop: None
    house.queue.resume(first.id)
    assert house.run()[-1].problem == ""
    assert house.states()["a.gguf"] is DownloadState.DONE


def test_what_runs_when_the_program_ends_goes_on_with_the_next() -> None:
    house = House()
    ends = Stop()
    both = threading.Barrier(2, ends.request, timeout=30)

    def end_at_20(path: str, safe: int, stop: Stop) -> None:
        if safe == 20:
            both.wait()
            wait_for_stop(stop)

    house.downloader.at = end_at_20
    house.enqueue("a.gguf")
    house.enqueue("b.gguf")
    house.run(ends)
    assert {download.state for download in house.saved.saved} == {DownloadState.QUEUED}
    house.downloader.at = lambda path, safe, stop: None
    again = House(house.saved, house.downloader)
    assert [download.received for download in again.queue.downloads()] == [20, 20]
    again.run()
    assert sorted(again.added) == ["/models/a.gguf", "/models/b.gguf"]


def test_what_was_running_when_the_process_died_is_queued() -> None:
    saved = MemoryList()
    saved.save([Download("1", "a/b", "c", (RemoteFile("a.gguf", 30),), "/models", DownloadState.RUNNING, 10, 5.0)])
    (found,) = House(saved).queue.downloads()
    assert (found.state, found.received, found.bytes_per_second) == (DownloadState.QUEUED, 0, 0.0)


def test_a_list_that_somebody_edited_keeps_no_program_from_starting() -> None:
    saved = MemoryList()
    saved.save([Download("1", "a/b", "c", (RemoteFile("../a.gguf", 30), RemoteFile("b.gguf", 30)), "/models")])
    house = House(saved)
    house.run()
    assert house.queue.downloads()[0].files[0].path == "../a.gguf"


def test_a_run_that_is_left_lets_go() -> None:
    house = House()
    house.downloader.at = lambda path, safe, stop: wait_for_stop(stop) if safe == 20 else None
    house.enqueue("a.gguf")
    run = house.queue.run(Stop())
    next(run)
    run.close()  # type: ignore[attr-defined]
    assert house.states() == {"a.gguf": DownloadState.QUEUED}
    house.downloader.at = lambda path, safe, stop: None
    assert house.run()[-1].state is DownloadState.DONE


def test_what_is_asked_for_while_others_run_is_taken_over() -> None:
    house = House()
    house.enqueue("a.gguf")
    for told in house.queue.run(Stop()):
        if told.files[0].path == "a.gguf" and told.state is DownloadState.RUNNING and len(house.states()) == 1:
            house.enqueue("b.gguf")
            assert house.run() == []
    assert set(house.states().values()) == {DownloadState.DONE}


def test_a_model_that_came_whole_and_cannot_be_used_says_so() -> None:
    house = House()

    def refuse(path: str) -> None:
        raise ModelError("Its architecture is unknown here.", "Update the app.")

    house.queue = DownloadModels(house.downloader, house.saved, refuse)
    house.enqueue("a.gguf")
    last = house.run()[-1]
    assert (last.state, last.problem, last.received) == (DownloadState.DONE, "Its architecture is unknown here.", 30)


def test_the_same_again_is_no_second_download() -> None:
    house = House()
    first = house.enqueue("a.gguf")
    house.queue.pause(first.id)
    assert house.enqueue("a.gguf").id == first.id
    assert house.states() == {"a.gguf": DownloadState.QUEUED}
    house.run()
    assert house.enqueue("a.gguf").id != first.id  # its file may be gone


def test_a_name_that_cannot_be_is_refused_before_it_is_queued() -> None:
    house = House()
    with pytest.raises(StorageError):
        house.enqueue("../a.gguf")
    assert house.queue.downloads() == ()


def test_what_is_done_can_be_forgotten_and_nothing_else() -> None:
    house = House()
    download = house.enqueue("a.gguf")
    house.queue.forget(download.id)
    assert house.states() == {"a.gguf": DownloadState.QUEUED}
    house.run()
    house.queue.forget(download.id)
    assert (house.queue.downloads(), house.saved.saved) == ((), ())
    assert house.downloader.on_disk == {"a.gguf": 30}


def test_a_limit_is_shared_by_those_that_run() -> None:
    house = House()
    both = threading.Barrier(2, timeout=30)
    house.downloader.at = lambda path, safe, stop: both.wait() and None
    house.queue.limit(1000.0)
    house.enqueue("a.gguf")
    house.enqueue("b.gguf")
    house.run()
    assert house.downloader.limits[:2] == [500.0, 500.0]
    house.downloader.at = lambda path, safe, stop: None
    house.queue.limit(0.0)
    house.enqueue("c.gguf")
    house.run()
    assert house.downloader.limits[-1] == 0.0


def test_how_fast_it_goes_and_how_long_it_takes() -> None:
    house = House()

    def pass_time(path: str, safe: int, stop: Stop) -> None:
        house.now += 2.0

    house.downloader.at = pass_time
    house.enqueue("a.gguf", size=100)
    running = [download for download in house.run() if download.state is DownloadState.RUNNING]
    told = next(download for download in running if download.received == 60)
    assert told.bytes_per_second == pytest.approx(5.0)
    assert told.seconds_left == pytest.approx(8.0)
    assert house.queue.downloads()[0].seconds_left is None


def test_a_line_that_stalls_is_told_as_slower_and_slower(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(downloading, "_STALLED_S", 0.001)
    house, told_so = House(), threading.Event()

    def pass_time(path: str, safe: int, stop: Stop) -> None:
        house.now += 1.0
        if safe == 20:
            house.now += 10.0
            assert told_so.wait(30), "nobody was told"

    house.downloader.at = pass_time
    house.enqueue("a.gguf")
    for told in house.queue.run(Stop()):
        if told.received == 20 and told.seconds_left is None:
            told_so.set()
    assert house.queue.downloads()[0].state is DownloadState.DONE


def test_progress_is_told_a_few_times_a_second() -> None:
    house = House()

    def pass_time(path: str, safe: int, stop: Stop) -> None:
        house.now += 0.01

    house.downloader.at = pass_time
    house.enqueue("a.gguf", size=1000)
    running = [download for download in house.run() if download.state is DownloadState.RUNNING]
    assert len(running) <= 10


def test_a_list_that_cannot_be_saved_is_an_error_of_the_run() -> None:
    house = House()
    house.enqueue("a.gguf")

    def refuse(downloads: Sequence[Download]) -> None:
        raise StorageError("The list could not be written.", "Free some space.")

    house.saved.save = refuse  # type: ignore[method-assign]
    with pytest.raises(StorageError):
        house.run()
    assert house.queue.downloads()[0].state is DownloadState.DONE


def test_what_came_whole_is_told_with_the_hash_and_the_licence_that_it_has() -> None:
    house = House()
    told: list[tuple[str, str, str]] = []

    def note(path: str, sha256: str, licence: str) -> None:
        told.append((path, sha256, licence))
        raise StorageError("The list can't be written.", "Free some space.")

    queue = DownloadModels(house.downloader, house.saved, house.add, lambda: 0.0, note=note)
    files = [RemoteFile("a.gguf", 30, "e" * 64), RemoteFile("config.json", 30, git_sha1="f" * 40)]
    assert queue.begun(MODELS, files, "/models") == 0
    queue.enqueue(replace(MODELS, licence="mit"), files, "/models")
    assert list(queue.run(Stop()))[-1].state is DownloadState.DONE
    assert told == [("/models/a.gguf", "e" * 64, "mit"), ("/models/config.json", "", "mit")]
    assert queue.begun(MODELS, files, "/models") == 60
