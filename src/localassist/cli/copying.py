"""Commands that read or write files as large as models: how far they are, and how Ctrl-C ends them."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.sizes import size_words
from localassist.domain.errors import Stopped
from localassist.domain.keeping import CopyProgress

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.cli.console import Console
    from localassist.domain.stopping import Stop

T = TypeVar("T")


def copied(
    work: Callable[[Stop], Iterator[CopyProgress | T]],
    doing: str,
    stopped: str,
    console: Console,
    line: Callable[[T], str] = str,
) -> list[T] | None:
    """What the work gives besides its progress, each printed as its `line` when it comes.

    None when somebody stopped it, which is answered with the sentence `stopped`.
    """
    found: list[T] = []
    with stopped_by_ctrl_c() as stop:
        try:
            for event in work(stop):
                if isinstance(event, CopyProgress):
                    console.progress(_progress_line(doing, event))
                else:
                    found.append(event)
                    console.print(line(event))
        except Stopped:
            console.warn(stopped)
            return None
    console.end_progress()
    return found


def _progress_line(doing: str, event: CopyProgress) -> str:
    share = event.done / event.total if event.total else 1.0
    return f"{doing} {event.name}: {share:.0%} of {size_words(event.total)}"
