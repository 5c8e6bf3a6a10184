"""The real window over the real models and the sample documents: a question is answered and its citation opened."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QGuiApplication, QKeySequence
from PySide6.QtWidgets import QFileDialog, QLabel, QPushButton

from e2e.commands import CHECKOUT, SAMPLES
from e2e.opened_window import opened, real_services
from localassist.domain.chat import MessageStatus
from localassist.domain.documents import Scope
from localassist.process import LIBRARY_SWITCHES
from localassist.ui.chat.markdown import CITE
from localassist.ui.documents.dialog import DocumentsDialog
from localassist.ui.models.first_start import Way

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

    from localassist.domain.chat import Message
    from localassist.ui.assembly import Assembly
    from localassist.usecases.services import Services

pytestmark = pytest.mark.slow

PATIENCE_MS = 120_000  # two busy cores, a cold embedder and a cold model
SCREENSHOTS = CHECKOUT / "build" / "screenshots"
QUESTION = "I rent flat 4B. How early must I tell the landlord that I am moving out?"


@pytest.fixture
def services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Everything real, over a new home."""
    for name, value in LIBRARY_SWITCHES.items():
        monkeypatch.setenv(name, value)
    # The same answer every time, and soon.
    with real_services(temperature=0.0, max_answer_tokens=96, passages=3) as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, services: Services) -> Iterator[Assembly]:
    """The window as it opens for the first time."""
    with opened(qtbot, qapp, services) as made:
        yield made


def words(view: QWidget) -> str:
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


def squeezed(text: str) -> str:
    """Text without the line breaks and hyphens of its page."""
    return re.sub(r"\W+", " ", text).strip().casefold()


def choose(view: QWidget, path: Path) -> None:
    """Choose a file or folder in the dialog that a view has opened."""
    dialog = view.findChild(QFileDialog)
    assert dialog is not None, "no dialog is open"
    dialog.filesSelected.emit([str(path)])
    dialog.fileSelected.emit(str(path))
    dialog.close()


def start_with_documents(qtbot: QtBot, window: Assembly, folder: Path) -> None:
    """Take the starter model and add a folder."""
    qtbot.mouseClick(window.first_start.way(Way.STARTER).button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.chat.isVisible, timeout=PATIENCE_MS)
    window.collections.choose_folder()
    choose(window.collections, folder)


def wait_until_indexed(qtbot: QtBot, services: Services, files: int) -> None:
    """Wait until so many files are found by words and by meaning."""

    def indexed() -> bool:
        documents = services.documents.documents(Scope.everything())
        return sum(document.status.is_answerable and not document.pending for document in documents) == files

    qtbot.waitUntil(indexed, timeout=PATIENCE_MS)


def send(qtbot: QtBot, window: Assembly) -> Message:
    """Press Enter and wait for the whole answer."""
    qtbot.keyClick(window.chat.composer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(window.chat.transcript.items) >= 2, timeout=PATIENCE_MS)

    def ended() -> bool:
        last = window.chat.transcript.items[-1]
        return last.growing is None and last.message.status is not MessageStatus.STREAMING

    qtbot.waitUntil(ended, timeout=PATIENCE_MS)
    return window.chat.transcript.items[-1].message


def place_of_chip(window: Assembly, n: int) -> QPoint:
    """Where in the transcript's viewport the chip of a citation is."""
    transcript = window.chat.transcript
    layout = transcript.items[-1].layout
    assert layout is not None
    origin = transcript.origin(len(transcript.items) - 1)
    for piece in layout.pieces:
        for y in range(0, int(piece.height), 4):
            for x in range(0, transcript.viewport().width(), 4):
                if piece.document.documentLayout().anchorAt(QPointF(x, y)) == f"{CITE}{n}":
                    return (origin + piece.origin + QPointF(x, y)).toPoint()
    raise AssertionError(f"citation {n} is not in the answer: {transcript.items[-1].message.text}")


def test_a_question_about_a_folder_is_answered_and_its_citation_opens_the_marked_page(
    qtbot: QtBot, window: Assembly, home: Path, services: Services
) -> None:
    start_with_documents(qtbot, window, SAMPLES)
    qtbot.waitUntil(lambda: window.collections.scope_name == "samples", timeout=PATIENCE_MS)
    wait_until_indexed(qtbot, services, len([each for each in SAMPLES.iterdir() if each.is_file()]))
    qtbot.waitUntil((home / "cache" / "vectors" / "chroma.sqlite3").is_file, timeout=PATIENCE_MS)

    streamed: list[str] = []
    grow = window.chat.transcript.grow
    window.chat.transcript.grow = lambda id_, delta: (streamed.append(delta), grow(id_, delta))  # type: ignore[method-assign,return-value,assignment]
    qtbot.keyClicks(window.chat.composer.field, QUESTION)
    answer = send(qtbot, window)
    assert answer.status is MessageStatus.COMPLETE
    assert len(streamed) > 3, "the answer came in one piece"
    first = answer.evidence.citations[0]
    assert first.passage.path == str(SAMPLES / "lease-flat-4b.pdf")

    viewport = window.chat.transcript.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of_chip(window, first.n))
    page = window.evidence.page
    qtbot.waitUntil(
        lambda: f"page {first.page} of 4" in words(page) and bool(page.paper.paper.marks()), timeout=PATIENCE_MS
    )
    assert window.evidence.isVisible()
    assert "lease-flat-4b.pdf" in words(page)
    assert squeezed(page.marked_text) == squeezed(first.quote)
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    assert window.window.grab().save(str(SCREENSHOTS / "window-cited-answer.png"))


def test_a_web_page_chosen_as_a_model_is_refused_on_its_card(qtbot: QtBot, window: Assembly, tmp_path: Path) -> None:
    page = tmp_path / "model.gguf"
    page.write_text("<!doctype html><title>Sign in</title>")
    card = window.first_start.way(Way.FILE)
    qtbot.mouseClick(card.button, Qt.MouseButton.LeftButton)
    choose(window.first_start, page)
    qtbot.waitUntil(card.note.isVisible, timeout=PATIENCE_MS)
    assert "model.gguf" in card.note.text
    assert card.note.text.count(".") >= 2, "what happened and what to do"
    assert window.first_start.isVisible()


def test_a_broken_document_and_a_folder_that_is_gone_are_told_beside_the_collections(
    qtbot: QtBot, window: Assembly, tmp_path: Path
) -> None:
    folder = tmp_path / "Contracts"
    folder.mkdir()
    (folder / "lease.md").write_text("# Lease\n\nThe rent is $1,200 a month.")
    (folder / "scan.pdf").write_bytes(b"%PDF-1.7\n" + b"\x00" * 4000)
    start_with_documents(qtbot, window, folder)
    note = window.collections.note
    qtbot.waitUntil(lambda: note.text == "One file could not be read.", timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: window.collections.scope_name == "Contracts")
    show = next(button for button in note.findChildren(QPushButton) if button.text() == "Show which")
    qtbot.mouseClick(show, Qt.MouseButton.LeftButton)
    dialog = window.collections.findChild(DocumentsDialog)
    assert dialog is not None
    qtbot.waitUntil(dialog.isVisible)
    assert str(folder / "scan.pdf") in words(dialog)
    dialog.close()

    window.collections.choose_folder()
    choose(window.collections, tmp_path / "gone")
    qtbot.waitUntil(lambda: str(tmp_path / "gone") in note.text, timeout=PATIENCE_MS)


def test_a_question_longer_than_the_context_says_so_and_is_kept(
    qtbot: QtBot, window: Assembly, services: Services
) -> None:
    services.settings.change(context_length=512)
    qtbot.mouseClick(window.first_start.way(Way.STARTER).button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.chat.isVisible, timeout=PATIENCE_MS)
    question = "Which of these words is the longest? " + "notice rent deposit landlord " * 500
    QGuiApplication.clipboard().setText(question)
    qtbot.keySequence(window.chat.composer.field, QKeySequence.StandardKey.Paste)
    answer = send(qtbot, window)
    assert answer.status is MessageStatus.FAILED
    assert "Shorten it" in answer.problem
    layout = window.chat.transcript.items[-1].layout
    assert layout is not None
    shown = "\n".join(piece.document.toPlainText() for piece in layout.pieces)
    assert answer.problem in shown, "the problem is said beside the question"
    asked = services.conversations.branch(answer.parent_id)[-1]
    assert asked.text == question.strip()


def test_without_a_model_an_answer_quotes_the_documents_and_opens_their_text(
    qtbot: QtBot, window: Assembly, tmp_path: Path, services: Services
) -> None:
    folder = tmp_path / "Contracts"
    folder.mkdir()
    sentence = "The tenant pays a deposit of $2,400 before moving in."
    (folder / "lease.md").write_text(f"# Lease\n\n{'Nothing of note. ' * 40}\n\n# Deposit\n\n{sentence}\n")
    qtbot.mouseClick(window.first_start.way(Way.DOCUMENTS).button, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(window.chat.isVisible)
    qtbot.waitUntil(lambda: window.picker.text() == "No model: quotes only")
    window.collections.choose_folder()
    choose(window.collections, folder)
    qtbot.waitUntil(lambda: window.collections.scope_name == "Contracts", timeout=PATIENCE_MS)
    wait_until_indexed(qtbot, services, 1)
    qtbot.keyClicks(window.chat.composer.field, "What deposit does the tenant pay?")
    answer = send(qtbot, window)
    assert sentence in answer.text
    viewport = window.chat.transcript.viewport()
    qtbot.mouseClick(viewport, Qt.MouseButton.LeftButton, pos=place_of_chip(window, 1))
    page = window.evidence.page
    qtbot.waitUntil(lambda: page.marked_text == sentence)
    assert "lease.md" in words(page)
