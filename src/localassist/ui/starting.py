"""Starting the window: one a home, on screen before anything is read."""

from __future__ import annotations

import os
import signal
import sys
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QEvent, QObject, QSocketNotifier, QTimer
from PySide6.QtWidgets import QApplication
from typing_extensions import override

from localassist.domain.errors import SettingsError
from localassist.domain.settings import Settings
from localassist.ui.collecting import GarbageCollector
from localassist.ui.errors import describe
from localassist.ui.front import Front
from localassist.ui.jobs import Jobs
from localassist.ui.single_instance import SingleInstance
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path
    from types import TracebackType

    from localassist.domain.ports.settings import SettingsStore
    from localassist.ui.assembly import Assembly
    from localassist.usecases.services import Services

LATEST_MS: Final = 1000
"""A window that the system shows nowhere is never painted, and follows its folders all the same."""
CLOSING_SECONDS: Final = 5.0  # how long what is under way may take to be stored


def run(
    open_services: Callable[[], Services], settings: SettingsStore, icons: Path, home: Path, argv: Sequence[str]
) -> int:
    """Show the window until it is closed; gives the exit code."""
    application = QApplication(list(argv))
    application.setApplicationName("localassist")
    application.setDesktopFileName("localassist")
    instance = SingleInstance(home)
    if not instance.become_first():
        return 0
    collector = GarbageCollector()
    chosen, problem = _chosen(settings)
    theme = Theme(application, chosen.theme)
    jobs = Jobs()
    front = Front(icons, theme)
    front.window.show_offline(offline=chosen.offline)
    instance.raise_requested.connect(front.window.come_to_front)
    if problem:
        front.chat.composer.complain(problem)
    furnishing = Furnishing(front, jobs, open_services)
    front.window.show()
    _end_with_signals(application)
    sys.excepthook = _telling(front)
    try:
        return application.exec()
    finally:
        instance.close()
        furnishing.end()
        jobs.close(CLOSING_SECONDS)
        collector.end()


class Furnishing(QObject):
    """Puts what works behind the window, once it is on screen; it can be typed into meanwhile."""

    def __init__(self, front: Front, jobs: Jobs, open_services: Callable[[], Services]) -> None:
        super().__init__()
        self._front = front
        self._jobs = jobs
        self._open_services = open_services
        self._begun = False
        self.assembly: Assembly | None = None
        front.window.installEventFilter(self)
        QTimer.singleShot(LATEST_MS, self, self._begin)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            watched.removeEventFilter(self)
            QTimer.singleShot(0, self, self._begin)
        return False

    def end(self) -> None:
        """Let go of the window, which is closed."""
        self.assembly = None

    def _begin(self) -> None:
        if not self._begun:
            self._begun = True
            self._jobs.call(self._load, self._on_loaded, self._on_failed)

    def _load(self) -> tuple[type[Assembly], Services]:
        """On a worker: most of the program's modules take their time to load."""
        from localassist.ui.assembly import Assembly

        return Assembly, self._open_services()

    def _on_loaded(self, loaded: tuple[type[Assembly], Services]) -> None:
        assembly, services = loaded
        self.assembly = assembly(services, self._jobs, self._front)
        self.assembly.begin()

    def _on_failed(self, error: BaseException) -> None:
        problem = describe(error).text
        self._front.chat.composer.wait_for(problem)  # nothing can be asked in this window any more
        self._front.chat.composer.complain(problem)


def _chosen(settings: SettingsStore) -> tuple[Settings, str]:
    """What is set, and what is wrong with it, if anything; read before the first paint."""
    try:
        return settings.load(), ""
    except SettingsError as error:
        return Settings(offline=True), describe(error).text  # such a file opens no door


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


def _telling(front: Front) -> Callable[[type[BaseException], BaseException, TracebackType | None], None]:
    """What to do with an error that a slot let through: words in the window, none of it on a terminal."""

    def tell(_kind: type[BaseException], error: BaseException, _trace: TracebackType | None) -> None:
        front.chat.composer.complain(describe(error).text)

    return tell
