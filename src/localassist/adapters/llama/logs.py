"""What llama.cpp writes: passed on to the app's log, with the last errors kept to explain a failed load."""

from __future__ import annotations

import ctypes
import logging
import threading
from collections import deque
from typing import Any, Final

_LOGGER: Final = logging.getLogger("localassist.llama")
_ERROR: Final = 4  # enum ggml_log_level
_CONTINUES: Final = 5
_KEPT_ERRORS: Final = 20


class NativeLog:
    """Receives every line of llama.cpp, ggml and mtmd; must live as long as the process.

    Lines of `last_errors` are those that came while the calling thread was inside the library, so two models
    loading at once don't explain each other's failure.
    """

    def __init__(self) -> None:
        self._local = threading.local()
        self._callback: Any = None

    def install(self, library: Any, mtmd: Any) -> None:
        """Take the place of the log callbacks, which would write to standard error."""
        self._callback = library.llama_log_callback(self._receive)
        nothing = ctypes.c_void_p(0)
        library.llama_log_set(self._callback, nothing)
        mtmd.mtmd_log_set(self._callback, nothing)
        mtmd.mtmd_helper_log_set(self._callback, nothing)

    def forget_errors(self) -> None:
        """Start anew for the calling thread."""
        self._errors.clear()

    def last_errors(self) -> str:
        """The errors of the calling thread since `forget_errors`, a line each."""
        return "\n".join(self._errors)

    @property
    def _errors(self) -> deque[str]:
        if not hasattr(self._local, "errors"):
            self._local.errors = deque(maxlen=_KEPT_ERRORS)
        errors: deque[str] = self._local.errors
        return errors

    def _receive(self, level: int, text: bytes, _data: object) -> None:
        line = text.decode("utf-8", errors="replace").rstrip()
        if level == _CONTINUES or not line.strip("."):
            return
        if level == _ERROR:
            self._errors.append(line)
        # A stopped decode counts as an error there, and all else is much and of little use.
        _LOGGER.log(logging.INFO if level == _ERROR else logging.DEBUG, "%s", line)
