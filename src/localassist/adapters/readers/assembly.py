"""Puts a document's text together block by block and keeps account of what stands where."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from localassist.adapters.readers.cleaning import clean, squeeze
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import Block, BlockKind, PageSpan, StructuredText

MAX_CHARACTERS: Final = 50_000_000
"""More text than this in one file is no document: about 15,000 pages."""

CELL_JOINER: Final = " | "
_TIGHT: Final = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})


class TextAssembly:
    """A growing `StructuredText`. Blocks are cleaned as they come; blank ones are left out."""

    def __init__(self) -> None:
        self._parts: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._page_starts: list[int] = []
        self._page_due = False
        self._invisible = 0

    def add(self, kind: BlockKind, text: str, level: int = 0) -> bool:
        """Append a block after a line break (between items and rows) or a blank line (elsewhere).

        Tells whether it shows anything; else it was left out.
        """
        text, removed = clean(text)
        self._invisible += removed
        text = text.strip("\n").rstrip() if kind is BlockKind.CODE else squeeze(text)
        if text:
            self._append_block(kind, text, level)
        return bool(text)

    def count_invisible(self, count: int) -> None:
        """Take account of characters that a reader left out itself."""
        self._invisible += count

    def add_verbatim(self, kind: BlockKind, text: str, level: int = 0) -> None:
        """Append a block that is clean already, as it is."""
        self._append_block(kind, text, level)

    def add_row(self, cells: list[str]) -> None:
        """Append a table's row, its cells on one line; a row of empty cells is left out."""
        shown = [" ".join(cell.split()) for cell in cells]
        if any(shown):
            self.add(BlockKind.TABLE_ROW, CELL_JOINER.join(shown))

    def continue_block(self, text: str) -> None:
        """Append to the last block the rest of it, which stands on the page just started."""
        text, removed = clean(text)
        self._invisible += removed
        text = squeeze(text)
        if not text:
            return
        last = self._blocks.pop()
        self._append(" ")
        self._mark_page()
        self._append(text)
        self._blocks.append(Block(last.kind, last.start, self._length, last.level))

    def add_page(self, text: str, blocks: list[Block], *, continues: bool) -> None:
        """Append a page that is clean and laid out already, as it is, its blocks counted from its own beginning.

        `continues`: its first block goes on with the last one of the page before.
        """
        last = self._blocks.pop() if continues else None
        if self._blocks or last:
            self._append(" " if last else "\n\n")
        self.start_page()
        self._mark_page()
        base = self._length
        self._append(text)
        for block in blocks:
            shifted = Block(block.kind, base + block.start, base + block.end, block.level)
            self._blocks.append(replace(last, end=shifted.end) if last else shifted)
            last = None

    def start_page(self) -> None:
        """What comes next stands on a new page; the first call begins page 1."""
        self._mark_page()
        self._page_due = True

    def finish(self, title: str = "", notes: tuple[str, ...] = ()) -> StructuredText:
        """The whole. Without a `title` the first heading of the highest level gives it."""
        self._mark_page()
        text = "".join(self._parts)
        if self._invisible:
            what = "invisible character was" if self._invisible == 1 else "invisible characters were"
            notes += (f"{self._invisible} {what} left out (controls, zero-width, text direction).",)
        ends = [*self._page_starts[1:], self._length]
        pages = tuple(
            PageSpan(number, start, start + len(text[start:end].rstrip()))
            for number, (start, end) in enumerate(zip(self._page_starts, ends, strict=False), 1)
        )
        title = " ".join(clean(title)[0].split()) or self._first_heading(text)
        return StructuredText(text, tuple(self._blocks), pages, title[:200], notes)

    def _first_heading(self, text: str) -> str:
        headings = [block for block in self._blocks if block.kind is BlockKind.HEADING]
        if not headings:
            return ""
        top = min(block.level for block in headings)
        first = next(block for block in headings if block.level == top)
        return " ".join(text[first.start : first.end].split())

    def _append_block(self, kind: BlockKind, text: str, level: int) -> None:
        if self._blocks:
            tight = kind in _TIGHT and self._blocks[-1].kind is kind
            self._append("\n" if tight else "\n\n")
        self._mark_page()
        start = self._length
        self._append(text)
        self._blocks.append(Block(kind, start, self._length, level))

    def _append(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_CHARACTERS:
            raise UnreadableError(
                f"holds more than {MAX_CHARACTERS // 1_000_000} million characters of text",
                "Split it into smaller files.",
            )
        self._parts.append(text)

    def _mark_page(self) -> None:
        if self._page_due:
            self._page_starts.append(self._length)
            self._page_due = False
