"""The one thread that owns a session: it loads the model, serves askers in turn and frees everything."""

from __future__ import annotations

import atexit
import threading
from collections import deque
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import ModelError, Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from localassist.adapters.llama.session import Session
    from localassist.domain.events import GenerationEvent

    Emit = Callable[[GenerationEvent], None]
    Work = Callable[[Session, Emit], None]
    OpenSession = Callable[[Stop, Callable[[float], None]], Session]

_AHEAD: Final = 256
"""The thread waits when an asker has this many events not yet taken."""

_HEARTBEAT: Final = 0.25


class Owner:
    """Starts its thread, which calls `open_session` and then runs the work it is given, first come, first served.

    Patient work (reading ahead) waits until nobody else asks, and gives way as soon as somebody does.
    """

    def __init__(self, name: str, open_session: OpenSession, keep_alive_seconds: float = 0.0) -> None:
        """With nobody having asked for `keep_alive_seconds` the session is closed; 0 keeps it."""
        self._changed = threading.Condition()
        self._open_session = open_session
        self._keep_alive = keep_alive_seconds or None
        self._askers: deque[_Job] = deque()
        self._current: _Job | None = None
        self._session: Session | None = None
        self._problem: Exception | None = None
        self._fraction = 0.0
        self._loads_awaited = 0
        self._closed = False
        self._cancel_load = Stop()
        self._thread = threading.Thread(target=self._run, name=f"llama {name}", daemon=True)
        # The process must not end while llama.cpp computes: its own clean-up would pull the ground away.
        atexit.register(self.close)
        self._thread.start()

    @property
    def session(self) -> Session | None:
        """The session once it is open; other threads read from it only what does not change."""
        return self._session

    @property
    def is_closed(self) -> bool:
        """Whether the session has ended, or is about to."""
        return self._closed

    def load(self, stop: Stop) -> Iterator[float]:
        """Wait until the session is open, yielding the fraction done.

        Raises what opening raised. When all who wait have left (a stop, a closed generator), loading is cancelled
        and `Stopped` raised for whoever joins too late.
        """
        with self._changed:
            self._loads_awaited += 1
        try:
            with stop.while_waiting(self._wake):
                while not self._settled:
                    stop.raise_if_requested()
                    yield self._fraction
                    with self._changed:
                        self._changed.wait_for(lambda: self._settled or stop.requested, timeout=_HEARTBEAT)
        finally:
            with self._changed:
                self._loads_awaited -= 1
                if self._loads_awaited == 0 and not self._settled:
                    self._cancel_load.request()
        if self._problem is not None:
            raise self._problem
        if self._closed:
            raise _unloaded()

    def run(self, work: Work, stop: Stop, *, patient: bool = False) -> Generator[GenerationEvent | None, None, None]:
        """Have work done and yield what it emits, None after a while of silence.

        Raises what the work raised, `Stopped` on request. Leaving early ends the work before this returns.
        """
        job = _Job(work, patient=patient)
        self._enqueue(job)
        try:
            with stop.while_waiting(lambda: self._cancel(job)):
                for event in job.events():
                    stop.raise_if_requested()  # what is under way when the user says stop is not shown any more
                    yield event
        finally:
            self._cancel(job)
            job.wait()
        if job.problem is not None:
            raise job.problem
        if not job.done:
            stop.raise_if_requested()
            if not patient:
                raise _unloaded()

    def close(self) -> None:
        """End all work and the thread, and free the model."""
        with self._changed:
            self._closed = True
            self._cancel_load.request()
            jobs = [*self._askers, *filter(None, [self._current])]
            self._changed.notify_all()
        for job in jobs:
            self._cancel(job)
        self._thread.join()
        atexit.unregister(self.close)

    @property
    def _settled(self) -> bool:
        return self._session is not None or self._problem is not None

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()

    def _enqueue(self, job: _Job) -> None:
        with self._changed:
            if self._closed:
                raise _unloaded()
            self._askers.append(job)
            self._changed.notify_all()
            in_the_way = self._current
        if in_the_way is not None and in_the_way.patient and not job.patient:
            self._cancel(in_the_way)

    def _cancel(self, job: _Job) -> None:
        """End a job: at once if it waits, within a moment if it runs."""
        with self._changed:
            job.cancel()
            if job in self._askers:
                self._askers.remove(job)
                job.end()
            elif job is self._current and self._session is not None:
                self._session.abort()

    def _run(self) -> None:
        try:
            session = self._open_session(self._cancel_load, self._report)
        except Exception as error:  # noqa: BLE001  carried to whoever waits for the load
            self._settle(None, error)
            self._retire()
            return
        self._settle(session, None)
        try:
            while session.is_usable and (job := self._next(session)) is not None:
                job.do(session)
        finally:
            self._retire()
            session.close()

    def _retire(self) -> None:
        """Take no more work; whoever waits is told that the model is gone."""
        with self._changed:
            self._closed = True
            waiting = list(self._askers)
            self._askers.clear()
            self._changed.notify_all()
        for job in waiting:
            job.end()
        atexit.unregister(self.close)

    def _report(self, fraction: float) -> None:
        self._fraction = fraction
        self._wake()

    def _settle(self, session: Session | None, problem: Exception | None) -> None:
        with self._changed:
            self._session, self._problem = session, problem
            self._changed.notify_all()

    def _next(self, session: Session) -> _Job | None:
        with self._changed:
            self._current = None
            session.resume()
            self._changed.wait_for(lambda: self._askers or self._closed, timeout=self._keep_alive)
            self._closed = self._closed or not self._askers
            if self._closed:
                return None
            impatient = next((job for job in self._askers if not job.patient), None)
            self._current = impatient or self._askers[0]
            self._askers.remove(self._current)
            return self._current


class _Job:
    """Work for one asker and the events that it emitted and nobody took yet.

    A token is handed over through a queue that is all native: locks and conditions of Python's own cost as much
    again as everything else that a token costs outside llama.cpp.
    """

    def __init__(self, work: Work, *, patient: bool) -> None:
        self.patient = patient
        self.problem: Exception | None = None
        self.done = False
        self._work = work
        self._changed = threading.Condition()
        self._events: SimpleQueue[GenerationEvent | None] = SimpleQueue()
        self._waits = False
        self._cancelled = False
        self._ended = False

    def events(self) -> Iterator[GenerationEvent | None]:
        """What the work emits until it ends; None when it was silent for a while."""
        while True:
            try:
                event = self._events.get(timeout=_HEARTBEAT)
            except Empty:
                yield None
                continue
            if event is None:
                return
            if self._waits:
                with self._changed:
                    self._changed.notify_all()
            yield event

    def do(self, session: Session) -> None:
        """On the owner's thread: the work, with its errors kept for the asker."""
        try:
            self._work(session, self._emit)
            self.done = True
        except Stopped:
            pass
        except Exception as error:  # noqa: BLE001  carried to the asker's thread
            self.problem = error
        finally:
            self.end()

    def cancel(self) -> None:
        """Have the next event raise `Stopped` inside the work."""
        with self._changed:
            self._cancelled = True
            self._changed.notify_all()

    def end(self) -> None:
        """Nothing more will come."""
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._events.put(None)

    def wait(self) -> None:
        """Until the work has ended."""
        with self._changed:
            self._changed.wait_for(lambda: self._ended)

    def _emit(self, event: GenerationEvent) -> None:
        if self._events.qsize() >= _AHEAD:
            self._wait_for_the_asker()
        if self._cancelled:
            raise Stopped
        self._events.put(event)

    def _wait_for_the_asker(self) -> None:
        with self._changed:
            self._waits = True  # before looking again: whoever takes an event after this tells
            self._changed.wait_for(lambda: self._events.qsize() < _AHEAD or self._cancelled)
            self._waits = False


def _unloaded() -> ModelError:
    return ModelError("The model was unloaded.", "Ask again: it will be loaded anew.")
