"""How long a hub that does not answer is asked again."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING, TypeVar

from localassist.domain.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.stopping import Stop

T = TypeVar("T")


class PassingError(NetworkError):
    """Something that may be over when it is tried again, `after` so many seconds where the hub says so."""

    def __init__(self, message: str, hint: str = "", after: float | None = None) -> None:
        super().__init__(message, hint)
        self.after = after


@dataclass(frozen=True, slots=True)
class Patience:
    """So many tries in a row, each wait twice as long as the one before from `first_s` on up to `longest_s` seconds.

    Where the hub names a time it is kept to, unless it is more than `asked_s`: then there is one try only.
    """

    tries: int = 3
    first_s: float = 0.5
    longest_s: float = 60.0
    asked_s: float = 10.0

    def insist(self, call: Callable[[], T], stop: Stop) -> T:
        """What the call gives once it gives something. Raises its last error, `Stopped` on request."""
        failures = 0
        while True:
            try:
                return call()
            except NetworkError as error:
                failures += 1
                self.wait(failures, error, stop)

    def wait(self, failures: int, error: NetworkError, stop: Stop) -> None:
        """Wait after so many failures in a row, or raise the error where there is no use in it."""
        after = error.after if isinstance(error, PassingError) else None
        if not is_passing(error) or failures >= self.tries or (after or 0.0) > self.asked_s:
            raise error
        pause(after if after is not None else min(self.longest_s, self.first_s * 2 ** (failures - 1)), stop)


def is_passing(error: NetworkError) -> bool:
    """Whether it may be over when it is tried again: lines that broke too, which have no error class of their own."""
    return isinstance(error, PassingError) or type(error) is NetworkError


def pause(seconds: float, stop: Stop) -> None:
    """Wait. Raises `Stopped` at once on request."""
    ended = threading.Event()
    with stop.while_waiting(ended.set):
        ended.wait(seconds)
    stop.raise_if_requested()
