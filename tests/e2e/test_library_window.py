"""The real window gets a model from a hub on this computer, over a pause, and chats with it."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QPushButton

from e2e.opened_window import opened, real_services
from hub_server import running_hub
from localassist.adapters.catalog import Catalog
from localassist.adapters.resources import resource
from localassist.domain.chat import MessageStatus
from localassist.process import LIBRARY_SWITCHES
from localassist.ui.models.first_start import Way
from localassist.ui.models.library_dialog import LibraryDialog
from localassist.ui.widgets.buttons import IconButton

if TYPE_CHECKING:
    from collections.abc import Iterator

    from PySide6.QtWidgets import QApplication, QWidget
    from pytestqt.qtbot import QtBot

    from hub_server import HubServer
    from localassist.domain.chat import Message
    from localassist.ui.assembly import Assembly

pytestmark = pytest.mark.slow

PATIENCE_MS = 60_000  # two busy cores and a cold model
REPOSITORY = "maker/Little-Chat-GGUF"
NAME = "Little-Chat-Q4_1"
MEGABYTES_A_SECOND = 20


@pytest.fixture
def server() -> Iterator[HubServer]:
    """A hub that has the model which came along, under another name."""
    (starter, *_) = Catalog(resource("models.toml"), Path("unused")).chat_models()
    with running_hub() as hub:
        files = {f"{NAME}.gguf": Path(starter.path).read_bytes(), "README.md": b"# Little Chat\n\nIt talks."}
        hub.add(REPOSITORY, files, downloads=12)
        yield hub


@pytest.fixture
def window(
    qtbot: QtBot, qapp: QApplication, home: Path, server: HubServer, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Assembly]:
    """The window over a hub that answers."""
    for name, value in LIBRARY_SWITCHES.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
    with (
        real_services(temperature=0.0, max_answer_tokens=24, offline=False) as services,
        opened(qtbot, qapp, services) as made,
    ):
        yield made


def words(view: QWidget) -> str:
    return "\n".join(label.text() for label in view.findChildren(QLabel) if label.isVisibleTo(view))


def press(view: QWidget, name: str) -> None:
    buttons = [*view.findChildren(QPushButton), *view.findChildren(IconButton)]
    next(b for b in buttons if name in (b.text(), b.accessibleName()) and b.isVisibleTo(view)).click()


def until(qtbot: QtBot, view: QWidget, said: str) -> None:
    qtbot.waitUntil(lambda: said in words(view), timeout=PATIENCE_MS)


def ask(qtbot: QtBot, window: Assembly, question: str) -> Message:
    """Type a question and wait for its answer to end."""
    items = window.chat.transcript.items
    qtbot.keyClicks(window.chat.composer.field, question)
    qtbot.keyClick(window.chat.composer.field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: len(items) > 1, timeout=PATIENCE_MS)
    qtbot.waitUntil(lambda: items[-1].message.status is not MessageStatus.STREAMING, timeout=PATIENCE_MS)
    return items[-1].message


def choose_found(qtbot: QtBot, dialog: LibraryDialog, text: str) -> None:
    """Search for a model and look up the one that is found."""
    dialog.pages.setCurrentWidget(dialog.search)
    qtbot.keyClicks(dialog.search.field, text)
    qtbot.keyClick(dialog.search.field, Qt.Key.Key_Return)
    until(qtbot, dialog.search, "1 found.")
    dialog.search._list.choose(REPOSITORY)
    press(dialog.search.details, "Look up its files")
    until(qtbot, dialog.search.details, "Loses something")


def test_it_searches_downloads_pauses_resumes_and_chats_with_what_it_got(
    qtbot: QtBot, window: Assembly, server: HubServer
) -> None:
    window.first_start.way(Way.LIBRARY).button.click()
    dialog = window.window.findChild(LibraryDialog)
    assert dialog is not None
    choose_found(qtbot, dialog, "little")
    dialog.downloads.limit.setValue(MEGABYTES_A_SECOND)
    press(dialog.search.details, "Download 98 MB")

    until(qtbot, dialog.downloads, "MB of 98 MB, ")
    qtbot.waitUntil(window.window._downloads.isVisible)
    press(dialog.downloads, "Pause this download")
    until(qtbot, dialog.downloads, "Paused.")
    dialog.downloads.limit.setValue(0)
    received = window._services.library().downloads.downloads()[0].received
    assert 0 < received < 90_000_000
    before = len(server.on_cdn())
    press(dialog.downloads, "Go on with this download")
    until(qtbot, dialog.downloads, "Here and verified. 98 MB")
    assert server.on_cdn()[before].start == received

    press(dialog.downloads, "Use it")
    qtbot.waitUntil(lambda: window.picker.text() == NAME, timeout=PATIENCE_MS)
    until(qtbot, dialog.installed, NAME)
    press(dialog.installed, "Verify")
    until(qtbot, dialog.installed, "It is what the hub published when it was downloaded.")
    dialog.close()
    answer = ask(qtbot, window, "What colour is the sky?")
    assert answer.status is MessageStatus.COMPLETE
    assert answer.text.strip()
    assert answer.evidence.route is not None
    assert answer.evidence.route.model == NAME
