"""A page of models to choose from: a list on the left; what is chosen, or several side by side, on the right."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QSplitter, QStackedWidget, QVBoxLayout, QWidget

from localassist.domain.errors import AccessError, OfflineError
from localassist.ui.errors import describe
from localassist.ui.models.comparison import ComparisonView
from localassist.ui.models.details import DetailsView
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from localassist.domain.library import Fit, Suitability
    from localassist.ui.icons import Icons
    from localassist.ui.models.offers import Offer
    from localassist.ui.widgets.model_list import ModelList, Row

HINT: Final = "Choose one to see what it is; hold Ctrl and choose more to compare them."
OFFLINE: Final = "The offline switch is on, so nothing is looked up."
DETAILS_WIDTH: Final = 120 * STEP
Card = tuple[QWidget, "Callable[[str], None]"]
"""A widget that shows Markdown of others, and what fills it."""


class BrowsingPage(QWidget):
    """Holds what a list offers. `chosen_changed` carries the offers that are chosen, `look_up_requested` those whose
    files are wanted, `download_requested` an offer and a variant.
    """

    chosen_changed = Signal(list)
    look_up_requested = Signal(list)
    download_requested = Signal(object, object)
    settings_requested = Signal()

    def __init__(self, icons: Icons, models: ModelList, card: Card) -> None:
        super().__init__()
        self._offers: dict[str, Offer] = {}
        self._shown: list[str] = []
        self._fits: dict[str, str] = {}
        self._of_variants: dict[str, dict[str, Fit]] = {}
        self._list = models
        self._list.choose_several()
        self.note = NoteView(icons)
        self.details = DetailsView(icons, *card)
        self.comparison = ComparisonView(icons)
        self._told = WordsLabel(kind="muted")
        self._right = QStackedWidget()
        self._right.setMinimumWidth(60 * STEP)
        self._right.addWidget(self._nothing_chosen())
        self._right.addWidget(self.details)
        self._right.addWidget(self.comparison)
        self.bar = QHBoxLayout()
        self.bar.setSpacing(2 * STEP)
        self.filters = QVBoxLayout()
        self.filters.setSpacing(2 * STEP)
        self._lay_out()
        self._list.chosen_changed.connect(self._on_chosen_changed)
        self.details.look_up_requested.connect(self._on_look_up_requested)
        self.comparison.look_up_requested.connect(self._on_look_up_requested)
        self.details.download_requested.connect(lambda variant: self.download_requested.emit(self.chosen[0], variant))

    @property
    def chosen(self) -> list[Offer]:
        """What is chosen, from the top down."""
        return [self._offers[key] for key in self._list.chosen]

    def show_offers(self, groups: Sequence[tuple[str, Sequence[tuple[Offer, Row]]]]) -> None:
        """Show these in groups; those that were looked up before stay so."""
        for _, offers in groups:
            for offer, _row in offers:
                known = self._offers.get(offer.key)
                self._offers[offer.key] = known if known is not None and known.is_looked_up else offer
        self._list.show_groups([(heading, [row for _, row in offers]) for heading, offers in groups])

    def show_found(self, offer: Offer) -> None:
        """Show an offer whose files are known now."""
        self._offers[offer.key] = offer
        self._shown = []
        self._on_chosen_changed()

    def show_fit(self, offer: Offer, fits: Mapping[str, Fit]) -> None:
        """Say how an offer's variants fit, each under the path of its first file."""
        self._of_variants.setdefault(offer.key, {}).update(fits)
        suggested = offer.suggested
        if suggested is not None and (fit := fits.get(suggested.files[0].path)):
            self._say_fit(offer, fit)
        if [each.key for each in self.chosen] == [offer.key]:
            self.details.variants.show_fits(fits)

    def show_suggestion(self, offer: Offer) -> None:
        """Show which of its variants to take, and why."""
        found = offer.suggestion
        assert found is not None, "that is what is shown"
        self._offers[offer.key] = offer
        self._say_fit(offer, found.fit)
        if [each.key for each in self.chosen] == [offer.key]:
            self.details.variants.suggest(found)

    def _say_fit(self, offer: Offer, fit: Fit) -> None:
        self._fits[offer.key] = f"{fit.suitability.value.capitalize()}. {fit.reason}"
        chosen = self.chosen
        if len(chosen) > 1 and offer.key in [each.key for each in chosen]:
            self.comparison.show_offers(chosen, self._fits)

    def guess_fits(self, suitable: Mapping[str, Suitability]) -> None:
        """Say how offers fit as far as it can be guessed, under their keys."""
        self._fits = {key: f"{each.value.capitalize()}, at a guess." for key, each in suitable.items()} | self._fits

    def complain(self, error: BaseException) -> None:
        """Say beside what is chosen why it could not be looked up."""
        note = self.details.note if len(self.chosen) == 1 else self.comparison.note
        if len(self.chosen) == 1:
            self.details.show_offer(self.chosen[0])
            self.details.token.setVisible(isinstance(error, AccessError))
        if isinstance(error, OfflineError):
            note.say(OFFLINE, "Open the settings", self.settings_requested.emit)
        else:
            note.complain(describe(error))

    def say(self, words: str) -> None:
        """Say below the list how many there are."""
        self._told.setText(f"{words} {HINT}".strip() if self._list.topLevelItemCount() else words)

    def _on_chosen_changed(self) -> None:
        chosen = self.chosen
        keys = [offer.key for offer in chosen]
        if keys == self._shown:
            return
        self._shown = keys
        if len(chosen) == 1:
            self.details.show_offer(chosen[0])
            self.details.variants.show_fits(self._of_variants.get(keys[0], {}))
        elif chosen:
            self.comparison.show_offers(chosen, self._fits)
        self._right.setCurrentIndex(min(len(chosen), 2))
        self.chosen_changed.emit(chosen)

    def _on_look_up_requested(self) -> None:
        self.look_up_requested.emit([offer for offer in self.chosen if not offer.is_looked_up])

    def _nothing_chosen(self) -> QWidget:
        page = QWidget()
        label = WordsLabel(HINT, "muted")
        label.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        rows = QVBoxLayout(page)
        rows.setContentsMargins(6 * STEP, 0, 6 * STEP, 0)
        rows.addStretch(1)
        rows.addWidget(label)
        rows.addStretch(2)
        return page

    def _lay_out(self) -> None:
        left = QWidget()
        left.setMinimumWidth(90 * STEP)
        rows = QVBoxLayout(left)
        rows.setContentsMargins(4 * STEP, 0, 3 * STEP, 0)
        rows.setSpacing(2 * STEP)
        rows.addLayout(self.bar)
        rows.addLayout(self.filters)
        rows.addWidget(self.note)
        rows.addWidget(self._list, 1)
        rows.addWidget(self._told)
        columns = QSplitter(Qt.Orientation.Horizontal)
        columns.setChildrenCollapsible(False)
        columns.setHandleWidth(1)
        columns.addWidget(left)
        columns.addWidget(self._right)
        columns.setSizes([5 * DETAILS_WIDTH // 4, DETAILS_WIDTH])
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 3 * STEP, 0, 4 * STEP)
        layout.addWidget(columns)
