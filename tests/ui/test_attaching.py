"""Files dropped into a conversation are asked there only; folders and the left column make collections."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from looking import ask, dragged, drop, icon_button, said, wait_for_end
from PySide6.QtCore import Qt, QUrl

from localassist.domain.documents import Scope

if TYPE_CHECKING:
    from pathlib import Path

    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from fakes import FakeFiles
    from localassist.ui.assembly import Assembly
    from localassist.usecases.services import Services


@pytest.fixture
def lease(tmp_path: Path, files: FakeFiles) -> str:
    """A file that is there for the window and for the reader."""
    path = tmp_path / "lease.md"
    path.write_text("# Notice")
    files.write(str(path), "# Notice\n\nSixty days.")
    return str(path)


def dropped_on_the_question(opened: Assembly, path: str) -> None:
    assert drop(opened.chat.composer.field.viewport(), dragged(QUrl.fromLocalFile(path)))


def test_a_dropped_file_is_asked_in_its_conversation_and_nowhere_else(
    qtbot: QtBot, opened: Assembly, lease: str, services: Services, answers: ScriptedAnswers
) -> None:
    dropped_on_the_question(opened, lease)
    qtbot.waitUntil(lambda: opened._attachments.name == "lease.md" and not opened._attachments.is_reading)
    (document,) = services.documents.cached()
    assert services.documents.collections() == ()
    ask(opened, qtbot, "What notice?")
    wait_for_end(opened, qtbot)
    ask(opened, qtbot, "And in writing?")
    wait_for_end(opened, qtbot)
    opened.window.new_requested.emit()
    assert not opened._attachments.view.isVisible()
    ask(opened, qtbot, "Anything else?")
    wait_for_end(opened, qtbot)
    mine = Scope(document_ids=(document.id,))
    assert [scope for _, scope, _ in answers.asked] == [mine, mine, Scope()]
    first = services.conversations.recent()[-1]
    opened.conversations.conversation_chosen.emit(first.id)
    qtbot.waitUntil(opened._attachments.view.isVisible)
    assert opened.chat.composer.field.placeholderText() == "Ask about lease.md…"


def test_a_file_is_taken_out_by_its_chip(qtbot: QtBot, opened: Assembly, lease: str) -> None:
    dropped_on_the_question(opened, lease)
    qtbot.waitUntil(lambda: opened._attachments.name == "lease.md")
    close = icon_button(opened._attachments.view, "Take lease.md out of this conversation")
    qtbot.mouseClick(close, Qt.MouseButton.LeftButton)
    assert opened._attachments.scope.is_empty
    assert opened.chat.composer.field.placeholderText() == "Ask anything…"


def test_a_file_that_cannot_be_read_says_why_beside_the_question(
    qtbot: QtBot, opened: Assembly, lease: str, files: FakeFiles
) -> None:
    files.write(lease, "", problem="lease.md is damaged.")
    dropped_on_the_question(opened, lease)
    qtbot.waitUntil(lambda: opened.chat.composer.note.startswith("lease.md is damaged."))


def test_no_question_passes_a_file_that_is_still_being_read(
    qtbot: QtBot, opened: Assembly, answers: ScriptedAnswers
) -> None:
    opened.chat.composer.wait_for("The files are still being read.")
    ask(opened, qtbot, "What notice?")
    assert answers.asked == []
    assert opened.chat.composer.note == "The files are still being read."
    assert opened.chat.composer.field.toPlainText() == "What notice?"


def test_a_dropped_folder_becomes_a_collection(
    qtbot: QtBot, opened: Assembly, tmp_path: Path, services: Services, lease: str
) -> None:
    dropped_on_the_question(opened, str(tmp_path))
    qtbot.waitUntil(lambda: [c.roots for c in services.documents.collections()] == [(str(tmp_path),)])


def test_a_file_dropped_on_the_collections_joins_one(
    qtbot: QtBot, opened: Assembly, lease: str, services: Services
) -> None:
    panel = opened.collections
    opened._on_dropped([lease], panel.mapTo(opened.window, panel.rect().center()))
    qtbot.waitUntil(lambda: [c.roots for c in services.documents.collections()] == [(lease,)])
    assert "lease.md" not in said(opened._attachments.view)
