"""The composer: keys, growth, limits, and where a question goes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QMimeData, Qt
from PySide6.QtWidgets import QLabel

from localassist.domain.privacy import Destination
from localassist.ui.chat.composer import LONGEST, ComposerWidget

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from localassist.ui.icons import Icons


@pytest.fixture
def composer(qtbot: QtBot, icons: Icons) -> ComposerWidget:
    made = ComposerWidget(icons, QLabel("a model"))
    qtbot.addWidget(made)
    made.resize(600, 120)
    with qtbot.waitExposed(made):
        made.show()
    made.field.setFocus()
    return made


def paste(composer: ComposerWidget, text: str) -> None:
    data = QMimeData()
    data.setText(text)
    composer.field.insertFromMimeData(data)


def test_enter_sends_and_shift_enter_breaks_the_line(composer: ComposerWidget, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.field, "one")
    qtbot.keyClick(composer.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ShiftModifier)
    qtbot.keyClicks(composer.field, "two")
    with qtbot.waitSignal(composer.submitted) as sent:
        qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert sent.args == ["one\ntwo"]
    assert composer.field.toPlainText() == ""


def test_nothing_is_sent_when_there_is_nothing(composer: ComposerWidget, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.field, "   ")
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert not composer._send.isEnabled()


def test_arrow_up_edits_the_last_question_only_from_an_empty_field(composer: ComposerWidget, qtbot: QtBot) -> None:
    with qtbot.waitSignal(composer.edit_last_requested):
        qtbot.keyClick(composer.field, Qt.Key.Key_Up)
    qtbot.keyClicks(composer.field, "one")
    with qtbot.assertNotEmitted(composer.edit_last_requested):
        qtbot.keyClick(composer.field, Qt.Key.Key_Up)


def test_field_grows_with_the_text_up_to_a_limit(composer: ComposerWidget) -> None:
    one = composer.field.height()
    composer.field.setPlainText("a\nb\nc")
    three = composer.field.height()
    composer.field.setPlainText("a\n" * 100)
    most = composer.field.height()
    assert one < three < most < 10 * one


def test_busy_composer_stops_instead_of_sending(composer: ComposerWidget, qtbot: QtBot) -> None:
    qtbot.keyClicks(composer.field, "next question")
    composer.show_busy(busy=True)
    with qtbot.assertNotEmitted(composer.submitted):
        qtbot.keyClick(composer.field, Qt.Key.Key_Return)
    assert composer.field.toPlainText() == "next question", "what was typed meanwhile stays"
    with qtbot.waitSignal(composer.stop_requested):
        qtbot.mouseClick(composer._send, Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("text", ["x" * 10_000_000, "word " * 11_000])
def test_ten_megabytes_are_refused_with_a_way_out(composer: ComposerWidget, text: str) -> None:
    paste(composer, text)
    assert composer.field.toPlainText() == ""
    assert f"{len(text):,} characters" in composer.note
    assert "Save it as a file" in composer.note


def test_pasted_text_keeps_its_words_and_loses_nuls(composer: ComposerWidget) -> None:
    paste(composer, "a\x00b")
    assert composer.field.toPlainText() == "ab"
    paste(composer, "c" * (LONGEST // 2))
    assert len(composer.field.toPlainText()) == LONGEST // 2 + 2
    assert composer.note == ""


@pytest.mark.parametrize(
    ("destination", "words", "tone"),
    [
        (Destination.THIS_COMPUTER, "On this computer", "green"),
        (Destination.YOUR_SERVER, "Your server", "blue"),
        (Destination.CLOUD, "Cloud", "amber"),
    ],
)
def test_chip_says_where_a_question_goes(
    composer: ComposerWidget, destination: Destination, words: str, tone: str
) -> None:
    composer.show_destination(destination, "Because.")
    assert composer.destination.text() == words
    assert composer.destination.property("tone") == tone
    assert composer.destination.accessibleName() == f"Questions go to: {words}"
    assert composer.destination.isVisible()
