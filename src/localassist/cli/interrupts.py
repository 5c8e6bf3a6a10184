"""Ctrl-C: the first ends the work and keeps what there is, the second ends the program; neither shows a traceback."""

from __future__ import annotations

import os
import signal
import threading
from contextlib import contextmanager
from typing import TYPE_CHECKING, Final

from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator

INTERRUPTED: Final = 130
"""Exit code of a command that Ctrl-C ended: 128 and the signal's number, as shells count."""
_OVER: Final = b"\0"


def end_silently_on_ctrl_c() -> None:
    """Let Ctrl-C end the process from now on: while it starts or closes there is nothing left to keep.

    Raised instead, in the middle of that, it would be a traceback and leave native threads without their memory.
    """
    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:  # else a parent or the window decided
        signal.signal(signal.SIGINT, signal.SIG_DFL)


@contextmanager
def raised_on_ctrl_c() -> Iterator[None]:
    """Ctrl-C raises `KeyboardInterrupt` inside, and ends the process silently after."""
    if signal.getsignal(signal.SIGINT) is signal.SIG_DFL:
        signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        end_silently_on_ctrl_c()


@contextmanager
def stopped_by_ctrl_c() -> Iterator[Stop]:
    """Gives a `Stop` that Ctrl-C requests; a second Ctrl-C raises `KeyboardInterrupt`. On the main thread only."""
    stop = Stop()
    receive, send = os.pipe()
    os.set_blocking(send, False)
    # A handler in Python would run on the thread that may hold the very lock that `request` takes; and not at all
    # while that thread is inside a library.
    watcher = threading.Thread(target=_wait_for_signal, args=(receive, stop), daemon=True, name="ctrl-c")
    watcher.start()
    before = signal.signal(signal.SIGINT, _hand_back)
    wakeup = signal.set_wakeup_fd(send, warn_on_full_buffer=False)
    try:
        yield stop
    finally:
        signal.set_wakeup_fd(wakeup)
        signal.signal(signal.SIGINT, before)
        os.write(send, _OVER)
        watcher.join()
        os.close(receive)
        os.close(send)


def _hand_back(_number: int, _frame: object) -> None:
    signal.signal(signal.SIGINT, signal.default_int_handler)


def _wait_for_signal(receive: int, stop: Stop) -> None:
    while (number := os.read(receive, 1)) != _OVER:
        if number == bytes([signal.SIGINT]):
            stop.request()
