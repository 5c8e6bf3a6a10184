"""The page about models elsewhere, in one column."""

from __future__ import annotations

from dataclasses import fields
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget
from typing_extensions import override

from localassist.domain.settings import Settings
from localassist.ui.settings.elsewhere.choosing import ModelsDialog
from localassist.ui.settings.elsewhere.consents import ConsentsView
from localassist.ui.settings.elsewhere.listing import ProvidersView, ServersView
from localassist.ui.settings.elsewhere.offered import OfferedView, PolicyView
from localassist.ui.settings.elsewhere.private_words import PrivateWordsView
from localassist.ui.settings.elsewhere.spending import SpendingView
from localassist.ui.settings.fields import SettingView
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from PySide6.QtGui import QShowEvent

    from localassist.domain.ports.cloud import Provider
    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons

PLAIN: Final = ("monthly_budget", "most_per_question", "redact", "cloud_patience_seconds")
SHOWN_HERE: Final = frozenset({"cloud_model", "escalation", *PLAIN})
INTRODUCTION: Final = (
    "A question that is too much for this computer can be asked of a bigger model elsewhere: a provider's, or one on a "
    "server of your own. Nothing is sent without your word, and before anything is you see exactly what."
)
OFFLINE: Final = (
    "The offline switch is on: nobody can be asked, not even a server on this computer. Keys can be added, but not "
    "tested."
)


class ElsewhereView(QWidget):
    """`changed` carries a setting's name and value; `opened` says that the page came on show, `switch_requested` that
    the offline switch is wanted.
    """

    changed = Signal(str, object)
    switch_requested = Signal()
    opened = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAccessibleName("Models elsewhere")
        self._icons = icons
        definitions = {item.name: item for item in fields(Settings)}
        self.note = NoteView(icons, closable=False)
        self._offline = NoteView(icons, closable=False)
        self.offered = OfferedView(icons)
        self.policy = PolicyView(icons)
        self.providers = ProvidersView(icons, removable=False)
        self.servers = ServersView(icons)
        self.spending = SpendingView()
        self.words = PrivateWordsView(icons)
        self.consents = ConsentsView(icons)
        self._plain = {name: SettingView(definitions[name], icons) for name in PLAIN}
        self._lay_out()
        self.offered.changed.connect(self.changed)
        self.policy.changed.connect(self.changed)
        for row in self._plain.values():
            row.changed.connect(self.changed)

    @override
    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if not event.spontaneous():
            self.opened.emit()

    def row(self, name: str) -> SettingView:
        """The row of one of the plain settings."""
        return self._plain[name]

    def models_dialog(self, provider: Provider) -> ModelsDialog:
        """A window for the models of a provider, not yet on show."""
        return ModelsDialog(self._icons, provider, self.offered.offered, self.window())

    def show_settings(self, settings: Settings) -> None:
        """Show what is set."""
        for name in SHOWN_HERE:
            self.show_value(name, getattr(settings, name))
        self.show_offline(offline=settings.offline)

    def show_value(self, name: str, value: object) -> None:
        """Show what one of the settings is."""
        match name, value:
            case "cloud_model", str(model):
                self.offered.show_value(model)
            case "escalation", str(policy):
                self.policy.show_value(policy)
            case _:
                self._plain[name].show_value(value)
        if name == "monthly_budget" and isinstance(value, int | float):
            self.spending.show_budget(value)

    def show_problem(self, name: str, problem: Problem) -> None:
        """Say beside a setting why it can't be so."""
        special = {"cloud_model": self.offered.note, "escalation": self.policy.note}
        (special.get(name) or self._plain[name].note).complain(problem)

    def show_offline(self, *, offline: bool) -> None:
        """Say that nobody can be asked while that is so."""
        if offline:
            self._offline.say(OFFLINE, "Go to the switch", self.switch_requested.emit)
        self._offline.setVisible(offline)

    def _lay_out(self) -> None:
        column = QWidget()
        rows = QVBoxLayout(column)
        rows.setContentsMargins(6 * STEP, 4 * STEP, 6 * STEP, 6 * STEP)
        rows.setSpacing(3 * STEP)
        for widget in (WordsLabel(INTRODUCTION), self._offline, self.note):
            rows.addWidget(widget)
        plain = self._plain
        sections: tuple[tuple[str, tuple[QWidget, ...]], ...] = (
            ("The model that is offered", (self.offered,)),
            ("When it is offered", (self.policy,)),
            ("Providers", (self.providers,)),
            ("Your servers", (self.servers,)),
            ("What it may cost", (plain["monthly_budget"], self.spending, plain["most_per_question"])),
            ("How long it may take", (plain["cloud_patience_seconds"],)),
            ("What is sent", (plain["redact"], self.words)),
            ("Consents that are remembered", (self.consents,)),
        )
        for title, parts in sections:
            rows.addSpacing(2 * STEP)
            rows.addWidget(_heading(title))
            for part in parts:
                rows.addWidget(part)
        rows.addStretch(1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(ScrolledColumn(column))


def _heading(title: str) -> WordsLabel:
    heading = WordsLabel(title, "section")
    heading.setContentsMargins(-3 * STEP, 0, 0, 0)  # the look indents it; here everything begins at one edge
    return heading
