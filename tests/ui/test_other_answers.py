"""Looking through several answers to a question: anywhere in a conversation, with what followed each."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from looking import ask, icon_button, shown, wait_for_end
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QLabel
from transcript_material import answer, dialogue

from localassist.domain.events import TokenDelta
from localassist.ui.chat.controls import FooterWidget

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from localassist.ui.assembly import Assembly
    from localassist.ui.chat.transcript import TranscriptView

LONG = "A line that is long enough to be broken somewhere in the column of text. " * 20


def footer(opened: Assembly, said: str) -> FooterWidget:
    """What stands below the answer that says this."""
    view = opened.chat.transcript
    wanted = next(item.message.id for item in view.items if item.message.text == said)
    return next(each for each in view.findChildren(FooterWidget) if each.message_id == wanted and each.isVisible())


def places(opened: Assembly) -> list[str]:
    """Which answers are said to be on show."""
    labels = opened.chat.transcript.findChildren(QLabel)
    return [each.accessibleName() for each in labels if each.isVisible() and each.accessibleName()]


def answered(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, question: str, says: str) -> None:
    answers.script = [TokenDelta(says)]
    ask(opened, qtbot, question)
    qtbot.waitUntil(lambda: shown(opened)[-1:] == [says])
    wait_for_end(opened, qtbot)


def answered_again(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, before: str, says: str) -> None:
    answers.script = [TokenDelta(says)]
    icon_button(footer(opened, before), "Answer again").click()
    qtbot.waitUntil(lambda: shown(opened)[-1:] == [says])
    wait_for_end(opened, qtbot)


def test_an_earlier_answer_comes_back_with_what_followed_it_and_the_newer_one_can_be_reached_from_there(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answered(opened, qtbot, answers, "How long?", "Sixty.")
    answered(opened, qtbot, answers, "Days?", "Yes.")
    assert places(opened) == [], "nothing is said where each question has one answer"
    answered_again(opened, qtbot, answers, "Sixty.", "Two months.")
    assert shown(opened) == ["How long?", "Two months."]
    qtbot.waitUntil(lambda: places(opened) == ["Answer 2 of 2"])

    icon_button(footer(opened, "Two months."), "Show the answer before").click()
    qtbot.waitUntil(lambda: shown(opened) == ["How long?", "Sixty.", "Days?", "Yes."])
    qtbot.waitUntil(lambda: places(opened) == ["Answer 1 of 2"])
    assert not icon_button(footer(opened, "Sixty."), "Show the answer before").isEnabled()
    after = icon_button(footer(opened, "Sixty."), "Show the answer after")
    assert QApplication.focusWidget() is after, "the keyboard goes on where it was"
    qtbot.keyClick(after, Qt.Key.Key_Space)
    qtbot.waitUntil(lambda: shown(opened) == ["How long?", "Two months."])


def test_nothing_else_can_be_looked_through_while_an_answer_is_written(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answered(opened, qtbot, answers, "How long?", "Sixty.")
    answered_again(opened, qtbot, answers, "Sixty.", "Two months.")
    qtbot.waitUntil(lambda: places(opened) == ["Answer 2 of 2"])
    before = icon_button(footer(opened, "Two months."), "Show the answer before")
    assert before.isEnabled()
    go_on = threading.Event()
    answers.script = [go_on, TokenDelta("Yes.")]
    ask(opened, qtbot, "Days?")
    qtbot.waitUntil(lambda: not before.isEnabled())
    go_on.set()
    wait_for_end(opened, qtbot)
    assert icon_button(footer(opened, "Two months."), "Show the answer before").isEnabled()


def test_another_branch_leaves_its_question_where_it_is(transcript: TranscriptView) -> None:
    transcript.show_messages(dialogue(40))
    transcript.verticalScrollBar().setValue(transcript.verticalScrollBar().value() // 2)
    question = next(i for i in range(len(transcript.items)) if i % 2 == 0 and transcript.origin(i).y() > 0)
    before = transcript.origin(question).y()
    shared = [item.message for item in transcript.items[: question + 1]]
    transcript.show_messages([*shared, answer(1_000, LONG * 4)])
    assert transcript.origin(question).y() == before


def test_a_question_that_began_above_comes_into_view_with_its_other_answer(transcript: TranscriptView) -> None:
    first = dialogue(1)
    transcript.show_messages([first[0], answer(900, LONG * 6)])
    assert transcript.origin(0).y() < 0
    transcript.show_messages([first[0], answer(901, LONG * 8)])
    assert transcript.origin(0).y() == 0
