"""What a person sees before anything leaves: all of it, in their hands, and not sent by a slip of the finger."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from cloud_desk import LEASE, POLICY, room
from looking import said
from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QTextCursor
from PySide6.QtWidgets import QApplication, QMenu, QMessageBox, QPushButton, QWidget

from escalation_room import CLOUD, FakePrices
from localassist.domain.labels import LabelKind, Sensitivity
from localassist.domain.outbound import MatterKind
from localassist.domain.reviewing import Revision
from localassist.ui.cloud.presenter import ReviewPresenter
from localassist.ui.cloud.view import ReviewDialog

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from escalation_room import EscalationRoom
    from localassist.domain.reviewing import Review
    from localassist.ui.cloud.piece import PieceView
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

QUESTION = "What notice must Maria Silva give?"
REASON = "Nothing that was found clearly answers this."


@pytest.fixture
def desk() -> EscalationRoom:
    return room(lease=LEASE, policy=POLICY)


def reviewed(desk: EscalationRoom, question: str = QUESTION) -> Review:
    return desk.review(desk.question(question), reason=REASON)


@pytest.fixture
def window(qtbot: QtBot) -> QWidget:
    made = QWidget()
    made.resize(1200, 800)
    qtbot.addWidget(made)
    with qtbot.waitExposed(made):
        made.show()
    return made


@pytest.fixture
def presenter(services: Services, desk: EscalationRoom, jobs: Jobs, icons: Icons, window: QWidget) -> ReviewPresenter:
    return ReviewPresenter(replace(services, escalation=lambda: desk.desk), jobs, icons, window)


def shown(qtbot: QtBot, presenter: ReviewPresenter, review: Review, *, answered: bool = False) -> ReviewDialog:
    presenter.show(review, answered=answered)
    dialog = presenter.dialog
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    dialog.activateWindow()
    qtbot.waitUntil(lambda: QApplication.focusWidget() is not None and dialog.isAncestorOf(QApplication.focusWidget()))
    return dialog


def piece(dialog: ReviewDialog, words: str) -> PieceView:
    return next(each for each in dialog.pieces.values() if words in each.text.toPlainText())


def revised(qtbot: QtBot, dialog: ReviewDialog) -> Review:
    """What is shown once the last change is known."""
    qtbot.waitUntil(lambda: not dialog._busy)
    return dialog._review


def test_all_that_would_leave_can_be_read_with_its_place_and_label(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    desk.labels.set(LabelKind.FOLDER, "/files/policy.md", Sensitivity.NEVER)
    review = reviewed(desk)
    dialog = shown(qtbot, presenter, review)
    read = said(dialog)
    for told in ("Cloud", "big · Example Cloud", REASON, "Stored in Ruritania. 30 days.", "lease", "ask me"):
        assert told in read
    for each in review.pieces:
        assert dialog.pieces[each.matter.key].text.toPlainText() == each.text
        is_folded = each.matter.kind is MatterKind.INSTRUCTIONS
        assert dialog.pieces[each.matter.key].text.isVisible() is not is_folded
    assert "[PERSON_1]" in piece(dialog, "What notice must").text.toPlainText()
    assert "policy: never leaves, as you said of the folder /files/policy.md" in read
    assert "120 euros" not in "".join(each.text.toPlainText() for each in dialog.pieces.values())
    assert f"About {review.tokens:,} tokens go out, at most {review.answer_tokens:,} come back." in read
    assert "It costs $0.02" in read
    assert "Looked for by: a list." in read


def test_a_price_that_nobody_knows_is_said_to_be_unknown(qtbot: QtBot, icons: Icons, window: QWidget) -> None:
    made = room(lease=LEASE)
    made.desk = replace(made.desk, prices=FakePrices(None))
    review = replace(reviewed(made), price=None, cost=None)
    dialog = ReviewDialog(icons, review, window, answered=False)
    qtbot.addWidget(dialog)
    dialog.open()
    assert "The price is not known." in said(dialog)


def test_enter_sends_nothing_where_something_sensitive_is_in_it(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    review = reviewed(desk)
    dialog = shown(qtbot, presenter, review)
    sent: list[tuple[Review, bool]] = []
    presenter.sent.connect(lambda *what: sent.append(what))
    qtbot.waitUntil(lambda: dialog.deliberation.is_over)
    assert dialog.scrolled.hasFocus()
    for each in (dialog.scrolled, dialog.send):
        each.setFocus()
        qtbot.keyClick(each, Qt.Key.Key_Return)
    dialog.replacements.words.setFocus()
    qtbot.keyClick(dialog.replacements.words, Qt.Key.Key_Return)
    assert sent == []
    assert dialog.isVisible()
    qtbot.keyClick(dialog.replacements.words, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert sent == [(review, False)]
    assert not dialog.isVisible()


def test_one_key_press_sends_what_is_plain(qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom) -> None:
    desk.labels.set(LabelKind.FOLDER, "/files", Sensitivity.MAY_GO_OUT)
    review = reviewed(desk, "What does a hotel cost?")
    plain = replace(review, pieces=tuple(each for each in review.pieces if "PERSON" not in each.text), replacements=())
    assert plain.is_plain
    dialog = shown(qtbot, presenter, plain)
    assert not piece(dialog, "hotel night").text.isVisible()
    assert piece(dialog, "What does a hotel").text.isVisible()
    qtbot.waitUntil(lambda: dialog.deliberation.is_over)
    with qtbot.waitSignal(presenter.sent) as sent:
        qtbot.keyClick(dialog.send, Qt.Key.Key_Return)
    assert sent.args == [plain, False]


def test_who_is_still_typing_when_a_review_comes_up_sends_and_changes_nothing(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    review = reviewed(desk)
    plain = replace(review, pieces=tuple(each for each in review.pieces if each.is_required), replacements=())
    for each in (plain, review):
        dialog = shown(qtbot, presenter, each)
        focused = QApplication.focusWidget()
        assert focused is not None
        qtbot.keyClicks(focused, "and what about the fee ")
        qtbot.keyClick(focused, Qt.Key.Key_Return)
        assert dialog.isVisible()
        assert dialog._review.revision == Revision()
        dialog.reject()
    assert desk.models.sent == []


def test_unticked_pieces_stay_here_and_cost_nothing(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    review = reviewed(desk)
    dialog = shown(qtbot, presenter, review)
    lease = piece(dialog, "sixty days")
    qtbot.mouseClick(lease.tick, Qt.MouseButton.LeftButton)
    assert not dialog.send.isEnabled(), "it could have been sent as it was before"
    now = revised(qtbot, dialog)
    assert not lease.text.isVisible()
    assert now.tokens < review.tokens
    assert f"About {now.tokens:,} tokens go out" in said(dialog)
    with qtbot.waitSignal(presenter.sent) as sent:
        qtbot.mouseClick(dialog.send, Qt.MouseButton.LeftButton)
    assert "sixty days" not in "".join(each.text for each in sent.args[0].sent)


def test_the_question_itself_cannot_be_unticked(qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    assert [each.tick.isVisible() for each in dialog.pieces.values()] == [True, True, True, False]


def test_what_is_replaced_can_be_sent_as_it_is_and_replaced_again(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    question = piece(dialog, "What notice must")
    assert dialog.replacements.ticks["Maria Silva"].text() == "Maria Silva is sent as [PERSON_1], 2 times"
    dialog.replacements.ticks["Maria Silva"].click()
    revised(qtbot, dialog)
    assert question.text.toPlainText() == QUESTION
    assert dialog.replacements.ticks["Maria Silva"].text() == "Maria Silva goes as it is"
    dialog.replacements.ticks["Maria Silva"].click()
    revised(qtbot, dialog)
    assert "Maria Silva" not in question.text.toPlainText()


def test_a_placeholder_says_what_it_stands_for_and_offers_to_send_that(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    text = piece(dialog, "What notice must").text
    cursor = text.document().find("[PERSON_1]")
    assert "Maria Silva" in cursor.charFormat().toolTip()
    text.anchorClicked.emit(QUrl(cursor.charFormat().anchorHref()))
    menu = next(each for each in text.findChildren(QMenu) if each.isVisible())
    menu.actions()[0].trigger()
    assert revised(qtbot, dialog).revision == Revision(shown=frozenset({"Maria Silva"}))
    menu.close()


def test_words_that_are_selected_can_be_replaced_besides(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    lease = piece(dialog, "sixty days").text
    lease.setTextCursor(lease.document().find("sixty days"))
    assert dialog.replacements.words.text() == "sixty days"
    qtbot.mouseClick(dialog.replacements.add, Qt.MouseButton.LeftButton)
    revised(qtbot, dialog)
    assert "sixty days" not in lease.toPlainText()
    assert "sixty days" in dialog.replacements.ticks
    lease.moveCursor(QTextCursor.MoveOperation.Start)
    lease.moveCursor(QTextCursor.MoveOperation.End, QTextCursor.MoveMode.KeepAnchor)
    assert lease.selected_words == "", "words with a placeholder in them stand nowhere"


def test_a_piece_goes_in_other_words_which_are_redacted_like_all(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    lease = piece(dialog, "sixty days")
    qtbot.mouseClick(lease.edit, Qt.MouseButton.LeftButton)
    assert "Maria Silva" in lease.field.toPlainText(), "one changes one's own words, not placeholders"
    assert not dialog.send.isEnabled(), "the words that are being changed could be taken for those that are sent"
    qtbot.keyClick(lease.field, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.isVisible()
    lease.field.setPlainText("Maria Silva gives notice.")
    qtbot.mouseClick(lease.use, Qt.MouseButton.LeftButton)
    now = revised(qtbot, dialog)
    assert lease.text.toPlainText() == "[PERSON_1] gives notice."
    assert "ask me · edited" in said(dialog)
    assert dialog.send.isEnabled()
    qtbot.mouseClick(lease.edit, Qt.MouseButton.LeftButton)
    qtbot.mouseClick(lease.leave, Qt.MouseButton.LeftButton)
    assert dialog._review is now


def test_the_summary_leads_to_what_is_replaced_and_what_stays(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    desk.labels.set(LabelKind.FOLDER, "/files/policy.md", Sensitivity.NEVER)
    dialog = shown(qtbot, presenter, reviewed(desk))
    assert dialog.changes.text() == "Replaced by placeholders: 2 · Never leaves: 1"
    dialog.resize(dialog.width(), 400)
    assert dialog.withheld.visibleRegion().isEmpty()
    dialog.changes.click()
    assert not dialog.withheld.visibleRegion().isEmpty()
    assert next(iter(dialog.replacements.ticks.values())).hasFocus()


def test_nothing_can_be_sent_past_an_obstacle(qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom) -> None:
    desk.settings.change(offline=True)
    dialog = shown(qtbot, presenter, reviewed(desk))
    assert "The offline switch is on." in said(dialog)
    assert not dialog.send.isEnabled()
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    assert dialog.isVisible()


def test_a_consent_is_remembered_only_if_that_is_ticked_and_can_be_taken_back(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    assert not dialog.remember.isChecked()
    dialog.remember.click()
    with qtbot.waitSignal(presenter.sent) as sent:
        dialog.send.click()
    assert sent.args[1] is True
    desk.send(sent.args[0], remember=True)
    again = desk.review(desk.question("And who pays?"), reason=REASON)
    assert again.remembered is not None
    dialog = shown(qtbot, presenter, again)
    assert "you said not to ask again in this conversation for Example Cloud" in said(dialog)
    dialog.forget.click()
    qtbot.waitUntil(dialog.remember.isVisible)
    assert desk.store.consents() == ()


def test_escape_and_answering_here_send_nothing(qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom) -> None:
    review = reviewed(desk)
    dialog = shown(qtbot, presenter, review)
    with qtbot.waitSignal(presenter.cancelled) as cancelled:
        qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert cancelled.args == [review.question_id]
    dialog = shown(qtbot, presenter, review)
    with qtbot.waitSignal(presenter.local_chosen) as chosen:
        dialog.local.click()
    assert chosen.args == [review.question_id]
    assert desk.models.sent == []
    assert not shown(qtbot, presenter, review, answered=True).local.isVisible()


def test_markup_in_a_document_is_shown_and_not_obeyed(qtbot: QtBot, icons: Icons, window: QWidget) -> None:
    made = room(lease="# Notice\n\nNotice <img src='file:///etc/hostname'> <b>now</b> [PERSON_9].")
    review = reviewed(made)
    dialog = ReviewDialog(icons, review, window, answered=False)
    qtbot.addWidget(dialog)
    dialog.open()
    text = piece(dialog, "now").text
    assert "<img src='file:///etc/hostname'> <b>now</b>" in text.toPlainText()
    assert text.loadResource(2, QUrl("file:///etc/hostname")) is None


def test_the_page_that_tells_of_keeping_is_named_before_it_is_opened(
    qtbot: QtBot, icons: Icons, window: QWidget, desk: EscalationRoom
) -> None:
    provider = replace(CLOUD, source="https://example.test/privacy")
    dialog = ReviewDialog(icons, replace(reviewed(desk), provider=provider), window, answered=False)
    qtbot.addWidget(dialog)
    dialog.open()
    next(each for each in dialog.findChildren(QPushButton) if each.text().startswith("Where")).click()
    asking = dialog.findChild(QMessageBox)
    assert asking is not None
    assert asking.text() == "https://example.test/privacy"
    asking.close()


def test_every_control_is_reached_by_tab_and_has_a_name(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    dialog = shown(qtbot, presenter, reviewed(desk))
    reached: list[QWidget] = []
    for _ in range(60):
        focused = QApplication.focusWidget()
        assert focused is not None
        if focused in reached:
            break
        reached.append(focused)
        qtbot.keyClick(focused, Qt.Key.Key_Tab)
    first, *_, last = dialog.pieces.values()
    wanted = [
        first.tick,
        last.edit,
        dialog.replacements.words,
        dialog.remember,
        dialog.send,
        dialog.local,
        dialog.cancel,
    ]
    places = [reached.index(each) for each in wanted]
    assert places == sorted(places)
    assert not [each for each in reached if not (each.accessibleName() or getattr(each, "text", str)())]


def test_what_was_just_unticked_stays_so_when_a_consent_is_taken_back_meanwhile(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom
) -> None:
    desk.send(reviewed(desk), remember=True)
    again = desk.review(desk.question("And who pays?"), reason=REASON)
    dialog = shown(qtbot, presenter, again)
    desk.store.withdraw_consents(again.conversation_id)
    unticked = next(each for each in dialog.pieces.values() if not each.tick.isHidden())
    unticked.tick.click()
    presenter._on_forgotten(1)  # before it is known how the review is without that piece
    assert not dialog.send.isEnabled(), "it would go after all"
    sent = revised(qtbot, dialog)
    assert not unticked.tick.isChecked()
    assert len(sent.sent) == len(sent.pieces) - 1
    assert dialog.remember.isVisible(), "the consent is said to be remembered still"


def test_a_review_that_another_takes_the_place_of_sends_nothing(
    qtbot: QtBot, presenter: ReviewPresenter, desk: EscalationRoom, window: QWidget
) -> None:
    shown(qtbot, presenter, reviewed(desk))
    second = shown(qtbot, presenter, reviewed(desk, "And who pays?"))
    there = [each for each in window.findChildren(ReviewDialog) if each.isVisible()]
    assert there == [second], "what the first shows is not what it would send"
