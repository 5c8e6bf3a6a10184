"""What is set for the whole process before any library is imported."""

from __future__ import annotations

import logging
import os
import sys
import threading
from typing import Final

log = logging.getLogger(__name__)

LIBRARY_SWITCHES: Final = {
    "ANONYMIZED_TELEMETRY": "False",
    "ANTHROPIC_LOG": "",
    "DO_NOT_TRACK": "1",
    "GGML_NO_BACKTRACE": "1",
    "HF_HUB_DISABLE_TELEMETRY": "1",
    "HF_HUB_DISABLE_XET": "1",
    "HF_HUB_OFFLINE": "1",
    "OPENAI_LOG": "",
    "ORT_DISABLE_TELEMETRY": "1",
    "TOKENIZERS_PARALLELISM": "false",
    "TRANSFORMERS_OFFLINE": "1",
}
"""Read by libraries when they are imported: their look-ups, native transfers and reports to their makers stay off, logs
of what is asked elsewhere too, and ggml starts no debugger when it dies."""
SWITCH_INTERVAL_S: Final = 0.0005
"""Python hands a busy thread's turn over after 5 ms; a token then waits that long for the window's drawing."""


def set_up() -> None:
    """Set the libraries' switches, how soon threads take turns, and that what ends a thread is logged, not printed.

    What crashes leaves no image of its memory behind, in which keys and documents would lie for good.
    """
    os.environ.update(LIBRARY_SWITCHES)
    _leave_no_core()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    threading.excepthook = _log_thread_error


def _leave_no_core() -> None:
    if sys.platform != "win32":
        import resource

        _, most = resource.getrlimit(resource.RLIMIT_CORE)
        resource.setrlimit(resource.RLIMIT_CORE, (0, most))


def _log_thread_error(error: threading.ExceptHookArgs) -> None:
    """Python would print it, words of documents included, where nobody or everybody looks."""
    log.error("A thread ended unexpectedly", exc_info=error.exc_value)
