"""What a model that is given on terms takes: agreeing to them at the hub, and a token, kept in the keyring."""

from __future__ import annotations

from typing import Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QLineEdit, QPushButton, QVBoxLayout

from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel

TERMS: Final = (
    "Its maker gives it only to people who agreed to terms: sign in at huggingface.co and agree on the model's page. "
    "Then make an access token there and keep it here, in the system's keyring; it is shown to the hub only where it "
    "asks for one."
)
KEPT: Final = "The token is in the system's keyring."
NOT_KEPT: Final = "No keyring works here: the token lasts until the program ends."


class TokenView(QFrame):
    """`token_given` carries a token, which is not shown again."""

    token_given = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("kind", "note")
        self.setProperty("tone", "amber")
        self._told = WordsLabel(TERMS, selectable=True)
        self.field = Field()
        self.field.setEchoMode(QLineEdit.EchoMode.Password)
        self.field.setPlaceholderText("Access token")
        self.field.setAccessibleName("Access token of huggingface.co")
        self._keep = QPushButton("Keep it")
        row = QHBoxLayout()
        row.setSpacing(2 * STEP)
        row.addWidget(self.field, 1)
        row.addWidget(self._keep)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 3 * STEP)
        layout.setSpacing(2 * STEP)
        layout.addWidget(self._told)
        layout.addLayout(row)
        self.field.returnPressed.connect(self._give)
        self._keep.clicked.connect(self._give)

    def ask(self) -> None:
        """Say what it takes."""
        self._told.setText(TERMS)
        self.field.clear()
        self.show()

    def show_kept(self, *, lasting: bool) -> None:
        """Say where the token is now."""
        self._told.setText(f"{KEPT if lasting else NOT_KEPT} Look its files up or download it now.")

    def _give(self) -> None:
        token = self.field.text().strip()
        if token:
            self.field.clear()
            self.token_given.emit(token)
