"""What stands below a message that a model elsewhere could answer: a quiet line, or a choice before an answer."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Iterator

OFFER_HEIGHT = 10 * STEP


@dataclass(frozen=True, slots=True)
class Offer:
    """A model elsewhere, "" for one that is still to be chosen, and a sentence why it is offered.

    `problem` says why it did not answer before, `obstacle` why it can't be asked just now; `undecided`: there is no
    answer yet, and it is to be said where it is written.
    """

    reason: str
    model: str = ""
    problem: str = ""
    obstacle: str = ""
    undecided: bool = False

    @property
    def notes(self) -> Iterator[tuple[str, str]]:
        """Sentences to say above its buttons, each with its tone."""
        if self.problem:
            yield self.problem, "red"
        if self.undecided:
            yield f"{self.reason} Nothing is sent before you see it.", "blue"


class OfferRow(QWidget):
    """The buttons of an offer. `taken` and `local_chosen` carry the message's id."""

    taken = Signal(int)
    local_chosen = Signal(int)

    def __init__(self, message_id: int, offer: Offer, parent: QWidget) -> None:
        super().__init__(parent)
        again = " again" if offer.problem else ""
        what = f"Ask {offer.model}{again}…" if offer.model else "Ask a model elsewhere…"
        self.ask = QPushButton(what.replace("&", "&&"))
        self.ask.setEnabled(not offer.obstacle)
        self.ask.setToolTip(plain_tip(offer.obstacle or "You see what would be sent before anything is."))
        self.ask.setAccessibleName(f"{what} {offer.reason}".strip())
        self.ask.clicked.connect(lambda: self.taken.emit(message_id))
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(2 * STEP)
        row.addWidget(self.ask)
        if offer.undecided:
            here = QPushButton("Answer on this computer")
            here.clicked.connect(lambda: self.local_chosen.emit(message_id))
            row.addWidget(here)
            row.addStretch()
        else:
            reason = ElidedLabel(offer.reason)
            reason.setProperty("kind", "muted")
            row.addWidget(reason, 1)
