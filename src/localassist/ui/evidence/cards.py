"""One passage as a card that can be opened: where it stands, how well it matched, its words."""

from __future__ import annotations

from typing import TYPE_CHECKING, TypeVar

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QSizePolicy, QVBoxLayout, QWidget
from typing_extensions import override

from localassist.domain.documents import HEADING_JOINER
from localassist.ui.evidence.quoting import passage_html, place_name, quote_html
from localassist.ui.evidence.shares import SharesWidget, shares
from localassist.ui.evidence.source import Place
from localassist.ui.theme import STEP
from localassist.ui.widgets.elided import ElidedLabel
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from localassist.domain.documents import Citation, Passage
    from localassist.ui.theme import Theme


W = TypeVar("W", bound=QWidget)


class PassageCard(QPushButton):
    """A passage; pressing it opens its page. `number` is the citation's, 0 for one that was not used.

    `aside` says quietly what else there is to say of it, "" for nothing.
    """

    def __init__(
        self, passage: Passage, citation: Citation | None, theme: Theme, parent: QWidget, aside: str = ""
    ) -> None:
        super().__init__(parent)
        self._aside = aside
        self.number = citation.n if citation else 0
        self.place = Place.of_citation(citation) if citation else Place.of_passage(passage)
        self._passage = passage
        self._theme = theme
        self.setProperty("kind", "passage")
        self.setCheckable(True)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self.setAccessibleName(self._spoken())
        self._words = _transparent(QLabel())
        self._words.setTextFormat(Qt.TextFormat.RichText)
        self._words.setWordWrap(True)
        self._words.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Minimum)
        self._lay_out()
        self._show_words()
        theme.changed.connect(self._show_words)

    @override
    def sizeHint(self) -> QSize:
        layout = self.layout()
        return layout.totalSizeHint() if layout else super().sizeHint()

    @override
    def minimumSizeHint(self) -> QSize:
        layout = self.layout()
        return layout.totalMinimumSize() if layout else super().minimumSizeHint()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(2 * STEP)
        if self.number:
            number = _transparent(QLabel(str(self.number)))
            number.setProperty("kind", "number")
            number.setAlignment(Qt.AlignmentFlag.AlignCenter)
            top.addWidget(number)
        name = _transparent(ElidedLabel(place_name(self.place)))
        name.setProperty("kind", "title")
        top.addWidget(name, 1)
        score = _transparent(QLabel(f"{self._passage.score:.2f}"))
        score.setProperty("kind", "muted")
        top.addWidget(score)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 2 * STEP)
        layout.setSpacing(STEP)
        layout.addLayout(top)
        if self._passage.heading:
            heading = _transparent(ElidedLabel(self._passage.heading.rpartition(HEADING_JOINER)[2]))
            heading.setToolTip(plain_tip(self._passage.heading))
            heading.setProperty("kind", "muted")
            layout.addWidget(heading)
        layout.addWidget(self._words)
        if any(share for _, share in shares(self._passage)):
            layout.addWidget(_transparent(SharesWidget(self._passage, self._theme)))
        if self._aside:
            aside = _transparent(QLabel(self._aside))
            aside.setProperty("kind", "muted")
            layout.addWidget(aside)

    def _show_words(self) -> None:
        tokens = self._theme.tokens
        shown = quote_html(self.place, tokens) if self.number else passage_html(self._passage, tokens)
        self._words.setText(f'<p style="line-height:140%;margin:0">{shown}</p>')

    def _spoken(self) -> str:
        use = f"Citation {self.number}" if self.number else "Found, not used"
        came = "".join(f", {name} {share:.2f}" for name, share in shares(self._passage) if share)
        return f"{use}: {place_name(self.place)}, score {self._passage.score:.2f}{came}"


def _transparent(label: W) -> W:
    """The whole card is the button: its labels let the mouse through."""
    label.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
    return label
