"""Indexing under way: what, how far, how fast, how long still, and the button that ends it."""

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
    """A small panel; hidden while nothing is indexed."""

    stop_requested = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setProperty("kind", "note")
        self._title = ElidedLabel()
        self._title.setProperty("kind", "title")
        self._stop = IconButton(icons, "stop", "Stop indexing")
        self._bar = QProgressBar(textVisible=False)
        self._bar.setAccessibleName("Indexing")
        self._file = ElidedLabel()
        self._file.setProperty("kind", "muted")
        self._pace = WordsLabel(kind="muted")
        top = QHBoxLayout()
        top.addWidget(self._title, 1)
        top.addWidget(self._stop)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(2 * STEP, STEP, STEP, 2 * STEP)
        layout.setSpacing(STEP)
        layout.addLayout(top)
        for widget in (self._bar, self._pace, self._file):
            layout.addWidget(widget)
        self._stop.clicked.connect(self._on_stop_clicked)
        self.hide()

    def begin(self, collection: str) -> None:
        """Show that files are being looked for."""
        self._title.setText(f"Indexing {collection}")
        self._stop.setEnabled(True)
        self._bar.setRange(0, 0)
        self._file.setText("")
        self._pace.setText("Looking for documents")
        self.show()

    def show_count(self, count: int) -> None:
        """So many files were found so far."""
        self._pace.setText(f"{count:,} found so far")

    def show_file(self, name: str) -> None:
        """This file is being read."""
        self._file.setText(name)

    def show_pace(self, done: int, total: int, words: str) -> None:
        """How far it is."""
        self._bar.setRange(0, max(total, 1))
        self._bar.setValue(done)
        self._pace.setText(words)

    def end(self) -> None:
        """Nothing is indexed any more."""
        self.hide()

    def _on_stop_clicked(self) -> None:
        self._stop.setEnabled(False)
        self._pace.setText("Stopping")
        self.stop_requested.emit()
