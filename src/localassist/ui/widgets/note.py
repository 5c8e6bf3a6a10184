"""A note beside the thing it is about: what happened and what to do, until it is closed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons


class NoteView(QFrame):
    """A sentence or two on a soft background; hidden while there is nothing to say."""

    def __init__(self, icons: Icons, parent: QWidget | None = None, *, closable: bool = True) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self._text = WordsLabel(selectable=True)
        self._button = QPushButton()
        self._button.setProperty("kind", "quiet")
        self._button.hide()
        self._button.clicked.connect(self._on_button_clicked)
        self._act: Callable[[], object] = lambda: None
        close = IconButton(icons, "close", "Close this note")
        close.setVisible(closable)
        close.clicked.connect(self.hide)
        row = QHBoxLayout()
        row.addWidget(self._text, 1)
        row.addWidget(close, 0, Qt.AlignmentFlag.AlignTop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * STEP, 2 * STEP, 2 * STEP, 2 * STEP)
        layout.setSpacing(STEP)
        layout.addLayout(row)
        layout.addWidget(self._button, 0, Qt.AlignmentFlag.AlignLeft)
        self.hide()

    @property
    def text(self) -> str:
        """What is said."""
        return self._text.text()

    def say(self, text: str, button: str = "", act: Callable[[], object] | None = None) -> None:
        """Show a plain note, with a button if there is something to do."""
        self._show(text, "")
        if act is not None:
            self._act = act
            self._button.setText(button)
            self._button.show()

    def warn(self, text: str) -> None:
        """Show a note about something that deserves attention."""
        self._show(text, "amber")

    def complain(self, problem: Problem) -> None:
        """Show what went wrong and what to do."""
        self._show(problem.text, "red")

    def _show(self, text: str, tone: str) -> None:
        self._text.setText(text)
        self._button.hide()
        self.setProperty("tone", tone)
        for widget in (self, self._text):  # style sheets look at properties only when asked to
            widget.style().unpolish(widget)
            widget.style().polish(widget)
        self.setAccessibleName(text)
        self.show()

    def _on_button_clicked(self) -> None:
        self._act()
