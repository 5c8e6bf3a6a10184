"""A drawn page on the screen, with the marked words under a highlighter."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QScrollArea, QWidget
from typing_extensions import override

from localassist.ui.theme import LIGHT, STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent, QResizeEvent

    from localassist.ui.evidence.source import DrawnPage

INK: Final = QColor(LIGHT.mark)  # paper is white in the dark scheme too


class PaperWidget(QWidget):
    """One drawn page, scaled to the width it is given."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._page: DrawnPage | None = None

    def show_page(self, page: DrawnPage | None) -> None:
        """Show this page, or none."""
        self._page = page
        self.update()

    @property
    def drawn_width(self) -> int:
        """How many pixels wide the page was drawn, 0 without one."""
        return self._page.image.width() if self._page else 0

    def height_at(self, width: int) -> int:
        """How high the page is at that width."""
        if self._page is None:
            return 0
        return round(width * self._page.image.height() / self._page.image.width())

    def marks(self) -> list[QRectF]:
        """Where the marked words are in this widget."""
        if self._page is None:
            return []
        scale = self.width() / self._page.image.width()
        return [QRectF(m.x() * scale, m.y() * scale, m.width() * scale, m.height() * scale) for m in self._page.marks]

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        if self._page is None:
            return
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform)
        painter.drawImage(QRectF(self.rect()), self._page.image)
        painter.setCompositionMode(QPainter.CompositionMode.CompositionMode_Multiply)
        for mark in self.marks():
            painter.fillRect(mark, INK)


class PaperView(QScrollArea):
    """A page at a zoom, 1 being the whole width of the view; `resized` when another drawing would be sharper."""

    resized = Signal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._paper = PaperWidget()
        self._zoom = 1.0
        self.setWidget(self._paper)
        self.setAlignment(Qt.AlignmentFlag.AlignHCenter)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOn)  # its coming would change the width

    @property
    def paper(self) -> PaperWidget:
        """The page itself."""
        return self._paper

    def drawing_width(self) -> int:
        """How many pixels wide a page has to be drawn to be sharp."""
        return round(self._paper_width() * self.devicePixelRatioF())

    @property
    def is_sharp(self) -> bool:
        """Whether the page was drawn for the width it is shown in."""
        return self._paper.drawn_width == self.drawing_width()

    def show_page(self, page: DrawnPage | None) -> None:
        """Show this page with its first marked words in view."""
        self._paper.show_page(page)
        self._fit()
        self._reveal_marks()

    def zoom(self, zoom: float) -> None:
        """Make the page so many times as wide as the view."""
        self._zoom = zoom
        self._fit()
        self._reveal_marks()
        self.resized.emit()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._fit()
        if event.size().width() != event.oldSize().width():
            self.resized.emit()

    @override
    def sizeHint(self) -> QSize:
        return QSize(80 * STEP, 100 * STEP)

    def _paper_width(self) -> int:
        return max(1, round(self.viewport().width() * self._zoom))

    def _fit(self) -> None:
        width = self._paper_width()
        self._paper.resize(width, self._paper.height_at(width))

    def _reveal_marks(self) -> None:
        marks = self._paper.marks()
        if not marks:
            self.verticalScrollBar().setValue(0)
            return
        self.horizontalScrollBar().setValue(round(min(mark.left() for mark in marks)) - 4 * STEP)
        self.verticalScrollBar().setValue(round(marks[0].center().y()) - self.viewport().height() // 2)
