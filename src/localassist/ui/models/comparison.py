"""Two models or more side by side."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QGridLayout, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from localassist.ui.models.sizes import size_words
from localassist.ui.models.words import (
    BUSINESS,
    UNKNOWN,
    context_words,
    date_words,
    language_words,
    parameter_words,
)
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.ui.icons import Icons
    from localassist.ui.models.offers import Offer

MOST: Final = 4
LEAST_WIDTH: Final = 24 * STEP
TOO_MANY: Final = f"The first {MOST} of those chosen are compared."


class ComparisonView(ScrolledColumn):
    """Shows offers in columns; `look_up_requested` asks for the files of those whose sizes are not known."""

    look_up_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        self._column = QWidget()
        self._told = WordsLabel(kind="muted")
        self._table = QWidget()
        self._rows = QVBoxLayout(self._column)
        self._look_up = QPushButton("Look up their sizes")
        self._look_up.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        self._look_up.setAccessibleDescription("Asks huggingface.co about these models only.")
        self._asking = WordsLabel("This asks huggingface.co about these models only.", "muted")
        self.note = NoteView(icons)
        self._rows.setContentsMargins(4 * STEP, 0, 4 * STEP, 4 * STEP)
        self._rows.setSpacing(3 * STEP)
        for widget in (WordsLabel("Side by side", "heading"), self._told, self._table, self._look_up, self._asking):
            self._rows.addWidget(widget)
        self._rows.addWidget(self.note)
        self._rows.addStretch(1)
        super().__init__(self._column)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._look_up.clicked.connect(self.look_up_requested)

    def show_offers(self, offers: Sequence[Offer], fits: Mapping[str, str]) -> None:
        """Show these; `fits` are words on how they fit this computer, under the offers' keys."""
        self._told.setText(TOO_MANY)
        self._told.setVisible(len(offers) > MOST)
        shown = offers[:MOST]
        unknown = any(offer.repository_name and not offer.is_looked_up for offer in shown)
        self._look_up.setVisible(unknown)
        self._asking.setVisible(unknown)
        self.note.hide()
        self._fill(shown, fits)

    def _fill(self, offers: Sequence[Offer], fits: Mapping[str, str]) -> None:
        table = QWidget()
        table.setAccessibleName("Comparison of models")
        grid = QGridLayout(table)
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(4 * STEP)
        grid.setVerticalSpacing(2 * STEP)
        for column, offer in enumerate(offers, 1):
            grid.setColumnStretch(column, 1)
            grid.setColumnMinimumWidth(column, LEAST_WIDTH)
            for row, (what, told) in enumerate(_facts(offer, fits.get(offer.key, UNKNOWN))):
                if column == 1 and what:
                    grid.addWidget(_heading(what), row, 0, Qt.AlignmentFlag.AlignTop)
                label = WordsLabel(told, "" if what else "title", selectable=True)
                grid.addWidget(label, row, column, Qt.AlignmentFlag.AlignTop)
        self._rows.replaceWidget(self._table, table)
        self._table.hide()
        self._table.deleteLater()
        self._table = table


def _heading(what: str) -> WordsLabel:
    label = WordsLabel(what, "muted")
    label.setWordWrap(False)
    label.setMinimumWidth(label.sizeHint().width())
    return label


def _facts(offer: Offer, fits: str) -> list[tuple[str, str]]:
    entry, repository, suggested = offer.known, offer.repository, offer.suggested
    size = f"{size_words(suggested.size)} ({suggested.quantisation})" if suggested else UNKNOWN
    return [
        ("", offer.name),
        ("Maker", entry.maker),
        ("Parameters", parameter_words(entry)),
        ("Context", context_words(entry.context_length)),
        ("Good at", entry.good_at or UNKNOWN),
        ("Languages", language_words(entry)),
        ("Abilities", ", ".join(sorted(entry.capabilities)) or ("text only" if offer.entry else UNKNOWN)),
        ("Licence", offer.licence.name or offer.licence.id),
        ("Business use", BUSINESS[offer.licence.commercial].partition(": ")[2]),
        ("Size", size),
        ("Fits", fits),
        ("Changed", date_words(repository.changed) if repository and repository.changed else UNKNOWN),
    ]
