"""The queue of downloads: a few at a time, paused, gone on with and cancelled at will, over restarts."""

from __future__ import annotations

import queue
import threading
import time
import uuid
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError, NotFoundError, Stopped
from localassist.domain.library import Download, DownloadState
from localassist.usecases.queueing import QueuedDownload

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator, Sequence

    from localassist.domain.library import RemoteFile, Repository
    from localassist.domain.ports.hub import Downloader, DownloadList
    from localassist.domain.stopping import Stop

AT_ONCE: Final = 2
_STALLED_S: Final = 1.0


class DownloadModels:
    """Downloads that were asked for, in order. Safe to call from any thread; `run` does the work.

    A front end keeps one of these. It starts `run` in a job when the program starts, and after each `enqueue` and
    `resume`: where one is running already that takes the new download over, and the second call ends at once. `add` is
    called with the path of each model file that came whole (`ChatModels.add`); files of other kinds are not handed on.
    `note` hears the path of every file that was found to be what the hub says, the hex SHA-256 that the hub names, ""
    for small ones, and the hub's name of the licence.
    A command that downloads beside a window takes a list of its own that saves nothing: what it began lies beside its
    file, and the same command goes on with it. Everything but `run` and `downloads` may write to the disk: call it in a
    job.
    """

    def __init__(
        self,
        downloader: Downloader,
        saved: DownloadList,
        add: Callable[[str], object],
        clock: Callable[[], float] = time.monotonic,
        note: Callable[[str, str, str], object] = lambda _path, _sha256, _licence: None,
    ) -> None:
        self._downloader = downloader
        self._saved = saved
        self._add = add
        self._clock = clock
        self._note = note
        self._lock = threading.RLock()
        self._limit = 0.0
        self._entries = {download.id: QueuedDownload(self._as_found(download)) for download in saved.load()}
        self._events: queue.SimpleQueue[Download | None] | None = None

    def downloads(self) -> tuple[Download, ...]:
        """All of them, in the order in which they were asked for; those that are done stay until `forget`."""
        with self._lock:
            return tuple(entry.download for entry in self._entries.values())

    def begun(self, repository: Repository, files: Sequence[RemoteFile], folder: str) -> int:
        """How many bytes of such a download are on the disk, whether or not it is on the list."""
        return self._received(Download("", repository.name, repository.revision, tuple(files), folder))

    def enqueue(self, repository: Repository, files: Sequence[RemoteFile], folder: str) -> Download:
        """Ask for files of a repository's revision; asked for again, a download that is there already goes on.

        Raises `StorageError` if the list can't be saved or a file has a name that can't be used.
        """
        wanted = Download(uuid.uuid4().hex, repository.name, repository.revision, tuple(files), folder)
        wanted = replace(wanted, licence=repository.licence)
        for file in files:
            self._downloader.path(wanted, file)
        with self._lock:
            for entry in self._entries.values():
                was = entry.download
                if _what(was) == _what(wanted) and was.state is not DownloadState.DONE:
                    entry.ends_as = DownloadState.QUEUED  # also where it is about to end as cancelled
                    self.resume(was.id)
                    return entry.download
            entry = self._entries[wanted.id] = QueuedDownload(self._as_found(wanted))
            self._save()
            self._tell(entry.download)
            return entry.download

    def pause(self, download_id: str) -> None:
        """Keep what came of it and go no further until `resume`. Raises `NotFoundError` for one that is not there."""
        self._end(download_id, DownloadState.PAUSED)

    def cancel(self, download_id: str) -> None:
        """Take it off the list and delete what was begun of it; whole files stay. Raises like `pause`."""
        self._end(download_id, DownloadState.CANCELLED)

    def resume(self, download_id: str) -> None:
        """Put one that is paused or failed into the queue again. Raises like `pause`."""
        with self._lock:
            entry = self._entry(download_id)
            if entry.is_running:
                if entry.ends_as is not DownloadState.CANCELLED:
                    entry.ends_as = DownloadState.QUEUED
            elif entry.download.state in (DownloadState.PAUSED, DownloadState.FAILED):
                self._settle(entry, DownloadState.QUEUED)

    def forget(self, download_id: str) -> None:
        """Take one that is done off the list; its files stay. Raises like `pause`."""
        with self._lock:
            if self._entry(download_id).download.state is DownloadState.DONE:
                del self._entries[download_id]
                self._save()

    def limit(self, bytes_per_second: float) -> None:
        """Hold all of them together to a speed from now on; 0 holds them to none."""
        self._limit = bytes_per_second

    def run(self, stop: Stop) -> Iterator[Download]:
        """Bring what is queued, yielding each download as it changes; ends when nothing is left to do.

        A stop lets running ones end where they are and leaves them queued for the next time; it ends without an error.
        Failures of a download are its own: its state, its problem and what to do. Raises `StorageError` when the list
        can't be saved.
        """
        with self._lock:
            if self._events is not None:
                return
            events = self._events = queue.SimpleQueue()
        try:
            with ThreadPoolExecutor(AT_ONCE, thread_name_prefix="downloads") as workers:
                try:
                    with stop.while_waiting(lambda: events.put(None)):
                        yield from self._bring_all(workers, events, stop)
                finally:
                    self._let_end(events)
        finally:
            with self._lock:
                if self._events is events:  # or the next run has begun
                    self._events = None

    def _bring_all(
        self, workers: ThreadPoolExecutor, events: queue.SimpleQueue[Download | None], stop: Stop
    ) -> Iterator[Download]:
        running: list[Future[None]] = []
        while True:
            if stop.requested:
                self._let_end(events)
            running = [future for future in running if not _is_over(future)]
            with self._lock:
                for entry in self._next(AT_ONCE - len(running)) if not stop.requested else ():
                    entry.begin()
                    running.append(workers.submit(self._bring, entry))
                    running[-1].add_done_callback(lambda _: events.put(None))
                if not running:
                    self._events = None  # under the lock: what is queued from here on needs a run of its own
            if not running:
                yield from _rest(events)
                return
            try:
                told = events.get(timeout=_STALLED_S)
            except queue.Empty:
                self._tell_paces()
                continue
            if told is not None:
                yield told

    def _tell_paces(self) -> None:
        """Nothing came for a while, so what runs is slower by now."""
        with self._lock:
            for entry in self._entries.values():
                rate = entry.rate_by(self._clock())
                if entry.is_running and rate != entry.download.bytes_per_second:
                    self._change(entry, replace(entry.download, bytes_per_second=rate))

    def _next(self, count: int) -> list[QueuedDownload]:
        waiting = [
            entry
            for entry in self._entries.values()
            if entry.download.state is DownloadState.QUEUED and not entry.is_running
        ]
        return waiting[:count]

    def _bring(self, entry: QueuedDownload) -> None:
        """One download, on a worker's thread."""
        problem = LocalAssistError("")
        try:
            self._change(entry, replace(entry.download, state=DownloadState.RUNNING, problem="", hint=""))
            self._fetch(entry)
            self._hand_on(entry.download)
            ends_as = DownloadState.DONE
        except Stopped:
            ends_as = entry.ends_as
        except _UnusableError as error:
            ends_as, problem = DownloadState.DONE, error
        except LocalAssistError as error:
            ends_as, problem = DownloadState.FAILED, error
        with self._lock:
            entry.is_running = False
            if entry.ends_as is DownloadState.CANCELLED:
                ends_as = DownloadState.CANCELLED
            self._settle(entry, ends_as, problem)

    def _fetch(self, entry: QueuedDownload) -> None:
        before = 0
        for file in entry.download.files:
            for safe in self._downloader.fetch(entry.download, file, entry.stop, self._share):
                self._moved(entry, before + safe)
            before += file.size
            with suppress(LocalAssistError):  # it is verified all the same, and can be once more
                path = self._downloader.path(entry.download, file)
                self._note(path, file.sha256, entry.download.licence)

    def _hand_on(self, download: Download) -> None:
        models = [file for file in download.files if file.path.lower().endswith(".gguf")]
        models = [file for file in models if "mmproj" not in file.path.lower()]
        if not models:
            return
        first = min(models, key=lambda file: file.path)  # the first part stands for the others
        try:
            self._add(self._downloader.path(download, first))
        except LocalAssistError as error:
            raise _UnusableError(error.message, error.hint) from error

    def _moved(self, entry: QueuedDownload, received: int) -> None:
        """Note how far it is, and tell it now and again."""
        with self._lock:
            now = self._clock()
            rate = entry.rate(now, received)
            if entry.is_to_be_told(now) or received == entry.download.total:
                self._change(entry, replace(entry.download, received=received, bytes_per_second=rate))

    def _share(self) -> float:
        """The most bytes a second for one of those that are running."""
        if not self._limit:
            return 0.0
        with self._lock:
            return self._limit / max(1, sum(entry.is_running for entry in self._entries.values()))

    def _end(self, download_id: str, ends_as: DownloadState) -> None:
        with self._lock:
            entry = self._entry(download_id)
            if entry.is_running:
                entry.ends_as = ends_as
                entry.stop.request()
            elif entry.download.state is not DownloadState.DONE or ends_as is DownloadState.CANCELLED:
                self._settle(entry, ends_as)

    def _let_end(self, events: queue.SimpleQueue[Download | None]) -> None:
        """Ask what runs in the run of these events to end."""
        with self._lock:
            for entry in self._entries.values() if self._events is events else ():
                if entry.is_running:
                    entry.stop.request()

    def _settle(self, entry: QueuedDownload, state: DownloadState, problem: LocalAssistError | None = None) -> None:
        """A download that is not running any more: how it stands from here on."""
        was = entry.download
        if state is DownloadState.CANCELLED:
            del self._entries[was.id]
            for file in was.files:
                with suppress(LocalAssistError):  # another window is at it, or nothing was begun
                    self._downloader.discard(was, file)
        message, hint = (problem.message, problem.hint) if problem else ("", "")
        settled = replace(was, state=state, problem=message, hint=hint, bytes_per_second=0.0)
        self._change(entry, replace(settled, received=self._received(was)))
        self._save()

    def _change(self, entry: QueuedDownload, download: Download) -> None:
        with self._lock:
            entry.download = download
            self._tell(download)

    def _tell(self, download: Download) -> None:
        if self._events is not None:
            self._events.put(download)

    def _save(self) -> None:
        self._saved.save(self.downloads())

    def _as_found(self, download: Download) -> Download:
        """As it stands when a program starts: what was running is queued, and the disk says how far it is."""
        if download.state is DownloadState.RUNNING:
            download = replace(download, state=DownloadState.QUEUED)
        return replace(download, received=self._received(download), bytes_per_second=0.0)

    def _received(self, download: Download) -> int:
        received = 0
        for file in download.files:
            with suppress(LocalAssistError):  # a name that can't be, in a list that somebody edited
                received += self._downloader.received(download, file)
        return received

    def _entry(self, download_id: str) -> QueuedDownload:
        if download_id not in self._entries:
            raise NotFoundError("That download is not on the list any more.", "Look at the list of downloads.")
        return self._entries[download_id]


class _UnusableError(LocalAssistError):
    """A model that came whole can't be used here."""


def _what(download: Download) -> tuple[object, ...]:
    """What tells one download from another."""
    return download.repository, download.revision, download.files, download.folder


def _is_over(future: Future[None]) -> bool:
    """Whether it ended. Raises what it raised."""
    if future.done():
        future.result()
    return future.done()


def _rest(events: queue.SimpleQueue[Download | None]) -> Iterator[Download]:
    while not events.empty():
        if (told := events.get()) is not None:
            yield told
