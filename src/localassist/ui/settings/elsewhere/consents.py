"""The consents that are remembered for conversations, each with a way to withdraw it."""

from __future__ import annotations

from itertools import groupby
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.ports.escalations import RememberedConsent
    from localassist.ui.icons import Icons

NONE: Final = "None: you are asked each time."
UNTITLED: Final = "A conversation without a title"


class ConsentsView(QWidget):
    """`withdrawn` carries a conversation's id, None for all conversations."""

    withdrawn = Signal(object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._told = WordsLabel(NONE, "muted")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(2 * STEP)
        self.all = QPushButton("Withdraw all")
        self.note = NoteView(icons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        layout.addWidget(self._told)
        layout.addLayout(self._rows)
        foot = QHBoxLayout()
        foot.addStretch(1)
        foot.addWidget(self.all)
        layout.addLayout(foot)
        layout.addWidget(self.note)
        self.all.clicked.connect(lambda: self.withdrawn.emit(None))
        self.all.hide()

    def show_consents(self, consents: Sequence[RememberedConsent], names: Mapping[str, str]) -> None:
        """Show these, a row a conversation; `names` are those of the providers, by id."""
        self.note.hide()
        while (item := self._rows.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        ordered = sorted(consents, key=lambda each: each.conversation_id, reverse=True)
        rows = [list(each) for _, each in groupby(ordered, key=lambda each: each.conversation_id)]
        for row in rows:
            self._rows.addWidget(self._row(row, names))
        self._told.setVisible(not rows)
        self.all.setVisible(len(rows) > 1)

    def _row(self, consents: Sequence[RememberedConsent], names: Mapping[str, str]) -> QWidget:
        title = consents[0].title or UNTITLED
        to = ", ".join(names.get(each.provider, each.provider) for each in consents)
        since = min(each.consent.given for each in consents).astimezone()
        withdraw = QPushButton("Withdraw")
        withdraw.setAccessibleName(f"Withdraw the consent for {title}")
        conversation_id = consents[0].conversation_id
        withdraw.clicked.connect(lambda: self.withdrawn.emit(conversation_id))
        said = QVBoxLayout()
        said.setSpacing(STEP)
        said.addWidget(ElidedLabel(title))
        said.addWidget(WordsLabel(f"To {to}, since {since:%Y-%m-%d}", "muted"))
        widget = QWidget()
        row = QHBoxLayout(widget)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(4 * STEP)
        row.addLayout(said, 1)
        row.addWidget(withdraw)
        return widget
