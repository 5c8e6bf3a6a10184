"""The app's log: what happened and where in the code, never whose words it was about."""

from __future__ import annotations

import copy
import faulthandler
import logging
import traceback
from logging.handlers import RotatingFileHandler
from typing import IO, TYPE_CHECKING, Final

from typing_extensions import override

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

OURS: Final = "localassist"
MAX_BYTES: Final = 1_000_000
KEPT_FILES: Final = 3


class Log:
    """The log files of one process in `folder`, open until `close`.

    A folder that can't be written to costs the log, never the app.
    """

    def __init__(self, folder: Path) -> None:
        self.path = log_path(folder)
        self._handler = _QuietHandler(
            self.path, maxBytes=MAX_BYTES, backupCount=KEPT_FILES, encoding="utf-8", delay=True
        )
        self._handler.setFormatter(WordlessFormatter())
        self._crashes = _open_crash_report(folder / "crash.log")

    def open(self) -> None:
        """Take every record of this process, and the places in the code where it crashes."""
        root = logging.getLogger()
        root.addHandler(self._handler)
        root.setLevel(logging.WARNING)
        logging.getLogger(OURS).setLevel(logging.INFO)
        logging.captureWarnings(capture=True)
        if self._crashes is not None:
            faulthandler.enable(file=self._crashes)

    def close(self) -> None:
        """Stop logging and let go of the files."""
        logging.getLogger().removeHandler(self._handler)
        self._handler.close()
        if self._crashes is not None:
            faulthandler.disable()
            self._crashes.close()


def log_path(folder: Path) -> Path:
    """The newest log file of a folder of logs."""
    return folder / "localassist.log"


class WordlessFormatter(logging.Formatter):
    """Leaves out what may quote a document, a question or a key: libraries' messages and exceptions' arguments."""

    def __init__(self) -> None:
        super().__init__("%(asctime)s %(process)d %(levelname)s %(name)s %(message)s")

    @override
    def format(self, record: logging.LogRecord) -> str:
        own = copy.copy(record)
        own.exc_text = None  # another handler may have left the exception's words there
        return super().format(own)

    @override
    def formatMessage(self, record: logging.LogRecord) -> str:
        if record.name.partition(".")[0] != OURS:
            record.message = f"(a library's message, left out) at {record.filename}:{record.lineno}"
        return super().formatMessage(record)

    @override
    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        kind, error, _ = ei
        if kind is None or error is None:
            return ""
        places = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(ei[2])]
        cause = error.__cause__
        if cause is not None:
            places.append(f"caused by {self.formatException((type(cause), cause, cause.__traceback__))}")
        return "\n  ".join([kind.__name__, *places])


class _QuietHandler(RotatingFileHandler):
    """Drops what it can't write: on a full disk the log is the least of it."""

    @override
    def handleError(self, record: logging.LogRecord) -> None:
        return


def _open_crash_report(path: Path) -> IO[str] | None:
    try:
        full = path.exists() and path.stat().st_size > MAX_BYTES
        return path.open("w" if full else "a", encoding="utf-8")
    except OSError:
        return None
