"""What would have gone along and never leaves: how much of which document, with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from localassist.ui.cloud.words import kept_places, kept_words
from localassist.ui.icons import SIZE
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from localassist.domain.outbound import Matter
    from localassist.domain.reviewing import Review
    from localassist.ui.icons import Icons


class WithheldView(QWidget):
    """Says what stays here, a row a document, and lists each piece on request; hidden where there is none."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._shown: tuple[Matter, ...] = ()
        self._locks: list[QLabel] = []
        self._rows: list[QWidget] = []
        self._below = QVBoxLayout()
        self._below.setSpacing(STEP)
        self.fold = QPushButton()
        self.fold.setAutoDefault(False)
        self.fold.setProperty("kind", "link")
        self.list = WordsLabel(kind="muted", selectable=True)
        self.list.hide()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * STEP, 0, 0)
        column.setSpacing(2 * STEP)
        column.addWidget(WordsLabel("Stays on this computer", "title"))
        column.addLayout(self._below)
        folded = QHBoxLayout()
        folded.addWidget(self.fold)
        folded.addStretch()
        column.addLayout(folded)
        column.addWidget(self.list)
        self.hide()
        self.fold.clicked.connect(self._on_folded)
        icons.theme.changed.connect(self._draw_locks)

    def show_review(self, review: Review) -> None:
        """Show what stays here of this one."""
        self.setVisible(bool(review.withheld))
        if review.withheld == self._shown:
            return
        self._shown = review.withheld
        told = kept_words(review)
        self._fill(told)
        self.list.setText("\n".join(kept_places(review)))
        self.fold.setVisible(len(told) < len(self._shown))
        self.list.setVisible(not self.list.isHidden() and not self.fold.isHidden())
        self._name_fold()

    def _fill(self, told: list[str]) -> None:
        for row in self._rows:
            row.hide()
            row.deleteLater()
        self._locks, self._rows = [], []
        for words in told:
            row = QWidget()
            lock = QLabel()
            line = QHBoxLayout(row)
            line.setContentsMargins(0, 0, 0, 0)
            line.setSpacing(2 * STEP)
            line.addWidget(lock)
            line.addWidget(WordsLabel(words, "muted"), 1)
            self._locks.append(lock)
            self._rows.append(row)
            self._below.addWidget(row)
            row.show()  # the layout would show it after it measured, and press the review together meanwhile
        self._draw_locks()

    def _draw_locks(self) -> None:
        for lock in self._locks:
            lock.setPixmap(self._icons.icon("lock", "green").pixmap(SIZE, SIZE))

    def _on_folded(self) -> None:
        self.list.setVisible(self.list.isHidden())
        self._name_fold()

    def _name_fold(self) -> None:
        self.fold.setText(f"Show each of the {len(self._shown):,}" if self.list.isHidden() else "Hide the list")
