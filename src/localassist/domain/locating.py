"""Where in its document a stretch of text stands, as people say it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from typing import TYPE_CHECKING

from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.domain.documents import Block, PageSpan, StructuredText


def place_of(content: StructuredText, start: int, end: int) -> str:
    """Where `text[start:end]` stands: "page 4", "slide 3", "sheet Costs, A2:D9", "lines 10 to 24", "" if unsaid.

    A page whose text was recognised from a picture says so. Lines are those of files that are nothing but code:
    others are not kept line by line.
    """
    blocks = _touched(content, start, end)
    cells = [block.place for block in blocks if block.place]
    index = bisect_right(content.pages, start, key=lambda page: page.start)
    where = [_page(content.pages[index - 1])] if index else []
    if cells:
        where.append(_joined(cells[0], cells[-1]))
    elif not where and blocks and all(block.kind is BlockKind.CODE for block in content.blocks):
        where.append(_lines(content.text, start, end))
    return ", ".join(where)


def are_one_table(content: StructuredText, before: Block | None, row: Block) -> bool:
    """Whether a block is a row of the table that the block `before` it (None at the beginning) is a row of.

    A blank line stands between two tables; one that the end of a page divides is one table.
    """
    if before is None or not before.kind is row.kind is BlockKind.TABLE_ROW:
        return False
    on_one_page = content.page_at(before.start) == content.page_at(row.start)
    return not (on_one_page and "\n\n" in content.text[before.end : row.start])


def _page(page: PageSpan) -> str:
    where = page.label or f"page {page.number}"
    return f"{where} (recognised from a picture)" if page.recognised else where


def _touched(content: StructuredText, start: int, end: int) -> tuple[Block, ...]:
    """The blocks that share a character with `text[start:end]`."""
    first = bisect_right(content.blocks, start, key=lambda block: block.end)
    last = bisect_left(content.blocks, max(end, start + 1), key=lambda block: block.start)
    return content.blocks[first:last]


def _joined(first: str, last: str) -> str:
    """The range of cells from the upper left of one range to the lower right of another."""
    upper, lower = first.partition(":")[0], last.rpartition(":")[2]
    return upper if upper == lower else f"{upper}:{lower}"


def _lines(text: str, start: int, end: int) -> str:
    first = text.count("\n", 0, start) + 1
    last = first + text.count("\n", start, max(start, end - 1))
    return f"line {first}" if first == last else f"lines {first} to {last}"
