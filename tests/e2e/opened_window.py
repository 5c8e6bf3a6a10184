"""The window as it opens for the first time, everything in it real."""

from __future__ import annotations

import os
from contextlib import contextmanager
from typing import TYPE_CHECKING

from localassist.adapters.places import Places
from localassist.adapters.resources import resource
from localassist.app import App
from localassist.ui.assembly import Assembly
from localassist.ui.front import Front
from localassist.ui.jobs import Jobs
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from localassist.usecases.services import Services


@contextmanager
def real_services(**settings: object) -> Iterator[Services]:
    """Everything the environment's home leads to, with these settings."""
    app = App(Places.find(os.environ), unused_benchmark)
    services = app.services(for_window=True)
    services.settings.change(**settings)
    yield services
    app.close()


@contextmanager
def opened(qtbot: QtBot, application: QApplication, services: Services) -> Iterator[Assembly]:
    """The window on the screen, at its ways to begin."""
    jobs = Jobs()
    made = Assembly(services, jobs, Front(resource("assets") / "icons", Theme(application, "light")))
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    made.begin()
    qtbot.waitUntil(made.first_start.isVisible)
    yield made
    made.window.close()
    jobs.close(20)


def unused_benchmark(_name: str, _model: str, _data: str, _chunks: int) -> dict[str, object]:
    """No window runs a benchmark."""
    raise AssertionError("the window runs no benchmark")
