"""Indexing under way: what, how far, how fast, how long still, and the button that pauses it and lets it go on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFrame, QHBoxLayout, QProgressBar, QVBoxLayout, QWidget

from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.labels import WordsLabel

if TYPE_CHECKING:
    from localassist.ui.icons import Icons


class IndexingView(QFrame):
    """A small panel; hidden while nothing is indexed and nothing is paused."""

    pause_requested = Signal()
    resume_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self._paused = False
        self._title = ElidedLabel()
        self._title.setProperty("kind", "title")
        self._button = IconButton(icons, "pause", "Pause indexing")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Indexing")
        self._detail = ElidedLabel()
        self._detail.setProperty("kind", "muted")
        self._pace = WordsLabel(kind="muted")
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._button)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * STEP, STEP, STEP, 2 * STEP)
        layout.setSpacing(STEP)
        layout.addLayout(top)
        for widget in (self._bar, self._pace, self._detail):
            layout.addWidget(widget)
        self._button.clicked.connect(self._on_button_clicked)
        self.hide()

    def show_work(self, title: str, detail: str, pace: str) -> None:
        """Say what is done; words that are empty leave their line as it is."""
        self._show_paused(paused=False)
        self._title.setText(title)
        if detail:
            self._detail.setText(detail)
        if pace:
            self._pace.setText(pace)
        self._detail.show()
        self._bar.show()
        self.show()

    def show_share(self, done: int, total: int) -> None:
        """How far it is; a `total` of 0 where that is not known."""
        self._bar.setRange(0, total)
        self._bar.setValue(done)

    def show_paused(self) -> None:
        """Say that indexing waits to be let go on."""
        self._show_paused(paused=True)
        self._title.setText("Indexing is paused")
        self._pace.setText("Changes in your folders are not followed meanwhile.")
        self._detail.hide()
        self._bar.hide()
        self.show()

    def end(self) -> None:
        """Nothing is indexed any more."""
        self.hide()

    def _show_paused(self, *, paused: bool) -> None:
        if paused != self._paused:
            self._paused = paused
            self._button.show_icon("play" if paused else "pause", "Go on indexing" if paused else "Pause indexing")

    def _on_button_clicked(self) -> None:
        if self._paused:
            self.resume_requested.emit()
        else:
            self.pause_requested.emit()
