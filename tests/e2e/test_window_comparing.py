"""The real window compares the documents' own words with a server of one's own, which gets what was shown."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from e2e.commands import Home
from e2e.opened_window import opened, real_services
from localassist.domain.documents import Scope
from localassist.domain.outbound import Target
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop
from localassist.process import LIBRARY_SWITCHES
from provider_server import Answer, completion, running

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from PySide6.QtWidgets import QApplication
    from pytestqt.qtbot import QtBot

    from localassist.ui.assembly import Assembly
    from localassist.ui.comparing.side_page import SideBySidePage
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
def lease(tmp_path: Path) -> Path:
    file = tmp_path / "Contracts" / "lease.txt"
    file.parent.mkdir()
    file.write_text(LEASE)
    return file


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


def set_up(services: Services, office: ProviderServer) -> Target:
    """Make the server's model the one that is offered."""
    target = Target(services.escalation().providers.add_server("Office", f"{office.address}/v1").id, "big")
    services.settings.change(cloud_model=target.name)
    return target


def page(window: Assembly, qtbot: QtBot, target: Target) -> SideBySidePage:
    """The page with one question: quotes in the first column, the server's model in the second."""
    window.comparing.use(Scope.everything(), "Contracts")
    side = window.comparing.show(ASK).side
    qtbot.waitUntil(lambda: side.columns[0].chooser.findData(target.name) >= 0, timeout=PATIENCE_MS)
    for column, model in zip(side.columns, (NO_MODEL, target.name), strict=True):
        column.chooser.setCurrentIndex(column.chooser.findData(model))
    return side


def test_what_was_shown_goes_out_and_both_answer(
    qtbot: QtBot, window: Assembly, services: Services, office: ProviderServer, lease: Path
) -> None:
    list(services.ingest([str(lease.parent)], "Contracts", Stop()))
    target = set_up(services, office)
    side = page(window, qtbot, target)
    QTest.keyClick(side.question, Qt.Key.Key_Return)
    presenter = window.comparing._side
    assert presenter is not None
    reviews = presenter._approvals._reviews
    qtbot.waitUntil(lambda: reviews.dialog is not None, timeout=PATIENCE_MS)
    dialog = reviews.dialog
    assert dialog is not None
    assert not dialog.remember.isVisibleTo(dialog), "it is in no conversation"
    assert office.asked == [], "something left before it was approved"
    shown = "\n".join(piece.text.toPlainText() for piece in dialog.pieces.values())
    assert "[MAIL_1]" in shown
    QTest.keyClick(dialog, Qt.Key.Key_Return, Qt.KeyboardModifier.ControlModifier)
    qtbot.waitUntil(lambda: not side._busy, timeout=PATIENCE_MS)
    here, elsewhere = (column.transcript.items[0].message for column in side.columns)
    assert "900 euros" in here.text
    assert "says maria.weber@example.org" in elsewhere.text
    assert elsewhere.evidence.citations[0].passage.path == str(lease)
    (sent,) = office.asked
    told = "\n".join(str(turn["content"]) for turn in sent.json["messages"])
    assert all(line in told for line in shown.splitlines())
    assert b"maria.weber" not in sent.body
    (request,) = services.ledger.entries()
    assert services.ledger.body(request.number) == sent.body.decode()
    assert services.conversations.recent() == ()


def test_what_is_not_approved_stays_here_and_the_other_column_answers(
    qtbot: QtBot, window: Assembly, services: Services, office: ProviderServer, lease: Path
) -> None:
    list(services.ingest([str(lease.parent)], "Contracts", Stop()))
    side = page(window, qtbot, set_up(services, office))
    QTest.keyClick(side.question, Qt.Key.Key_Return)
    presenter = window.comparing._side
    assert presenter is not None
    reviews = presenter._approvals._reviews
    qtbot.waitUntil(lambda: reviews.dialog is not None, timeout=PATIENCE_MS)
    assert reviews.dialog is not None
    reviews.dialog.reject()
    qtbot.waitUntil(lambda: not side._busy, timeout=PATIENCE_MS)
    assert "900 euros" in side.columns[0].transcript.items[0].message.text
    assert side.columns[1].status.startswith("Nothing was sent: it was not approved.")
    assert (office.asked, services.ledger.entries()) == ([], ())


@pytest.mark.parametrize("typed", ["y\n", "n\n"])
def test_the_terminal_shows_what_would_leave_and_asks(
    services: Services, office: ProviderServer, lease: Path, home: Path, typed: str
) -> None:
    target = set_up(services, office)
    asked = ("compare", "ask", ASK, "--model", NO_MODEL, "--model", target.name, "--docs", lease)
    ran = Home(home).at_terminal(*asked, typed=typed)
    assert "[MAIL_1]" in ran.stdout
    assert "== none ==" in ran.stdout
    if typed.startswith("y"):
        assert ran.returncode == 0, ran.stderr
        assert "says maria.weber@example.org" in ran.stdout
        assert len(office.asked) == 1
    else:
        assert ran.returncode == 1
        assert "it was not approved" in ran.stderr
        assert office.asked == []


@pytest.mark.parametrize("form", [(), ("--json",)])
def test_no_yes_from_a_pipe_approves_anything(
    services: Services, office: ProviderServer, lease: Path, home: Path, form: tuple[str, ...]
) -> None:
    target = set_up(services, office)
    asked = ("compare", "ask", ASK, "--model", NO_MODEL, "--model", target.name, "--docs", lease, *form)
    ran = Home(home).run(*asked, said="y\ny\n")
    assert ran.returncode == 1
    assert "900 euros" in ran.stdout, "the other column answers all the same"
    assert "Nothing was sent" in ran.stderr
    assert office.asked == []
