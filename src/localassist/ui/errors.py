"""The one place where an error becomes words on the screen."""

from __future__ import annotations

import errno
import logging
import traceback
from dataclasses import dataclass
from typing import Final

from localassist.domain.errors import LocalAssistError

LOG: Final = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Problem:
    """What happened and why, then what to do; both whole sentences."""

    message: str
    hint: str

    @property
    def text(self) -> str:
        """Both as one paragraph."""
        return f"{self.message} {self.hint}".strip()


def describe(error: BaseException) -> Problem:
    """Words for an error. One that nobody foresaw is also written to the log, without its message.

    Its message could hold a question or a document's text, which the log must never hold.
    """
    if isinstance(error, LocalAssistError):
        return Problem(error.message, error.hint)
    if isinstance(error, MemoryError):
        return Problem("This computer ran out of memory.", "Close other programs or choose a smaller model.")
    if isinstance(error, OSError):
        return _describe_system_error(error)
    frames = traceback.extract_tb(error.__traceback__)
    LOG.error("unforeseen %s at %s", type(error).__name__, [f"{f.filename}:{f.lineno}" for f in frames[-5:]])
    return Problem(
        f"Something went wrong inside localassist ({type(error).__name__}).",
        "Nothing you wrote is lost. Try again; the log in the app's folder says where it happened.",
    )


def _describe_system_error(error: OSError) -> Problem:
    if error.errno == errno.ENOSPC:
        return Problem("The disk is full.", "Free some space and try again.")
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return Problem("The system refused access to a file or folder.", "Check its permissions and try again.")
    return Problem(f"The system reported an error: {error.strerror or type(error).__name__}.", "Try again.")
