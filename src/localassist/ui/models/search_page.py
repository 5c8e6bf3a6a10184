"""The search of Hugging Face: words, an order and a few filters; nothing is asked before Enter or the button."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QCheckBox, QComboBox, QHBoxLayout, QPushButton

from localassist.domain.library import ModelSearch, SortedBy
from localassist.ui.models.browsing import OFFLINE, BrowsingPage
from localassist.ui.models.filters import FiltersView
from localassist.ui.models.words import TONES, date_words, licence_words
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.model_list import ModelList, Row

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from localassist.domain.library import Licence
    from localassist.ui.icons import Icons
    from localassist.ui.models.browsing import Card
    from localassist.ui.models.offers import Offer

COLUMNS: Final = (
    ("Model", 0),
    ("Downloads", 22 * STEP),
    ("Likes", 15 * STEP),
    ("Changed", 26 * STEP),
    ("Licence", 34 * STEP),
)
SPARE: Final = (2, 3)  # said of the model that is chosen, too
ORDERS: Final = {
    SortedBy.DOWNLOADS: "Most downloads",
    SortedBy.LIKES: "Most likes",
    SortedBy.CHANGED: "Latest change",
}
ANY_LICENCE: Final = "Any licence"
GATED: Final = ", gated"
MOST_LOOKED_AT: Final = 200
"""Results that a narrowed search looks through: of most searches few are left of the first 50."""
TEACHING: Final = "Your words go to huggingface.co, and nothing else. Press Enter to search."


class SearchPage(BrowsingPage):
    """Shows what a search found; `search_requested` carries a `ModelSearch`, and a `Narrowing` of what it finds."""

    search_requested = Signal(object, object)

    def __init__(self, icons: Icons, card: Card) -> None:
        super().__init__(icons, ModelList(icons, "Models found on Hugging Face", COLUMNS, SPARE), card)
        self._found: list[Offer] = []
        self.field = Field()
        self.field.setPlaceholderText("Search Hugging Face")
        self.field.setAccessibleName("Search Hugging Face")
        self.field.setClearButtonEnabled(True)
        self.order = QComboBox()
        self.order.setAccessibleName("Which come first")
        for order, words in ORDERS.items():
            self.order.addItem(words, order)
        self.licence = QComboBox()
        self.licence.setAccessibleName("Licence")
        self.licence.addItem(ANY_LICENCE, "")
        self.licence.setMaximumWidth(60 * STEP)
        self.gguf_only = QCheckBox("GGUF only")
        self.gguf_only.setChecked(True)
        self.gguf_only.setToolTip("GGUF is the kind of file that chat models run from here.")
        self.button = QPushButton("Search")
        self.bar.addWidget(self.field, 1)
        self.bar.addWidget(self.button)
        self.narrowing = FiltersView()
        row = QHBoxLayout()
        row.setSpacing(2 * STEP)
        for widget in (self.order, self.licence, self.gguf_only):
            row.addWidget(widget)
        row.addStretch(1)
        self.filters.addLayout(row)
        self.filters.addWidget(self.narrowing)
        self.say(TEACHING)
        self._connect()

    def offer_licences(self, licences: Iterable[Licence]) -> None:
        """Let a search be for one of these."""
        if self.licence.count() == 1:
            for licence in licences:
                self.licence.addItem(licence.name, licence.id.lower())  # as the hub writes SPDX's names

    def show_searching(self) -> None:
        """A search begins: what the one before found goes."""
        self._found = []
        self.note.hide()
        self.show_offers([])
        self.say("Asking huggingface.co …")

    def add_found(self, offers: Sequence[Offer]) -> None:
        """Show these below those that were found before."""
        self._found += offers
        self.show_offers([("", [(offer, _row(offer)) for offer in self._found])])

    def show_end(self, looked_at: int) -> None:
        """Nothing more comes; so many results of the hub were looked at."""
        count = len(self._found)
        if count:
            self.say(f"{count:,} found." if count == looked_at else f"{count:,} found among the first {looked_at:,}.")
        elif looked_at:
            self.say(f"None of the first {looked_at:,} is like that. Ask for less, or for other words.")
        else:
            self.say("Nothing was found. Try fewer words.")

    def show_offline(self) -> None:
        """Say that nothing is looked up now, and offer the setting."""
        self.note.say(OFFLINE, "Open the settings", self.settings_requested.emit)
        self.say("")

    def show_online(self) -> None:
        """Take back that nothing is looked up."""
        if self.note.text.startswith(OFFLINE):
            self.note.hide()
            self.say("" if self._found else TEACHING)

    def _connect(self) -> None:
        self.field.returnPressed.connect(self._search)
        self.button.clicked.connect(self._search)
        self.order.activated.connect(self._search_again)
        self.licence.activated.connect(self._search_again)
        self.gguf_only.clicked.connect(self._search_again)
        self.narrowing.changed.connect(self._search_again)

    def _search_again(self) -> None:
        if self._found or self.field.text():
            self._search()

    def _search(self) -> None:
        narrowing = self.narrowing.narrowing
        search = ModelSearch(
            text=self.field.text().strip(),
            licence=self.licence.currentData(),
            sorted_by=self.order.currentData(),
            gguf_only=self.gguf_only.isChecked(),
        )
        if narrowing:
            search = replace(search, at_most=MOST_LOOKED_AT, in_detail=True)
        self.search_requested.emit(search, narrowing)


def _row(offer: Offer) -> Row:
    repository = offer.repository
    assert repository is not None, "what was found is a repository"
    commercial = offer.licence.commercial
    told = ("Its maker asks to agree to terms first.",) if repository.gated else ()
    return Row(
        offer.key,
        (
            repository.name,
            f"{repository.downloads:,}",
            f"{repository.likes:,}",
            date_words(repository.changed) if repository.changed else "",
            f"{repository.licence or 'not named'}{GATED if repository.gated else ''}",
        ),
        ("", "muted", "muted", "muted", "amber" if repository.gated else TONES.get(commercial, "muted")),
        "\n".join((repository.name, f"Licence: {licence_words(offer.licence)}", *told)),
    )
