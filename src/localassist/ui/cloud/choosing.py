"""Choosing another model elsewhere: those that are known already, and what a provider lists when it is asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.outbound import Target
    from localassist.domain.ports.cloud import CloudModel, Provider
    from localassist.ui.chat.destination import Choice
    from localassist.ui.icons import Icons

TARGET: Final = Qt.ItemDataRole.UserRole
LISTING: Final = "Listing them sends none of your words. A question goes nowhere before you have seen it."


class OtherModelDialog(QDialog):
    """`chosen` carries a `Target`, `listing_requested` a provider's id."""

    chosen = Signal(object)
    listing_requested = Signal(str)
    stop_requested = Signal()
    settings_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget, title: str, use: str) -> None:
        super().__init__(parent)
        self.setWindowTitle(title)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.search = Field()
        self.search.setPlaceholderText("Search these models")
        self.search.setAccessibleName("Search these models")
        self.list = QListWidget()
        self.list.setAccessibleName("Models elsewhere")
        self.providers = QComboBox()
        self.providers.setAccessibleName("Provider")
        self.ask = QPushButton("List its models")
        self.ask.setAutoDefault(False)
        self.note = NoteView(icons, closable=False)
        self.status = StatusLine(icons)
        self.use = QPushButton(use)
        self.use.setProperty("kind", "primary")
        self.use.setDefault(True)
        self.cancel = QPushButton("Cancel")
        self.cancel.setAutoDefault(False)
        self._lay_out()
        self._connect()
        self._on_current_changed()

    def _lay_out(self) -> None:
        asking = QHBoxLayout()
        asking.setSpacing(2 * STEP)
        asking.addWidget(self.providers, 1)
        asking.addWidget(self.ask)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * STEP)
        buttons.addWidget(self.use)
        buttons.addWidget(self.status, 1)
        buttons.addWidget(self.cancel)
        column = QVBoxLayout(self)
        column.setContentsMargins(5 * STEP, 4 * STEP, 5 * STEP, 4 * STEP)
        column.setSpacing(3 * STEP)
        column.addWidget(self.search)
        column.addWidget(self.list, 1)
        column.addLayout(asking)
        column.addWidget(WordsLabel(LISTING, "muted"))
        column.addWidget(self.note)
        column.addLayout(buttons)
        self.resize(130 * STEP, 120 * STEP)

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search_changed)
        self.list.currentItemChanged.connect(self._on_current_changed)
        self.list.itemDoubleClicked.connect(self._on_used)
        self.providers.activated.connect(lambda _: self.note.hide())
        self.ask.clicked.connect(lambda: self.listing_requested.emit(self.providers.currentData()))
        self.status.stop_requested.connect(self.stop_requested)
        self.finished.connect(self.stop_requested)
        self.use.clicked.connect(self._on_used)
        self.cancel.clicked.connect(self.reject)

    def show_known(self, providers: Sequence[Provider], choices: Sequence[Choice]) -> None:
        """Show the providers, and the models that were asked before or stand in the settings."""
        for provider in providers:
            self.providers.addItem(provider.name, provider.id)
        self.ask.setEnabled(bool(providers))
        for choice in choices:
            self._add(choice.name, choice.target)
        self.list.setCurrentRow(0)

    def show_listing(self, provider: str) -> None:
        """A provider is asked for its list."""
        self.note.hide()
        self.ask.setEnabled(False)
        self.status.say(f"Asking {provider}", None)

    def show_models(self, provider: str, models: Sequence[CloudModel]) -> None:
        """Show what a provider lists in place of what was shown."""
        self.list.clear()
        for model in models:
            self._add(f"{model.target.model} · {provider}", model.target)
        self._on_search_changed(self.search.text())
        self.search.setFocus()

    def show_ended(self) -> None:
        """Nothing is waited for any more."""
        self.ask.setEnabled(True)
        self.status.clear()

    def complain(self, problem: str) -> None:
        """Say why there is no list, and lead to the keys."""
        self.note.say(problem, "Settings…", self.settings_requested.emit)

    def _add(self, name: str, target: Target) -> None:
        item = QListWidgetItem(name, self.list)
        item.setData(TARGET, target)

    def _on_search_changed(self, words: str) -> None:
        wanted = words.casefold().split()
        first = -1
        for row in range(self.list.count()):
            item = self.list.item(row)
            item.setHidden(not all(word in item.text().casefold() for word in wanted))
            first = row if first < 0 and not item.isHidden() else first
        self.list.setCurrentRow(first)

    def _on_current_changed(self) -> None:
        self.use.setEnabled(self.list.currentItem() is not None)

    def _on_used(self) -> None:
        item = self.list.currentItem()
        if item is not None:
            self.chosen.emit(item.data(TARGET))
            self.accept()
