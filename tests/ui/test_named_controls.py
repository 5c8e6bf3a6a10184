"""Every control of the windows about models elsewhere has a name that a screen reader says."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from looking import icon_button
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import QScrollArea, QTabBar, QWidget

from localassist.ui.comparing.new_list import NewListDialog
from localassist.ui.settings.elsewhere.choosing import ModelsDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from localassist.ui.assembly import Assembly


def unnamed(window: QWidget) -> list[str]:
    """What Tab reaches in a window and has no name."""
    found = []
    for each in window.findChildren(QWidget):
        if not each.focusPolicy() & Qt.FocusPolicy.TabFocus or not each.isVisibleTo(window) or each.focusProxy():
            continue
        if isinstance(each, (QTabBar, QScrollArea)):  # say what is in them
            continue
        told = QAccessible.queryAccessibleInterface(each)
        if told is None or not told.text(QAccessible.Text.Name).strip():
            found.append(f"{type(each).__name__} in {type(each.parent()).__name__}")
    return found


@pytest.mark.parametrize("name", ["Compare models", "Ledger: what left this computer", "Settings"])
def test_every_control_of_a_window_has_a_name(qtbot: QtBot, opened: Assembly, name: str) -> None:
    icon_button(opened.window, name).click()
    dialogs = {
        "Compare models": lambda: opened.comparing.dialog,
        "Settings": lambda: opened._settings[0] if opened._settings else None,
    }
    if name in dialogs:
        window: QWidget | None = dialogs[name]()
    else:
        window = next(each for each in opened.window.findChildren(QWidget) if each.windowTitle() == "Ledger")
    assert window is not None
    qtbot.waitUntil(lambda: not opened._jobs._running)
    assert unnamed(window) == []
    window.close()


def test_every_control_of_the_page_about_models_elsewhere_has_a_name(qtbot: QtBot, opened: Assembly) -> None:
    dialog = opened._on_settings_requested()
    dialog.show_elsewhere()
    qtbot.waitUntil(lambda: not opened._jobs._running)
    assert unnamed(dialog.elsewhere) == []
    dialog.close()


def test_every_control_of_the_smaller_dialogs_has_a_name(qtbot: QtBot, opened: Assembly) -> None:
    icons, window = opened._icons, opened.window
    opened.choosing.choose_for_conversation()
    qtbot.waitUntil(lambda: not opened._jobs._running)
    provider = opened._services.escalation().providers.all()[0]
    made = [opened.choosing.dialog, NewListDialog(icons, window, ()), ModelsDialog(icons, provider, "", window)]
    for dialog in made:
        assert dialog is not None
        dialog.open()
        assert unnamed(dialog) == [], type(dialog).__name__
        dialog.close()
