"""The only threading in the window: a job runs one generator on a pool and turns what it yields into signals."""

from __future__ import annotations

import threading
import time
from collections import deque
from collections.abc import Generator
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TYPE_CHECKING, Final, TypeVar

from PySide6.QtCore import QObject, Qt, QTimer, Signal, Slot

from localassist.domain.errors import Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from concurrent.futures import Future

T = TypeVar("T")

WORKERS: Final = 8  # two answers, ingesting and a download at once still leave room for short calls
SLICE_SECONDS: Final = 0.008  # half a frame: a flood of events is handed over without holding up a repaint


class _Ended:
    """The last thing a worker hands over: how the work ended."""

    def __init__(self, problem: BaseException | None) -> None:
        self.problem = problem


class Job(QObject):
    """One running generator. Lives on the GUI thread, where all its signals are emitted, in order.

    Connect before `start`. `progressed` carries each event; then comes `succeeded` or `failed` (with the
    exception; neither after a stop), and `ended` always.
    """

    progressed = Signal(object)
    succeeded = Signal()
    failed = Signal(object)
    ended = Signal()
    _arrived = Signal()

    def __init__(self, work: Callable[[Stop], Iterator[object]], jobs: Jobs) -> None:
        super().__init__(jobs)
        self._work = work
        self._jobs = jobs
        self._stop = Stop()
        self._lock = threading.Lock()
        self._waiting: deque[object] = deque()
        self._announced = False
        self._arrived.connect(self._on_arrived, Qt.ConnectionType.QueuedConnection)

    def start(self) -> None:
        """Begin the work on the pool."""
        self._jobs.submit(self, self._run)

    def stop(self) -> None:
        """Ask the work to end; what it still yields is delivered. Returns at once."""
        self._stop.request()

    def _run(self) -> None:
        problem: BaseException | None = None
        try:
            events = self._work(self._stop)
            try:
                for happening in events:
                    self._deliver(happening)
            finally:
                # Only the thread that runs a generator may close it.
                if isinstance(events, Generator):
                    events.close()
        except Stopped:
            self._stop.request()
        except BaseException as error:  # noqa: BLE001  whatever it is, the window has to say so
            problem = error
        self._deliver(_Ended(problem))

    def _deliver(self, happening: object) -> None:
        with self._lock:
            self._waiting.append(happening)
            announce = not self._announced
            self._announced = True
        if announce:
            self._announce()

    def _announce(self) -> None:
        try:
            self._arrived.emit()
        except RuntimeError:
            # The window's objects are gone; the work has stored what it had and nobody is left to be told.
            return

    @Slot()
    def _on_arrived(self) -> None:
        until = time.monotonic() + SLICE_SECONDS
        while time.monotonic() < until:
            with self._lock:
                if not self._waiting:
                    self._announced = False
                    return
                happening = self._waiting.popleft()
            self._hand_over(happening)
        QTimer.singleShot(0, self, self._on_arrived)

    def _hand_over(self, happening: object) -> None:
        if not isinstance(happening, _Ended):
            self.progressed.emit(happening)
            return
        if happening.problem is not None:
            self.failed.emit(happening.problem)
        elif not self._stop.requested:
            self.succeeded.emit()
        self.ended.emit()
        self._jobs.forget(self)


class Jobs(QObject):
    """Starts jobs, keeps them alive while they run, and ends them with the window."""

    def __init__(self) -> None:
        super().__init__()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="job")
        self._running: dict[Job, Future[None]] = {}
        self._closed = False

    def prepare(self, work: Callable[[Stop], Iterator[object]]) -> Job:
        """A job over the generator that `work` makes; it begins with its `start`."""
        return Job(work, self)

    def call(
        self, function: Callable[[], T], then: Callable[[T], object], otherwise: Callable[[BaseException], object]
    ) -> Job:
        """Run a short function off the GUI thread and hand its value, or what it raised, to the GUI thread."""

        def work(_stop: Stop) -> Iterator[object]:
            yield function()

        job = self.prepare(work)
        job.progressed.connect(then)
        job.failed.connect(otherwise)
        job.start()
        return job

    def submit(self, job: Job, run: Callable[[], None]) -> None:
        """Run a job's body on the pool; once the window is gone nothing begins any more."""
        if not self._closed:
            self._running[job] = self._pool.submit(run)

    def forget(self, job: Job) -> None:
        """Let go of a job that has ended."""
        self._running.pop(job, None)
        job.deleteLater()

    def close(self, seconds: float) -> None:
        """Stop everything and wait at most so long for it to be stored."""
        self._closed = True
        for job in self._running:
            job.stop()
        self._pool.shutdown(wait=False, cancel_futures=True)
        # What was cancelled before it began never counts as done.
        wait([work for work in self._running.values() if not work.cancelled()], timeout=seconds)
