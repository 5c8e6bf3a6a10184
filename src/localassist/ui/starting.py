"""Starting the window: one a home, on screen before anything is read."""

from __future__ import annotations

import gc
import os
import signal
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication

from localassist.domain.errors import SettingsError
from localassist.ui.assembly import Assembly
from localassist.ui.errors import describe
from localassist.ui.jobs import Jobs
from localassist.ui.single_instance import SingleInstance
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.services import Services

COLLECTED: Final = (700, 10, 1000)
"""Python's own thresholds, but for the oldest objects: with the libraries of embedding in memory, looking through them
took 55 to 250 ms every few seconds of indexing, in which nothing moved on the screen."""
CLOSING_SECONDS: Final = 5.0  # how long what is under way may take to be stored


def run(services: Services, home: Path, argv: Sequence[str]) -> int:
    """Show the window until it is closed; gives the exit code."""
    gc.set_threshold(*COLLECTED)
    application = QApplication(list(argv))
    application.setApplicationName("localassist")
    application.setDesktopFileName("localassist")
    instance = SingleInstance(home)
    if not instance.become_first():
        return 0
    choice, problem = _theme_choice(services.settings)
    theme = Theme(application, choice)
    jobs = Jobs()
    assembly = Assembly(services, jobs, theme)
    instance.raise_requested.connect(assembly.window.come_to_front)
    assembly.window.show()
    if problem:
        assembly.chat.composer.complain(problem)
    QTimer.singleShot(0, assembly.begin)
    _end_with_signals(application)
    sys.excepthook = _telling(assembly)
    try:
        return application.exec()
    finally:
        instance.close()
        jobs.close(CLOSING_SECONDS)


def _theme_choice(settings: SettingsStore) -> tuple[str, str]:
    """The theme that is set, and what is wrong with the settings, if anything; read before the first paint."""
    try:
        return settings.load().theme, ""
    except SettingsError as error:
        return "system", describe(error).text


def _end_with_signals(application: QApplication) -> None:
    """Close the window on Ctrl-C and when the system ends the process, so that what is under way is stored."""
    if sys.platform == "win32":
        return  # a window has no Ctrl-C there
    # Python runs its handlers between two of its own instructions, and none comes while Qt waits for events.
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    notifier = QSocketNotifier(reading, QSocketNotifier.Type.Read, application)
    notifier.activated.connect(application.closeAllWindows)
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: None)


def _telling(assembly: Assembly) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What to do with an error that a slot let through: words in the window, none of it on a terminal."""

    def tell(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        assembly.chat.composer.complain(describe(error).text)

    return tell
