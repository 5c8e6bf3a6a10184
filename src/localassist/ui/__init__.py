"""The window: a Qt shell over the use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localassist.usecases.services import Services


def start(services: Services, home: Path, argv: Sequence[str]) -> int:
    """Open the window over the app's files in `home` and run it until it is closed; gives the exit code.

    `argv` is the process's own, of which Qt takes what it knows. If a window over that home is open already, it is
    raised instead.
    """
    from localassist.ui.starting import run

    return run(services, home, argv)
