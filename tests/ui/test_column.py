"""The geometry of the transcript, without a screen."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from localassist.domain.chat import Message, MessageStatus, Role
from localassist.ui.chat.column import MARGIN, SPACE, Column
from localassist.ui.chat.items import MessageItem, MessageLayout

VIEW = 300.0


def column(real: list[int], estimated: list[int] | None = None) -> Column:
    """Messages with their real heights, which are known once they are laid out, and the estimated ones."""
    items = [
        MessageItem(Message(n, 1, None, Role.USER, "", 0, MessageStatus.COMPLETE), height=float(height))
        for n, height in enumerate(estimated or real)
    ]

    def lay_out(item: MessageItem) -> None:
        item.layout = MessageLayout(height=float(real[item.message.id]))
        item.height = item.layout.height

    made = Column(lay_out)
    made.items = items
    made.arrange(VIEW)
    return made


def test_empty_column_has_nothing_to_show() -> None:
    made = column([])
    assert list(made.visible(VIEW)) == []
    assert made.offset == 0


def test_short_column_stands_at_the_top() -> None:
    made = column([50, 60])
    assert (made.offset, made.top(0), made.top(1)) == (0, MARGIN, MARGIN + 50 + SPACE)


def test_long_column_is_shown_from_its_end() -> None:
    made = column([200] * 10)
    assert made.offset == made.height - VIEW
    assert list(made.visible(VIEW)) == [8, 9]


def test_scrolling_to_the_end_follows_again() -> None:
    made = column([200] * 10)
    made.scroll_to(100, VIEW)
    assert not made.following
    made.scroll_to(made.height - VIEW, VIEW)
    assert made.following


def test_growth_at_the_end_moves_nothing_that_is_read() -> None:
    made = column([200] * 10)
    made.scroll_to(500, VIEW)
    made.arrange(VIEW)
    made.items[9].height = 5000
    made.arrange(VIEW)
    assert made.offset == 500


heights = st.lists(st.integers(10, 900), min_size=1, max_size=30)


@settings(deadline=None)
@given(st.data(), heights)
def test_what_can_be_read_moves_exactly_as_far_as_it_is_scrolled(data: st.DataObject, real: list[int]) -> None:
    estimated = data.draw(st.lists(st.integers(10, 900), min_size=len(real), max_size=len(real)))
    made = column(real, estimated)
    for _ in range(12):
        read = next(i for i in made.visible(VIEW) if made.items[i].layout is not None)
        before = made.top(read) - made.offset
        step = min(37.0, made.offset)
        made.scroll_to(made.offset - step, VIEW)
        made.arrange(VIEW)
        assert all(made.items[i].layout is not None for i in made.visible(VIEW))
        if made.offset > 0 and not made.following:
            assert abs(made.top(read) - made.offset - before - step) < 0.001
