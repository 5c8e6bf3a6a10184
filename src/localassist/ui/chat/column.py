"""The geometry of the transcript: where each message stands, and what stays in place while heights change."""

from __future__ import annotations

from bisect import bisect_right
from itertools import accumulate, takewhile
from typing import TYPE_CHECKING, Final

from localassist.ui.theme import STEP

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.ui.chat.items import MessageItem

MARGIN: Final = 6 * STEP  # above the first and below the last message
SPACE: Final = 6 * STEP  # between two messages


class Column:
    """Messages below each other, of which only the visible ones are laid out.

    While `following`, the view stays at the bottom; else the message at its top edge stays where it is.
    """

    def __init__(self, lay_out: Callable[[MessageItem], object]) -> None:
        self._lay_out = lay_out
        self.items: Sequence[MessageItem] = ()
        self.following = True
        self.offset = 0.0  # of the view's top edge from the top of the column
        self._tops: list[float] = []
        self._anchor = (0, 0.0)  # a message, and how far the view's top edge is below its top

    def show(self, items: Sequence[MessageItem]) -> None:
        """Show these from their end; of another branch of what was on show, the last message of both stays in place.

        Where that began above the view, it comes into view.
        """
        pairs = zip(self.items, items, strict=False)
        shared = sum(1 for _ in takewhile(lambda pair: pair[0].message.id == pair[1].message.id, pairs))
        self.following = not 0 < shared < min(len(self.items), len(items))
        if not self.following:
            self._anchor = (shared - 1, min(self.offset - self._tops[shared - 1], 0.0))
        self.items = items

    @property
    def height(self) -> float:
        """Of everything, estimated where not laid out."""
        return self._tops[-1] - SPACE + MARGIN if self.items else 2.0 * MARGIN

    def top(self, index: int) -> float:
        """Where a message begins, from the top of the column."""
        return self._tops[index]

    def index_at(self, y: float) -> int:
        """The message at a height of the column, the nearest one outside of it."""
        return min(max(bisect_right(self._tops, y) - 1, 0), len(self.items) - 1)

    def visible(self, view_height: float) -> range:
        """The messages that the view shows."""
        if not self.items:
            return range(0)
        return range(self.index_at(self.offset), self.index_at(self.offset + view_height) + 1)

    def scroll_to(self, offset: float, view_height: float) -> None:
        """Move the view's top edge there; at the end of the column it follows again."""
        self._measure()
        self.offset = offset
        self.following = offset >= self.height - view_height - 1
        laid_out = (i for i in self.visible(view_height) if self.items[i].layout is not None)
        # Estimated heights will change: what stays in place is what can already be read.
        self._remember(next(laid_out, None))

    def hold(self, index: int, below: float) -> None:
        """Stay where the view is, also at the end; that place of a message comes into view where it is above."""
        self.following = False
        if self._tops[index] + below < self.offset:
            self._anchor = (index, below)

    def make_room(self, index: int, below: float, by: float) -> None:
        """What stood further `below` in a message goes down `by` so much: who reads it goes with it.

        So it is when a thought goes on, or begins, above what is said already.
        """
        if self._anchor[0] == index and self._anchor[1] > below:
            self._anchor = (index, self._anchor[1] + by)

    def arrange(self, view_height: float) -> None:
        """Lay out what is visible and settle the offset, keeping in place what is read."""
        # Laying out changes heights, which can bring other messages into view: two rounds settle all but a resize.
        for _ in range(3):
            self._measure()
            self._settle(view_height)
            missing = [i for i in self.visible(view_height) if self.items[i].layout is None]
            if not missing:
                break
            for index in missing:
                self._lay_out(self.items[index])
        self._measure()
        self._settle(view_height)
        self._remember(None)

    def _measure(self) -> None:
        steps = (item.height + SPACE for item in self.items)
        self._tops = list(accumulate(steps, initial=float(MARGIN)))

    def _settle(self, view_height: float) -> None:
        end = max(self.height - view_height, 0.0)
        if self.following or not self.items:
            self.offset = end
        else:
            index, below = min(self._anchor[0], len(self.items) - 1), self._anchor[1]
            self.offset = min(max(self._tops[index] + below, 0.0), end)

    def _remember(self, index: int | None) -> None:
        if self.items:
            index = self.index_at(self.offset) if index is None else index
            self._anchor = (index, self.offset - self._tops[index])
