"""The ledger in the window: what left, looked through by words, read to the letter, checked and exported."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from looking import icon_button, said
from PySide6.QtCore import QModelIndex, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QFileDialog, QPlainTextEdit, QPushButton, QTableView, QWidget

from localassist.adapters.database import Database, DatabaseConversationStore, DatabaseLedger
from localassist.domain.privacy import Body, Destination, LedgerEntry, Outcome, Purpose
from localassist.ui.ledger.detail import MOST_SHOWN
from localassist.ui.ledger.presenter import LedgerPresenter
from localassist.ui.ledger.view import LedgerDialog

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from localassist.ui.assembly import Assembly
    from localassist.ui.icons import Icons
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

CLOUD = Destination.CLOUD
SENT = '{"model": "large", "messages": ["Grüße\\u202e <b>bold</b>"]}'


@pytest.fixture
def kept() -> Iterator[Database]:
    database = Database(None)
    yield database
    database.close()


@pytest.fixture
def ledger(kept: Database) -> DatabaseLedger:
    """A search forty days ago, and of today: one refused, one to this computer, a question that was sent."""
    time = datetime.now(UTC) - timedelta(days=40)
    ledger = DatabaseLedger(kept, lambda: time)
    ledger.end(ledger.begin("hub.test", "search for models", CLOUD), Outcome.DONE, CLOUD, 700, 9)
    time = datetime.now(UTC)
    ledger.refuse("hub.test", "look at a model", CLOUD)
    ledger.end(ledger.begin("::1", "ask a model", CLOUD), Outcome.DONE, Destination.THIS_COMPUTER, 90, 1)
    conversation = DatabaseConversationStore(kept).create("Lease", "")
    purpose = Purpose(conversation.id, "reviewed at noon", keep_body=True)
    number = ledger.begin("cloud.test", "ask a model", CLOUD, purpose, SENT.encode())
    ledger.end(number, Outcome.FAILED, CLOUD, 1_200, 50)
    return ledger


@pytest.fixture
def presenter(
    qtbot: QtBot, icons: Icons, jobs: Jobs, services: Services, ledger: DatabaseLedger, kept: Database
) -> LedgerPresenter:
    window = QWidget()
    qtbot.addWidget(window)
    over = replace(services, ledger=ledger, conversations=DatabaseConversationStore(kept))
    return LedgerPresenter(window, over, jobs, icons)


@pytest.fixture
def dialog(qtbot: QtBot, presenter: LedgerPresenter) -> LedgerDialog:
    made = presenter.show()
    qtbot.waitUntil(lambda: len(made.entries) == 4)
    return made


def table(dialog: LedgerDialog) -> QTableView:
    found = dialog.findChild(QTableView)
    assert isinstance(found, QTableView)
    return found


def hosts(dialog: LedgerDialog) -> list[str]:
    model = table(dialog).model()
    return [model.index(row, 1).data() for row in range(model.rowCount())]


def body(dialog: LedgerDialog) -> QPlainTextEdit:
    found = dialog.detail.findChild(QPlainTextEdit)
    assert isinstance(found, QPlainTextEdit)
    return found


def choose_file(qtbot: QtBot, dialog: LedgerDialog, path: Path) -> None:
    """Name a file in the dialog that is open and accept it."""

    def opened() -> list[QFileDialog]:
        return [each for each in dialog.findChildren(QFileDialog) if each.isVisible()]

    qtbot.waitUntil(lambda: bool(opened()))
    (asking,) = opened()
    assert asking.acceptMode() is QFileDialog.AcceptMode.AcceptSave
    asking.fileSelected.emit(str(path))
    asking.close()


def export(qtbot: QtBot, dialog: LedgerDialog, words: str, path: Path) -> None:
    next(each for each in dialog.findChildren(QAction) if each.text().startswith(words)).trigger()
    choose_file(qtbot, dialog, path)
    qtbot.waitUntil(lambda: str(path) in dialog.note.text)


def test_it_says_what_left_today_and_that_the_ledger_is_whole(qtbot: QtBot, dialog: LedgerDialog) -> None:
    assert "1,200 bytes left this computer today." in said(dialog)
    qtbot.waitUntil(lambda: "The ledger is whole; its row 7 ends in" in said(dialog))
    assert "4 requests shown." in said(dialog)
    assert "Cloud: 3 requests, 1,900 bytes sent, 59 received." in said(dialog)


def test_the_newest_stands_first(dialog: LedgerDialog) -> None:
    assert hosts(dialog) == ["cloud.test", "::1", "hub.test", "hub.test"]


def test_what_was_sent_is_read_to_the_letter(qtbot: QtBot, dialog: LedgerDialog) -> None:
    dialog.activateWindow()
    table(dialog).setFocus()
    qtbot.keyClick(table(dialog), Qt.Key.Key_Home, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: body(dialog).toPlainText() == SENT)
    assert body(dialog).isVisible()
    assert "For conversation 1." in said(dialog.detail)
    assert "reviewed at noon" in said(dialog.detail)
    qtbot.keyClick(table(dialog), Qt.Key.Key_Down)
    assert not body(dialog).isVisible()
    assert "not kept" in said(dialog.detail)


def test_what_was_erased_with_its_conversation_is_said(qtbot: QtBot, dialog: LedgerDialog, kept: Database) -> None:
    table(dialog).selectRow(0)
    qtbot.waitUntil(lambda: body(dialog).toPlainText() == SENT)
    DatabaseConversationStore(kept).delete(1)
    dialog.looked_at.emit()
    qtbot.waitUntil(lambda: "erased with its conversation" in said(dialog.detail))
    assert not body(dialog).isVisible()
    assert body(dialog).toPlainText() == ""
    qtbot.waitUntil(lambda: "The ledger is whole" in said(dialog))


def test_it_opens_on_what_was_sent_for_an_answer(qtbot: QtBot, presenter: LedgerPresenter, kept: Database) -> None:
    ledger = DatabaseLedger(kept)
    conversations = DatabaseConversationStore(kept)
    question, _ = conversations.ask(1, None, "How long is the Nile?")
    messages = []
    for n in range(2):
        messages.append(conversations.answer_again(question.id))
        ledger.begin("cloud.test", "ask a model", CLOUD, Purpose(1, "", keep_body=True), b"asked %d" % n)
    dialog = presenter.show()
    qtbot.keyClicks(dialog.filters.words, "hub")
    presenter.show_answer(messages[0].id)
    qtbot.waitUntil(lambda: body(dialog).toPlainText() == "asked 0")
    assert hosts(dialog) == ["cloud.test"] * 3  # one is of before
    assert dialog.filters.conversation.isVisible()
    dialog.filters.conversation.click()
    qtbot.waitUntil(lambda: len(hosts(dialog)) == 6)


@pytest.mark.parametrize(("sent", "words"), [(0, "None of this left"), (10, "Not all of this left"), (1_200, "")])
def test_what_is_kept_and_did_not_leave_is_said_to_be_so(
    qtbot: QtBot, dialog: LedgerDialog, ledger: DatabaseLedger, sent: int, words: str
) -> None:
    number = ledger.begin("cloud.test", "ask a model", CLOUD, Purpose(0, "", keep_body=True), b"a long question")
    ledger.end(number, Outcome.FAILED, CLOUD, sent, 0)
    dialog.looked_at.emit()
    qtbot.waitUntil(lambda: len(hosts(dialog)) == 5)
    table(dialog).selectRow(0)
    qtbot.waitUntil(lambda: body(dialog).toPlainText() == "a long question")
    told = [line for line in said(dialog.detail).splitlines() if "of this left" in line]
    assert [line.startswith(words) for line in told] == ([True] if words else [])


@pytest.mark.parametrize(
    ("words", "found"),
    [("HUB", ["hub.test", "hub.test"]), ("model ask", ["cloud.test", "::1"]), ("nowhere", [])],
)
def test_words_of_host_and_reason_narrow_it(qtbot: QtBot, dialog: LedgerDialog, words: str, found: list[str]) -> None:
    qtbot.keyClicks(dialog.filters.words, words)
    qtbot.waitUntil(lambda: hosts(dialog) == found)
    assert "1,200 bytes left this computer today." in said(dialog)
    if not found:
        assert "No request is like that." in said(dialog)


def test_time_destination_and_what_left_narrow_it(qtbot: QtBot, dialog: LedgerDialog) -> None:
    filters = dialog.filters
    filters.since.setFocus()
    qtbot.keyClick(filters.since, Qt.Key.Key_Down)
    assert filters.since.currentText() == "Today"
    filters.since.activated.emit(1)
    qtbot.waitUntil(lambda: hosts(dialog) == ["cloud.test", "::1", "hub.test"])
    filters.destination.setCurrentIndex(filters.destination.findText("Cloud"))
    filters.destination.activated.emit(0)
    qtbot.waitUntil(lambda: hosts(dialog) == ["cloud.test", "hub.test"])
    filters.only_left.click()
    qtbot.waitUntil(lambda: hosts(dialog) == ["cloud.test"])
    assert "1 request shown. Cloud: 1 request, 1,200 bytes sent, 50 received." in said(dialog)


def test_what_is_chosen_stays_so_when_it_is_read_again(
    qtbot: QtBot, dialog: LedgerDialog, ledger: DatabaseLedger
) -> None:
    table(dialog).selectRow(1)
    ledger.refuse("new.test", "download a model", CLOUD)
    dialog.looked_at.emit()
    qtbot.waitUntil(lambda: hosts(dialog)[0] == "new.test")
    assert dialog.chosen is not None
    assert dialog.chosen.host == "::1"


def test_a_row_that_was_taken_out_shows(qtbot: QtBot, dialog: LedgerDialog, kept: Database) -> None:
    qtbot.waitUntil(lambda: "The ledger is whole" in said(dialog))
    with kept.writing() as connection:
        connection.execute("DELETE FROM ledger WHERE number = 3")
    dialog.looked_at.emit()
    qtbot.waitUntil(lambda: "The ledger is not whole: Row 3 is missing." in said(dialog))


def test_what_is_shown_is_exported_as_json_lines_and_as_a_table(
    qtbot: QtBot, dialog: LedgerDialog, tmp_path: Path
) -> None:
    qtbot.keyClicks(dialog.filters.words, "ask")
    qtbot.waitUntil(lambda: len(hosts(dialog)) == 2)
    export(qtbot, dialog, "JSON lines", tmp_path / "ledger.jsonl")
    export(qtbot, dialog, "Table", tmp_path / "ledger.csv")
    lines = [json.loads(line) for line in (tmp_path / "ledger.jsonl").read_text(encoding="utf-8").splitlines()]
    with (tmp_path / "ledger.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    for told in (lines, rows):
        assert [(each["host"], int(each["sent"]), each["body"]) for each in told] == [
            ("::1", 90, "not kept"),
            ("cloud.test", 1_200, "kept"),
        ]
    assert sorted(each.name for each in tmp_path.iterdir()) == ["ledger.csv", "ledger.jsonl"]


def test_where_it_can_not_be_exported_it_is_said(qtbot: QtBot, dialog: LedgerDialog, tmp_path: Path) -> None:
    dialog.export_requested.emit(str(tmp_path / "gone" / "ledger.csv"), "csv")
    qtbot.waitUntil(lambda: "No such file" in dialog.note.text)


def test_what_is_too_long_to_show_is_saved_whole(
    qtbot: QtBot, dialog: LedgerDialog, ledger: DatabaseLedger, tmp_path: Path
) -> None:
    text = "é" * (MOST_SHOWN + 1)
    ledger.begin("cloud.test", "ask a model", CLOUD, Purpose(0, "", keep_body=True), text.encode())
    dialog.looked_at.emit()
    qtbot.waitUntil(lambda: len(hosts(dialog)) == 5)
    table(dialog).selectRow(0)
    qtbot.waitUntil(lambda: len(body(dialog).toPlainText()) == MOST_SHOWN)
    assert "save it to have all of it" in said(dialog.detail)
    next(each for each in dialog.detail.findChildren(QPushButton) if "Save" in each.text()).click()
    choose_file(qtbot, dialog, tmp_path / "sent.txt")
    qtbot.waitUntil(lambda: "Saved what was sent" in dialog.note.text)
    assert (tmp_path / "sent.txt").read_text(encoding="utf-8") == text


def test_an_empty_ledger_says_what_it_is_for(qtbot: QtBot, opened: Assembly) -> None:
    opened.begin()
    icon_button(opened.window, "Ledger: what left this computer").click()

    def dialogs() -> list[LedgerDialog]:
        return [each for each in QApplication.topLevelWidgets() if isinstance(each, LedgerDialog) and each.isVisible()]

    qtbot.waitUntil(lambda: bool(dialogs()) and "0 bytes left this computer today." in said(dialogs()[0]))
    (dialog,) = dialogs()
    assert "the program has not tried to connect to anything" in said(dialog)
    qtbot.waitUntil(lambda: "The ledger is empty." in said(dialog))
    assert not next(each for each in dialog.findChildren(QPushButton) if each.text() == "Export").isEnabled()


def test_of_a_hundred_thousand_requests_only_those_on_show_are_made_into_cells(qtbot: QtBot, icons: Icons) -> None:
    made = LedgerDialog(icons)
    qtbot.addWidget(made)
    made.show()
    began = datetime(2026, 1, 1, tzinfo=UTC)
    entries = tuple(
        LedgerEntry(n, began, f"host{n}.test", "ask a model", CLOUD, Outcome.DONE, n, 1, body=Body.NOT_KEPT)
        for n in range(1, 100_001)
    )
    asked: list[int] = []
    model = table(made).model()
    cell = model.data

    def noted(index: QModelIndex, role: int) -> object:
        asked.append(index.row())
        return cell(index, role)

    model.data = noted  # type: ignore[method-assign]
    made.show_entries(entries, "", narrowed=False)
    qtbot.waitUntil(lambda: bool(asked))
    table(made).scrollToBottom()
    qtbot.waitUntil(lambda: 99_999 in asked)
    assert len(set(asked)) < 200


def test_enter_in_the_search_opens_nothing(qtbot: QtBot, dialog: LedgerDialog) -> None:
    qtbot.waitUntil(lambda: body(dialog).toPlainText() != "" or not table(dialog).currentIndex().isValid())
    table(dialog).selectRow(0)
    for key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
        qtbot.keyClick(dialog.filters.words, key)
    assert not dialog.findChildren(QFileDialog)
    assert dialog.isVisible()
