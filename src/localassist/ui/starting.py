"""Starting the window: one a home, on screen before anything is read."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer
from PySide6.QtWidgets import QApplication

from localassist.domain.errors import SettingsError
from localassist.ui.assembly import Assembly
from localassist.ui.errors import describe
from localassist.ui.jobs import Jobs
from localassist.ui.single_instance import SingleInstance
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from localassist.domain.ports.settings import SettingsStore
    from localassist.usecases.services import Services

CLOSING_SECONDS: Final = 5.0  # how long what is under way may take to be stored


def run(services: Services, home: Path, argv: Sequence[str]) -> int:
    """Show the window until it is closed; gives the exit code."""
    application = QApplication(list(argv))
    application.setApplicationName("localassist")
    application.setDesktopFileName("localassist")
    instance = SingleInstance(home)
    if instance.raise_other():
        return 0
    instance.listen()
    choice, problem = _theme_choice(services.settings)
    theme = Theme(application, choice)
    jobs = Jobs()
    assembly = Assembly(services, jobs, theme)
    instance.raise_requested.connect(assembly.window.come_to_front)
    assembly.window.show()
    if problem:
        assembly.chat.composer.complain(problem)
    QTimer.singleShot(0, assembly.begin)
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
