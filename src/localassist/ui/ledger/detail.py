"""One request of the ledger: all that is known of it, and what was sent, to the letter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from localassist.domain.privacy import Body, Outcome
from localassist.ui.ledger.table import ended_words, time_words
from localassist.ui.theme import STEP, code_font
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from localassist.domain.privacy import LedgerEntry

MOST_SHOWN: Final = 100_000
"""Characters: laying out a line of more takes longer than a keystroke may."""
HEIGHT: Final = 64 * STEP
"""The same for requests whose body is kept and others: the table above does not jump."""
NOT_KEPT: Final = "What was sent is not kept of requests like this one."
ERASED: Final = (
    "What was sent was erased with its conversation. Its SHA-256 stays in the ledger, so what you kept elsewhere can "
    "be compared with it."
)
NONE_LEFT: Final = "None of this left: the connection failed before."
PART_LEFT: Final = "Not all of this left: the connection broke while it was sent."
CUT: Final = f"The first {MOST_SHOWN:,} characters are shown; save it to have all of it."


class EntryDetail(QWidget):
    """The request that is chosen in the table. `save_requested` asks to write what it sent to a file."""

    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._entry: LedgerEntry | None = None
        self._title = ElidedLabel()
        self._title.setProperty("kind", "title")
        self._facts = WordsLabel(kind="muted", selectable=True)
        self._body = QPlainTextEdit()
        self._body.setReadOnly(True)
        self._body.setTabChangesFocus(True)
        self._body.setProperty("kind", "field")
        self._body.setAccessibleName("What was sent, to the letter")
        self._body.setFont(code_font())
        self._body.setMinimumHeight(20 * STEP)
        self.setMinimumHeight(HEIGHT)
        self._about = WordsLabel(kind="muted")
        self._save = QPushButton("Save what was sent…")
        self._save.clicked.connect(self.save_requested)
        foot = QHBoxLayout()
        foot.setSpacing(2 * STEP)
        foot.addWidget(self._about, 1)
        foot.addWidget(self._save)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * STEP, 0, 0)
        layout.setSpacing(2 * STEP)
        for widget in (self._title, self._facts):
            layout.addWidget(widget)
        layout.addWidget(self._body, 1)
        layout.addLayout(foot)
        layout.addStretch()
        self.show_entry(None)

    def show_entry(self, entry: LedgerEntry | None) -> None:
        """Say what is known of it; its body comes with `show_body`."""
        self._entry = entry
        self.setVisible(entry is not None)
        kept = entry is not None and entry.body is Body.KEPT
        self._title.setText(f"{entry.reason.capitalize()}: {entry.host}" if entry else "")
        self._facts.setText(" ".join(_facts(entry)) if entry else "")
        self._body.setVisible(kept)
        self._body.clear()
        self._save.setVisible(kept)
        self._say(_about(entry))

    def show_body(self, body: str) -> None:
        """Show what was sent."""
        self._body.setPlainText(body[:MOST_SHOWN])
        told = [_how_far(self._entry, body)] if self._entry else []
        self._say(" ".join(filter(None, [*told, CUT if len(body) > MOST_SHOWN else ""])))

    def _say(self, words: str) -> None:
        self._about.setText(words)
        self._about.setVisible(bool(words) or not self._save.isHidden())


def _facts(entry: LedgerEntry) -> list[str]:
    told = [f"Number {entry.number}, begun {time_words(entry)}, to {_place(entry)}; {ended_words(entry.outcome)}."]
    if entry.outcome is Outcome.BEGUN:
        told.append("How many bytes passed is not known: it goes on, or the program ended in between.")
    else:
        told.append(f"{entry.sent:,} bytes went, {entry.received:,} came.")
    if entry.conversation:
        told.append(f"For conversation {entry.conversation}.")
    if entry.consent:
        told.append(f"Your consent: {entry.consent}.")
    return told


def _place(entry: LedgerEntry) -> str:
    return "the cloud" if entry.destination.value == "cloud" else entry.destination.value


def _how_far(entry: LedgerEntry, body: str) -> str:
    """What is kept when a request begins is not always what left."""
    if entry.outcome is Outcome.BEGUN or entry.sent >= len(body.encode()):
        return ""
    return PART_LEFT if entry.sent else NONE_LEFT


def _about(entry: LedgerEntry | None) -> str:
    if entry is None:
        return ""
    if entry.outcome is Outcome.REFUSED and not entry.sent:
        return "Nothing was sent."
    return {Body.NOT_KEPT: NOT_KEPT, Body.ERASED: ERASED, Body.KEPT: ""}[entry.body]
