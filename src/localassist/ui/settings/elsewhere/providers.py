"""One provider or server: what is known of it, whether there is a key, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget

from localassist.domain.ports.cloud import KeyState
from localassist.domain.privacy import Destination
from localassist.ui.settings.elsewhere.keys import KeyEntry
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from localassist.domain.ports.cloud import Provider
    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons

CLASSES: Final = {
    Destination.THIS_COMPUTER: ("On this computer", "green"),
    Destination.YOUR_SERVER: ("Your server", "blue"),
    Destination.CLOUD: ("Cloud", "amber"),
}
NOT_KNOWN: Final = "Whether there is a key is not known"
LOOKING: Final = "Looking in the keyring…"
KEEPING: Final = "Waiting for the keyring…"
REMOVING: Final = "Removing the key…"
GONE: Final = "The key was removed, looked for again, and is gone."
STILL_THERE: Final = (
    "The key was removed, but is still found: look into the system's keyring for an entry of localassist."
)
UNKNOWN: Final = "What it keeps, and where, is not known here."


class ProviderView(QFrame):
    """A card; every signal carries the provider's id, `key_given` its `PastedKey` besides."""

    key_given = Signal(str, object)
    key_removal_requested = Signal(str)
    test_requested = Signal(str)
    stop_requested = Signal(str)
    models_requested = Signal(str)
    removal_requested = Signal(str)

    def __init__(self, icons: Icons, provider: Provider, *, removable: bool) -> None:
        super().__init__()
        self.setProperty("kind", "card")
        self.setAccessibleName(provider.name)
        self.provider = provider
        self._removable = removable
        self._key = KeyState()
        self._unread = LOOKING
        self._doing = ""
        self._stoppable = False
        self._fold = IconButton(icons, "chevron-right", "")
        self._facts = WordsLabel(_facts(provider, own=removable), "muted", selectable=True)
        self._state = WordsLabel(kind="muted")
        self._state.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        self._result = WordsLabel(selectable=True)
        self.note = NoteView(icons)
        self.entry = KeyEntry(provider)
        self.add = self._button("Add key…", "Add a key of {}")
        self.replace = self._button("Replace key…", "Replace the key of {}")
        self.remove_key = self._button("Remove key", "Remove the key of {}")
        self.choose = self._button("Choose a model…", "Choose a model of {}")
        self.test = self._button("Test", "Test {}")
        self.remove = self._button("Remove server", "Remove {}")
        self._lay_out()
        self._connect()
        self.unfold(unfolded=removable)
        self._update()

    def unfold(self, *, unfolded: bool) -> None:
        """Show or hide what is known of it."""
        self._facts.setVisible(unfolded)
        verb = "Hide" if unfolded else "Show"
        self._fold.show_icon(
            "chevron-down" if unfolded else "chevron-right", f"{verb} what is known of {self.provider.name}"
        )

    @property
    def is_busy(self) -> bool:
        """Whether something is going on with it."""
        return bool(self._doing)

    def show_key(self, key: KeyState) -> None:
        """Show what there is of a key."""
        self._key, self._unread = key, ""
        self._doing = ""
        self._update()

    def give_up_looking(self) -> None:
        """Say that it is not known whether there is a key, unless it is."""
        self._unread = self._unread and NOT_KNOWN
        self._update()

    def show_doing(self, doing: str, *, stoppable: bool = False) -> None:
        """Say what is going on; nothing else can be begun meanwhile."""
        self._doing, self._stoppable = doing, stoppable
        self._result.setText("")
        self.note.hide()
        self._update()

    def show_rest(self) -> None:
        """Nothing is going on any more."""
        self._doing = ""
        self._update()

    def show_result(self, result: str) -> None:
        """Say how it ended."""
        self._doing = ""
        self._result.setText(result)
        self._update()

    def show_problem(self, problem: Problem) -> None:
        """Say what went wrong."""
        self.show_result("")
        self.note.complain(problem)

    def _update(self) -> None:
        idle, there = not self._doing, bool(self._key.masked)
        usable = there or not self.provider.needs_key
        self._state.setText(self._doing or self._unread or _key_words(self._key))
        self._result.setVisible(bool(self._result.text()))
        self.add.setVisible(not there)
        for button, shown in (
            (self.choose, usable),
            (self.test, usable),
            (self.replace, there),
            (self.remove_key, there),
            (self.remove, self._removable),
        ):
            button.setVisible(shown)
            button.setEnabled(idle)
        self.add.setEnabled(idle)
        stopping = not idle and self._stoppable
        self.test.setText("Stop" if stopping else "Test")
        self.test.setAccessibleName(f"{self.test.text()} {self.provider.name}")
        self.test.setEnabled(idle or stopping)
        self._actions.setVisible(usable or self._removable)

    def _on_add(self) -> None:
        self.unfold(unfolded=True)
        self.entry.ask()

    def _on_test(self) -> None:
        (self.stop_requested if self._doing else self.test_requested).emit(self.provider.id)

    def _button(self, words: str, spoken: str) -> QPushButton:
        button = QPushButton(words)
        button.setAccessibleName(spoken.format(self.provider.name))
        button.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        return button

    def _connect(self) -> None:
        each = self.provider.id
        self._fold.clicked.connect(lambda: self.unfold(unfolded=self._facts.isHidden()))
        self.add.clicked.connect(self._on_add)
        self.replace.clicked.connect(self._on_add)
        self.entry.given.connect(lambda key: self.key_given.emit(each, key))
        self.remove_key.clicked.connect(lambda: self.key_removal_requested.emit(each))
        self.test.clicked.connect(self._on_test)
        self.choose.clicked.connect(lambda: self.models_requested.emit(each))
        self.remove.clicked.connect(lambda: self.removal_requested.emit(each))

    def _lay_out(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(2 * STEP)
        self._fold.setVisible(not self._removable)
        head.addWidget(self._fold)
        head.addWidget(WordsLabel(self.provider.name, "title", selectable=True), 1)
        head.addWidget(self._state, 2)
        head.addWidget(self.add)
        self._actions = QWidget()
        actions = QHBoxLayout(self._actions)
        actions.setContentsMargins(0, 0, 0, 0)
        actions.setSpacing(2 * STEP)
        for button in (self.choose, self.test, self.replace, self.remove_key):
            actions.addWidget(button)
        actions.addStretch(1)
        actions.addWidget(self.remove)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 2 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addLayout(head)
        known = QHBoxLayout()
        known.setSpacing(3 * STEP)
        if self._removable:
            known.addWidget(_chip(self.provider.destination))
        known.addWidget(self._facts, 1)
        layout.addLayout(known)
        for widget in (self.entry, self._actions, self._result, self.note):
            layout.addWidget(widget)


def _key_words(key: KeyState) -> str:
    if not key.masked:
        return "No key"
    return f"Key {key.masked}, {'in the keyring' if key.lasting else 'kept until localassist closes'}"


def _facts(provider: Provider, *, own: bool) -> str:
    if own:
        return provider.address
    known = " ".join(filter(None, (provider.region, provider.retention)))
    return "\n".join(
        filter(None, (known or UNKNOWN, f"Source: {provider.source}" if known and provider.source else ""))
    )


def _chip(destination: Destination) -> QLabel:
    words, tone = CLASSES[destination]
    chip = QLabel(words)
    chip.setProperty("kind", "chip")
    chip.setProperty("tone", tone)
    chip.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
    return chip
