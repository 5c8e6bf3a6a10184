"""Work on the next few things while the one before them is dealt with."""

from __future__ import annotations

from collections import deque
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, Final, TypeVar

from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterable
    from concurrent.futures import Future

AT_ONCE: Final = 2
"""Things worked on at a time, each by a thread that mostly waits for a child process."""

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


def foreseen(
    items: Iterable[_Item], work: Callable[[_Item, Stop], _Result], stop: Stop
) -> Generator[tuple[_Item, Future[_Result]], None, None]:
    """Each item, in order, with what `work` will have made of it; `AT_ONCE` more are begun before it is handed out.

    `work` runs on other threads. It is asked to end by the `Stop` it is given when `stop` is requested or the
    generator is closed, which returns when it has ended.
    """
    ending = Stop()
    begun: deque[tuple[_Item, Future[_Result]]] = deque()
    with stop.while_waiting(ending.request), ThreadPoolExecutor(AT_ONCE, "reading") as pool:
        try:
            for item in items:
                begun.append((item, pool.submit(work, item, ending)))
                if len(begun) > AT_ONCE:
                    yield begun.popleft()
            while begun:
                yield begun.popleft()
        finally:
            ending.request()
            for _, future in begun:
                future.cancel()
