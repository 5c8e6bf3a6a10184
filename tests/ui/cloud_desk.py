"""A window whose questions can be put to a model elsewhere, and a person who reads reviews and decides."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QPushButton

from escalation_room import READY, EscalationRoom
from fakes import FakeChatModel
from localassist.domain.chat import Sources
from localassist.domain.documents import Scope

if TYPE_CHECKING:
    from pytestqt.qtbot import QtBot

    from conftest import ScriptedAnswers
    from localassist.domain.settings import Settings
    from localassist.ui.assembly import Assembly
    from localassist.ui.chat.offers import OfferRow
    from localassist.ui.cloud.view import ReviewDialog
    from localassist.usecases.services import Services

LEASE = (
    "# Notice\n\nThe tenant, Maria Silva, gives sixty days notice in writing to maria@example.org.\n\n"
    "The fee for late notice is 45 dollars."
)
POLICY = "# Travel\n\nA hotel night costs at most 120 euros, and notice of a travel is given early."


def room(settings: Settings = READY, **files: str) -> EscalationRoom:
    """Documents that name somebody, a recogniser that knows the names, and a model here that does not know."""
    here = FakeChatModel("I do not know.")
    return EscalationRoom(here, settings=settings, names=("Maria Silva", "maria@example.org"), **files)


def window_over(services: Services, answers: ScriptedAnswers, made: EscalationRoom) -> Services:
    """Services of a window that asks elsewhere as the room does; this computer says what `answers` is told to."""
    answers._conversations = made.conversations
    return replace(
        services,
        conversations=made.conversations,
        documents=made.documents,
        settings=made.settings,
        escalation=lambda: made.desk,
    )


def ask_everything(opened: Assembly, qtbot: QtBot) -> None:
    """Questions are put to all documents; what can be asked elsewhere is known."""
    opened._chat.use_sources(Sources(Scope.everything()))
    opened._chat.elsewhere.refresh()
    qtbot.waitUntil(lambda: bool(opened._chat.elsewhere.choices.all))


def review(opened: Assembly, qtbot: QtBot) -> ReviewDialog:
    """The review, once it is on show."""
    qtbot.waitUntil(lambda: opened.review.dialog is not None and opened.review.dialog.isVisible())
    dialog = opened.review.dialog
    assert dialog is not None
    return dialog


def press(qtbot: QtBot, button: QPushButton) -> None:
    """Click a button that can be clicked."""
    assert button.isEnabled()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)


def offer_row(opened: Assembly, qtbot: QtBot) -> OfferRow:
    """What is offered below the last message, once it is."""
    from localassist.ui.chat.offers import OfferRow

    def rows() -> list[OfferRow]:
        return [row for row in opened.chat.transcript.findChildren(OfferRow) if row.isVisible()]

    qtbot.waitUntil(lambda: bool(rows()))
    return rows()[-1]


def button(row: OfferRow, words: str) -> QPushButton:
    """Its button that begins with these words."""
    return next(each for each in row.findChildren(QPushButton) if each.text().startswith(words))
