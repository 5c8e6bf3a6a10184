"""The window: a Qt shell over the use cases."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.services import Services


def start(
    open_services: Callable[[], Services], settings: SettingsStore, icons: Path, home: Path, argv: Sequence[str]
) -> int:
    """Open the window over the app's files in `home` and run it until it is closed; gives the exit code.

    `open_services` is called on a worker once the window is on screen; what it raises is told there. `icons` is the
    folder of their drawings, `argv` the process's own, of which Qt takes what it knows. If a window over that home is
    open already, it is raised instead.
    """
    from localassist.ui.starting import run

    return run(open_services, settings, icons, home, argv)
