"""What would have gone along and never leaves: each with the reason."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from localassist.ui.cloud.words import label_words, name_of
from localassist.ui.icons import SIZE
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.outbound import Matter
    from localassist.ui.icons import Icons


class WithheldView(QWidget):
    """Lists what stays here, with a lock; hidden while there is nothing."""

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._icons = icons
        self._shown: tuple[Matter, ...] = ()
        self._rows = QWidget()
        self._column = column = QVBoxLayout(self)
        column.setContentsMargins(0, 2 * STEP, 0, 0)
        column.setSpacing(2 * STEP)
        column.addWidget(WordsLabel("Stays on this computer", "title"))
        column.addWidget(self._rows)
        self.hide()
        icons.theme.changed.connect(self._fill)

    def show_withheld(self, matters: Sequence[Matter]) -> None:
        """Show these."""
        self.setVisible(bool(matters))
        if tuple(matters) != self._shown:
            self._shown = tuple(matters)
            self._fill()

    def _fill(self) -> None:
        rows = QWidget()
        column = QVBoxLayout(rows)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(STEP)
        for matter in self._shown:
            lock = QLabel()
            lock.setPixmap(self._icons.icon("lock", "green").pixmap(SIZE, SIZE))
            words = WordsLabel(f"{name_of(matter)}: {label_words(matter.labelled)}", "muted")
            row = QHBoxLayout()
            row.setSpacing(2 * STEP)
            row.addWidget(lock)
            row.addWidget(words, 1)
            column.addLayout(row)
        self._column.replaceWidget(self._rows, rows)
        self._rows.deleteLater()
        self._rows = rows
