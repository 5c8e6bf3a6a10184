"""Why a passage came: how much of its score its words, its meaning and the reranker gave it, as small bars."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QRectF, QSize
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QSizePolicy, QWidget
from typing_extensions import override

from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from PySide6.QtGui import QPaintEvent

    from localassist.domain.documents import Passage
    from localassist.ui.theme import Theme

BAR_WIDTH: Final = 8 * STEP
BAR_HEIGHT: Final = STEP


def shares(passage: Passage) -> list[tuple[str, float]]:
    """What a passage was found by, and how well, 0 to 1 each; the reranker only where one looked."""
    found = [("words", passage.words), ("meaning", passage.meaning)]
    return found if passage.rerank is None else [*found, ("reranker", passage.rerank)]


class SharesWidget(QWidget):
    """A word and a bar for each share, on one line."""

    def __init__(self, passage: Passage, theme: Theme) -> None:
        super().__init__()
        self._shares = shares(passage)
        self._theme = theme
        self.setAccessibleName(", ".join(f"{name} {share:.2f}" for name, share in self._shares))
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        theme.changed.connect(self.update)

    @override
    def sizeHint(self) -> QSize:
        return QSize(0, self.fontMetrics().height())

    @override
    def minimumSizeHint(self) -> QSize:
        return self.sizeHint()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        metrics, tokens = self.fontMetrics(), self._theme.tokens
        middle = (self.height() - BAR_HEIGHT) / 2
        left = 0.0
        for name, share in self._shares:
            painter.setPen(QColor(tokens.muted))
            painter.drawText(round(left), metrics.ascent(), name)
            left += metrics.horizontalAdvance(name) + STEP
            for width, colour in ((BAR_WIDTH, tokens.hover), (BAR_WIDTH * min(max(share, 0.0), 1.0), tokens.accent)):
                painter.fillRect(QRectF(left, middle, width, BAR_HEIGHT), QColor(colour))
            left += BAR_WIDTH + 3 * STEP
