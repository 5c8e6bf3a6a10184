"""What runs inside a child process: takes one message at a time, runs the task it names and answers."""

from __future__ import annotations

import contextlib
import faulthandler
import gc
import importlib
import os
import sys
from typing import IO, Any, Final

from localassist.adapters import child_messages
from localassist.adapters.sealing import cut_off_network, seal
from localassist.domain.errors import LocalAssistError

TASKS: Final = "localassist.adapters."
"""Where tasks live: a message can name no function outside this package."""

SEALED: Final = "LOCALASSIST_SEALED"
"""The variable that tells a child to `seal` itself."""

_FEW_CYCLES: Final = 50_000
"""Objects made before Python looks for cycles among them: readers make few, and looking takes a twentieth of the time
that a PDF does."""

_MAX_REQUEST_BYTES: Final = 64 * 1024 * 1024


def main() -> int:
    """Answer messages from standard input until it ends; the exit code is 0."""
    incoming, outgoing = _claim_pipes()
    gc.set_threshold(_FEW_CYCLES)
    cut_off_network()
    if os.environ.get(SEALED):
        seal()
    while (message := child_messages.receive(incoming, _MAX_REQUEST_BYTES)) is not None:
        request: Any = message[0]
        _answer(outgoing, request)
    return 0


def _claim_pipes() -> tuple[IO[bytes], IO[bytes]]:
    """Take the pipes for messages alone: what libraries print goes nowhere, and they find no input.

    Standard error keeps one writer, the dump of a crash, because that holds places in the code and no text.
    """
    incoming, outgoing, crashes = os.dup(0), os.dup(1), os.dup(2)
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    faulthandler.enable(file=crashes)
    return os.fdopen(incoming, "rb"), os.fdopen(outgoing, "wb")


def _answer(outgoing: IO[bytes], request: dict[str, Any]) -> None:
    """Run one task and send what came of it."""
    limits = request["limits"]
    limited = _limit(limits["seconds"], limits["memory_bytes"], limits["output_bytes"])
    try:
        value, blob = _find(request["task"])(**request["arguments"])
        child_messages.send(outgoing, {"value": value}, blob, limits["output_bytes"])
    except LocalAssistError as error:
        described = {"type": type(error).__name__, "message": error.message, "hint": error.hint}
        child_messages.send(outgoing, {"error": described})
    except MemoryError:
        _lift(limited)
        child_messages.send(outgoing, {"died": "memory", "detail": "MemoryError"})
    except child_messages.OversizedMessageError:
        child_messages.send(outgoing, {"died": "output", "detail": "answer too large"})
    except Exception as error:  # noqa: BLE001  whatever a library raises on a bad file ends here
        child_messages.send(outgoing, {"died": "crash", "detail": _place(error)})


def _find(task: str) -> Any:
    module, _, function = task.partition(":")
    return getattr(importlib.import_module(TASKS + module), function)


def _place(error: Exception) -> str:
    """Type and places of an error; its message stays here, it may hold the document's text."""
    places = []
    frame = error.__traceback__
    while frame is not None:
        places.append(f"{os.path.basename(frame.tb_frame.f_code.co_filename)}:{frame.tb_lineno}")  # noqa: PTH119  a dying child builds no Path
        frame = frame.tb_next
    return f"{type(error).__name__} at {' > '.join(places[-8:])}"


def _limit(seconds: float, memory_bytes: int, output_bytes: int) -> list[int]:
    """Bound what the next task may use; returns the resources that were bounded.

    A second line behind the parent's clock: it also ends a child whose parent is gone. Only soft limits are
    set, so that the next task can have others; systems refuse some of them (macOS that on memory).
    """
    if sys.platform == "win32":
        return []
    import resource

    used = resource.getrusage(resource.RUSAGE_SELF)
    wanted = {
        resource.RLIMIT_CPU: int(used.ru_utime + used.ru_stime + seconds) + 2,
        resource.RLIMIT_AS: memory_bytes,
        resource.RLIMIT_FSIZE: output_bytes,
        resource.RLIMIT_CORE: 0,
    }
    for what, amount in wanted.items():
        _, hard = resource.getrlimit(what)
        bounded = amount if hard == resource.RLIM_INFINITY else min(amount, hard)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (bounded, hard))
    return [resource.RLIMIT_AS]


def _lift(limited: list[int]) -> None:
    """Make room to report that there was none."""
    if sys.platform == "win32":
        return
    import resource

    for what in limited:
        _, hard = resource.getrlimit(what)
        with contextlib.suppress(ValueError, OSError):
            resource.setrlimit(what, (hard, hard))
