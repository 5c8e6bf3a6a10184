"""How soon the window is on screen, against a bare window, and a command against bare Python."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.bench.report import Result

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROUNDS: Final = 5

# Both children say when their first top-level window has painted itself, by the clock that all processes share.
_WHEN_PAINTED: Final = """
import sys, time
from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

class Watch(QObject):
    def eventFilter(self, watched, event):
        if event.type() == QEvent.Type.Paint and isinstance(watched, QWidget) and watched.isWindow():
            print(time.monotonic(), flush=True)
            QApplication.instance().removeEventFilter(self)
            QTimer.singleShot(0, QApplication.quit)
        return False

def run_until_painted(run=QApplication.exec):
    watch = Watch()
    QApplication.instance().installEventFilter(watch)
    return run()
"""
_BARE_WINDOW: Final = f"{_WHEN_PAINTED}\na = QApplication([])\nw = QMainWindow()\nw.show()\nrun_until_painted()"
_OUR_WINDOW: Final = f"""{_WHEN_PAINTED}
QApplication.exec = staticmethod(run_until_painted)
from localassist.__main__ import main
sys.argv = ["localassist"]
sys.exit(main())
"""


def run() -> Iterator[Result]:
    """Alternate ours and the bare reference and report medians and their ratio; the first round is not counted."""
    with tempfile.TemporaryDirectory() as home:
        environment = os.environ | {"LOCALASSIST_HOME": home}
        if sys.platform == "linux" and not (os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")):
            environment["QT_QPA_PLATFORM"] = "offscreen"
        bare, ours, python, command = [], [], [], []
        for _ in range(ROUNDS + 1):
            bare.append(_painted_after(_BARE_WINDOW, environment))
            ours.append(_painted_after(_OUR_WINDOW, environment))
            python.append(_seconds(["-c", "pass"], environment))
            command.append(_seconds(["-m", "localassist", "docs", "list"], environment))
    window, reference = median(ours[1:]), median(bare[1:])
    yield Result("window on screen", window, "s", "from process start", "at most 0.5 s", window <= 0.5)
    yield Result("window on screen, ratio", window / reference, "x", f"a bare window, {reference:.3f} s")
    listed, nothing = median(command[1:]), median(python[1:])
    yield Result("docs list", listed, "s", f"python -c pass, {nothing:.3f} s", "at most 0.5 s", listed <= 0.5)


def _painted_after(script: str, environment: dict[str, str]) -> float:
    started = time.monotonic()
    child = subprocess.run(  # noqa: S603  our own interpreter and script
        [sys.executable, "-c", script], env=environment, capture_output=True, text=True, check=True, timeout=60
    )
    return float(child.stdout.split()[0]) - started


def _seconds(arguments: Sequence[str], environment: dict[str, str]) -> float:
    started = time.monotonic()
    subprocess.run(  # noqa: S603  our own interpreter and arguments
        [sys.executable, *arguments], env=environment, capture_output=True, check=True, timeout=60
    )
    return time.monotonic() - started
