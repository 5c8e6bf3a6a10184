"""Where a key is pasted; it goes on to the keyring and is not shown again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QUrl, Signal
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout
from typing_extensions import override

from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from localassist.domain.ports.cloud import Provider

TOLD: Final = (
    "It goes into the system's keyring and nowhere else; where there is none, it is kept until localassist closes. It "
    "is not shown again."
)


class PastedKey:
    """A key on its way from the field to the keyring: it is given once, and says nothing of itself."""

    __slots__ = ("_key",)

    def __init__(self, key: str) -> None:
        self._key = key

    @override
    def __repr__(self) -> str:
        return "a pasted key"

    def take(self) -> str:
        """The key; "" from the second time on."""
        key, self._key = self._key, ""
        return key


class KeyEntry(QFrame):
    """Hidden until somebody asks for it; `given` carries a `PastedKey`."""

    given = Signal(object)

    def __init__(self, provider: Provider) -> None:
        super().__init__()
        self.setProperty("kind", "note")
        self._keys_at = provider.keys_at
        self.field = Field()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText("Paste the key")
        self.field.setAccessibleName(f"Key of {provider.name}")
        self.field.setAccessibleDescription(TOLD)
        self._keep = QPushButton("Keep it")
        self._cancel = QPushButton("Cancel")
        self._open = QPushButton("Open in the browser")
        self._open.setAccessibleName(f"Open {self._keys_at} in the browser")
        self._lay_out()
        self.field.returnPressed.connect(self._give)
        self._keep.clicked.connect(self._give)
        self._cancel.clicked.connect(self.leave)
        self._open.clicked.connect(lambda: QDesktopServices.openUrl(QUrl(self._keys_at)))
        self.hide()

    def ask(self) -> None:
        """Wait for a key."""
        self._forget()
        self.show()
        self.field.setFocus()

    def leave(self) -> None:
        """Want none any more."""
        self._forget()
        self.hide()

    def _give(self) -> None:
        if self.field.text().strip():
            key = PastedKey(self.field.text().strip())
            self.leave()
            self.given.emit(key)

    def _forget(self) -> None:
        self.field.setText("")  # unlike `clear`, this empties what undoing would bring back

    def _lay_out(self) -> None:
        row = QHBoxLayout()
        row.setSpacing(2 * STEP)
        row.addWidget(self.field, 1)
        row.addWidget(self._keep)
        row.addWidget(self._cancel)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 3 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addWidget(WordsLabel(TOLD))
        layout.addLayout(row)
        if self._keys_at:
            made = QHBoxLayout()
            made.setSpacing(2 * STEP)
            made.addWidget(WordsLabel(f"Keys are made at {self._keys_at}", "muted", selectable=True), 1)
            made.addWidget(self._open)
            layout.addLayout(made)
