"""Which process streams an answer, so that another can tell whether it died."""

from __future__ import annotations

import os
from functools import cache
from typing import Final

_CLOCK_SECONDS: Final = 5.0
"""A process's start time may seem to move by as much when the system's clock is set."""


@cache
def this_process() -> str:
    """A name for this process that no later one bears: its id and the second it started."""
    import psutil

    return f"{os.getpid()} {psutil.Process().create_time():.0f}"


def is_alive(writer: str) -> bool:
    """Whether the process of that name still runs on this computer."""
    import psutil

    process_id, started = writer.split()
    try:
        process = psutil.Process(int(process_id))
        same = abs(process.create_time() - float(started)) < _CLOCK_SECONDS
        # Dead, but nobody has asked for its exit status yet: containers often have nobody who does.
        return same and process.status() != psutil.STATUS_ZOMBIE
    except psutil.Error:
        return False
