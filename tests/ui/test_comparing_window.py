"""Several models beside each other in the window, and saved lists judged in a table."""

from __future__ import annotations

import threading
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest
from looking import ask, icon_button, said, wait_for_end
from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QComboBox, QPushButton

from localassist.domain.chat import Evidence, Figures
from localassist.domain.comparisons import MOST_MODELS
from localassist.domain.documents import Citation, Passage, Scope
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.events import TokenDelta
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop
from localassist.ui.comparing.approving import Approvals
from localassist.ui.comparing.cells import NOT_ASKED as NOT_ASKED_YET
from localassist.ui.comparing.side_presenter import NOT_ASKED

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from localassist.domain.chat import Message
    from localassist.ui.assembly import Assembly
    from localassist.ui.comparing.lists_page import ListsPage
    from localassist.ui.comparing.side_page import SideBySidePage
    from localassist.usecases.services import Services

PASSAGE = Passage(
    1, 1, "/files/lease.md", "Lease", None, "Notice", "The tenant gives sixty days notice in writing.", 0, 46
)
CITED = Citation(1, PASSAGE, PASSAGE.text, 0, 35, None, "")


@pytest.fixture
def side(opened: Assembly, qtbot: QtBot) -> SideBySidePage:
    """The page with one question, once it knows the models."""
    icon_button(opened.window, "Compare models").click()
    dialog = opened.comparing.dialog
    assert dialog is not None
    qtbot.waitUntil(lambda: all(dialog.side.models))
    return dialog.side


@pytest.fixture
def lists(side: SideBySidePage, opened: Assembly) -> ListsPage:
    dialog = opened.comparing.dialog
    assert dialog is not None
    dialog.pages.setCurrentIndex(1)
    return dialog.lists


def compare(side: SideBySidePage, qtbot: QtBot, text: str = "What notice?") -> None:
    side.question.setPlainText(text)
    qtbot.keyClick(side.question, Qt.Key.Key_Return)


def button(page: SideBySidePage | ListsPage, words: str) -> QPushButton:
    return next(each for each in page.findChildren(QPushButton) if each.text().startswith(words))


def texts(side: SideBySidePage) -> list[str]:
    return ["".join(item.message.text for item in column.transcript.items) for column in side.columns]


def wait_until_compared(side: SideBySidePage, qtbot: QtBot) -> None:
    qtbot.waitUntil(lambda: any(each.text() == "Compare" for each in side.findChildren(QPushButton)))


def test_the_columns_have_different_models_and_more_can_be_added(side: SideBySidePage) -> None:
    assert side.models == ("parrot", NO_MODEL)
    more = button(side, "One more model")
    while more.isEnabled():
        more.click()
    assert len(side.columns) == MOST_MODELS
    icon_button(side.columns[-1], "Take this column away").click()
    icon_button(side.columns[-1], "Take this column away").click()
    assert side.models == ("parrot", NO_MODEL)
    assert not icon_button(side.columns[0], "Take this column away").isVisible()


def test_the_same_model_twice_is_not_compared(side: SideBySidePage) -> None:
    side.question.setPlainText("What notice?")
    assert button(side, "Compare").isEnabled()
    side.columns[1].chooser.setCurrentIndex(side.columns[0].chooser.currentIndex())
    assert not button(side, "Compare").isEnabled()


def test_every_model_answers_in_its_column_with_what_it_took(
    side: SideBySidePage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    answers.script = [TokenDelta("Sixty "), TokenDelta("days.")]
    answers.evidence = replace(answers.evidence, figures=Figures(120, 0, 2, 0.5, 12.0, 4096, "CPU"))
    compare(side, qtbot)
    wait_until_compared(side, qtbot)
    assert texts(side) == ["Sixty days.", "Sixty days."]
    assert [model for _, _, model in answers.asked] == ["parrot", NO_MODEL]
    for column in side.columns:
        qtbot.waitUntil(lambda column=column: "In all" in said(column))  # widgets added to a layout show a moment later
        told = said(column)
        assert "120 read, 2 written" in told
        assert "12 tokens a second" in told
        assert "nothing" in told, "it cost nothing"


def test_what_an_answer_rests_on_opens_beside_the_columns(
    side: SideBySidePage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    answers.script = [TokenDelta("Sixty days.")]
    answers.evidence = Evidence(route=answers.evidence.route, citations=(CITED,), searched=True)
    compare(side, qtbot)
    wait_until_compared(side, qtbot)
    assert not side.evidence.isVisible()
    side.columns[1].transcript.citation_clicked.emit(1, 1)
    assert side.evidence.isVisible()
    assert "lease.md" in said(side.evidence)


def test_a_citation_leads_to_its_own_answer_after_a_column_before_it_was_taken_away(
    opened: Assembly,
    side: SideBySidePage,
    services: Services,
    answers: ScriptedAnswers,
    qtbot: QtBot,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    services.models.add("owl.gguf")
    opened.comparing.show()
    qtbot.waitUntil(lambda: side.columns[0].chooser.findData("owl") >= 0)
    button(side, "One more model").click()
    answers.script = [TokenDelta("Sixty days.")]
    compare(side, qtbot)
    wait_until_compared(side, qtbot)
    icon_button(side.columns[0], "Take this column away").click()
    seen: list[Message] = []
    monkeypatch.setattr(side.evidence, "show_evidence", seen.append)
    transcript = side.columns[0].transcript
    transcript.citation_clicked.emit(1, 1)
    assert [each.id for each in seen] == [transcript.items[-1].message.id]


def test_enter_asks_from_the_question_alone(side: SideBySidePage, answers: ScriptedAnswers, qtbot: QtBot) -> None:
    side.question.setPlainText("What notice?")
    qtbot.keyClick(side.columns[0].chooser, Qt.Key.Key_Return)
    assert button(side, "Compare").isEnabled(), "it began while a model was chosen"
    assert answers.asked == []


def test_a_stop_keeps_what_was_said_and_asks_nobody_after(
    side: SideBySidePage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    answers.script = [TokenDelta("Sixty "), threading.Event(), TokenDelta("days.")]
    compare(side, qtbot)
    first = side.columns[0].transcript
    qtbot.waitUntil(
        lambda: bool(first.items) and first.items[0].growing is not None and first.items[0].growing.text != ""
    )
    button(side, "Stop").click()
    wait_until_compared(side, qtbot)
    assert texts(side) == ["Sixty ", ""]
    assert side.columns[1].status == NOT_ASKED
    assert len(answers.asked) == 1


def test_a_model_that_fails_says_why_and_can_be_asked_again(
    side: SideBySidePage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    answers.script = [TokenDelta("Si"), ModelError("It ran out of memory.", "Close something.")]
    compare(side, qtbot)
    wait_until_compared(side, qtbot)
    problems = [column.transcript.items[0].message.problem for column in side.columns]
    assert problems == ["It ran out of memory. Close something."] * 2
    answers.script = [TokenDelta("Sixty days.")]
    compare(side, qtbot)
    wait_until_compared(side, qtbot)
    assert texts(side) == ["Sixty days.", "Sixty days."]


def test_it_begins_with_the_last_question_and_the_documents_on_show(
    opened: Assembly, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    answers.script = [TokenDelta("Sixty days.")]
    ask(opened, qtbot, "What notice must the tenant give?")
    wait_for_end(opened, qtbot)
    icon_button(opened.window, "Compare models").click()
    dialog = opened.comparing.dialog
    assert dialog is not None
    assert dialog.side.question.toPlainText() == "What notice must the tenant give?"
    qtbot.waitUntil(lambda: all(dialog.side.models))
    opened.comparing.use(Scope(collection_ids=(7,)), "Leases")
    assert "passages of Leases" in said(dialog.side)
    compare(dialog.side, qtbot)
    wait_until_compared(dialog.side, qtbot)
    assert answers.asked[-1][1] == Scope(collection_ids=(7,))
    assert len(opened.chat.transcript.items) == 2, "nothing of it is in the conversation"


def begin(opened: Assembly, lists: ListsPage, qtbot: QtBot, *questions: str) -> None:
    """Begin a list of these questions to both models."""
    button(lists, "New list").click()
    presenter = opened.comparing._lists
    assert presenter is not None
    dialog = presenter.dialog
    assert dialog is not None
    go = next(each for each in dialog.findChildren(QPushButton) if each.text() == "Begin the list")
    assert not go.isEnabled()
    dialog.name.setText("Leases")
    dialog.add_questions(questions)
    for row in range(2):
        dialog.models.item(row).setCheckState(Qt.CheckState.Checked)
    go.click()
    qtbot.waitUntil(lambda: lists.cells.rowCount() == len(questions) + 1)


def shown(lists: ListsPage) -> list[list[str]]:
    cells = lists.cells
    rows = range(cells.rowCount() - 1)
    return [[cells.index(row, column).data() for column in range(cells.columnCount())] for row in rows]


def fill(lists: ListsPage, qtbot: QtBot) -> None:
    button(lists, "Ask what is missing").click()
    qtbot.waitUntil(lambda: button(lists, "New list").isEnabled())


def test_a_list_is_begun_and_filled_in_its_table(
    opened: Assembly, lists: ListsPage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    begin(opened, lists, qtbot, "Why?", "When?")
    assert shown(lists) == [["Why?", NOT_ASKED_YET, NOT_ASKED_YET], ["When?", NOT_ASKED_YET, NOT_ASKED_YET]]
    answers.script = [TokenDelta("Sixty days.")]
    fill(lists, qtbot)
    assert shown(lists) == [["Why?", "Sixty days.", "Sixty days."], ["When?", "Sixty days.", "Sixty days."]]
    qtbot.waitUntil(lambda: not button(lists, "Ask what is missing").isEnabled())
    totals = lists.cells.index(2, 1).data()
    assert "Answered: 2" in totals


def test_the_answer_that_is_chosen_is_shown_whole(
    opened: Assembly, lists: ListsPage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    begin(opened, lists, qtbot, "Why?")
    answers.script = [TokenDelta("Sixty days.\n\nIn writing.")]
    answers.evidence = Evidence(route=answers.evidence.route, citations=(CITED,), searched=True)
    fill(lists, qtbot)
    lists.table.setCurrentIndex(lists.cells.index(0, 1))
    assert [item.message.text for item in lists.answer.items] == ["Sixty days.\n\nIn writing."]
    lists.answer.citation_clicked.emit(1, 1)
    assert lists.evidence.isVisible()
    assert "lease.md" in said(lists.evidence)


def test_a_verdict_is_chosen_in_its_cell_and_kept(
    opened: Assembly, lists: ListsPage, answers: ScriptedAnswers, services: Services, qtbot: QtBot
) -> None:
    begin(opened, lists, qtbot, "Why?")
    assert not lists.cells.flags(lists.cells.index(0, 1)) & Qt.ItemFlag.ItemIsEditable, "there is nothing to judge"
    answers.script = [TokenDelta("Sixty days.")]
    fill(lists, qtbot)

    def kept() -> str:
        return services.comparing.saved.table(lists.chosen_list).questions[0].answers["parrot"].verdict

    for words, verdict in (("better", "better"), ("too long", "too long"), ("None", "")):
        lists.table.edit(lists.cells.index(0, 1))
        editor = lists.table.findChild(QComboBox)
        assert editor is not None
        assert [editor.itemText(row) for row in range(3)] == ["better", "good", "bad"]
        editor.setEditText(words)
        delegate = lists.table.itemDelegate()
        delegate.commitData.emit(editor)
        delegate.closeEditor.emit(editor)
        qtbot.waitUntil(lambda verdict=verdict: kept() == verdict)
        qtbot.waitUntil(lambda verdict=verdict: lists.cells.index(0, 1).data(Qt.ItemDataRole.EditRole) == verdict)


def test_a_table_is_exported_and_a_list_deleted(
    opened: Assembly, lists: ListsPage, answers: ScriptedAnswers, qtbot: QtBot, tmp_path: Path
) -> None:
    begin(opened, lists, qtbot, "Why?")
    answers.script = [TokenDelta("=1+1")]
    fill(lists, qtbot)
    for name, held in (("table.csv", "'=1+1"), ("table.json", '"answer": "=1+1"')):
        lists.export_requested.emit(str(tmp_path / name))
        qtbot.waitUntil(lambda name=name: name in lists.note.text)
        assert held in (tmp_path / name).read_text(encoding="utf-8")
    button(lists, "Delete").click()
    assert "Delete Leases?" in lists.note.text
    button(lists, "Delete it").click()
    qtbot.waitUntil(lambda: not lists.cells.rowCount())
    assert lists.empty.isVisible()


def test_the_list_that_was_named_is_deleted_and_no_other(
    opened: Assembly, lists: ListsPage, services: Services, qtbot: QtBot
) -> None:
    saved = services.comparing.saved
    other = saved.create("Prices", Scope())
    begin(opened, lists, qtbot, "Why?")
    qtbot.waitUntil(lambda: lists.lists.count() == 2)
    button(lists, "Delete").click()
    assert "Delete Leases?" in lists.note.text
    lists.lists.setCurrentIndex(lists.lists.findData(other.id))
    qtbot.waitUntil(lambda: not lists.cells.rowCount())
    for each in lists.note.findChildren(QPushButton):
        if each.isVisible() and each.text() == "Delete it":
            each.click()
    qtbot.waitUntil(lambda: not opened._jobs._running)
    assert other.id in [each.id for each in saved.all()], "what was asked about was another list"


def test_a_stop_keeps_what_is_answered_and_goes_on_later(
    opened: Assembly, lists: ListsPage, answers: ScriptedAnswers, qtbot: QtBot
) -> None:
    begin(opened, lists, qtbot, "Why?", "When?")
    waiting = threading.Event()
    answers.script = [TokenDelta("Sixty days."), waiting]
    button(lists, "Ask what is missing").click()
    qtbot.waitUntil(lambda: len(answers.asked) == 1)
    lists.stop_requested.emit()
    qtbot.waitUntil(lambda: button(lists, "New list").isEnabled())
    assert shown(lists)[0][1] == NOT_ASKED_YET
    answers.script = [TokenDelta("Sixty days.")]
    qtbot.waitUntil(lambda: button(lists, "Ask what is missing").isEnabled())
    fill(lists, qtbot)
    assert len(answers.asked) == 5


def test_questions_and_models_are_added_to_a_list_that_keeps_its_answers(
    opened: Assembly, lists: ListsPage, answers: ScriptedAnswers, qtbot: QtBot, tmp_path: Path
) -> None:
    begin(opened, lists, qtbot, "Why?")
    answers.script = [TokenDelta("Sixty days.")]
    fill(lists, qtbot)
    button(lists, "Add").click()
    presenter = opened.comparing._lists
    assert presenter is not None
    dialog = presenter.dialog
    assert dialog is not None
    (tmp_path / "more.txt").write_text("When?\n\nWhy?\n", encoding="utf-8")
    dialog.file_chosen.emit(str(tmp_path / "more.txt"))
    qtbot.waitUntil(lambda: "When?" in dialog.questions.toPlainText())
    next(each for each in dialog.findChildren(QPushButton) if each.text() == "Add").click()
    qtbot.waitUntil(lambda: lists.cells.rowCount() == 3)
    assert shown(lists) == [["Why?", "Sixty days.", "Sixty days."], ["When?", NOT_ASKED_YET, NOT_ASKED_YET]]


class Reviewing(QObject):
    """Stands where the dialog with a review does."""

    sent = Signal(object, bool)
    local_chosen = Signal(int)
    cancelled = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.shown: list[object] = []

    def show(self, review: object, *, answered: bool) -> None:
        self.shown.append(review)


@pytest.mark.parametrize("decision", ["send", "here", "close"])
def test_a_job_waits_until_it_is_decided_what_may_leave(opened: Assembly, qtbot: QtBot, decision: str) -> None:
    reviews, decided = Reviewing(), []
    approvals = Approvals(reviews)  # type: ignore[arg-type]
    opened._jobs.call(lambda: approvals("the review", Stop()), decided.append, decided.append)  # type: ignore[arg-type]
    qtbot.waitUntil(lambda: reviews.shown == ["the review"])
    assert decided == []
    {
        "send": lambda: reviews.sent.emit("as it was changed", False),
        "here": lambda: reviews.local_chosen.emit(1),
        "close": lambda: reviews.cancelled.emit(1),
    }[decision]()
    qtbot.waitUntil(lambda: len(decided) == 1)
    assert decided == ["as it was changed" if decision == "send" else None]


def test_a_stop_ends_the_waiting_for_a_decision(opened: Assembly, qtbot: QtBot) -> None:
    reviews, ended, stop = Reviewing(), [], Stop()
    approvals = Approvals(reviews)  # type: ignore[arg-type]

    def wait() -> str:
        try:
            approvals("the review", stop)  # type: ignore[arg-type]
        except Stopped:
            return "stopped"
        return "decided"

    opened._jobs.call(wait, ended.append, ended.append)
    qtbot.waitUntil(lambda: bool(reviews.shown))
    stop.request()
    qtbot.waitUntil(lambda: ended == ["stopped"])
