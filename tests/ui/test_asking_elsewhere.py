"""Putting questions to a model elsewhere from the window: offered, reviewed, sent, answered, or left alone."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cloud_desk import LEASE, POLICY, ask_everything, button, offer_row, press, review, room, window_over
from looking import ask, icon_button, said, shown, wait_for_end
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton, QToolButton

from escalation_room import BIG, READY
from localassist.domain.chat import MessageStatus
from localassist.domain.errors import CloudError
from localassist.domain.events import Offered, TokenDelta
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.ui.chat.controls import FooterWidget, figures_line
from localassist.ui.chat.offers import OfferRow
from localassist.ui.cloud.view import ReviewDialog
from localassist.ui.evidence.reasons import reasons
from localassist.ui.widgets.labels_menu import WORDS, LabelsMenu

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from escalation_room import EscalationRoom
    from localassist.ui.assembly import Assembly
    from localassist.usecases.services import Services

QUESTION = "What notice must Maria Silva give?"
REASON = "Nothing that was found clearly answers this."


@pytest.fixture
def policy() -> str:
    """When a model elsewhere is offered."""
    return "suggest"


@pytest.fixture
def desk(policy: str) -> EscalationRoom:
    return room(replace(READY, escalation=policy), lease=LEASE, policy=POLICY)


@pytest.fixture
def services(services: Services, answers: ScriptedAnswers, desk: EscalationRoom, policy: str) -> Services:
    """Answers of this computer are scripted, unless it has to find out itself when to ask."""
    made = window_over(services, answers, desk)
    return replace(made, answer=desk.answer) if policy == "ask" else made


@pytest.fixture
def elsewhere(opened: Assembly, qtbot: QtBot) -> Assembly:
    """A window whose new conversation is for the big model."""
    ask_everything(opened, qtbot)
    opened.chat.composer.destination.target_chosen.emit(BIG)
    qtbot.waitUntil(lambda: opened.chat.composer.destination.text() == "Cloud · big · Example Cloud")
    return opened


def notes(opened: Assembly) -> str:
    """What is said around the last message."""
    layout = opened.chat.transcript.items[-1].layout
    return "\n".join(piece.document.toPlainText() for piece in layout.pieces) if layout else ""


def last_status(opened: Assembly) -> MessageStatus:
    return opened.chat.transcript.items[-1].message.status


def test_a_conversation_for_a_model_elsewhere_has_each_question_reviewed(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    desk.models.says = ("[PERSON_1] gives ", "sixty days", " notice.")
    ask(elsewhere, qtbot, QUESTION)
    dialog = review(elsewhere, qtbot)
    assert shown(elsewhere) == [QUESTION]
    assert desk.models.sent == [], "it was sent before it was seen"
    press(qtbot, dialog.send)
    wait_for_end(elsewhere, qtbot)
    assert shown(elsewhere)[0] == QUESTION
    assert shown(elsewhere)[1].startswith("Maria Silva gives sixty days notice.")
    assert "Maria Silva" not in desk.models.text
    assert "[PERSON_1]" not in "".join(shown(elsewhere))
    answer = elsewhere.chat.transcript.items[-1].message
    assert figures_line(answer) == "big · Example Cloud · $0.0010 · 2 names replaced"
    assert ("Cost", "$0.0010") in reasons(answer.evidence)
    assert ("Replaced", "2 by placeholders, looked for by: a list") in reasons(answer.evidence)
    assert elsewhere.chat.composer.destination.text() == "Cloud · big · Example Cloud"


def test_answering_again_is_reviewed_again(qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom) -> None:
    ask(elsewhere, qtbot, QUESTION)
    press(qtbot, review(elsewhere, qtbot).send)
    wait_for_end(elsewhere, qtbot)
    desk.models.says = ("Sixty days.",)
    icon_button(elsewhere.chat.transcript, "Answer again").click()
    dialog = review(elsewhere, qtbot)
    assert len(desk.models.sent) == 1
    assert not dialog.local.isVisible()
    press(qtbot, dialog.send)
    qtbot.waitUntil(lambda: shown(elsewhere)[-1].startswith("Sixty days."))
    wait_for_end(elsewhere, qtbot)


def test_a_conversation_that_is_deleted_meanwhile_is_no_matter(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    ask(elsewhere, qtbot, QUESTION)
    qtbot.keyClick(review(elsewhere, qtbot), Qt.Key.Key_Escape)
    offer_row(elsewhere, qtbot)
    gone = desk.conversations.recent()[0].id
    desk.conversations.delete(gone)
    elsewhere._chat.elsewhere.refresh()
    elsewhere._chat.let_go(gone)
    qtbot.waitUntil(lambda: shown(elsewhere) == [] and elsewhere.chat.composer.destination.property("tone") == "green")
    qtbot.waitUntil(lambda: not elsewhere._jobs._running)
    assert elsewhere.chat.composer.note == ""


def test_the_foot_of_an_answer_from_elsewhere_leads_to_what_was_sent(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    ask(elsewhere, qtbot, QUESTION)
    press(qtbot, review(elsewhere, qtbot).send)
    wait_for_end(elsewhere, qtbot)
    foot = elsewhere.chat.transcript.findChild(FooterWidget)
    assert foot is not None
    link = next(each for each in foot.findChildren(QToolButton) if each.text() == "What was sent")
    with qtbot.waitSignal(elsewhere.window.ledger_requested):
        qtbot.mouseClick(link, Qt.MouseButton.LeftButton)


def test_what_is_cancelled_is_kept_and_can_be_answered_here(
    qtbot: QtBot, elsewhere: Assembly, answers: ScriptedAnswers, desk: EscalationRoom
) -> None:
    answers.script = [TokenDelta("Sixty days.")]
    ask(elsewhere, qtbot, QUESTION)
    qtbot.keyClick(review(elsewhere, qtbot), Qt.Key.Key_Escape)
    row = offer_row(elsewhere, qtbot)
    assert button(row, "Ask big · Example Cloud…").isEnabled()
    press(qtbot, button(row, "Answer on this computer"))
    wait_for_end(elsewhere, qtbot)
    assert shown(elsewhere) == [QUESTION, "Sixty days."]
    assert desk.models.sent == []


def test_a_question_without_an_answer_gives_way_to_the_next(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    ask(elsewhere, qtbot, QUESTION)
    qtbot.keyClick(review(elsewhere, qtbot), Qt.Key.Key_Escape)
    offer_row(elsewhere, qtbot)
    ask(elsewhere, qtbot, "What does a hotel cost?")
    press(qtbot, review(elsewhere, qtbot).send)
    wait_for_end(elsewhere, qtbot)
    assert shown(elsewhere)[0] == "What does a hotel cost?"
    assert len(shown(elsewhere)) == 2


def test_a_question_left_without_an_answer_says_so_when_it_is_opened_again(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    ask(elsewhere, qtbot, QUESTION)
    qtbot.keyClick(review(elsewhere, qtbot), Qt.Key.Key_Escape)
    offer_row(elsewhere, qtbot)
    conversation = desk.conversations.recent()[0].id
    elsewhere.window.new_requested.emit()
    assert elsewhere.chat.composer.destination.text() == "On this computer"
    elsewhere.conversations.conversation_chosen.emit(conversation)
    qtbot.waitUntil(lambda: shown(elsewhere) == [QUESTION])
    press(qtbot, button(offer_row(elsewhere, qtbot), "Ask big"))
    assert review(elsewhere, qtbot).isVisible()


def test_a_consent_from_before_spares_the_review_but_not_for_what_never_leaves(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    ask(elsewhere, qtbot, QUESTION)
    dialog = review(elsewhere, qtbot)
    dialog.remember.click()
    press(qtbot, dialog.send)
    wait_for_end(elsewhere, qtbot)
    ask(elsewhere, qtbot, QUESTION)
    qtbot.waitUntil(lambda: len(shown(elsewhere)) == 4)
    wait_for_end(elsewhere, qtbot)
    assert len(desk.models.sent) == 2
    assert elsewhere.review.dialog is None
    desk.labels.set(LabelKind.FOLDER, "/files/policy.md", Sensitivity.NEVER)
    ask(elsewhere, qtbot, "What notice of a travel is given, and by Maria Silva?")
    assert review(elsewhere, qtbot).withheld.isVisible()
    assert len(desk.models.sent) == 2


def test_a_conversation_that_never_leaves_is_answered_here_or_not_at_all(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    ask(elsewhere, qtbot, QUESTION)
    qtbot.keyClick(review(elsewhere, qtbot), Qt.Key.Key_Escape)
    conversation = desk.conversations.recent()[0].id
    elsewhere.conversations.labelled.emit(conversation, Sensitivity.NEVER)
    qtbot.waitUntil(lambda: desk.labels.of(LabelKind.CONVERSATION, str(conversation)) is Sensitivity.NEVER)
    press(qtbot, button(offer_row(elsewhere, qtbot), "Ask big"))
    qtbot.waitUntil(lambda: "never leaves this computer" in elsewhere.chat.composer.note)
    assert elsewhere.review.dialog is None
    assert desk.models.sent == []


def test_where_the_cloud_fails_the_answer_from_here_stands_and_the_reason_is_told(
    qtbot: QtBot, opened: Assembly, answers: ScriptedAnswers, desk: EscalationRoom
) -> None:
    ask_everything(opened, qtbot)
    answers.script = [TokenDelta("Perhaps sixty days."), Offered(REASON)]
    ask(opened, qtbot, QUESTION)
    wait_for_end(opened, qtbot)
    desk.models.says, desk.models.error = (), CloudError("Example Cloud is overloaded.", "Try again in a minute.")
    press(qtbot, button(offer_row(opened, qtbot), "Ask big"))
    press(qtbot, review(opened, qtbot).send)
    qtbot.waitUntil(lambda: "Example Cloud is overloaded." in notes(opened))
    assert shown(opened) == [QUESTION, "Perhaps sixty days."]
    assert "Try again in a minute." in notes(opened)
    desk.models.says, desk.models.error = ("Sixty.",), None
    press(qtbot, button(offer_row(opened, qtbot), "Ask big · Example Cloud again"))
    press(qtbot, review(opened, qtbot).send)
    wait_for_end(opened, qtbot)
    assert shown(opened)[1].startswith("Sixty.")
    assert "overloaded" not in notes(opened)


def test_the_answer_from_here_and_the_one_from_elsewhere_are_both_kept_and_shown(
    qtbot: QtBot, opened: Assembly, answers: ScriptedAnswers, desk: EscalationRoom
) -> None:
    ask_everything(opened, qtbot)
    answers.script = [TokenDelta("Perhaps sixty days."), Offered(REASON)]
    ask(opened, qtbot, QUESTION)
    wait_for_end(opened, qtbot)
    desk.models.says = ("Sixty.",)
    press(qtbot, button(offer_row(opened, qtbot), "Ask big"))
    press(qtbot, review(opened, qtbot).send)
    wait_for_end(opened, qtbot)
    for words, arrow, text in (("2 of 2", "before", "Perhaps sixty days."), ("1 of 2", "after", "Sixty.")):
        qtbot.waitUntil(lambda words=words: words in said(opened.chat.transcript))
        icon_button(opened.chat.transcript, f"Show the answer {arrow}").click()
        qtbot.waitUntil(lambda text=text: shown(opened)[-1].startswith(text))


def test_what_came_before_the_cloud_failed_is_kept_and_marked(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    desk.models.says, desk.models.error = ("Sixty ", "days"), CloudError("The line was cut.", "Ask again.")
    ask(elsewhere, qtbot, QUESTION)
    press(qtbot, review(elsewhere, qtbot).send)
    wait_for_end(elsewhere, qtbot, MessageStatus.FAILED)
    assert shown(elsewhere) == [QUESTION, "Sixty days"]
    assert "The line was cut. Ask again." in notes(elsewhere)


def test_an_offer_stands_quietly_below_the_answer_with_its_reason(
    qtbot: QtBot, opened: Assembly, answers: ScriptedAnswers, desk: EscalationRoom
) -> None:
    ask_everything(opened, qtbot)
    answers.script = [TokenDelta("Perhaps."), Offered(REASON)]
    ask(opened, qtbot, QUESTION)
    wait_for_end(opened, qtbot)
    row = offer_row(opened, qtbot)
    assert len(row.findChildren(type(row.ask))) == 1
    press(qtbot, button(row, "Ask big"))
    dialog = review(opened, qtbot)
    assert dialog._review.reason == REASON
    assert not dialog.local.isVisible(), "there is an answer from here"
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert shown(opened) == [QUESTION, "Perhaps."]
    answers.script = [TokenDelta("Sure.")]
    ask(opened, qtbot, "And then?")
    wait_for_end(opened, qtbot)
    qtbot.waitUntil(lambda: not [each for each in opened.chat.transcript.findChildren(OfferRow) if each.isVisible()])


@pytest.mark.parametrize("policy", ["ask"])
def test_a_choice_stands_in_place_of_an_answer_where_the_settings_say_to_ask(
    qtbot: QtBot, opened: Assembly, desk: EscalationRoom
) -> None:
    ask_everything(opened, qtbot)
    ask(opened, qtbot, "Who won the regatta of Portsmouth?")
    row = offer_row(opened, qtbot)
    assert shown(opened) == ["Who won the regatta of Portsmouth?"]
    assert REASON in notes(opened)
    words = [each.text() for each in row.findChildren(QPushButton)]
    assert words == ["Ask big · Example Cloud…", "Answer on this computer"]
    press(qtbot, button(row, "Answer on this computer"))
    wait_for_end(opened, qtbot)
    assert len(shown(opened)) == 2
    assert desk.models.sent == []


def test_another_model_is_chosen_for_a_question_and_for_a_conversation(
    qtbot: QtBot, opened: Assembly, answers: ScriptedAnswers, desk: EscalationRoom
) -> None:
    ask_everything(opened, qtbot)
    answers.script = [TokenDelta("Perhaps.")]
    ask(opened, qtbot, QUESTION)
    wait_for_end(opened, qtbot)
    opened.chat.transcript.controls.other_requested.emit(opened.chat.transcript.items[-1].message.id)
    qtbot.waitUntil(lambda: opened.choosing.dialog is not None and opened.choosing.dialog.list.count() == 1)
    dialog = opened.choosing.dialog
    assert dialog is not None
    dialog.providers.setCurrentText("Home")
    press(qtbot, dialog.ask)
    qtbot.waitUntil(lambda: dialog.list.item(0) is not None and dialog.list.item(0).text() == "big · Home")
    qtbot.waitUntil(dialog.use.isEnabled)
    press(qtbot, dialog.use)
    reviewed = review(opened, qtbot)
    assert reviewed._review.target.name == "home/big"
    assert "Your server" in said(reviewed)
    qtbot.keyClick(reviewed, Qt.Key.Key_Escape)


def test_the_chip_sends_a_conversation_elsewhere_and_back(
    qtbot: QtBot, opened: Assembly, answers: ScriptedAnswers, desk: EscalationRoom
) -> None:
    chip = opened.chat.composer.destination
    ask_everything(opened, qtbot)
    assert [each.text() for each in chip.menu().actions()] == [
        "On this computer",
        "big · Example Cloud",
        "Another model elsewhere…",
    ]
    chip.menu().actions()[1].trigger()
    qtbot.waitUntil(lambda: chip.property("tone") == "amber")
    assert chip.accessibleName() == "Questions go to: Cloud, big · Example Cloud"
    assert not opened.picker.isVisible(), "no model of this computer answers here"
    chip.menu().actions()[0].trigger()
    qtbot.waitUntil(lambda: chip.property("tone") == "green")
    assert opened.picker.isVisible()
    answers.script = [TokenDelta("Sixty.")]
    ask(opened, qtbot, QUESTION)
    wait_for_end(opened, qtbot)
    chip.menu().actions()[1].trigger()
    qtbot.waitUntil(lambda: desk.store.target(desk.conversations.recent()[0].id) == BIG)


def test_the_chip_says_why_nothing_goes_elsewhere_while_the_padlock_is_closed(
    qtbot: QtBot, opened: Assembly, desk: EscalationRoom
) -> None:
    desk.settings.change(offline=True)
    chip = opened.chat.composer.destination
    chip.opened.emit()
    qtbot.waitUntil(lambda: chip.menu().actions()[-1].text() == "Settings…")
    assert [each.isEnabled() for each in chip.menu().actions()[:3]] == [True, False, False]
    assert "offline switch is on" in chip.menu().actions()[1].toolTip()


def test_a_conversation_is_labelled_in_its_menu(qtbot: QtBot, opened: Assembly, desk: EscalationRoom) -> None:
    conversation = desk.conversations.create("Notice", "")
    desk.labels.set(LabelKind.CONVERSATION, str(conversation.id), Sensitivity.MAY_GO_OUT)
    opened._list.refresh()
    listed = opened.conversations._list
    qtbot.waitUntil(lambda: listed.model().rowCount() > 1)
    rows = range(listed.model().rowCount())
    index = next(i for row in rows if (i := listed.model().index(row, 0)).data() == "Notice")
    qtbot.waitUntil(lambda: listed.visualRect(index).height() > 0)
    listed.customContextMenuRequested.emit(listed.visualRect(index).center())
    menu = opened.conversations.findChild(LabelsMenu)
    assert menu is not None
    by_words = {each.text(): each for each in menu.actions()}
    qtbot.waitUntil(by_words[WORDS[Sensitivity.MAY_GO_OUT]].isChecked)
    by_words[WORDS[Sensitivity.NEVER]].trigger()
    qtbot.waitUntil(lambda: desk.labels.of(LabelKind.CONVERSATION, str(conversation.id)) is Sensitivity.NEVER)

    def told() -> list[object]:
        return [listed.model().index(row, 0).data(Qt.ItemDataRole.AccessibleTextRole) for row in rows]

    qtbot.waitUntil(lambda: "Notice\nNever leaves this computer." in told())
    menu.parent().close()  # type: ignore[union-attr]


def test_a_review_goes_when_another_conversation_comes_on_show(
    qtbot: QtBot, elsewhere: Assembly, desk: EscalationRoom
) -> None:
    other = desk.conversations.create("Another", "")
    ask(elsewhere, qtbot, QUESTION)
    review(elsewhere, qtbot)
    elsewhere._chat.open(other.id)  # as one does that was chosen before the review came up
    qtbot.waitUntil(lambda: elsewhere._chat._shown.conversation_id == other.id)
    there = [each for each in elsewhere.window.findChildren(ReviewDialog) if each.isVisible()]
    assert there == [], "what it would send belongs to a conversation that is not on show"
    assert desk.models.sent == []
    assert shown(elsewhere) == []


def test_what_is_read_for_one_choice_of_a_model_is_not_shown_twice_in_the_next(
    qtbot: QtBot, opened: Assembly, desk: EscalationRoom
) -> None:
    ask_everything(opened, qtbot)
    opened.choosing.choose_for_conversation()
    opened.choosing._on_listing_requested("home")
    first = opened.choosing.dialog
    assert first is not None
    first.reject()
    opened.choosing.choose_for_conversation()
    dialog = opened.choosing.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: not opened._jobs._running)
    assert dialog.list.count() == 1
    names = [dialog.providers.itemText(row) for row in range(dialog.providers.count())]
    assert len(names) == len(set(names)), "each provider stands there once"
    dialog.reject()
