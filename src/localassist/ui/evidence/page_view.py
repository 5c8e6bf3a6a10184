"""The page that a passage stands on: drawn or as text, with the words marked and the ways around it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QTimer, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QStackedWidget, QVBoxLayout, QWidget

from localassist.ui.evidence.excerpt import ExcerptView
from localassist.ui.evidence.paper import PaperView
from localassist.ui.theme import STEP
from localassist.ui.widgets.buttons import IconButton
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.note import NoteView

if TYPE_CHECKING:
    from localassist.ui.errors import Problem
    from localassist.ui.evidence.source import DrawnPage, Excerpt
    from localassist.ui.icons import Icons

ZOOMS: Final = (1.0, 1.5, 2.0, 3.0)
SETTLE_MS: Final = 200  # a column being dragged is drawn again once it rests


class PageView(QWidget):
    """One page of a document and the buttons around it."""

    page_asked = Signal(int)
    redraw_asked = Signal()
    more_asked = Signal()
    outside_asked = Signal()
    copy_asked = Signal()

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page = 0
        self._page_count = 0
        self._zoom = 0
        self._drawn_text = ""
        self._name = ElidedLabel()
        self._name.setProperty("kind", "title")
        self._copy = IconButton(icons, "copy", "Copy these words with their reference")
        self._outside = IconButton(icons, "open", "Open in its own program")
        self._previous = IconButton(icons, "chevron-left", "Previous page")
        self._position = QLabel()
        self._next = IconButton(icons, "chevron-right", "Next page")
        self._smaller = IconButton(icons, "minus", "Smaller")
        self._larger = IconButton(icons, "plus", "Larger")
        self._note = NoteView(icons, closable=False)
        self.paper = PaperView()
        self.excerpt = ExcerptView(icons)
        self._more = QPushButton("Show more text")
        self._stack = QStackedWidget()
        self._settle = QTimer(self, singleShot=True, interval=SETTLE_MS)
        self._lay_out()
        self._connect()

    @property
    def marked_text(self) -> str:
        """The words that are marked on the page that is shown, whichever way it is shown."""
        return self._drawn_text if self._stack.currentWidget() is self.paper else self.excerpt.marked_text

    @property
    def is_settling(self) -> bool:
        """Whether its size has just changed, so that the page may be drawn again soon."""
        return self._settle.isActive()

    def show_opening(self, name: str) -> None:
        """Name the document that is being opened; another one's page doesn't stay below its name."""
        if name != self._name.text():
            self._show_nothing()
        self._name.setText(name)
        self._show_note("")
        self._show_position(None, 0)

    def show_drawn(self, page: DrawnPage) -> None:
        """Show a drawn page."""
        self._drawn_text = page.marked_text
        self._show_note("")
        self._show_position(page.page, page.page_count)
        self.paper.setAccessibleName(f"Page {page.page} of {self._name.text()}. Marked: {page.marked_text}")
        self.paper.show_page(page)
        self._stack.setCurrentWidget(self.paper)
        self._show_zoom()
        self._more.hide()

    def show_excerpt(self, excerpt: Excerpt) -> None:
        """Show stored text."""
        self._show_note(excerpt.note)
        self._show_position(excerpt.page, excerpt.page_count, excerpt.label)
        self.excerpt.setAccessibleName(f"Text of {self._name.text()}")
        self._stack.setCurrentWidget(self.excerpt)
        self.excerpt.show_excerpt(excerpt)
        self._show_zoom()
        self._more.setVisible(excerpt.more_before or excerpt.more_after)

    def show_problem(self, problem: Problem) -> None:
        """Say why nothing is shown."""
        self._show_nothing()
        self._note.complain(problem)

    def show_not_opened(self, name: str) -> None:
        """Say that no other program opened the file."""
        self._note.warn(f"No program opened {name}. Open it from its folder.")

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setContentsMargins(3 * STEP, STEP, 2 * STEP, 0)
        top.addWidget(self._name, 1)
        top.addWidget(self._copy)
        top.addWidget(self._outside)
        bar = QHBoxLayout()
        bar.setContentsMargins(2 * STEP, 0, 2 * STEP, STEP)
        bar.setSpacing(0)
        for widget in (self._previous, self._position, self._next):
            bar.addWidget(widget)
        bar.addStretch(1)
        bar.addWidget(self._smaller)
        bar.addWidget(self._larger)
        around_note = QVBoxLayout()
        around_note.setContentsMargins(2 * STEP, 0, 2 * STEP, 0)
        around_note.addWidget(self._note)
        self._stack.addWidget(self.paper)
        self._stack.addWidget(self.excerpt)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(top)
        layout.addLayout(bar)
        layout.addLayout(around_note)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self._more)
        self._more.setProperty("kind", "quiet")
        self._more.hide()

    def _connect(self) -> None:
        self._previous.clicked.connect(lambda: self.page_asked.emit(self._page - 1))
        self._next.clicked.connect(lambda: self.page_asked.emit(self._page + 1))
        self._smaller.clicked.connect(lambda: self._zoom_by(-1))
        self._larger.clicked.connect(lambda: self._zoom_by(1))
        self._more.clicked.connect(self.more_asked)
        self._copy.clicked.connect(self.copy_asked)
        self._outside.clicked.connect(self.outside_asked)
        self.paper.resized.connect(self._settle.start)
        self._settle.timeout.connect(self._on_settled)

    def _on_settled(self) -> None:
        drawn = self._stack.currentWidget() is self.paper and self._page > 0
        if self.isVisible() and drawn and not self.paper.is_sharp:
            self.redraw_asked.emit()

    def _zoom_by(self, steps: int) -> None:
        self._zoom = min(max(self._zoom + steps, 0), len(ZOOMS) - 1)
        self._show_zoom()
        self.paper.zoom(ZOOMS[self._zoom])

    def _show_zoom(self) -> None:
        drawn = self._stack.currentWidget() is self.paper and self._page > 0
        self._smaller.setVisible(drawn)
        self._larger.setVisible(drawn)
        self._smaller.setEnabled(self._zoom > 0)
        self._larger.setEnabled(self._zoom < len(ZOOMS) - 1)

    def _show_nothing(self) -> None:
        self._drawn_text = ""
        self.paper.show_page(None)
        self._stack.setCurrentWidget(self.paper)
        self._more.hide()
        self._show_zoom()

    def _show_position(self, page: int | None, page_count: int, label: str = "") -> None:
        self._page, self._page_count = page or 0, page_count
        where = f"{label} ({page} of {page_count})" if label else f"page {page} of {page_count}"
        self._position.setText(where if page else "")
        for button, possible in ((self._previous, self._page > 1), (self._next, self._page < page_count)):
            button.setVisible(page_count > 0)
            button.setEnabled(possible)

    def _show_note(self, text: str) -> None:
        if text:
            self._note.warn(text)
        else:
            self._note.hide()
