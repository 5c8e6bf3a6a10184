"""One window a home: a second start raises the first, another home has its own, a dead one is no hindrance."""

from __future__ import annotations

import subprocess
import sys
from typing import TYPE_CHECKING

from localassist.ui.single_instance import SingleInstance

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

DIE = """
import os, sys
from pathlib import Path
from PySide6.QtCore import QCoreApplication
from localassist.ui.single_instance import SingleInstance
application = QCoreApplication([])
instance = SingleInstance(Path(sys.argv[1]))
assert instance.become_first()
os._exit(9)  # as after kill -9: the socket stays
"""


def test_a_second_window_raises_the_first(qtbot: QtBot, tmp_path: Path) -> None:
    first, second = SingleInstance(tmp_path), SingleInstance(tmp_path)
    assert first.become_first()
    with qtbot.waitSignal(first.raise_requested):
        assert not second.become_first()
    first.close()


def test_homes_are_told_apart(qtbot: QtBot, tmp_path: Path) -> None:
    first = SingleInstance(tmp_path / "one")
    second = SingleInstance(tmp_path / "two")
    assert first.become_first()
    assert second.become_first()
    first.close()
    second.close()


def test_a_window_that_died_is_replaced(qtbot: QtBot, tmp_path: Path) -> None:
    died = subprocess.run([sys.executable, "-c", DIE, str(tmp_path)], check=False)
    assert died.returncode == 9
    next_one = SingleInstance(tmp_path)
    assert next_one.become_first()
    assert SingleInstance(tmp_path).raise_other(), "and can be raised in its turn"
    next_one.close()
