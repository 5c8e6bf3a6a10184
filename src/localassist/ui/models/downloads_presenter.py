"""Runs the queue of downloads in a job of the window and shows how it goes, in the library and in the main window."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.library import Download, DownloadState
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.library import Variant
    from localassist.ui.jobs import Job, Jobs
    from localassist.ui.models.downloads_page import DownloadsPage
    from localassist.ui.models.offers import Offer
    from localassist.usecases.downloading import DownloadModels
    from localassist.usecases.services import Services

WAITING = frozenset({DownloadState.QUEUED, DownloadState.RUNNING})


class DownloadsPresenter(QObject):
    """Between the downloads and whoever shows them: the page, once there is one, and a line in the main window.

    `told` carries the line ("" while nothing runs), `came` a `Download` that is whole, `failed` a `Problem`.
    """

    told = Signal(str)
    came = Signal(object)
    failed = Signal(object)

    def __init__(self, parent: QObject, services: Services, jobs: Jobs) -> None:
        super().__init__(parent)
        self._services = services
        self._jobs = jobs
        self._job: Job | None = None
        self._wanted = False
        self._page: DownloadsPage | None = None
        self._running: dict[str, Download] = {}
        self._events = 0

    def begin(self) -> None:
        """Go on with what waits, unless the offline switch is on."""

        def is_wanted() -> bool:
            waiting = any(download.state in WAITING for download in self._queue().downloads())
            return waiting and not self._services.settings.load().offline

        self._jobs.call(is_wanted, lambda wanted: self._run() if wanted else None, self._on_failed)

    def show_on(self, page: DownloadsPage) -> None:
        """Show the downloads on this page from now on."""
        self._page = page
        page.pause_requested.connect(lambda each: self._do(lambda: self._queue().pause(each)))
        page.resume_requested.connect(lambda each: self._do(lambda: self._queue().resume(each), runs=True))
        page.cancel_requested.connect(lambda each: self._do(lambda: self._queue().cancel(each)))
        page.forget_requested.connect(lambda each: self._do(lambda: self._queue().forget(each)))
        page.limit_changed.connect(lambda limit: self._do(lambda: self._queue().limit(limit)))
        self.refresh()

    def download(self, offer: Offer, variant: Variant) -> None:
        """Ask for a variant of a model that was looked up."""
        repository = offer.repository
        if repository is not None:

            def enqueue() -> Download:
                folder = f"{self._services.library().shelf.folder}/{repository.name}"
                return self._queue().enqueue(repository, variant.files, folder)

            self._do(enqueue, runs=True)

    def refresh(self) -> None:
        """Show them as they are now."""
        if self._page is not None:
            events = self._events
            self._jobs.call(lambda: self._queue().downloads(), lambda found: self._show(found, events), self._on_failed)

    def _show(self, downloads: tuple[Download, ...], events: int) -> None:
        if events != self._events:
            self.refresh()  # what was told meanwhile may be newer
        elif self._page is not None:
            self._page.show_downloads(downloads)

    def _queue(self) -> DownloadModels:
        """To be called in a job: the first call takes its time."""
        return self._services.library().downloads

    def _do(self, change: Callable[[], object], *, runs: bool = False) -> None:
        def changed(_nothing: object) -> None:
            self.refresh()
            if runs:
                self._run()

        self._jobs.call(change, changed, self._on_failed)

    def _run(self) -> None:
        """Work at the queue; what is asked for while a run ends needs another one."""
        self._wanted = self._job is not None
        if self._job is None:
            self._job = self._jobs.prepare(lambda stop: self._queue().run(stop))
            self._job.progressed.connect(self._on_progressed)
            self._job.failed.connect(self._on_failed)
            self._job.ended.connect(self._on_ended)
            self._job.start()

    def _on_progressed(self, happening: object) -> None:
        assert isinstance(happening, Download), "a run of downloads yields nothing else"
        self._events += 1
        self._running.pop(happening.id, None)
        if happening.state in WAITING:
            self._running[happening.id] = happening
        if self._page is not None:
            self._page.show_download(happening)
        if happening.state is DownloadState.DONE:
            self.came.emit(happening)
        self._tell()

    def _tell(self) -> None:
        received = sum(download.received for download in self._running.values())
        total = sum(download.total for download in self._running.values())
        self.told.emit(f"Downloading: {received / total:.0%}" if total else "")

    def _on_ended(self) -> None:
        self._job = None
        self._running.clear()
        self._tell()
        self.refresh()
        if self._wanted:
            self._run()

    def _on_failed(self, error: BaseException) -> None:
        problem = describe(error)
        self.refresh()
        if self._page is not None and self._page.isVisible():
            self._page.note.complain(problem)
        else:
            self.failed.emit(problem)
