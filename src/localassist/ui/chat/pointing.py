"""The mouse over the transcript: selecting text, hovering and clicking what stands in it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

from PySide6.QtCore import QEvent, QObject, QPointF, Qt, Signal
from PySide6.QtGui import QHelpEvent, QMouseEvent, QTextCursor
from PySide6.QtWidgets import QApplication, QToolTip
from typing_extensions import override

from localassist.ui.chat.doubts import doubts
from localassist.ui.chat.markdown import CITE, UNSUPPORTED
from localassist.ui.chat.selection import TextPoint
from localassist.ui.places import place_of_citation
from localassist.ui.widgets.tips import plain_tip

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtWidgets import QWidget

    from localassist.domain.chat import Message
    from localassist.ui.chat.items import MessageItem
    from localassist.ui.chat.pieces import LaidPiece
    from localassist.ui.chat.selection import Selection

LONGEST_TIP = 400  # characters of a passage shown when hovering over its citation


class Stage(Protocol):
    """What the mouse moves over."""

    @property
    def items(self) -> Sequence[MessageItem]:
        """The messages, in order."""

    def index_at(self, y: float) -> int:
        """The message at a height of the viewport, the nearest one outside."""

    def origin(self, index: int) -> QPointF:
        """A message's top left in the viewport."""


class Pointer(QObject):
    """Turns mouse events of the viewport into a selection and into `anchor_clicked` (message id, address)."""

    anchor_clicked = Signal(int, str)
    selection_changed = Signal()
    dragged_to = Signal(float)  # height in the viewport, above or below it: scroll that way

    def __init__(self, stage: Stage, selection: Selection, viewport: QWidget) -> None:
        super().__init__(viewport)
        self._stage = stage
        self._selection = selection
        self._viewport = viewport
        self._pressed_at: QPointF | None = None
        viewport.setMouseTracking(True)
        viewport.installEventFilter(self)

    @override
    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if isinstance(event, QHelpEvent):
            return self._tell(event)
        if isinstance(event, QMouseEvent) and self._stage.items:
            handle = {
                QEvent.Type.MouseButtonPress: self._press,
                QEvent.Type.MouseMove: self._move,
                QEvent.Type.MouseButtonRelease: self._release,
                QEvent.Type.MouseButtonDblClick: self._select_word,
            }.get(event.type())
            if handle is not None:
                handle(event)
        return False

    def _press(self, event: QMouseEvent) -> None:
        if event.button() is not Qt.MouseButton.LeftButton:
            return
        self._pressed_at = event.position()
        point = self._point_at(event.position())
        if point is not None:
            self._selection.begin(point)
            self.selection_changed.emit()

    def _move(self, event: QMouseEvent) -> None:
        if self._pressed_at is None:
            address = self._anchor_at(event.position())[1]
            over_link = bool(address) and not address.startswith(UNSUPPORTED)
            self._viewport.setCursor(Qt.CursorShape.PointingHandCursor if over_link else Qt.CursorShape.IBeamCursor)
            return
        point = self._point_at(event.position())
        if point is not None:
            self._selection.extend(point)
            self.selection_changed.emit()
        if not 0 <= event.position().y() <= self._viewport.height():
            self.dragged_to.emit(event.position().y())

    def _release(self, event: QMouseEvent) -> None:
        pressed_at, self._pressed_at = self._pressed_at, None
        if pressed_at is None:
            return
        moved = (event.position() - pressed_at).manhattanLength()
        message_id, address = self._anchor_at(event.position())
        if address and moved < QApplication.startDragDistance():
            self.anchor_clicked.emit(message_id, address)

    def _select_word(self, event: QMouseEvent) -> None:
        point = self._point_at(event.position())
        if point is None:
            return
        self._pressed_at = None
        cursor = QTextCursor(self._piece(point).document)
        cursor.setPosition(point.position)
        cursor.select(QTextCursor.SelectionType.WordUnderCursor)
        self._selection.begin(point._replace(position=cursor.selectionStart()))
        self._selection.extend(point._replace(position=cursor.selectionEnd()))
        self.selection_changed.emit()

    def _tell(self, event: QHelpEvent) -> bool:
        message_id, address = self._anchor_at(QPointF(event.pos()))
        message = next((i.message for i in self._stage.items if i.message.id == message_id), None)
        tip = _tip(message, address) if message else ""
        if tip:
            QToolTip.showText(event.globalPos(), plain_tip(tip), self._viewport)
        else:
            QToolTip.hideText()
        return True

    def _piece(self, point: TextPoint) -> LaidPiece:
        layout = self._stage.items[point.message].layout
        assert layout is not None, "only what is laid out can be pointed at"
        return layout.pieces[point.piece]

    def _point_at(self, at: QPointF) -> TextPoint | None:
        """The point nearest to a place in the viewport."""
        index = self._stage.index_at(at.y())
        layout = self._stage.items[index].layout
        if layout is None or not layout.pieces:
            return None
        inside = at - self._stage.origin(index)
        above = [number for number, piece in enumerate(layout.pieces) if piece.top <= inside.y()]
        number = above[-1] if above else 0
        piece = layout.pieces[number]
        position = piece.document.documentLayout().hitTest(inside - piece.origin, Qt.HitTestAccuracy.FuzzyHit)
        return TextPoint(index, number, max(position, 0))

    def _anchor_at(self, at: QPointF) -> tuple[int, str]:
        """The message's id and the address of the link exactly there, "" if there is none."""
        if not self._stage.items:
            return 0, ""
        index = self._stage.index_at(at.y())
        item = self._stage.items[index]
        inside = at - self._stage.origin(index)
        for piece in item.layout.pieces if item.layout else ():
            if piece.top <= inside.y() < piece.top + piece.height:
                return item.message.id, piece.document.documentLayout().anchorAt(inside - piece.origin)
        return item.message.id, ""


def _tip(message: Message, address: str) -> str:
    """What hovering tells about a link."""
    if address.startswith(UNSUPPORTED):
        return doubts(message.text, message.evidence)[int(address.removeprefix(UNSUPPORTED))].reason
    if not address.startswith(CITE):
        return address
    number = int(address.removeprefix(CITE))
    citation = next((c for c in message.evidence.citations if c.n == number), None)
    if citation is None:
        return ""
    quote = " ".join(citation.quote.split())
    shown = quote if len(quote) <= LONGEST_TIP else quote[:LONGEST_TIP] + "…"
    return f"{place_of_citation(citation)}\n“{shown}”"
