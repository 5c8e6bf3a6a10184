"""Connections made beside whoever waits for them, who may give up at any time."""

from __future__ import annotations

import threading
from concurrent.futures import Future, wait
from contextvars import copy_context
from typing import TYPE_CHECKING, Final, Protocol, TypeVar

if TYPE_CHECKING:
    from collections.abc import Callable

LOOKS_UP_S: Final = 0.2
"""A wait for another computer looks up so often: whether the offline switch went on, or somebody asked to stop."""


class Closable(Protocol):
    """A connection."""

    def close(self) -> None:
        """End it."""


_Made = TypeVar("_Made", bound=Closable)


def wait_for(make: Callable[[], _Made], require_wanted: Callable[[], None]) -> _Made:
    """What `make` gives or raises, unless `require_wanted` raises first.

    Nothing ends a connection that is being made, or the look-up of a name. It is closed as soon as it is there; until
    then, the time its maker allows, nobody waits for it.
    """
    made: Future[_Made] = Future()
    context = copy_context()

    def work() -> None:
        try:
            made.set_result(context.run(make))
        except BaseException as error:  # noqa: BLE001  whoever waits raises it
            made.set_exception(error)

    threading.Thread(target=work, name="connecting", daemon=True).start()
    try:
        while not wait([made], LOOKS_UP_S).done:
            require_wanted()
    except BaseException:
        made.add_done_callback(_close)
        raise
    return made.result()


def _close(made: Future[_Made]) -> None:
    if made.exception() is None:
        made.result().close()
