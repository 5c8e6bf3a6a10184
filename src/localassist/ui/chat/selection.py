"""Selected text in the transcript: from a point in one message to a point in another."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.ui.chat.items import MessageItem, MessageLayout


class TextPoint(NamedTuple):
    """Before a character: message, piece and position, each counted from 0."""

    message: int
    piece: int
    position: int


class Selection:
    """What is selected between the point where it began and the point where it ends; nothing while they are one."""

    def __init__(self) -> None:
        self._anchor = self._head = TextPoint(0, 0, 0)

    @property
    def is_empty(self) -> bool:
        """Whether nothing is selected."""
        return self._anchor == self._head

    def clear(self) -> None:
        """Select nothing."""
        self.begin(TextPoint(0, 0, 0))

    def begin(self, point: TextPoint) -> None:
        """Start again at a point."""
        self._anchor = self._head = point

    def extend(self, point: TextPoint) -> None:
        """Select up to a point."""
        self._head = point

    def within(self, message: int, piece: int, length: int) -> tuple[int, int] | None:
        """The selected characters [start, end) of a piece that has `length` of them; None if there are none."""
        first, last = sorted((self._anchor, self._head))
        here = (message, piece)
        if self.is_empty or not first[:2] <= here <= last[:2]:
            return None
        start = first.position if here == first[:2] else 0
        end = last.position if here == last[:2] else length
        return (start, min(end, length))

    def text(self, items: Sequence[MessageItem], lay_out: Callable[[MessageItem], MessageLayout]) -> str:
        """What is selected, as plain text; pieces and messages are parted by an empty line."""
        first, last = sorted((self._anchor, self._head))
        parts: list[str] = []
        for index in range(first.message, min(last.message + 1, len(items))):
            layout = items[index].layout or lay_out(items[index])
            for number, piece in enumerate(layout.pieces):
                selected = self.within(index, number, piece.length)
                if selected is None:
                    continue
                whole = selected == (0, piece.length)
                parts.append(piece.source if whole and piece.source else piece.text(*selected))
        return "\n\n".join(part for part in parts if part)
