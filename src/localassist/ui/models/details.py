"""One model that can be had: what it is, what its licence means, its variants, and what its maker says of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QPushButton, QSizePolicy, QVBoxLayout, QWidget

from localassist.ui.models.token_view import TokenView
from localassist.ui.models.variants import VariantsView
from localassist.ui.models.words import (
    BUSINESS,
    context_words,
    count_words,
    date_words,
    language_words,
)
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.library import CatalogEntry, Repository
    from localassist.ui.icons import Icons
    from localassist.ui.models.offers import Offer

ASKING: Final = "This asks huggingface.co about this one model: its files, their sizes, and what its maker says of it."
NOWHERE: Final = "No source names files of it that can be run here."


class DetailsView(ScrolledColumn):
    """Shows one offer. `look_up_requested` asks for its files, `download_requested` carries a `Variant`.

    `card` is a widget that shows Markdown of others, and `show_card` fills it.
    """

    look_up_requested = Signal()
    download_requested = Signal(object)

    def __init__(self, icons: Icons, card: QWidget, show_card: Callable[[str], None]) -> None:
        self._column = QWidget()
        self._title = WordsLabel(kind="heading", selectable=True)
        self._facts = WordsLabel(kind="muted", selectable=True)
        self._good_at = WordsLabel(kind="body", selectable=True)
        self._licence_name = WordsLabel(kind="title")
        self._licence = WordsLabel(selectable=True)
        self.token = TokenView()
        self._look_up = QPushButton("Look up its files")
        self._asking = WordsLabel(kind="muted")
        self._card_title = WordsLabel("What its maker says", "title")
        self._sources = WordsLabel(kind="muted", selectable=True)
        self._card, self._show_card = card, show_card
        self.note = NoteView(icons)
        self.variants = VariantsView(icons)
        self._lay_out()
        super().__init__(self._column)
        self._look_up.clicked.connect(self.look_up_requested)
        self.variants.download_requested.connect(self.download_requested)

    def show_offer(self, offer: Offer) -> None:
        """Show what is known of it."""
        entry, repository = offer.entry, offer.repository
        self._title.setText(offer.name)
        facts = [
            *_entry_facts(offer.known, "By" if entry else "Put on the hub by"),
            *(_repository_facts(repository, entry) if repository else ()),
        ]
        self._facts.setText("\n".join(facts))
        self._good_at.setText("\n\n".join(filter(None, (entry.good_at, entry.notes))) if entry else "")
        self._good_at.setVisible(bool(self._good_at.text()))
        self._show_licence(offer)
        self._sources.setText("\n".join(("Sources:", *entry.sources)) if entry else "")
        self._sources.setVisible(entry is not None)
        self.note.hide()
        self.token.hide()
        if repository is not None and repository.gated:
            self.token.ask()
        self._show_files(offer)
        self.verticalScrollBar().setValue(0)

    def show_card(self, text: str) -> None:
        """Show what its maker says; nothing where that is empty."""
        self._card_title.setVisible(bool(text.strip()))
        self._card.setVisible(bool(text.strip()))
        self._show_card(text)

    def show_looking_up(self) -> None:
        """Say that the hub is asked."""
        self.note.hide()
        self._look_up.setEnabled(False)
        self._asking.setText("Asking huggingface.co …")

    def _show_files(self, offer: Offer) -> None:
        self.show_card("")
        self.variants.setVisible(offer.is_looked_up)
        if offer.is_looked_up:
            self.variants.show_variants(offer.variants, offer.suggested)
            if offer.suggestion is not None:
                self.variants.suggest(offer.suggestion)
        self._look_up.setVisible(not offer.is_looked_up and bool(offer.repository_name))
        self._look_up.setEnabled(True)
        self._asking.setVisible(not offer.is_looked_up)
        self._asking.setText(ASKING if offer.repository_name else NOWHERE)

    def _show_licence(self, offer: Offer) -> None:
        licence = offer.licence
        self._licence_name.setText(f"Licence: {licence.name or licence.id}. {BUSINESS[licence.commercial]}.")
        self._licence.setText("\n".join(filter(None, (licence.meaning, licence.attribution, licence.link))))
        self._licence.setVisible(bool(self._licence.text()))

    def _lay_out(self) -> None:
        self._column.setAccessibleName("Details of the model")
        self._look_up.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        rows = QVBoxLayout(self._column)
        rows.setContentsMargins(4 * STEP, 0, 4 * STEP, 4 * STEP)
        rows.setSpacing(3 * STEP)
        for widget in (
            self._title,
            self._facts,
            self._good_at,
            self._licence_name,
            self._licence,
            self.token,
            self._look_up,
            self._asking,
            self.note,
            self.variants,
            self._card_title,
            self._card,
            self._sources,
        ):
            rows.addWidget(widget)
        rows.addStretch(1)


def _entry_facts(entry: CatalogEntry, by: str) -> list[str]:
    size = f"; {count_words(entry.parameters)} parameters" if entry.parameters else ""
    active = f", {count_words(entry.active_parameters)} of them at work at a time" if entry.active_parameters else ""
    told = [f"{by} {entry.maker}{size}{active}"]
    if entry.context_length:
        told.append(f"Reads up to {context_words(entry.context_length)} at once")
    if entry.languages:
        told.append(f"Languages: {language_words(entry)}")
    if entry.capabilities:
        told.append(f"Abilities: {', '.join(sorted(entry.capabilities))}")
    return told


def _repository_facts(repository: Repository, entry: CatalogEntry | None) -> list[str]:
    name = f"{repository.name}: " if entry is not None else ""  # else that is the title
    told = f"{name}{repository.downloads:,} downloads, {repository.likes:,} likes"
    return [f"{told}, changed {date_words(repository.changed)}" if repository.changed else told]
