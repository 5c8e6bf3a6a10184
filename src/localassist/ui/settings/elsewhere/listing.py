"""The cards of providers, and those of the user's own servers with the way to add one."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from localassist.ui.settings.elsewhere.providers import ProviderView
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.ports.cloud import Provider
    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons

SERVERS: Final = (
    "Anything that speaks as OpenAI does: llama.cpp's server, Ollama, vLLM, LM Studio, text-generation-webui. "
    "Most need no key. The address decides whether it counts as this computer, your server or the cloud."
)


class ProvidersView(QWidget):
    """Cards by the provider's id; `card_added` carries each new one."""

    card_added = Signal(object)

    def __init__(self, icons: Icons, *, removable: bool) -> None:
        super().__init__()
        self._icons = icons
        self._removable = removable
        self._cards: dict[str, ProviderView] = {}
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(0, 0, 0, 0)
        self._rows.setSpacing(2 * STEP)

    def card(self, provider_id: str) -> ProviderView | None:
        """The card of a provider, None where it has none here."""
        return self._cards.get(provider_id)

    def all(self) -> tuple[ProviderView, ...]:
        """The cards, in no order."""
        return tuple(self._cards.values())

    def show_providers(self, providers: Sequence[Provider]) -> None:
        """Show these; the cards of those that were shown before stay as they are."""
        now = {provider.id: provider for provider in providers}
        for gone in [each for each, card in self._cards.items() if now.get(each) != card.provider]:
            card = self._cards.pop(gone)
            card.hide()
            card.deleteLater()
        for place, (each, provider) in enumerate(now.items()):
            if each not in self._cards:
                self._cards[each] = card = ProviderView(self._icons, provider, removable=self._removable)
                self._rows.insertWidget(place, card)
                self.card_added.emit(card)
        self.setVisible(bool(now))


class ServersView(QWidget):
    """The servers and a form; `added` carries a name and an address."""

    added = Signal(str, str)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.cards = ProvidersView(icons, removable=True)
        self.name = _field("Name", "Name of the server")
        self.address = _field("http://192.168.1.20:8080/v1", "Address of the server")
        self.button = QPushButton("Add server")
        self.note = NoteView(icons)
        self._lay_out()
        self.button.clicked.connect(self._add)
        self.name.returnPressed.connect(self.address.setFocus)
        self.address.returnPressed.connect(self._add)
        for field in (self.name, self.address):
            field.textChanged.connect(self._update)
        self._update()

    def show_adding(self) -> None:
        """While a server is added, no other can be."""
        self.button.setEnabled(False)
        self.note.hide()

    def show_added(self) -> None:
        """It is there: the form is free for another one."""
        self.name.clear()
        self.address.clear()

    def show_problem(self, problem: Problem) -> None:
        """Say why it can't be added."""
        self._update()
        self.note.complain(problem)

    def _add(self) -> None:
        if self.button.isEnabled():
            self.added.emit(self.name.text().strip(), self.address.text().strip())

    def _update(self) -> None:
        self.button.setEnabled(bool(self.name.text().strip() and self.address.text().strip()))

    def _lay_out(self) -> None:
        form = QHBoxLayout()
        form.setSpacing(2 * STEP)
        form.addWidget(self.name, 1)
        form.addWidget(self.address, 2)
        form.addWidget(self.button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        layout.addWidget(WordsLabel(SERVERS, "muted"))
        layout.addWidget(self.cards)
        layout.addLayout(form)
        layout.addWidget(self.note)


def _field(placeholder: str, name: str) -> Field:
    field = Field()
    field.setPlaceholderText(placeholder)
    field.setAccessibleName(name)
    return field
