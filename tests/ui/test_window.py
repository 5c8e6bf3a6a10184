"""The window over doubles: asking, stopping, switching and the keyboard, as somebody at the screen notices them."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from hypothesis import given
from hypothesis import strategies as st
from looking import ask, icon_button, shown, wait_for_end
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible, QGuiApplication
from PySide6.QtGui import Qt as GuiQt
from PySide6.QtWidgets import QAbstractButton, QLabel, QLineEdit, QListView, QWidget

from localassist.domain.chat import Evidence, MessageStatus, Question
from localassist.domain.documents import Citation, Passage
from localassist.domain.errors import ModelError, StorageError
from localassist.domain.events import ModelLoading, PromptProgress, Searching, TokenDelta
from localassist.domain.privacy import Destination, Route
from localassist.domain.settings import Settings
from localassist.ui.assembly import SAMPLES, Assembly
from localassist.ui.chat.controls import FooterWidget
from localassist.ui.chat.switcher import SwitcherDialog
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from fakes import FakeFiles
    from localassist.usecases.services import Services

PASSAGE = Passage(1, 1, "/files/lease.md", "lease", 4, "Notice", "The tenant gives sixty days notice.", 0, 35, 0.8)
EVIDENCE = Evidence(citations=(Citation(1, PASSAGE, "sixty days", 17, 27, 4),), searched=True)


def test_question_is_answered_word_by_word(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    go_on = threading.Event()
    answers.script = [TokenDelta("At least "), go_on, TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened) == ["What notice?", "At least "])
    assert opened.chat.composer.field.toPlainText() == ""
    go_on.set()
    wait_for_end(opened, qtbot)
    assert shown(opened) == ["What notice?", "At least 60 days."]
    assert opened.window.windowTitle().startswith("What notice?")


def test_every_step_says_how_far_it_is(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    steps = {
        Searching("Searching 12 documents"): "Searching 12 documents",
        ModelLoading("parrot", 0.4): "Loading parrot: 40%",
        PromptProgress(1200, 3400, 0): "Reading 1,200 of 3,400 tokens",
    }
    gates = [threading.Event() for _ in steps]
    answers.script = [part for pair in zip(steps, gates, strict=True) for part in pair]
    ask(opened, qtbot, "What notice?")
    for words, gate in zip(steps.values(), gates, strict=True):
        qtbot.waitUntil(lambda words=words: opened.chat.status.words == words)  # type: ignore[misc]
        gate.set()
    wait_for_end(opened, qtbot)


def test_escape_stops_and_keeps_what_was_written(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [TokenDelta("Half of"), threading.Event(), TokenDelta(" it")]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["Half of"])
    qtbot.keyClick(opened.window, Qt.Key.Key_Escape)
    wait_for_end(opened, qtbot, MessageStatus.STOPPED)
    assert shown(opened) == ["What notice?", "Half of"]


def test_failure_is_told_below_the_answer(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [TokenDelta("So"), ModelError("The model file is gone.", "Choose another.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot, MessageStatus.FAILED)
    last = opened.chat.transcript.items[-1]
    assert last.layout is not None
    assert last.layout.pieces[-1].document.toPlainText() == "The model file is gone. Choose another."


def test_question_that_could_not_be_stored_is_given_back(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answers.refusal = StorageError("The disk is full.", "Free some space.")
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: opened.chat.composer.note == "The disk is full. Free some space.")
    assert opened.chat.composer.field.toPlainText() == "What notice?"


def test_follow_up_stands_below_and_knows_its_parent(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    first_answer = opened.chat.transcript.items[-1].message
    ask(opened, qtbot, "And the fee?")
    qtbot.waitUntil(lambda: len(shown(opened)) == 4)
    wait_for_end(opened, qtbot)
    question = answers.asked[-1][0]
    assert isinstance(question, Question)
    assert (question.parent_id, question.conversation_id) == (first_answer.id, first_answer.conversation_id)


def test_arrow_up_edits_the_last_question(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    field = opened.chat.composer.field
    qtbot.keyClick(field, Qt.Key.Key_Up)
    assert field.toPlainText() == "What notice?"
    ask(opened, qtbot, " Exactly?")
    qtbot.waitUntil(lambda: shown(opened)[:1] == ["What notice? Exactly?"])
    wait_for_end(opened, qtbot)
    assert shown(opened) == ["What notice? Exactly?", "60 days."]


def test_answer_again_takes_the_place_of_the_answer(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    answers.script = [TokenDelta("Sixty days.")]
    footer = opened.chat.transcript.findChild(FooterWidget)
    footer.again_requested.emit(opened.chat.transcript.items[-1].message.id)
    qtbot.waitUntil(lambda: shown(opened) == ["What notice?", "Sixty days."])
    wait_for_end(opened, qtbot)


def test_answer_goes_on_while_another_conversation_is_read(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    go_on = threading.Event()
    answers.script = [TokenDelta("At least "), go_on, TokenDelta("60 days.")]
    ask(opened, qtbot, "What notice?")
    qtbot.waitUntil(lambda: shown(opened)[1:] == ["At least "])
    conversation_id = opened.chat.transcript.items[0].message.conversation_id
    qtbot.keyClick(opened.window, Qt.Key.Key_N, Qt.KeyboardModifier.ControlModifier)
    assert shown(opened) == []
    opened.conversations.conversation_chosen.emit(conversation_id)
    qtbot.waitUntil(lambda: shown(opened) == ["What notice?", "At least "])
    go_on.set()
    wait_for_end(opened, qtbot)
    assert shown(opened) == ["What notice?", "At least 60 days."]


def test_evidence_opens_by_itself_and_stays_closed_once_closed(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    assert opened.evidence.isHidden()
    answers.script, answers.evidence = [TokenDelta("60 days.")], EVIDENCE
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    assert opened.evidence.isVisible()
    qtbot.keyClick(opened.window, Qt.Key.Key_E, Qt.KeyboardModifier.ControlModifier)
    assert opened.evidence.isHidden()
    ask(opened, qtbot, "Sure?")
    qtbot.waitUntil(lambda: len(shown(opened)) == 4)
    wait_for_end(opened, qtbot)
    assert opened.evidence.isHidden()
    opened.chat.citation_clicked.emit(opened.chat.transcript.items[-1].message.id, 1)
    assert opened.evidence.isVisible(), "a citation that is clicked has to be seen"


def test_first_start_shows_the_ways_in_and_the_demo_leads_to_questions(
    opened: Assembly, qtbot: QtBot, services: Services, files: object
) -> None:
    files.write(f"{services.samples}/lease.md", "# Notice\n\nSixty days.")  # type: ignore[attr-defined]
    opened.begin()
    qtbot.waitUntil(opened.first_start.isVisible)
    opened.first_start.demo_chosen.emit()
    qtbot.waitUntil(opened.chat.isVisible)
    qtbot.waitUntil(lambda: opened.collections.scope_name == SAMPLES)
    assert [c.name for c in services.documents.collections()] == [SAMPLES]
    assert opened.chat.composer.field.placeholderText() == "Ask about Samples…"


def test_window_with_conversations_opens_on_them(opened: Assembly, qtbot: QtBot, services: Services) -> None:
    services.conversations.create("Lease questions", "")
    opened.begin()
    qtbot.waitUntil(lambda: opened.conversations._model.rowCount() == 2)
    assert not opened.first_start.isVisible()


def test_interrupted_answers_say_so_after_a_crash(opened: Assembly, qtbot: QtBot, services: Services) -> None:
    conversation = services.conversations.create("Lease questions", "")
    _, answer = services.conversations.ask(conversation.id, None, "What notice?")
    services.conversations.grow(answer.id, "At least")
    opened.begin()
    qtbot.waitUntil(lambda: services.conversations.message(answer.id).status is MessageStatus.INTERRUPTED)
    opened.conversations.conversation_chosen.emit(conversation.id)
    qtbot.waitUntil(lambda: shown(opened) == ["What notice?", "At least"])
    layout = opened.chat.transcript.items[-1].layout
    assert layout is not None
    assert "before this answer was complete" in layout.pieces[-1].document.toPlainText()


def test_padlock_shows_that_the_offline_switch_is_on(opened: Assembly, qtbot: QtBot, services: Services) -> None:
    assert Settings().offline, "it is on by default"
    opened.begin()
    qtbot.waitUntil(lambda: not opened.window._lock.isHidden())
    opened._on_settings_changed(services.settings.change(offline=False))
    assert opened.window._lock.isHidden()


def test_search_finds_words_of_messages(opened: Assembly, qtbot: QtBot, services: Services) -> None:
    for title, text in (("Lease", "What notice?"), ("Trip", "Which hotel?")):
        services.conversations.ask(services.conversations.create(title, "").id, None, text)
    opened.begin()
    model = opened.conversations._model
    qtbot.waitUntil(lambda: model.rowCount() == 3)
    qtbot.keyClick(opened.window, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(opened.conversations.search.hasFocus)
    qtbot.keyClicks(opened.conversations.search, "hotel")
    qtbot.waitUntil(lambda: [model.item(row).text() for row in range(model.rowCount())] == ["Today", "Trip"])


def test_conversation_is_renamed_and_deleted(opened: Assembly, qtbot: QtBot, services: Services) -> None:
    made = services.conversations.create("Lease", "")
    opened.begin()
    qtbot.waitUntil(lambda: opened.conversations._model.rowCount() == 2)
    opened.conversations._model.item(1).setText("Flat 4b")
    qtbot.waitUntil(lambda: services.conversations.get(made.id).title == "Flat 4b")
    opened._list._delete(made.id)
    qtbot.waitUntil(lambda: opened.conversations._model.rowCount() == 0)
    assert services.conversations.recent() == ()


def test_title_that_is_edited_is_left_alone_while_an_answer_ends(
    opened: Assembly, qtbot: QtBot, services: Services, answers: ScriptedAnswers
) -> None:
    made = services.conversations.create("Lease", "")
    opened.begin()
    model, listed = opened.conversations._model, opened.conversations.findChild(QListView)
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    listed.setCurrentIndex(model.index(1, 0))
    listed.edit(listed.currentIndex())
    editor = listed.findChild(QLineEdit)
    qtbot.keyClicks(editor, "Flat")
    answers.script = [TokenDelta("60 days.")]
    opened.chat.question_asked.emit("What notice?")
    wait_for_end(opened, qtbot)
    qtbot.keyClicks(editor, " 4b")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: services.conversations.get(made.id).title == "Flat 4b")
    qtbot.waitUntil(lambda: model.rowCount() == 3)


def test_copy_takes_the_answer(opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers) -> None:
    answers.script = [TokenDelta("**60** days.")]
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    opened.chat.transcript.select_all()
    opened.chat.transcript.copy_selection()
    assert QGuiApplication.clipboard().text() == "What notice?\n\n60 days."


def test_every_control_has_a_name_and_can_be_reached_by_keyboard(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers
) -> None:
    answers.script, answers.evidence = [TokenDelta("60 days.\n\n```python\nx\n```")], EVIDENCE
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    shown_now = [w for w in opened.window.findChildren(QWidget) if w.isVisible()]
    controls = [w for w in shown_now if w.focusPolicy() & Qt.FocusPolicy.TabFocus]
    assert {type(w).__name__ for w in controls if not name_of(w)} == set()
    assert {w for w in shown_now if isinstance(w, QAbstractButton)} <= set(controls)


@pytest.mark.parametrize("field", ["composer", "search"])
def test_window_keys_work_while_text_is_written(opened: Assembly, qtbot: QtBot, field: str) -> None:
    focus = opened.chat.composer.field if field == "composer" else opened.conversations.search
    focus.setFocus()
    qtbot.keyClicks(focus, "some words")
    control = Qt.KeyboardModifier.ControlModifier
    with qtbot.waitSignal(opened.window.switch_requested):
        qtbot.keyClick(focus, Qt.Key.Key_K, control)
    opened.window.findChild(SwitcherDialog).close()
    with qtbot.waitSignal(opened.window.new_requested):
        qtbot.keyClick(focus, Qt.Key.Key_N, control)
    qtbot.keyClick(focus, Qt.Key.Key_L, control)
    assert opened.chat.composer.field.hasFocus()
    qtbot.keyClick(opened.chat.composer.field, Qt.Key.Key_B, control)
    assert not opened.conversations.isVisible()


def test_searching_opens_the_left_column_and_its_button_says_so(opened: Assembly, qtbot: QtBot) -> None:
    control = Qt.KeyboardModifier.ControlModifier
    qtbot.keyClick(opened.window, Qt.Key.Key_B, control)
    assert icon_button(opened.window, "Show conversations").isVisible()
    qtbot.keyClick(opened.window, Qt.Key.Key_F, control)
    assert opened.conversations.search.isVisible()
    assert icon_button(opened.window, "Hide conversations").isVisible()


HOSTILE = "<img/src='file:///etc/passwd'> & <b>bold</b>"


def test_no_words_of_others_are_taken_for_markup(
    opened: Assembly, qtbot: QtBot, answers: ScriptedAnswers, services: Services, files: FakeFiles
) -> None:
    passage = replace(PASSAGE, title=HOSTILE, heading=HOSTILE, text=HOSTILE, path=f"/files/{HOSTILE}")
    answers.evidence = Evidence(
        route=Route(Destination.THIS_COMPUTER, HOSTILE, HOSTILE),
        citations=(Citation(1, passage, HOSTILE, 0, len(HOSTILE), 4),),
        searched=True,
    )
    answers.script = [Searching(HOSTILE), TokenDelta(f"```{HOSTILE}\nx\n```\n{HOSTILE}")]
    files.write("/files/a.md", "Words.", problem=f"{HOSTILE} is broken.")
    opened._documents.add(["/files"], HOSTILE)
    ask(opened, qtbot, HOSTILE)
    wait_for_end(opened, qtbot)
    qtbot.waitUntil(lambda: opened.collections.scope_name == HOSTILE)
    for label in opened.window.findChildren(QLabel):
        assert "<img" not in label.text() or label.textFormat() is Qt.TextFormat.PlainText, label.parent()
    for widget in opened.window.findChildren(QWidget):
        assert not GuiQt.mightBeRichText(widget.toolTip()), widget
    rows = opened.conversations._model
    assert not any(GuiQt.mightBeRichText(rows.item(row).toolTip()) for row in range(rows.rowCount()))


@given(st.text("<>/!?ab =-x'\""))
def test_no_tooltip_becomes_markup(words: str) -> None:
    assert not GuiQt.mightBeRichText(plain_tip(words))


def name_of(widget: QWidget) -> str:
    interface = QAccessible.queryAccessibleInterface(widget)
    return interface.text(QAccessible.Text.Name) if interface else ""


def test_in_a_narrow_window_the_left_column_gives_way_to_the_evidence(qtbot: QtBot, opened: Assembly) -> None:
    window, left = opened.window, opened.conversations
    window.resize(window.minimumSize())
    assert left.isVisible()
    window.show_evidence(shown=True)
    assert not left.isVisible()
    chip = opened.chat.composer.destination
    assert chip.text() == "On this computer"
    qtbot.waitUntil(lambda: chip.mapTo(opened.chat.composer, chip.rect().topRight()).x() < opened.chat.composer.width())
    assert chip.width() >= chip.sizeHint().width()
    window.show_evidence(shown=False)
    assert left.isVisible()
