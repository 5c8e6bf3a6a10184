"""The user's own words that never leave as they are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from localassist.ui.settings.fields import LongTextEdit
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.ui.errors import Problem
    from localassist.ui.icons import Icons

MEANING: Final = (
    "One a line: names of projects, customers, whatever is nobody's business. They are replaced by placeholders, "
    "whether or not the box above is ticked. The list stays on this computer."
)


class PrivateWordsView(QWidget):
    """`changed` carries the words, when the field is left."""

    changed = Signal(object)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._shown: tuple[str, ...] | None = ()
        self.field = LongTextEdit()
        self.field.setProperty("kind", "field")
        self.field.setFixedHeight(24 * STEP)
        self.field.setTabChangesFocus(True)
        self.field.setAccessibleName("Private words")
        self.field.setAccessibleDescription(MEANING)
        self.note = NoteView(icons)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(STEP)
        layout.addWidget(WordsLabel("Private words", "title"))
        layout.addWidget(WordsLabel(MEANING, "muted"))
        layout.addSpacing(STEP)
        layout.addWidget(self.field)
        layout.addWidget(self.note)
        self.field.finished.connect(self._report)

    def show_words(self, words: Sequence[str]) -> None:
        """Show the list, unless somebody is writing in it."""
        self.note.hide()
        self._shown = tuple(words)
        if not self.field.hasFocus():
            self.field.setPlainText("\n".join(words))

    def show_problem(self, problem: Problem) -> None:
        """Say why the list is not kept; leaving the field once more tries again."""
        self._shown = None
        self.note.complain(problem)

    def _report(self) -> None:
        lines = (line.strip() for line in self.field.toPlainText().splitlines())
        words = tuple(dict.fromkeys(filter(None, lines)))
        if words != self._shown:
            self._shown = words
            self.changed.emit(words)
