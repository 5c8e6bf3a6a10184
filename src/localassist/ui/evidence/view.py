"""The evidence column: passages above, the page they stand on below, the reasons at the foot."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QPushButton,
    QSplitter,
    QVBoxLayout,
    QWidget,
)

from localassist.ui.evidence.cards import PassageCard
from localassist.ui.evidence.page_view import PageView
from localassist.ui.evidence.reasons import NOTHING_FOUND, ReasonsView, passages, reasons, warnings
from localassist.ui.theme import STEP
from localassist.ui.widgets.labels import WordsLabel
from localassist.ui.widgets.note import NoteView
from localassist.ui.widgets.scrolled import ScrolledColumn

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Message
    from localassist.domain.documents import Citation, Passage
    from localassist.ui.icons import Icons

EMPTY: Final = "When an answer rests on your documents, its passages and the page they stand on are shown here."
NO_ROOM: Final = "Left out: no room in the prompt"
REASONS_HEIGHT: Final = 280
PASSAGES_HEIGHT: Final = 160
MOST_FOUND: Final = 12  # cards of passages that were not used; more would hold up the first frame


class EvidenceView(QWidget):
    """What one answer rests on. `place_opened` carries the `Place` of a passage that was chosen."""

    place_opened = Signal(object)

    def __init__(self, icons: Icons, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._icons = icons
        self._cards: list[PassageCard] = []
        self._group = QButtonGroup(self)
        self._writing = False  # the answer is being written
        self._reading = False  # a passage was opened meanwhile
        self.page = PageView(icons)
        self._content = QWidget()
        self._list = QVBoxLayout(self._content)
        self._passages = ScrolledColumn(self._content)
        self._passages.setAccessibleName("Passages")
        self._left_out = WordsLabel(kind="muted")
        self._why = QPushButton("Why this answer?")
        self._reasons = ReasonsView()
        self._reasons_area = ScrolledColumn(self._reasons)
        self._reasons_area.setAccessibleName("Why this answer")
        self._lay_out()
        self._why.toggled.connect(self._on_why_toggled)
        self._group.buttonClicked.connect(self._on_card_clicked)
        icons.theme.changed.connect(self._paint_fold)
        self.clear()

    def show_evidence(self, message: Message) -> None:
        """Show what stands behind an answer, and open the page of its first citation.

        A page that was opened while the answer was being written stays: somebody reads it.
        """
        reading = self._reading
        self._take_away()
        self.page.setVisible(reading)
        evidence = message.evidence
        for warning in warnings(evidence):
            self._warn(warning)
        for citation in evidence.citations:
            self._add_card(citation.passage, citation)
        if evidence.found:
            found = "Also found, not used" if evidence.citations else "Found, not used"
            self._list.addWidget(WordsLabel(found, "section"))
        given = {each.chunk_id for each in evidence.given}
        for passage in evidence.found[:MOST_FOUND]:
            had_room = not given or passage.chunk_id in given
            self._add_card(passage, None, "" if had_room else NO_ROOM)
        if len(evidence.found) > MOST_FOUND:
            self._list.addWidget(
                WordsLabel(f"and {passages(len(evidence.found) - MOST_FOUND)} that match less", "muted")
            )
        self._list.addStretch(1)
        self._left_out.setVisible(evidence.left_out > 0)
        self._left_out.setText(f"{passages(evidence.left_out)} not given to the model")
        self._reasons.show_reasons(reasons(evidence))
        self._why.show()
        if evidence.citations and not reading:
            self.show_citation(evidence.citations[0].n)

    def show_found(self, passages: Sequence[Passage]) -> None:
        """Show what was found, while the answer that may rest on it is written."""
        self._take_away()
        self._writing = True
        if not passages:
            self._warn(NOTHING_FOUND)
        for passage in passages[:MOST_FOUND]:
            self._add_card(passage, None)
        self._list.addStretch(1)

    def show_citation(self, n: int) -> None:
        """Open the page of the citation with that number; nothing if the answer has none such."""
        for card in self._cards:
            if n and card.number == n:
                card.click()
                self._passages.ensureWidgetVisible(card, 0, STEP)

    def clear(self) -> None:
        """Show that there is no evidence."""
        self._take_away()
        self._list.addWidget(WordsLabel(EMPTY, "muted"))
        self._list.addStretch(1)

    def _take_away(self) -> None:
        self._cards.clear()
        while (item := self._list.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.hide()
                widget.deleteLater()
        self._writing = self._reading = False
        self.page.hide()
        self._left_out.hide()
        self._why.setChecked(False)
        self._why.hide()

    def _warn(self, words: str) -> None:
        note = NoteView(self._icons, closable=False)
        self._list.addWidget(note)
        note.warn(words)

    def _add_card(self, passage: Passage, citation: Citation | None, aside: str = "") -> None:
        card = PassageCard(passage, citation, self._icons.theme, self._content, aside)
        self._cards.append(card)
        self._group.addButton(card)
        self._list.addWidget(card)

    def _on_card_clicked(self, card: PassageCard) -> None:
        self._reading = self._writing
        self.page.show()
        self.place_opened.emit(card.place)

    def _on_why_toggled(self, shown: bool) -> None:  # noqa: FBT001  a slot
        self._reasons_area.setVisible(shown)
        self._paint_fold()

    def _paint_fold(self) -> None:
        self._why.setIcon(self._icons.icon("chevron-down" if self._why.isChecked() else "chevron-right", "muted"))

    def _lay_out(self) -> None:
        self.setProperty("kind", "side")
        self.setAttribute(Qt.WidgetAttribute.WA_StyledBackground)
        self.setAccessibleName("Evidence")
        self.setMinimumWidth(60 * STEP)
        self._list.setContentsMargins(3 * STEP, 0, STEP, 2 * STEP)
        self._list.setSpacing(2 * STEP)
        self._why.setCheckable(True)
        self._why.setProperty("kind", "quiet")
        self._left_out.setContentsMargins(3 * STEP, 2 * STEP, 3 * STEP, 0)
        self._reasons_area.setMaximumHeight(REASONS_HEIGHT)
        self._on_why_toggled(False)  # noqa: FBT003  the slot of a toggle
        self._passages.setMinimumHeight(PASSAGES_HEIGHT)
        split = QSplitter(Qt.Orientation.Vertical)
        split.setHandleWidth(1)
        split.setChildrenCollapsible(False)
        split.addWidget(self._passages)
        split.addWidget(self.page)
        split.setSizes([2000, 3000])  # scaled to the room there is
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 2 * STEP, 0, STEP)
        layout.setSpacing(0)
        layout.addWidget(WordsLabel("Evidence", "section"))
        layout.addWidget(split, 1)
        layout.addWidget(self._left_out)
        layout.addWidget(self._why)
        layout.addWidget(self._reasons_area)
