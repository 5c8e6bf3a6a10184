"""Nothing written is lost and nothing stale is shown when things happen at the worst moment."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from looking import ask, shown, wait_for_end
from PySide6.QtCore import Qt

from localassist.domain.chat import Evidence, MessageStatus
from localassist.domain.documents import Passage
from localassist.domain.errors import StorageError
from localassist.domain.events import Retrieved, TokenDelta

if TYPE_CHECKING:
    import pytest
    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from localassist.domain.chat import Conversation
    from localassist.ui.assembly import Assembly
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

FULL = StorageError("The disk is full.", "Free some space.")
PASSAGE = Passage(1, 1, "/files/lease.md", "lease", None, "Notice", "The tenant gives sixty days notice.", 0, 35, 0.8)


def begin(opened: Assembly, qtbot: QtBot) -> None:
    qtbot.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)


def field_says(opened: Assembly) -> str:
    return opened.chat.composer.field.toPlainText()


def test_failing_to_answer_again_leaves_what_is_being_written(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, monkeypatch: pytest.MonkeyPatch, services: Services
) -> None:
    answers.script = [TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    qtbot.keyClicks(opened.chat.composer.field, "And what about")

    def refuse(_question_id: int) -> None:
        raise FULL

    monkeypatch.setattr(services.conversations, "answer_again", refuse)
    opened.chat.again_requested.emit(opened.chat.transcript.items[-1].message.id)
    qtbot.waitUntil(lambda: opened.chat.composer.note == str(FULL))
    assert field_says(opened) == "And what about"


def test_question_that_was_not_stored_comes_back_above_what_was_written_since(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answers.refusal = FULL
    ask(opened, qtbot, "What notice?")
    opened.chat.composer.field.setPlainText("And the fee?")
    qtbot.waitUntil(lambda: opened.chat.composer.note == str(FULL))
    assert field_says(opened) == "What notice?\n\nAnd the fee?"


def test_question_that_was_not_stored_comes_back_in_whatever_is_on_show(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, services: Services
) -> None:
    other = services.conversations.create("Trip", "")
    asked, answer = services.conversations.ask(other.id, None, "Which hotel?")
    services.conversations.finish(answer.id, "The old one.", MessageStatus.COMPLETE, Evidence(), "")
    go_on = threading.Event()
    create = services.conversations.create

    def wait_and_create(title: str, system_prompt: str) -> Conversation:
        assert go_on.wait(20)
        return create(title, system_prompt)

    services.conversations.create = wait_and_create  # type: ignore[method-assign]
    answers.refusal = FULL
    ask(opened, qtbot, "What notice?")
    opened.conversations.conversation_chosen.emit(other.id)
    qtbot.waitUntil(lambda: shown(opened) == [asked.text, "The old one."])
    go_on.set()
    qtbot.waitUntil(lambda: opened.chat.composer.note == str(FULL))
    assert field_says(opened) == "What notice?"
    assert shown(opened) == [asked.text, "The old one."]


def test_answer_that_ends_while_its_conversation_is_read_is_shown_whole(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, services: Services
) -> None:
    go_on, was_read, show_it = threading.Event(), threading.Event(), threading.Event()
    answers.script = [TokenDelta("At least "), go_on, TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["At least "])
    conversation_id = opened.chat.transcript.items[0].message.conversation_id
    begin(opened, qtbot)
    branch = services.conversations.branch

    def slow(head_id: int | None) -> object:
        messages = branch(head_id)
        was_read.set()
        assert show_it.wait(20)
        return messages

    services.conversations.branch = slow  # type: ignore[assignment, method-assign]
    opened.conversations.conversation_chosen.emit(conversation_id)
    qtbot.waitUntil(was_read.is_set)
    with qtbot.waitSignal(opened._chat.conversations_changed):
        go_on.set()
    show_it.set()
    qtbot.waitUntil(lambda: shown(opened) == ["What notice?", "At least 60 days."])
    wait_for_end(opened, qtbot)


def test_conversation_that_cannot_be_opened_leaves_the_one_on_show(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answers.script = [TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    opened.conversations.conversation_chosen.emit(999)
    qtbot.waitUntil(lambda: opened.chat.composer.note != "")
    assert shown(opened) == ["What notice?", "60 days."]


def test_passage_that_is_read_stays_when_others_turn_out_to_have_no_room(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    go_on = threading.Event()
    answers.script = [Retrieved((PASSAGE,), 0), go_on, Retrieved((PASSAGE,), 1), TokenDelta("60"), threading.Event()]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(opened.evidence.isVisible)
    opened.evidence._cards[0].click()
    assert opened.evidence.page.isVisible()
    go_on.set()
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["60"])
    assert opened.evidence.page.isVisible()


def test_passages_of_a_growing_answer_are_there_again_after_looking_elsewhere(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answers.script = [Retrieved((PASSAGE,), 0), TokenDelta("60"), threading.Event()]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["60"])
    conversation_id = opened.chat.transcript.items[0].message.conversation_id
    begin(opened, qtbot)
    assert opened.evidence.isHidden()
    opened.conversations.conversation_chosen.emit(conversation_id)
    qtbot.waitUntil(opened.evidence.isVisible)


def test_deleting_the_conversation_that_is_answered_ends_the_answer(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answers.script = [TokenDelta("At least "), threading.Event()]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["At least "])
    opened._list._delete(opened.chat.transcript.items[0].message.conversation_id)
    qtbot.waitUntil(lambda: shown(opened) == [])
    qtbot.waitUntil(lambda: not opened._chat._running)
    assert opened.chat.composer.note == ""
    assert opened.chat.status.words == ""


def test_closing_the_window_stores_what_was_answered(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, services: Services, jobs: Jobs
) -> None:
    answers.script = [TokenDelta("At least "), threading.Event(), TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["At least "])
    answer_id = opened.chat.transcript.items[-1].message.id
    opened.window.close()
    jobs.close(10)
    stored = services.conversations.message(answer_id)
    assert (stored.status, stored.text) == (MessageStatus.STOPPED, "At least ")


def test_conversation_made_by_a_command_meanwhile_can_be_read_from_the_first_start(
    opened: Assembly, qtbot: QtBot, services: Services
) -> None:
    opened.begin()
    qtbot.waitUntil(opened.first_start.isVisible)
    made = services.conversations.create("Lease", "")
    opened.conversations.conversation_chosen.emit(made.id)
    qtbot.waitUntil(opened.chat.isVisible)
