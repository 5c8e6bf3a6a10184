"""A process with the window: a second start raises it and ends, and Ctrl-C closes it."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from typing import TYPE_CHECKING

import pytest

from localassist.ui.single_instance import SingleInstance

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="signals and this way of starting are of Unix")


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
