"""What the tests of the window share: a theme, our icons, jobs that are ended, and services over doubles."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from localassist.ui.icons import Icons
from localassist.ui.jobs import Jobs
from localassist.ui.theme import Theme

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

ICONS = Path(__file__).resolve().parents[2] / "assets" / "icons"


@pytest.fixture
def theme(qapp: QApplication) -> Theme:
    return Theme(qapp, "light")


@pytest.fixture
def icons(theme: Theme) -> Icons:
    return Icons(ICONS, theme)


@pytest.fixture
def jobs(qtbot: QtBot) -> Iterator[Jobs]:
    made = Jobs()
    yield made
    made.close(10)
