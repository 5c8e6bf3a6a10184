"""A folder of 1,000 files is indexed behind the window: the event loop stays about as quick as without."""

from __future__ import annotations

import sys
import time
from contextlib import closing
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt, QTimer

from localassist.adapters.places import Places
from localassist.adapters.resources import resource
from localassist.app import App
from localassist.bench import report
from localassist.process import SWITCH_INTERVAL_S
from localassist.ui.assembly import Assembly
from localassist.ui.collecting import GarbageCollector
from localassist.ui.front import Front
from localassist.ui.jobs import Jobs
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

FILES = 1_000
MOST_MORE_MS = 100  # what a busy machine of two cores adds to the worst gap; a pause of Python's collector is longer
PATIENCE_MS = 180_000


class Gaps:
    """How long the event loop keeps a timer of 4 ms waiting, in ms."""

    def __init__(self) -> None:
        self._gaps: list[float] = []
        self._last = time.perf_counter()
        self._timer = QTimer(interval=4)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.timeout.connect(self._tick)
        self._timer.start()

    def _tick(self) -> None:
        now = time.perf_counter()
        self._gaps.append(1000 * (now - self._last))
        self._last = now

    def taken(self) -> tuple[float, float]:
        """The 99th percentile and the worst since the last time."""
        gaps, self._gaps = sorted(self._gaps), []
        return gaps[round(0.99 * (len(gaps) - 1))], gaps[-1]


@pytest.fixture
def as_started(qapp: QApplication) -> Iterator[None]:
    """Python's collector and its switching of threads as the window sets them."""
    collector, interval = GarbageCollector(), sys.getswitchinterval()
    sys.setswitchinterval(SWITCH_INTERVAL_S)
    yield
    collector.end()
    sys.setswitchinterval(interval)


@pytest.fixture
def assembly(qtbot: QtBot, qapp: QApplication, as_started: None, tmp_path: Path) -> Iterator[Assembly]:
    """A whole window over a home of its own."""
    with closing(App(Places.find({"LOCALASSIST_HOME": str(tmp_path / "home")}), report.run)) as app:
        jobs = Jobs()
        made = Assembly(app.services(for_window=True), jobs, Front(resource("assets") / "icons", Theme(qapp, "light")))
        qtbot.addWidget(made.window)
        made.window.show()
        made.begin()
        yield made
        made.window.close()
        jobs.close(10)


@pytest.mark.soak
def test_a_thousand_files_leave_the_window_as_smooth_as_without(
    qtbot: QtBot, assembly: Assembly, tmp_path: Path
) -> None:
    folder = tmp_path / "Notes"
    folder.mkdir()
    for n in range(FILES):
        (folder / f"note {n}.md").write_text(f"# Note {n}\n\n" + f"The well of plot {n} was tested in May. " * 20)
    qtbot.wait(2_000)
    gaps = Gaps()
    qtbot.wait(10_000)
    _, idle = gaps.taken()
    began = time.monotonic()
    assembly._documents.add([str(folder)], "Notes")
    qtbot.waitUntil(lambda: not assembly._documents.is_read("Notes"), timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: assembly._documents.is_read("Notes"), timeout=PATIENCE_MS)
    assert time.monotonic() - began < 20, "words are found within 20 s"
    _, reading = gaps.taken()
    qtbot.waitUntil(lambda: not assembly.collections.indexing.isVisible(), timeout=PATIENCE_MS)
    _, embedding = gaps.taken()
    assert reading < idle + MOST_MORE_MS
    assert embedding < idle + MOST_MORE_MS
