"""What is replaced before sending, with a tick each, and words that are to be replaced besides."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.keys import Field
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from localassist.domain.outbound import Replacement
    from localassist.domain.reviewing import Review

LONGEST_ORIGINAL = 60


class ReplacementsView(QWidget):
    """Lists originals with their placeholders. `changed` carries words, and whether they are to be replaced; `added`
    carries other words that are.
    """

    changed = Signal(str, bool)
    added = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        heading = WordsLabel("Replaced before sending, and put back in the answer", "title")
        self._recogniser = WordsLabel(kind="muted")
        self._rows = QVBoxLayout()
        self._rows.setSpacing(STEP)
        self.ticks: dict[str, QCheckBox] = {}
        self.words = Field()
        self.words.setPlaceholderText("Other words to replace")
        self.words.setAccessibleName("Other words to replace")
        self.add = QPushButton("Replace")
        self.add.setAutoDefault(False)
        self.add.setEnabled(False)
        besides = QHBoxLayout()
        besides.setSpacing(2 * STEP)
        besides.addWidget(self.words, 1)
        besides.addWidget(self.add)
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * STEP, 0, 0)
        column.setSpacing(2 * STEP)
        column.addWidget(heading)
        column.addWidget(self._recogniser)
        column.addLayout(self._rows)
        column.addLayout(besides)
        self.words.textChanged.connect(lambda text: self.add.setEnabled(bool(text.strip())))
        self.words.returnPressed.connect(self._on_added)
        self.add.clicked.connect(self._on_added)

    def show_review(self, review: Review) -> None:
        """Show what is replaced by now, and what goes as it is by the user's word."""
        who = f"Looked for by: {review.recogniser}." if review.recogniser else ""
        self._recogniser.setText(who if review.replacements else f"Nothing was found. {who}".strip())
        rows = {each.original: _row_words(each) for each in review.replacements}
        rows |= {
            words: (f"{_short(words)} goes as it is", False) for words in sorted(review.revision.shown - set(rows))
        }
        for words in [words for words in self.ticks if words not in rows]:
            self.ticks.pop(words).deleteLater()
        for words, (said, on) in rows.items():
            tick = self.ticks.get(words) or self._add(words)
            tick.setText(said.replace("&", "&&"))
            tick.setChecked(on)

    def take_focus(self) -> None:
        """Let the first of them be changed, or other words be written."""
        first = next(iter(self.ticks.values()), self.words)
        first.setFocus(Qt.FocusReason.OtherFocusReason)

    def suggest(self, words: str) -> None:
        """Put words that somebody selected into the field, unless something else was written there."""
        if words and not self.words.isModified():
            self.words.setText(words)

    def _add(self, words: str) -> QCheckBox:
        tick = QCheckBox()
        tick.setAccessibleName(f"Replace {words}")
        tick.setToolTip(plain_tip(words))
        tick.clicked.connect(lambda on: self.changed.emit(words, on))
        self._rows.addWidget(tick)
        tick.show()  # the layout would show it after it measured
        self.ticks[words] = tick
        return tick

    def _on_added(self) -> None:
        words = self.words.text().strip()
        if words:
            self.words.setText("")
            self.added.emit(words)


def _row_words(replacement: Replacement) -> tuple[str, bool]:
    times = "" if replacement.count == 1 else f", {replacement.count:,} times"
    return f"{_short(replacement.original)} is sent as {replacement.placeholder}{times}", True


def _short(words: str) -> str:
    line = " ".join(words.split())
    return line if len(line) <= LONGEST_ORIGINAL else f"{line[:LONGEST_ORIGINAL]}…"
