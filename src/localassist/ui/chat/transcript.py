"""The transcript: messages below each other, of which only those on show are laid out."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QPointF, Qt, QTimer, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QContextMenuEvent,
    QGuiApplication,
    QKeySequence,
    QPainter,
)
from PySide6.QtWidgets import QAbstractScrollArea, QFrame
from typing_extensions import override

from localassist.domain.chat import Role
from localassist.ui.chat.column import Column
from localassist.ui.chat.growing import GrowingAnswer
from localassist.ui.chat.items import MessageItem
from localassist.ui.chat.layouts import Layouts
from localassist.ui.chat.markdown import CITE, UNSUPPORTED
from localassist.ui.chat.menu import add_action, message_menu
from localassist.ui.chat.pointing import Pointer
from localassist.ui.chat.selection import Selection, TextPoint
from localassist.ui.chat.shelf import ControlShelf
from localassist.ui.theme import STEP, TEXT_WIDTH

if TYPE_CHECKING:
    from collections.abc import Sequence

    from PySide6.QtGui import QKeyEvent, QPaintEvent, QResizeEvent

    from localassist.domain.chat import Message
    from localassist.ui.chat.offers import Offer
    from localassist.ui.chat.thought import Thought
    from localassist.ui.icons import Icons

REPAINT_MS: Final = 33
REST: Final = 3  # times as long as the last repaint took: a long table or list leaves most of the time for typing
SIDE_MARGIN: Final = 6 * STEP
LINE_STEP: Final = 12 * STEP


class TranscriptView(QAbstractScrollArea):
    """Shows a conversation's messages and the answer that is being written.

    `citation_clicked` carries the message's id and the citation's number, `link_clicked` an address that was not
    opened, `bottom_reached` whether the view is at its end; `controls` says which of its buttons were pressed.
    """

    citation_clicked = Signal(int, int)
    link_clicked = Signal(str)
    bottom_reached = Signal(bool)

    def __init__(self, icons: Icons) -> None:
        super().__init__()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setAccessibleName("Conversation")
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._theme = icons.theme
        self._items: list[MessageItem] = []
        self._layouts = Layouts(icons.theme, lambda: self._text_width)
        self._column = Column(self._layouts.lay_out)
        self._column.items = self._items
        self._selection = Selection()
        self._settling = False
        self.controls = ControlShelf(icons, self.viewport())
        self.controls.fold_toggled.connect(self._on_fold_toggled)
        pointer = Pointer(self, self._selection, self.viewport())
        pointer.anchor_clicked.connect(self._on_anchor_clicked)
        pointer.selection_changed.connect(self.viewport().update)
        pointer.dragged_to.connect(self._on_dragged_to)
        self._repaint = QTimer(self, singleShot=True, interval=REPAINT_MS)
        self._repaint.timeout.connect(self._on_repaint_due)
        self.verticalScrollBar().setSingleStep(LINE_STEP)
        self.verticalScrollBar().valueChanged.connect(self._on_scrolled)
        icons.theme.changed.connect(self._on_theme_changed)
        add_action(self, "Copy", QKeySequence.StandardKey.Copy, self.copy_selection)
        add_action(self, "Select all", QKeySequence.StandardKey.SelectAll, self.select_all)

    @property
    def items(self) -> Sequence[MessageItem]:
        """The messages, in order."""
        return self._items

    def show_messages(self, messages: Sequence[Message]) -> None:
        """Show another conversation, from its end, or another branch, from where it begins."""
        self._items = [MessageItem(message) for message in messages]
        self.controls.place((), self._text_width)
        self._selection.clear()
        self._column.show(self._items)
        self._layouts.forget(self._items)
        self._arrange()
        self._on_scrolled(self.verticalScrollBar().value())

    def add(self, message: Message) -> None:
        """Put a message at the end; an empty answer grows from here on."""
        item = MessageItem(message)
        if message.role is Role.ASSISTANT:
            item.growing = GrowingAnswer()
        item.estimate(self._text_width)
        self._items.append(item)
        self._arrange()

    def grow(self, message_id: int, delta: str) -> None:
        """Add text to the answer that is being written; it is shown within 33 ms, or when laying out allows."""
        item = self._item(message_id)
        if item is not None and item.growing is not None:
            item.growing.feed(delta)
            self._repaint_soon()

    def restate(self, message: Message, thought: Thought) -> None:
        """Show what else is known by now of the answer that is being written, and what the model thinks."""
        item = self._item(message.id)
        if item is not None and item.growing is not None:
            item.message, item.thinking = message, thought
            self._repaint_soon()

    def _repaint_soon(self) -> None:
        if not self._repaint.isActive():
            self._repaint.start()

    def finish(self, message: Message) -> None:
        """Show the answer as it was stored, with what stands behind it."""
        item = self._item(message.id)
        if item is None:
            return
        item.message, item.growing, item.thinking, item.layout, item.frozen = message, None, None, None, []
        self._arrange()
        # Painted text is silent to a screen reader: it is told once the answer is whole.
        QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, message.text))

    def offer(self, message_id: int, offer: Offer | None) -> None:
        """Show below a message what a model elsewhere could do about it, and below no other."""
        for item in self._items:
            made = offer if item.message.id == message_id else None
            if item.offer != made:
                item.offer, item.layout = made, None
        self._arrange()

    def drop_after(self, message_id: int | None) -> None:
        """Take away what follows a message (None: everything): another branch begins there."""
        ids = [item.message.id for item in self._items]
        del self._items[ids.index(message_id) + 1 if message_id in ids else 0 :]
        self._selection.clear()
        self._arrange()

    def follow(self) -> None:
        """Go to the end and stay there."""
        self._column.following = True
        self._arrange()

    def allow_again(self, *, allowed: bool) -> None:
        """Whether answers can be asked for again now."""
        self.controls.allow_again(allowed=allowed)

    def selected_text(self) -> str:
        """What is selected, as plain text."""
        return self._selection.text(self._items, self._layouts.lay_out)

    def copy_selection(self) -> None:
        """Put what is selected on the clipboard."""
        if not self._selection.is_empty:
            QGuiApplication.clipboard().setText(self.selected_text())

    def select_all(self) -> None:
        """Select every message."""
        if self._items:
            layout = self._items[-1].layout or self._layouts.lay_out(self._items[-1])
            self._selection.begin(TextPoint(0, 0, 0))
            self._selection.extend(TextPoint(len(self._items) - 1, len(layout.pieces), 0))
            self.viewport().update()

    def _item(self, message_id: int) -> MessageItem | None:
        return next((item for item in reversed(self._items) if item.message.id == message_id), None)

    @property
    def _text_width(self) -> float:
        return max(min(self.width() - 2 * SIDE_MARGIN, TEXT_WIDTH), 10 * STEP)

    @property
    def _left(self) -> float:
        return max((self.width() - self._text_width) / 2, 0)

    def _arrange(self) -> None:
        view_height = self.viewport().height()
        self._column.arrange(view_height)
        bar = self.verticalScrollBar()
        self._settling = True
        bar.setPageStep(view_height)
        bar.setRange(0, max(round(self._column.height - view_height), 0))
        bar.setValue(round(self._column.offset))
        self._settling = False
        shown = [(self._items[index], self.origin(index)) for index in self._column.visible(view_height)]
        self.controls.place(shown, self._text_width)
        self.viewport().update()
        self.bottom_reached.emit(self._column.following)

    def index_at(self, y: float) -> int:
        """The message at a height of the viewport, the nearest one outside."""
        return self._column.index_at(y + self.verticalScrollBar().value())

    def origin(self, index: int) -> QPointF:
        """A message's top left in the viewport."""
        return QPointF(round(self._left), round(self._column.top(index)) - self.verticalScrollBar().value())

    def _on_repaint_due(self) -> None:
        began = time.perf_counter()
        for index in range(max(len(self._items) - 2, 0), len(self._items)):
            self._grow(index)
        self._arrange()
        self._repaint.setInterval(max(REPAINT_MS, round(1000 * REST * (time.perf_counter() - began))))

    def _grow(self, index: int) -> None:
        item = self._items[index]
        if item.growing is not None and item.layout is not None:
            said_top = item.layout.said_top
            grown = self._layouts.grow(item)
            self._column.make_room(index, said_top, grown.said_top - said_top)

    def _on_scrolled(self, value: int) -> None:
        if not self._settling:
            self._column.scroll_to(value, self.viewport().height())
            self._arrange()

    def _on_fold_toggled(self, message_id: int) -> None:
        item = self._item(message_id)
        if item is not None and item.layout is not None and item.layout.fold_top is not None:
            # What was clicked stays where it is, also at the end of the conversation.
            self._column.hold(self._items.index(item), item.layout.fold_top)
            item.thought_open = not item.thought_open
            item.layout = None
            self._selection.clear()  # its pieces are counted otherwise now
            self._arrange()
            self._on_scrolled(self.verticalScrollBar().value())

    def _on_anchor_clicked(self, message_id: int, address: str) -> None:
        if address.startswith(CITE):
            self.citation_clicked.emit(message_id, int(address.removeprefix(CITE)))
        elif not address.startswith(UNSUPPORTED):
            self.link_clicked.emit(address)

    def _on_dragged_to(self, y: float) -> None:
        bar = self.verticalScrollBar()
        bar.setValue(bar.value() + (LINE_STEP if y > 0 else -LINE_STEP))

    def _on_theme_changed(self) -> None:
        self._layouts.forget(self._items)
        self._arrange()

    @override
    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if self._layouts.is_stale:
            self._layouts.forget(self._items)
        self._arrange()

    @override
    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self.viewport())
        painter.setClipRect(event.rect())
        for index in self._column.visible(self.viewport().height()):
            self._paint_message(painter, index, event.rect().top(), event.rect().bottom())

    def _paint_message(self, painter: QPainter, index: int, top: float, bottom: float) -> None:
        layout = self._items[index].layout
        origin = self.origin(index)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.translate(origin)
        for number, piece in enumerate(layout.pieces if layout else ()):
            if origin.y() + piece.top <= bottom and origin.y() + piece.top + piece.height >= top:
                selected = self._selection.within(index, number, piece.length)
                piece.paint(painter, self._text_width, self._theme.tokens, selected)
        painter.restore()

    @override
    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        if not self._items:
            return
        by_keyboard = event.reason() is QContextMenuEvent.Reason.Keyboard
        index = self.index_at(self.viewport().height() if by_keyboard else event.pos().y())
        menu = message_menu(self._items[index], self._on_anchor_clicked, self.controls.other_requested.emit, self)
        menu.addSeparator()
        menu.addActions(self.actions())
        menu.popup(event.globalPos())

    @override
    def keyPressEvent(self, event: QKeyEvent) -> None:
        ends = {Qt.Key.Key_Home: 0, Qt.Key.Key_End: self.verticalScrollBar().maximum()}
        key = Qt.Key(event.key())
        if key in ends:
            self.verticalScrollBar().setValue(ends[key])
        else:
            super().keyPressEvent(event)
