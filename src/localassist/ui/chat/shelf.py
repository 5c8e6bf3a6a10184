"""Keeps a real widget for each control of the messages on show, and only for those."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from localassist.ui.chat.controls import CodeHeaderWidget, FoldButton, FooterWidget
from localassist.ui.chat.items import FOLD_HEIGHT, FOOTER_HEIGHT
from localassist.ui.chat.offers import OFFER_HEIGHT, OfferRow
from localassist.ui.chat.pieces import CODE_HEADER, PieceKind

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping

    from PySide6.QtCore import QPointF
    from PySide6.QtWidgets import QWidget

    from localassist.ui.chat.items import MessageItem
    from localassist.ui.chat.offers import Offer
    from localassist.ui.icons import Icons

Key = tuple[int, str, str]
ALONE: Final = (1, 1)  # the first of one


class ControlShelf(QObject):
    """Creates, places and drops the controls. All signals carry a message's id; `other_answer_requested` also whether
    the one before (-1) or after it (1) is wanted.
    """

    fold_toggled = Signal(int)
    again_requested = Signal(int)
    other_requested = Signal(int)
    other_answer_requested = Signal(int, int)
    ledger_requested = Signal(int)
    offer_taken = Signal(int)
    local_chosen = Signal(int)

    def __init__(self, icons: Icons, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._icons = icons
        self._viewport = viewport
        self._shown: dict[Key, QWidget] = {}
        self._placed: set[Key] = set()
        self._again_allowed = True
        self._places: dict[int, tuple[int, int]] = {}
        self._only_copying = False

    def leave_copying(self) -> None:
        """Below answers offer nothing but to copy them: the rest is offered elsewhere."""
        self._only_copying = True

    def allow_again(self, *, allowed: bool) -> None:
        """Whether answers can be asked for again now."""
        self._again_allowed = allowed
        for widget in self._shown.values():
            if isinstance(widget, FooterWidget):
                widget.allow_again(allowed=allowed)

    def show_places(self, places: Mapping[int, tuple[int, int]]) -> None:
        """Say of these answers which of how many to its question each is, and of no other."""
        self._places = dict(places)
        for widget in self._shown.values():
            if isinstance(widget, FooterWidget):
                widget.show_place(*self._places.get(widget.message_id, ALONE))

    def focus_step(self, answer_id: int, step: int) -> None:
        """Let the keyboard go on from an answer on show to the others to its question in that direction."""
        for widget in self._shown.values():
            if isinstance(widget, FooterWidget) and widget.message_id == answer_id:
                widget.focus_step(step)

    def place(self, messages: Iterable[tuple[MessageItem, QPointF]], width: float) -> None:
        """Put the controls of these at their places, and drop all others; each has its top left in the viewport."""
        self._placed = set()
        for item, origin in messages:
            self._place(item, origin, width)
        for key in self._shown.keys() - self._placed:
            widget = self._shown.pop(key)
            widget.hide()
            widget.deleteLater()

    def _place(self, item: MessageItem, origin: QPointF, width: float) -> None:
        layout = item.layout
        if layout is None:
            return
        left = round(origin.x())
        if layout.fold_top is not None:
            fold = self._fold(item)
            fold.move(left, round(origin.y() + layout.fold_top))
        for key, top in _code_headers(item):
            header = self._shown.get(key) or self._add(key, self._code_header(item, int(key[1])))
            self._placed.add(key)
            header.setGeometry(left, round(origin.y() + top), round(width), CODE_HEADER)
        if layout.footer_top is not None:
            key = (item.message.id, "footer", item.message.status.value)
            footer = self._shown.get(key) or self._add(key, self._footer(item))
            self._placed.add(key)
            footer.setGeometry(left, round(origin.y() + layout.footer_top), round(width), FOOTER_HEIGHT)
        if layout.offer_top is not None and item.offer is not None:
            key = (item.message.id, "offer", repr(item.offer))
            offer = self._shown.get(key) or self._add(key, self._offer(item.message.id, item.offer))
            self._placed.add(key)
            offer.setGeometry(left, round(origin.y() + layout.offer_top), round(width), OFFER_HEIGHT)

    def _fold(self, item: MessageItem) -> QWidget:
        key = (item.message.id, "fold", "")
        self._placed.add(key)
        fold = self._shown.get(key)
        if not isinstance(fold, FoldButton):
            fold = FoldButton(self._icons, self._viewport)
            message_id = item.message.id
            fold.clicked.connect(lambda: self.fold_toggled.emit(message_id))
            self._add(key, fold)
        fold.show_thought(item.thought_label, is_open=item.thought_open)
        fold.setFixedHeight(FOLD_HEIGHT)
        return fold

    def _code_header(self, item: MessageItem, number: int) -> QWidget:
        def text() -> str:
            return item.layout.pieces[number].source if item.layout else ""

        language = item.layout.pieces[number].language if item.layout else ""
        return CodeHeaderWidget(self._icons, language, text, self._viewport)

    def _footer(self, item: MessageItem) -> QWidget:
        footer = FooterWidget(self._icons, item.message, self._viewport)
        footer.allow_again(allowed=self._again_allowed)
        if self._only_copying:
            footer.leave_copying()
        footer.again_requested.connect(self.again_requested)
        footer.show_place(*self._places.get(item.message.id, ALONE))
        footer.other_requested.connect(self.other_requested)
        footer.other_answer_requested.connect(self.other_answer_requested)
        footer.ledger_requested.connect(self.ledger_requested)
        return footer

    def _offer(self, message_id: int, offer: Offer) -> QWidget:
        row = OfferRow(message_id, offer, self._viewport)
        row.taken.connect(self.offer_taken)
        row.local_chosen.connect(self.local_chosen)
        return row

    def _add(self, key: Key, widget: QWidget) -> QWidget:
        self._shown[key] = widget
        widget.show()
        return widget


def _code_headers(item: MessageItem) -> Iterator[tuple[Key, float]]:
    for number, piece in enumerate(item.layout.pieces if item.layout else ()):
        if piece.kind is PieceKind.CODE:
            # The language stands in the key: while an answer is written its name arrives letter by letter.
            yield (item.message.id, str(number), piece.language), piece.top
