"""A process with the window: soon on screen, raised by a second start, closed by Ctrl-C."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes import FakeSettingsStore
from localassist.adapters.resources import resource
from localassist.domain.errors import SettingsError, StorageError
from localassist.ui.front import STARTING, Front
from localassist.ui.single_instance import SingleInstance
from localassist.ui.starting import Furnishing

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from localassist.domain.settings import Settings
    from localassist.ui.jobs import Jobs
    from localassist.ui.theme import Theme
    from localassist.usecases.services import Services

UNIX = pytest.mark.skipif(sys.platform == "win32", reason="signals and this way of starting are of Unix")
LOADED_WHEN_PAINTED = """
import sys
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QWidget

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
            print(*sys.modules)
            QApplication.instance().removeEventFilter(self)
            QTimer.singleShot(0, QApplication.quit)
        return False

def run_until_painted(run=QApplication.exec):
    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    return run()

QApplication.exec = staticmethod(run_until_painted)
from localassist.__main__ import main
sys.argv = ["localassist"]
sys.exit(main())
"""


@pytest.fixture
def front(qtbot: QtBot, theme: Theme) -> Iterator[Front]:
    made = Front(resource("assets") / "icons", theme)
    qtbot.addWidget(made.window)
    yield made
    made.window.close()


def test_window_is_painted_before_what_answers_and_reads_is_loaded(home: Path) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0", "LOCALASSIST_HOME": str(home)}
    command = [sys.executable, "-c", LOADED_WHEN_PAINTED]
    loaded = subprocess.run(command, env=environment, stdout=subprocess.PIPE, text=True, timeout=60, check=True)
    modules = loaded.stdout.split()
    assert "localassist.ui.chat.composer" in modules
    later = ("usecases", "cli.commands", "adapters.database", "adapters.readers", "adapters.llama", "ui.assembly")
    waits = tuple(f"localassist.{room}" for room in later)
    assert [name for name in modules if name.startswith(waits)] == []
    assert {"apsw", "httpx2", "markdown_it", "numpy", "pygments"}.isdisjoint(modules)


def test_what_is_written_while_the_program_starts_is_kept_and_sent_after(
    qtbot: QtBot, front: Front, jobs: Jobs, services: Services
) -> None:
    furnishing = Furnishing(front, jobs, lambda: services)
    field, composer = front.chat.composer.field, front.chat.composer
    qtbot.keyClicks(field, "How long is the notice?")
    field.sent.emit()
    assert field.toPlainText() == "How long is the notice?"
    assert composer.note == STARTING
    front.window.show()
    qtbot.waitUntil(lambda: furnishing.assembly is not None)
    assert composer.note == ""
    with qtbot.waitSignal(front.chat.question_asked, check_params_cb=lambda text: text == "How long is the notice?"):
        field.sent.emit()
    furnishing.end()


def test_what_keeps_the_program_from_starting_is_said_in_the_window(qtbot: QtBot, front: Front, jobs: Jobs) -> None:
    def broken() -> Services:
        raise StorageError("The database is damaged.", "Restore it from a backup.")

    furnishing = Furnishing(front, jobs, broken)
    front.window.show()
    qtbot.waitUntil(lambda: "The database is damaged." in front.chat.composer.note)
    assert furnishing.assembly is None
    qtbot.keyClicks(front.chat.composer.field, "How long is the notice?")
    front.chat.composer.field.sent.emit()
    assert "The database is damaged." in front.chat.composer.note
    assert front.chat.composer.field.toPlainText() == "How long is the notice?"


class DamagedSettings(FakeSettingsStore):
    def load(self) -> Settings:
        raise SettingsError("The settings file can't be read.", "Mend it.")


def test_settings_that_cannot_be_read_keep_no_conversation_from_being_listed(
    qtbot: QtBot, front: Front, jobs: Jobs, services: Services
) -> None:
    services.conversations.create("The lease", "")
    furnishing = Furnishing(front, jobs, lambda: replace(services, settings=DamagedSettings()))
    front.window.show()
    qtbot.waitUntil(lambda: front.conversations._model.rowCount() > 0)
    furnishing.end()


@UNIX
@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_window_is_raised_by_a_second_start_and_closed_by_a_signal(
    qtbot: QtBot, home: Path, number: signal.Signals
) -> None:
    environment = {**os.environ, "QT_QPA_PLATFORM": "offscreen", "DISPLAY": ":0"}
    command = [sys.executable, "-m", "localassist"]
    with subprocess.Popen(command, env=environment, stderr=subprocess.PIPE) as first:
        qtbot.waitUntil(SingleInstance(home).raise_other, timeout=60_000)
        second = subprocess.run(command, env=environment, timeout=60, check=False)
        assert second.returncode == 0
        assert first.poll() is None, "the first window stays"
        first.send_signal(number)
        assert first.wait(30) == 0
        assert first.stderr is not None
        assert b"Traceback" not in first.stderr.read()
