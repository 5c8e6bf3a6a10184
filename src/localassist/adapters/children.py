"""Child processes: the one way to start them, to bound what they use and to survive their death."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from contextlib import suppress
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters import child_messages
from localassist.adapters.child_main import SEALED
from localassist.domain import errors
from localassist.domain.errors import LocalAssistError, Stopped
from localassist.process import LIBRARY_SWITCHES

if TYPE_CHECKING:
    from collections.abc import Mapping

    from localassist.adapters.child_messages import JSON
    from localassist.domain.stopping import Stop

_CALLS_A_WORKER: Final = 500
"""Then a fresh process takes over: libraries keep memory, and what one file did to a process ends with it."""

_MOST_TOLD: Final = 4096
"""Bytes of a crash report and characters of a sentence: a child that read a hostile file may tell any amount."""

_PATIENT_NICENESS: Final = 10
"""Halfway to the last: a tenth of what a process of usual priority gets beside it."""

_KEPT_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "SYSTEMROOT", "TEMP", "TMP", "TMPDIR")


class Death(StrEnum):
    """What ended a child process."""

    CRASH = "crash"
    TIME = "time"
    MEMORY = "memory"
    OUTPUT = "output"


class ChildDied(Exception):  # noqa: N818  the caller words it; nobody sees this one
    """A task did not come to its end. `detail` is for the log: a signal, an error's type, places in the code."""

    def __init__(self, kind: Death, detail: str) -> None:
        super().__init__(f"{kind}: {detail}")
        self.kind = kind
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Limits:
    """What one call may use: seconds by the clock, bytes of address space, bytes sent back or written to a file."""

    seconds: float
    memory_bytes: int
    output_bytes: int


@dataclass(frozen=True, slots=True)
class Reply:
    """What a task returned. A child that read a hostile file is not trusted: check `value` before use."""

    value: JSON
    blob: bytes


class ChildPool:
    """Runs tasks in at most `size` child processes, which are reused. Safe to call from any thread.

    A task is a function inside `localassist.adapters`, named "package.module:function". It is called with the
    arguments as keywords and returns `(value, blob)`: JSON and bytes. Children have no network, a bare
    environment and no standard streams. Those of a `patient` pool leave the processor to whoever wants it, those
    of a `sealed` one start no programs.
    """

    def __init__(self, size: int = 1, *, patient: bool = False, sealed: bool = False) -> None:
        self._size = size
        self._patient = patient
        self._sealed = sealed
        self._changed = threading.Condition()
        self._workers: set[_Worker] = set()
        self._idle: list[_Worker] = []
        self._starting = 0
        self._closed = False

    def call(self, task: str, arguments: Mapping[str, JSON], limits: Limits, stop: Stop) -> Reply:
        """Run a task, waiting for a free process first; the limits count from its start.

        Raises `ChildDied` when it crashes or passes a limit, `Stopped` on request or when the pool is closed,
        and whatever `LocalAssistError` the task raises.
        """
        worker = self._take(stop)
        fit = False
        try:
            reply = _ask(worker, {"task": task, "arguments": arguments, "limits": asdict(limits)}, limits, stop)
            fit = True
        except LocalAssistError:
            fit = True
            raise
        except ChildDied:
            if self._closed:
                raise Stopped from None
            raise
        finally:
            self._give_back(worker, fit=fit)
        return reply

    def close(self) -> None:
        """End all child processes, busy ones too; their calls raise `Stopped`."""
        with self._changed:
            self._closed = True
            workers = list(self._workers)
            idle, self._idle = self._idle, []
            self._changed.notify_all()
        for worker in workers:
            worker.kill()
        for worker in idle:
            worker.bury()

    def _take(self, stop: Stop) -> _Worker:
        with stop.while_waiting(self._wake), self._changed:
            self._drop_dead()
            while not self._idle and len(self._workers) + self._starting >= self._size:
                self._raise_if_over(stop)
                self._changed.wait()
            self._raise_if_over(stop)
            if self._idle:
                return self._idle.pop()
            self._starting += 1
        return self._start()

    def _drop_dead(self) -> None:
        """Forget idle workers that the system killed meanwhile (it was short of memory, say)."""
        dead = [worker for worker in self._idle if not worker.usable]
        for worker in dead:
            self._idle.remove(worker)
            self._workers.discard(worker)
            worker.bury()

    def _start(self) -> _Worker:
        worker = None
        try:
            worker = _Worker(patient=self._patient, sealed=self._sealed)
        except OSError as error:
            raise LocalAssistError(
                f"The system would not start another process ({error.strerror}).",
                "Close some programs and try again.",
            ) from error
        finally:
            with self._changed:
                self._starting -= 1
                if worker is not None:
                    self._workers.add(worker)
                    if self._closed:  # meanwhile, so `close` did not know of it
                        worker.kill()
                self._changed.notify()
        return worker

    def _give_back(self, worker: _Worker, *, fit: bool) -> None:
        with self._changed:
            reusable = fit and worker.usable and not self._closed
            if reusable:
                self._idle.append(worker)
            else:
                self._workers.discard(worker)
            self._changed.notify()
        if not reusable:
            worker.kill()
            worker.bury()

    def _raise_if_over(self, stop: Stop) -> None:
        stop.raise_if_requested()
        if self._closed:
            raise Stopped

    def _wake(self) -> None:
        with self._changed:
            self._changed.notify_all()


class _Worker:
    """One child process and the pipes to it."""

    def __init__(self, *, patient: bool, sealed: bool) -> None:
        kept = {name: os.environ[name] for name in _KEPT_ENVIRONMENT if name in os.environ}
        environment = kept | LIBRARY_SWITCHES
        options: dict[str, Any] = {"start_new_session": True}
        if sys.platform == "win32":
            flags = subprocess.CREATE_NEW_PROCESS_GROUP | subprocess.CREATE_NO_WINDOW
            options = {"creationflags": flags | (subprocess.BELOW_NORMAL_PRIORITY_CLASS if patient else 0)}
        self._calls = 0
        self._killed = False
        self._ending: str | None = None
        self._process = subprocess.Popen(  # noqa: S603  our own interpreter with our own arguments
            command(),
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=environment | {"PYTHONUTF8": "1"} | ({SEALED: "1"} if sealed else {}),
            **options,
        )
        if patient and sys.platform != "win32":
            with suppress(OSError):  # it died at once: its first call says so
                os.setpriority(os.PRIO_PROCESS, self._process.pid, _PATIENT_NICENESS)

    @property
    def usable(self) -> bool:
        """Whether it can take another call."""
        return not self._killed and self._calls < _CALLS_A_WORKER and self._process.poll() is None

    def exchange(self, request: JSON, limit: int) -> tuple[JSON, bytes] | None:
        """Send a request and wait for its answer; None when the child ended instead."""
        self._calls += 1
        assert self._process.stdin
        assert self._process.stdout
        child_messages.send(self._process.stdin, request)
        return child_messages.receive(self._process.stdout, limit)

    def kill(self) -> None:
        """End the child and all it started, at once. Does nothing to a dead one."""
        self._killed = True
        if self._process.poll() is not None:
            return
        if sys.platform == "win32":
            self._process.kill()
            return
        try:
            os.killpg(self._process.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):  # macOS says "not permitted" of a process that just ended
            self._process.kill()

    def bury(self) -> str:
        """Collect a dead child; returns how it ended, for the log."""
        if self._ending is not None:
            return self._ending
        status = self._process.wait()
        assert self._process.stderr
        report = self._process.stderr.read(_MOST_TOLD).decode(errors="replace")
        for stream in (self._process.stdout, self._process.stderr):
            if stream is not None:
                stream.close()
        self._drop_input()
        ending = signal.Signals(-status).name if status < 0 else f"exit code {status}"
        self._ending = f"{ending} {report}".strip()
        return self._ending

    def _drop_input(self) -> None:
        assert self._process.stdin
        try:
            self._process.stdin.close()
        except OSError:  # closing writes what was left in the buffer to a pipe that nobody reads
            return


def command() -> list[str]:
    """What starts a child: the app itself, with `--child`."""
    if getattr(sys, "frozen", False):
        return [sys.executable, "--child"]
    # -P: the folder the user happens to stand in must not be able to bring its own modules.
    return [sys.executable, "-P", "-m", "localassist", "--child"]


class _Watch:
    """Kills a worker when its time is up or a stop is requested, and never after its call is over."""

    def __init__(self, worker: _Worker) -> None:
        self._worker = worker
        self._lock = threading.Lock()
        self._over = False
        self.timed_out = False

    def run_out(self) -> None:
        """The time is up."""
        with self._lock:
            if not self._over:
                self.timed_out = True
                self._worker.kill()

    def stop(self) -> None:
        """Somebody asked the work to end."""
        with self._lock:
            if not self._over:
                self._worker.kill()

    def end(self) -> None:
        """The call is over: the worker may already serve another."""
        with self._lock:
            self._over = True


def _ask(worker: _Worker, request: JSON, limits: Limits, stop: Stop) -> Reply:
    """One exchange with a worker under its limits."""
    watch = _Watch(worker)
    clock = threading.Timer(limits.seconds, watch.run_out)
    clock.daemon = True
    clock.start()
    try:
        with stop.while_waiting(watch.stop):
            # An error message is small but must pass even where next to no output is allowed.
            answer = worker.exchange(request, limits.output_bytes + 65_536)
    except child_messages.OversizedMessageError:
        raise ChildDied(Death.OUTPUT, "announced too large an answer") from None
    except (child_messages.BrokenMessageError, OSError):
        answer = None
    finally:
        clock.cancel()
        watch.end()
    if answer is None:
        stop.raise_if_requested()
        worker.kill()
        ending = worker.bury()
        out_of_time = watch.timed_out or ending.startswith("SIGXCPU")
        raise ChildDied(Death.TIME if out_of_time else Death.CRASH, ending)
    return _unpack(*answer)


def _unpack(value: JSON, blob: bytes) -> Reply:
    """What the child's answer means; whatever does not look like an answer counts as a crash."""
    match value:
        case {"value": result}:
            return Reply(result, blob)
        case {"error": {"type": str(name), "message": str(message), "hint": str(hint)}}:
            raise _error_type(name)(message[:_MOST_TOLD], hint[:_MOST_TOLD])
        case {"died": str(kind), "detail": str(detail)} if kind in tuple(Death):
            raise ChildDied(Death(kind), detail[:_MOST_TOLD])
        case _:
            raise ChildDied(Death.CRASH, "not an answer")


def _error_type(name: str) -> type[LocalAssistError]:
    found = getattr(errors, name, None)
    return found if isinstance(found, type) and issubclass(found, LocalAssistError) else LocalAssistError
