"""The models that a provider lists, with what they cost: one of them becomes the one that is offered."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout

from localassist.ui.errors import describe
from localassist.ui.settings.elsewhere.prices import UNKNOWN, context_words, price_words, token_price
from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.model_list import ModelList, Row
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.status_line import StatusLine

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from localassist.domain.ports.cloud import CloudModel, Provider
    from localassist.ui.icons import Icons

COLUMNS: Final = (("Model", 0), ("Context", 32 * STEP), ("Sent", 26 * STEP), ("Received", 26 * STEP))
SIZE: Final = (150 * STEP, 130 * STEP)
PRICES: Final = "Prices are US dollars for a million tokens, of what is sent and of what is received."
TEACHING: Final = "Choosing sends nothing: a question goes there only later, and only by your word."
NONE_LISTED: Final = "It lists no chat models."
NONE_FOUND: Final = "No model has that in its name."


class ModelsDialog(QDialog):
    """`offered` names the model that is offered already.

    `chosen` carries a `Target`, `stop_requested` says that the list is not waited for any more.
    """

    chosen = Signal(object)
    stop_requested = Signal()

    def __init__(self, icons: Icons, provider: Provider, offered: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._offered = offered
        self.setWindowTitle(f"Models of {provider.name}")
        self._provider = provider
        self._models: dict[str, CloudModel] = {}
        self.search = Field()
        self.search.setPlaceholderText("Search")
        self.search.setAccessibleName("Search the models")
        self.search.setClearButtonEnabled(True)
        self.list = ModelList(icons, f"Models of {provider.name}", COLUMNS, spare=(1,), least=40 * STEP)
        self._told = WordsLabel(kind="muted", selectable=True)
        self.note = NoteView(icons, closable=False)
        self.status = StatusLine(icons)
        self.offer = QPushButton("Offer this model")
        self.offer.setProperty("kind", "primary")
        self.offer.setDefault(True)
        self._close = QPushButton("Cancel")
        self._lay_out()
        self.search.textChanged.connect(self._show)
        self.list.chosen_changed.connect(self._on_chosen_changed)
        self.list.key_activated.connect(self._offer)
        self.offer.clicked.connect(lambda: self._offer(*self.list.chosen[:1]))
        self._close.clicked.connect(self.reject)
        self.status.stop_requested.connect(self.stop_requested)
        self.finished.connect(self.stop_requested)
        self._on_chosen_changed()

    def show_asking(self) -> None:
        """Say that the provider is asked for its list."""
        self.note.hide()
        self.status.say(f"Asking {self._provider.name} for its list", None)

    def show_models(self, models: Sequence[CloudModel]) -> None:
        """Show these, the one that is offered chosen where it is among them."""
        self.status.clear()
        self._models = {model.target.name: model for model in models}
        self._show()
        self.list.choose(self._offered)
        self.search.setFocus()

    def show_failed(self, error: BaseException) -> None:
        """Say why there is no list."""
        self.note.complain(describe(error))

    def show_ended(self) -> None:
        """Nothing is waited for any more."""
        self.status.clear()
        self._on_chosen_changed()

    def _show(self) -> None:
        wanted = self.search.text().casefold().split()
        found = [m for m in self._models.values() if all(word in _searched(m) for word in wanted)]
        self.list.show_groups([("", [_row(model) for model in found])])
        self._on_chosen_changed()

    def _on_chosen_changed(self) -> None:
        chosen = self.list.chosen
        self.offer.setEnabled(bool(chosen))
        self._told.setText(_told(self._models[chosen[0]]) if chosen else self._teaching())

    def _teaching(self) -> str:
        if self.list.topLevelItemCount():
            return TEACHING
        if self._models:
            return NONE_FOUND
        return "" if self.status.words or not self.note.isHidden() else NONE_LISTED

    def _offer(self, key: str = "") -> None:
        if key in self._models:
            self.chosen.emit(self._models[key].target)
            self.accept()

    def _lay_out(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * STEP)
        buttons.addWidget(self.status, 1)
        buttons.addWidget(self._close)
        buttons.addWidget(self.offer)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(6 * STEP, 4 * STEP, 6 * STEP, 4 * STEP)
        layout.setSpacing(3 * STEP)
        layout.addWidget(WordsLabel(PRICES, "muted"))
        layout.addWidget(self.search)
        layout.addWidget(self.note)
        layout.addWidget(self.list, 1)
        layout.addWidget(self._told)
        layout.addLayout(buttons)
        self.resize(*SIZE)


def _searched(model: CloudModel) -> str:
    return f"{model.name} {model.target.model}".casefold()


def _row(model: CloudModel) -> Row:
    price = model.price
    cells = (
        model.name or model.target.model,
        context_words(model.context_length),
        token_price(price.sent) if price else UNKNOWN,
        token_price(price.received) if price else UNKNOWN,
    )
    return Row(model.target.name, cells, tip=model.target.model)


def _told(model: CloudModel) -> str:
    able = [
        words
        for words, known in (
            ("sees pictures", model.vision),
            ("uses tools", model.tools),
            ("thinks first", model.reasoning),
        )
        if known
    ]
    can = f"It {', '.join(able[:-1])}{' and ' if able[:-1] else ''}{able[-1]}." if able else ""
    return " ".join(filter(None, (f"{model.target.model}.", price_words(model.price), can)))
