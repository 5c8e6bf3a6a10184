"""Keeps a few messages laid out, in the theme's colours and as wide as the text column."""

from __future__ import annotations

from collections import OrderedDict
from typing import TYPE_CHECKING, Final

from localassist.ui.chat.items import Layouter
from localassist.ui.chat.markdown import Markdown

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.ui.chat.items import MessageItem, MessageLayout
    from localassist.ui.theme import Theme

KEPT_LAYOUTS: Final = 60


class Layouts:
    """Lays messages out when asked and forgets those that were not asked for in a while."""

    def __init__(self, theme: Theme, width: Callable[[], float]) -> None:
        self._theme = theme
        self._width = width
        self._kept: OrderedDict[int, MessageItem] = OrderedDict()
        self._markdown: Markdown | None = None
        self._layouter: Layouter | None = None

    @property
    def is_stale(self) -> bool:
        """Whether what is laid out has another width than the text column has now."""
        return self._layouter is not None and self._layouter.width != self._width()

    def forget(self, items: Sequence[MessageItem]) -> None:
        """Drop every layout and estimate these messages' heights."""
        self._kept.clear()
        for item in items:
            item.layout = None
            item.estimate(self._width())

    def lay_out(self, item: MessageItem) -> MessageLayout:
        """Lay a message out."""
        layout = self._layouter_now().lay_out(item)
        self._kept[id(item)] = item
        self._kept.move_to_end(id(item))
        while len(self._kept) > KEPT_LAYOUTS:
            _, oldest = self._kept.popitem(last=False)
            oldest.layout = None
        return layout

    def grow(self, item: MessageItem) -> MessageLayout:
        """Lay out what was written since the last time."""
        return self._layouter_now().grow(item)

    def _layouter_now(self) -> Layouter:
        if self._markdown is None:
            self._markdown = Markdown()
        tokens, width = self._theme.tokens, self._width()
        if self._layouter is None or (self._layouter.width, self._layouter.tokens) != (width, tokens):
            self._layouter = Layouter(tokens, self._markdown, width)
        return self._layouter
