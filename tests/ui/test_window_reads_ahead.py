"""The conversation on show is read ahead while nobody asks, without a word and never in anybody's way."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from looking import ask, shown, wait_for_end
from PySide6.QtCore import Qt

from localassist.adapters.resources import resource
from localassist.domain.errors import StorageError
from localassist.domain.events import TokenDelta
from localassist.ui.assembly import Assembly
from localassist.ui.front import Front

if TYPE_CHECKING:
    from collections.abc import Iterator

    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from localassist.domain.stopping import Stop
    from localassist.ui.jobs import Jobs
    from localassist.ui.theme import Theme
    from localassist.usecases.services import Services


class PatientReading:
    """Stands where `ReadAhead` does; every reading goes on until it is stopped, and says so."""

    def __init__(self) -> None:
        self.begun: list[int] = []
        self.stopped: list[int] = []
        self.problem: Exception | None = None

    def __call__(self, conversation_id: int, stop: Stop, _model: str = "") -> None:
        self.begun.append(conversation_id)
        if self.problem:
            raise self.problem
        ended = threading.Event()
        with stop.while_waiting(ended.set):
            assert ended.wait(20), "nobody stopped the reading"
        self.stopped.append(conversation_id)


@pytest.fixture
def reading() -> PatientReading:
    return PatientReading()


@pytest.fixture
def quiet(qtbot: QtBot, services: Services, jobs: Jobs, theme: Theme, reading: PatientReading) -> Iterator[Assembly]:
    made = Assembly(replace(services, read_ahead=reading), jobs, Front(resource("assets") / "icons", theme))  # type: ignore[arg-type]
    qtbot.addWidget(made.window)
    with qtbot.waitExposed(made.window):
        made.window.show()
    yield made
    made.window.close()


def asked(quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> int:
    """Ask and wait for the answer; the conversation's id."""
    answers.script = [TokenDelta("60 days.")]
    ask(quiet, qtbot, "What notice?")
    wait_for_end(quiet, qtbot)
    return quiet.chat.transcript.items[0].message.conversation_id


def test_what_was_answered_is_read_and_nothing_looks_busy(
    quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers, reading: PatientReading
) -> None:
    conversation_id = asked(quiet, qtbot, answers)
    qtbot.waitUntil(lambda: reading.begun == [conversation_id])
    assert quiet.chat.status.words == ""
    assert quiet.chat.composer._send.accessibleName() == "Send (Enter)"


def test_a_question_ends_the_reading(
    quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers, reading: PatientReading
) -> None:
    conversation_id = asked(quiet, qtbot, answers)
    qtbot.waitUntil(lambda: reading.begun == [conversation_id])
    answers.script = [threading.Event()]
    ask(quiet, qtbot, "And the fee?")
    qtbot.waitUntil(lambda: reading.stopped == [conversation_id])
    qtbot.waitUntil(lambda: len(shown(quiet)) == 4)
    assert reading.begun == [conversation_id], "while an answer is written nothing is read"
    quiet._chat.stop()
    qtbot.waitUntil(lambda: reading.begun == [conversation_id, conversation_id])


def test_another_conversation_is_read_in_place_of_the_first(
    quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers, services: Services, reading: PatientReading
) -> None:
    stored = services.conversations.create("Trip", "")
    services.conversations.ask(stored.id, None, "Which hotel?")
    services.conversations.mark_interrupted()
    first = asked(quiet, qtbot, answers)
    qtbot.waitUntil(lambda: reading.begun == [first])
    quiet.conversations.conversation_chosen.emit(stored.id)
    qtbot.waitUntil(lambda: reading.begun == [first, stored.id])
    assert reading.stopped == [first]
    qtbot.keyClick(quiet.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: reading.stopped == [first, stored.id])


def test_a_conversation_that_is_deleted_is_left_alone_first(
    quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers, services: Services, reading: PatientReading
) -> None:
    conversation_id = asked(quiet, qtbot, answers)
    qtbot.waitUntil(lambda: reading.begun == [conversation_id])
    stopping = quiet._chat._reading._job
    assert stopping is not None
    stopped_first: list[bool] = []
    quiet._list.deleted.connect(lambda _: stopped_first.append(stopping._stop.requested))
    quiet._list._delete(conversation_id)
    assert stopping._stop.requested, "before the deletion, not after it"
    qtbot.waitUntil(lambda: services.conversations.recent() == ())


def test_closing_the_window_ends_the_reading(
    quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers, jobs: Jobs, reading: PatientReading
) -> None:
    conversation_id = asked(quiet, qtbot, answers)
    qtbot.waitUntil(lambda: reading.begun == [conversation_id])
    jobs.close(10)
    assert reading.stopped == [conversation_id]


def test_a_reading_that_fails_says_nothing(
    quiet: Assembly, qtbot: QtBot, answers: ScriptedAnswers, reading: PatientReading
) -> None:
    reading.problem = StorageError("The disk is full.", "Free some space.")
    conversation_id = asked(quiet, qtbot, answers)
    qtbot.waitUntil(lambda: reading.begun == [conversation_id])
    qtbot.waitUntil(lambda: quiet._chat._reading._job is None)
    assert quiet.chat.composer.note == ""
    assert quiet.chat.status.words == ""
