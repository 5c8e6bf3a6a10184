"""The models that come recommended, grouped by what they are good for and narrowed by words at once."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtWidgets import QPushButton
from typing_extensions import override

from localassist.ui.models.browsing import BrowsingPage
from localassist.ui.models.offers import grouped, matching
from localassist.ui.models.variants import FIT_TONES
from localassist.ui.models.words import TONES, count_words, licence_words
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.model_list import ModelList, Row

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.library import CatalogEntry, Fit, Suitability
    from localassist.ui.icons import Icons
    from localassist.ui.models.browsing import Card
    from localassist.ui.models.offers import Offer

COLUMNS: Final = (
    ("Model", 0),
    ("Parameters", 26 * STEP),
    ("Business use", 30 * STEP),
    ("Fits", 22 * STEP),
)
SPARE: Final = (2,)  # said of the model that is chosen, too
FIT: Final = 3
RECOMMENDING: Final = (
    "Looks for the best model that fits well on this computer. With the offline switch off this asks huggingface.co "
    "about some models of this list."
)


class CataloguePage(BrowsingPage):
    """Shows catalogue entries."""

    def __init__(self, icons: Icons, card: Card) -> None:
        self._models = ModelList(icons, "Recommended models", COLUMNS, SPARE)
        super().__init__(icons, self._models, card)
        self._entries: tuple[CatalogEntry, ...] = ()
        self._suitable: dict[str, Suitability] = {}
        self.search = Field()
        self.search.setPlaceholderText("Search names, makers, abilities and licences")
        self.search.setAccessibleName("Search the catalogue")
        self.search.setClearButtonEnabled(True)
        self.recommend = QPushButton("Recommend one")
        self.recommend.setToolTip(RECOMMENDING)
        self.recommend.setAccessibleDescription(RECOMMENDING)
        self.bar.addWidget(self.search, 1)
        self.bar.addWidget(self.recommend)
        self.search.textChanged.connect(self._narrow)

    def choose(self, key: str) -> None:
        """Show the model of that id, whatever the list is narrowed to."""
        self.search.clear()
        self._models.clearSelection()
        self._models.choose(key)

    def show_entries(self, entries: Sequence[CatalogEntry]) -> None:
        """Show these."""
        self._entries = tuple(entries)
        self._narrow()

    @override
    def guess_fits(self, suitable: Mapping[str, Suitability]) -> None:
        """Say how models fit as far as it can be guessed, in the list too."""
        super().guess_fits(suitable)
        self._show_suitability(suitable)

    def _show_suitability(self, suitable: Mapping[str, Suitability]) -> None:
        self._suitable.update(suitable)
        for key, suitability in suitable.items():
            self._models.change_cell(key, FIT, suitability.value, FIT_TONES[suitability])

    @override
    def _say_fit(self, offer: Offer, fit: Fit) -> None:
        super()._say_fit(offer, fit)
        self._show_suitability({offer.key: fit.suitability})

    def _narrow(self) -> None:
        found = matching(self._entries, self.search.text())
        groups = grouped(found)
        self.show_offers([(heading, [(each, self._row(each)) for each in offers]) for heading, offers in groups])
        self.say(f"{len(found):,} models." if len(found) != 1 else "1 model.")

    def _row(self, offer: Offer) -> Row:
        entry = offer.entry
        assert entry is not None, "the catalogue's offers are entries"
        commercial = entry.licence.commercial
        fit = self._suitable.get(entry.id)
        return Row(
            entry.id,
            (
                entry.name,
                count_words(entry.parameters),
                commercial.value,
                fit.value if fit else "",
            ),
            ("", "muted", TONES.get(commercial, "muted"), FIT_TONES[fit] if fit else ""),
            f"{entry.name}, by {entry.maker}\n{entry.good_at}\n{licence_words(entry.licence)}",
        )
