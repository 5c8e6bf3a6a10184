"""The real window puts a question to a server of one's own: it gets what was shown, and the answer comes back whole."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt

from e2e.opened_window import opened, real_services
from localassist.domain.chat import MessageStatus, Sources
from localassist.domain.documents import Scope
from localassist.domain.outbound import Target
from localassist.domain.stopping import Stop
from localassist.process import LIBRARY_SWITCHES
from provider_server import Answer, completion, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from localassist.ui.assembly import Assembly
    from localassist.usecases.services import Services
    from provider_server import ProviderServer

pytestmark = pytest.mark.slow

PATIENCE_MS = 120_000  # two busy cores and a cold embedder
LEASE = "The monthly rent of the flat in Harrowmere is 900 euros. Write to maria.weber@example.org with questions."
ASK = "What is the monthly rent of the flat in Harrowmere?"


@pytest.fixture
def office() -> Iterator[ProviderServer]:
    with running(Answer(completion("The rent is 900 euros, ", "says [MA", "IL_1]. [1]"))) as made:
        yield made


@pytest.fixture
def services(home: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Services]:
    """Everything real, over a new home."""
    for name, value in LIBRARY_SWITCHES.items():
        monkeypatch.setenv(name, value)
    with real_services(offline=False) as made:
        yield made


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication, services: Services) -> Iterator[Assembly]:
    with opened(qtbot, qapp, services) as made:
        yield made


def prepare(window: Assembly, services: Services, folder: Path, office: ProviderServer) -> None:
    """Read a lease, and offer the server's model."""
    (folder / "lease.txt").write_text(LEASE)
    list(services.ingest([str(folder)], "Contracts", Stop()))
    server = services.escalation().providers.add_server("Office", f"{office.address}/v1")
    services.settings.change(cloud_model=Target(server.id, "big").name)
    window.window.show_first_start(shown=False)
    window._chat.use_sources(Sources(Scope.everything()))
    window._chat.elsewhere.refresh()


def test_what_was_shown_goes_out_and_the_answer_comes_back_with_its_names(
    qtbot: QtBot, window: Assembly, services: Services, office: ProviderServer, tmp_path: Path
) -> None:
    folder = tmp_path / "Contracts"
    folder.mkdir()
    prepare(window, services, folder, office)
    chip, field = window.chat.composer.destination, window.chat.composer.field
    qtbot.waitUntil(lambda: len(chip.menu().actions()) == 3, timeout=PATIENCE_MS)
    chip.menu().actions()[1].trigger()
    qtbot.waitUntil(lambda: "big" in chip.text())
    field.setPlainText(ASK)
    qtbot.keyClick(field, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: window.review.dialog is not None, timeout=PATIENCE_MS)
    dialog = window.review.dialog
    assert dialog is not None
    shown = "\n".join(piece.text.toPlainText() for piece in dialog.pieces.values())
    assert "[MAIL_1]" in shown
    assert office.asked == [], "something left before it was approved"
    qtbot.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    items = window.chat.transcript.items
    qtbot.waitUntil(lambda: len(items) == 2 and items[-1].growing is None, timeout=PATIENCE_MS)
    (sent,) = office.asked
    told = "\n".join(str(turn["content"]) for turn in sent.json["messages"])
    assert all(line in told for line in shown.splitlines())
    assert b"maria.weber" not in sent.body
    answer = items[-1].message
    assert answer.status is MessageStatus.COMPLETE
    assert "says maria.weber@example.org" in answer.text
    assert answer.evidence.citations[0].passage.path == str(folder / "lease.txt")
    (request,) = services.ledger.entries()
    assert services.ledger.body(request.number) == sent.body.decode()
