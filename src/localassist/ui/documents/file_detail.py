"""One file of the dialog: what there is to say about it, and what can be done with it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QPlainTextEdit, QPushButton, QVBoxLayout, QWidget

from localassist.domain.documents import DocumentStatus
from localassist.domain.labels import Labelled
from localassist.ui.documents.file_table import is_locked, remarks
from localassist.ui.documents.leaving import sentence
from localassist.ui.theme import STEP
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.labels_menu import LabelsMenu

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Document, HiddenText

HIDDEN_HEIGHT = 24 * STEP


class FileDetail(QWidget):
    """The file that is chosen in the table; each signal is about it. `unlock_requested` carries the password,
    `labelled` a `Sensitivity`.
    """

    ask_requested = Signal()
    open_requested = Signal()
    again_requested = Signal()
    forget_requested = Signal()
    hidden_requested = Signal()
    unlock_requested = Signal(str)
    labelled = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._document: Document | None = None
        self._path = ElidedLabel()
        self._path.setProperty("kind", "title")
        self._remarks = WordsLabel(kind="muted", selectable=True)
        self._password = Field()
        self._password.setEchoMode(QLineEdit.EchoMode.Password)
        self._password.setPlaceholderText("Password")
        self._password.setAccessibleName("Password of this file")
        self._unlock = QPushButton("Unlock and read")
        self._ask = QPushButton("Ask this file")
        self._open = QPushButton("Open")
        self._again = QPushButton("Read again")
        self._forget = QPushButton("Forget…")
        self._leaving = QPushButton("May it leave?")
        self._labels = LabelsMenu(self.labelled.emit, self._leaving)
        self._leaving.setMenu(self._labels)
        self._reveal = QPushButton("Show hidden text")
        self._hidden = QPlainTextEdit()
        self._locked = QWidget()
        self._lay_out()
        self._connect()
        self.show_document(None)

    def show_document(self, document: Document | None, held: Labelled | None = None) -> None:
        """Show this file, and whether it may leave this computer, or that none is chosen."""
        if document is None or self._document is None or document.id != self._document.id:
            self._password.clear()
            self._hidden.hide()
        self._document = document
        self.setEnabled(document is not None)
        self._path.setText(document.path if document else "")
        held = held or Labelled()
        said = [sentence(held), *remarks(document)] if document else ["No file is chosen."]
        self._remarks.setText("\n".join(said))
        self._labels.show_label(held.sensitivity)
        self._locked.setVisible(document is not None and is_locked(document))
        self._reveal.setVisible(document is not None and document.hidden > 0 and self._hidden.isHidden())
        self._ask.setEnabled(document is not None and document.status.is_answerable)
        self._again.setEnabled(document is not None and document.status is not DocumentStatus.IGNORED)

    def show_hidden(self, hidden: Sequence[HiddenText]) -> None:
        """Show the words that the file holds and does not show."""
        told = []
        for each in hidden:
            where = f"Page {each.page}: this" if each.page is not None else "This"
            told.append(f"{where} text is {each.reason}:\n{each.text}")
        self._hidden.setPlainText("\n\n".join(told))
        self._hidden.show()
        self._reveal.hide()

    def say(self, words: str) -> None:
        """Say what is being done with the file."""
        self._remarks.setText(words)

    def _lay_out(self) -> None:
        unlocking = QHBoxLayout(self._locked)
        unlocking.setContentsMargins(0, 0, 0, 0)
        unlocking.setSpacing(2 * STEP)
        unlocking.addWidget(self._password, 1)
        unlocking.addWidget(self._unlock)
        buttons = QHBoxLayout()
        buttons.setSpacing(2 * STEP)
        for button in (self._ask, self._open, self._again, self._leaving, self._forget, self._reveal):
            buttons.addWidget(button)
        buttons.addStretch(1)
        self._hidden.setReadOnly(True)
        self._hidden.setTabChangesFocus(True)
        self._hidden.setProperty("kind", "field")
        self._hidden.setAccessibleName("Hidden text of this file")
        self._hidden.setMaximumHeight(HIDDEN_HEIGHT)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(2 * STEP)
        for widget in (self._path, self._remarks, self._locked):
            layout.addWidget(widget)
        layout.addLayout(buttons)
        layout.addWidget(self._hidden)

    def _connect(self) -> None:
        self._ask.clicked.connect(self.ask_requested)
        self._open.clicked.connect(self.open_requested)
        self._again.clicked.connect(self.again_requested)
        self._forget.clicked.connect(self.forget_requested)
        self._reveal.clicked.connect(self.hidden_requested)
        self._unlock.clicked.connect(self._on_unlock)
        self._password.returnPressed.connect(self._on_unlock)

    def _on_unlock(self) -> None:
        password = self._password.text()
        if password:
            self._password.clear()
            self.unlock_requested.emit(password)
