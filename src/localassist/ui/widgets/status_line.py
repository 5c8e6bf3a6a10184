"""One line about work under way: what, how far, and a button that stops it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QProgressBar, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton

if TYPE_CHECKING:
    from localassist.ui.icons import Icons

PROGRESS_WIDTH = 40 * STEP


class StatusLine(QWidget):
    """Takes its place also while it says nothing, so that nothing jumps. `stop_requested` when told to stop."""

    stop_requested = Signal()

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self._label = QLabel(self)
        self._label.setTextFormat(Qt.TextFormat.PlainText)
        self._label.setProperty("kind", "muted")
        self._bar = QProgressBar(self)
        self._bar.setFixedWidth(PROGRESS_WIDTH)
        self._bar.setTextVisible(False)
        self._stop = IconButton(icons, "stop", "Stop (Esc)", self)
        self._stop.clicked.connect(self.stop_requested)
        row = QHBoxLayout(self)
        row.setContentsMargins(STEP, 0, STEP, 0)
        row.setSpacing(3 * STEP)
        row.addWidget(self._label)
        row.addWidget(self._bar)
        row.addWidget(self._stop)
        row.addStretch()
        self.setFixedHeight(8 * STEP)
        self.clear()

    def say(self, words: str, fraction: float | None) -> None:
        """Show what is done and how far it is, 0 to 1; None where that is not known."""
        self._label.setText(words)
        self._label.show()
        self._stop.show()
        self._bar.setVisible(fraction is not None)
        if fraction is not None:
            self._bar.setRange(0, 100)
            self._bar.setValue(round(100 * fraction))
            self._bar.setAccessibleName(words)

    def clear(self) -> None:
        """Say nothing."""
        for widget in (self._label, self._bar, self._stop):
            widget.hide()

    @property
    def words(self) -> str:
        """What it says, "" while it says nothing."""
        return "" if self._label.isHidden() else self._label.text()
