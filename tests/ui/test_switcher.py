"""Switching conversations by the keyboard, and the days they are listed under."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from localassist.domain.chat import Conversation
from localassist.ui.chat.conversations import day_name
from localassist.ui.chat.links import link_dialog
from localassist.ui.chat.switcher import SwitcherDialog

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons

TITLES = ("Lease questions", "Trip to Porto", "Lease of the garage")


@pytest.fixture
def switcher(qtbot: QtBot, icons: Icons) -> Iterator[SwitcherDialog]:
    parent = QWidget()
    qtbot.addWidget(parent)
    made = SwitcherDialog([Conversation(n, title, "", None, 0, 0) for n, title in enumerate(TITLES)], parent)
    made.open()
    yield made
    parent.close()


def test_letters_of_a_title_find_it(switcher: SwitcherDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(switcher._words, "gar lease")
    with qtbot.waitSignal(switcher.conversation_chosen) as chosen:
        qtbot.keyClick(switcher._words, Qt.Key.Key_Return)
    assert chosen.args == [2]


def test_arrows_move_while_the_words_keep_the_focus(switcher: SwitcherDialog, qtbot: QtBot) -> None:
    qtbot.keyClick(switcher._words, Qt.Key.Key_Down)
    with qtbot.waitSignal(switcher.conversation_chosen) as chosen:
        qtbot.keyClick(switcher._words, Qt.Key.Key_Return)
    assert chosen.args == [1]


def test_nothing_is_chosen_where_nothing_matches(switcher: SwitcherDialog, qtbot: QtBot) -> None:
    qtbot.keyClicks(switcher._words, "zebra")
    with qtbot.assertNotEmitted(switcher.conversation_chosen):
        qtbot.keyClick(switcher._words, Qt.Key.Key_Return)


@pytest.mark.parametrize(
    ("then", "name"),
    [
        ((2026, 11, 22, 0, 1), "Today"),
        ((2026, 11, 21, 23, 59), "Yesterday"),
        ((2026, 11, 16, 12, 0), "Last week"),
        ((2026, 10, 30, 12, 0), "Last month"),
        ((2026, 3, 1, 12, 0), "March 2026"),
    ],
)
def test_conversations_stand_under_their_day(then: tuple[int, int, int, int, int], name: str) -> None:
    now = datetime(2026, 11, 22, 14, 0).astimezone().timestamp()
    assert day_name(datetime(*then).astimezone().timestamp(), now) == name


@pytest.mark.parametrize(
    ("address", "can_be_opened"),
    [
        ("https://example.org/a?b=c", True),
        ("mailto:a@example.org", True),
        ("file:///etc/passwd", False),
        ("ms-settings:privacy", False),
    ],
)
def test_whole_address_is_shown_before_anything_is_opened(
    qtbot: QtBot, icons: Icons, address: str, can_be_opened: bool
) -> None:
    parent = QWidget()
    qtbot.addWidget(parent)
    dialog = link_dialog(address, parent)
    assert dialog.text() == address
    assert ("Open in the browser" in [button.text() for button in dialog.buttons()]) is can_be_opened
    dialog.deleteLater()
