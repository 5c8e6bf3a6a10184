"""Puts a document's text together block by block and keeps account of what stands where."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from localassist.adapters.readers.cleaning import clean, spelled_unseen, squeeze
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import Block, BlockKind, HiddenText, PageSpan, Part, StructuredText

MAX_CHARACTERS: Final = 50_000_000
"""More text than this in one file is no document: about 15,000 pages."""

CELL_JOINER: Final = " | "
_TIGHT: Final = frozenset({BlockKind.LIST_ITEM, BlockKind.TABLE_ROW})
_MAX_HIDDEN: Final = 200_000
"""Characters of hidden text that are kept to be shown; nobody reads more of what is no part of the text."""

_SPELLED: Final = "spelled in characters that show nothing"

Box = tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class _Page:
    """A page as it begins: its first character's position, and what a `PageSpan` says of it."""

    start: int
    label: str
    recognised: bool


class TextAssembly:
    """A growing `StructuredText`. Blocks are cleaned as they come; blank ones are left out."""

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._length = 0
        self._blocks: list[Block] = []
        self._labels: set[int] = set()
        self._pages: list[_Page] = []
        self._page_due: tuple[str, bool] | None = None
        self._invisible = 0
        self._hidden: list[HiddenText] = []
        self._hidden_length = 0
        self._notes: list[str] = []
        self._partly = False
        self._table_ended = False

    @property
    def length(self) -> int:
        """Characters so far."""
        return self._length

    def add(self, kind: BlockKind, text: str, level: int = 0, *, place: str = "", box: Box | None = None) -> bool:
        """Append a block after a line break (between items and rows) or a blank line (elsewhere).

        `place` and `box` are the block's. Tells whether it shows anything; else it was left out.
        """
        text = self.clean(text)
        text = text.strip("\n").rstrip() if kind is BlockKind.CODE else squeeze(text)
        if text:
            self._append_block(Block(kind, 0, len(text), level, place, box), text)
        return bool(text)

    def clean(self, text: str) -> str:
        """The text without what can't be seen, which is taken account of; what that spells is kept apart."""
        shown, removed = clean(text)
        self._invisible += removed
        if removed:
            self.hide(_SPELLED, spelled_unseen(text))
        return shown

    def add_label(self, text: str, level: int) -> None:
        """Append a heading that the file does not have itself ("Comments"); it never gives the document its title."""
        self._labels.add(len(self._blocks))
        self.add(BlockKind.HEADING, text, level)

    def count_invisible(self, count: int) -> None:
        """Take account of characters that a reader left out itself."""
        self._invisible += count

    def add_verbatim(self, kind: BlockKind, text: str, level: int = 0, *, place: str = "") -> None:
        """Append a block that is clean already, as it is."""
        self._append_block(Block(kind, 0, len(text), level, place), text)

    def add_lines(self, text: str, spans: list[tuple[int, int]]) -> None:
        """Append code that is clean already, blank lines too, with a block for each span (start, end) of it."""
        base = self._length
        self._append(text)
        self._blocks.extend(Block(BlockKind.CODE, base + start, base + end) for start, end in spans)

    def add_row(self, cells: list[str], *, place: str = "") -> None:
        """Append a table's row, its cells on one line; a row of empty cells is left out."""
        shown = [" ".join(cell.split()) for cell in cells]
        if any(shown):
            self.add(BlockKind.TABLE_ROW, CELL_JOINER.join(shown), place=place)

    def end_table(self) -> None:
        """A row that comes next is another table's: a blank line stands before it, and it may be a header."""
        self._table_ended = True

    def continue_block(self, text: str) -> None:
        """Append to the last block the rest of it, which stands on the page just started."""
        text = self.clean(text)
        text = squeeze(text)
        if not text:
            return
        last = self._blocks.pop()
        self._append(" ")
        self._mark_page()
        self._append(text)
        self._blocks.append(replace(last, end=self._length))

    def add_page(
        self, text: str, blocks: list[Block], *, continues: bool, label: str = "", recognised: bool = False
    ) -> None:
        """Append a page that is clean and laid out already, as it is, its blocks counted from its own beginning.

        `continues`: its first block goes on with the last one of the page before, whose box it keeps. `label` and
        `recognised` are the `PageSpan`'s.
        """
        last = self._blocks.pop() if continues else None
        if self._blocks or last:
            self._append(" " if last else "\n\n")
        self.start_page(label, recognised=recognised)
        self._mark_page()
        base = self._length
        self._append(text)
        for block in blocks:
            shifted = replace(block, start=base + block.start, end=base + block.end)
            self._blocks.append(replace(last, end=shifted.end) if last else shifted)
            last = None

    def start_page(self, label: str = "", *, recognised: bool = False) -> None:
        """What comes next stands on a new page; the first call begins page 1. See `PageSpan` for the rest."""
        self._mark_page()
        self._page_due = (" ".join(clean(label)[0].split()), recognised)

    def hide(self, reason: str, text: str) -> None:
        """Keep words apart that the file holds and does not show; `reason` completes "This text is ..."."""
        text = squeeze(clean(text)[0])
        room = _MAX_HIDDEN - self._hidden_length
        if not text or room <= 0:
            return
        text = text[:room]
        self._hidden_length += len(text)
        page = len(self._pages) + (self._page_due is not None) or None
        last = self._hidden[-1] if self._hidden else None
        if last and (last.reason, last.page) == (reason, page):
            self._hidden[-1] = replace(last, text=f"{last.text}\n{text}")
        else:
            self._hidden.append(HiddenText(reason, text, page))

    def note(self, sentence: str, *, misses_text: bool = False) -> None:
        """Say once what was left out and why; `misses_text`: it was text that somebody would miss."""
        if sentence not in self._notes:
            self._notes.append(sentence)
        self._partly = self._partly or misses_text

    def finish(
        self, title: str = "", notes: tuple[str, ...] = (), *, partly: bool = False, parts: tuple[Part, ...] = ()
    ) -> StructuredText:
        """The whole. Without a `title` the first heading of the highest level gives it."""
        self._mark_page()
        text = "".join(self._pieces)
        notes = (*self._notes, *notes)
        if self._invisible:
            what = "invisible character was" if self._invisible == 1 else "invisible characters were"
            notes += (f"{self._invisible} {what} left out (controls, zero-width, text direction).",)
        ends = [*(page.start for page in self._pages[1:]), self._length]
        pages = tuple(
            PageSpan(number, page.start, page.start + len(text[page.start : end].rstrip()), page.label, page.recognised)
            for number, (page, end) in enumerate(zip(self._pages, ends, strict=False), 1)
        )
        title = " ".join(clean(title)[0].split()) or self._first_heading(text)
        partly = partly or self._partly
        return StructuredText(text, tuple(self._blocks), pages, title[:200], notes, partly, tuple(self._hidden), parts)

    def _first_heading(self, text: str) -> str:
        own = (block for index, block in enumerate(self._blocks) if index not in self._labels)
        headings = [block for block in own if block.kind is BlockKind.HEADING]
        if not headings:
            return ""
        top = min(block.level for block in headings)
        first = next(block for block in headings if block.level == top)
        return " ".join(text[first.start : first.end].split())

    def _append_block(self, block: Block, text: str) -> None:
        if self._blocks:
            tight = block.kind in _TIGHT and self._blocks[-1].kind is block.kind and not self._table_ended
            self._append("\n" if tight else "\n\n")
        self._table_ended = False
        self._mark_page()
        start = self._length
        self._append(text)
        self._blocks.append(replace(block, start=start, end=self._length))

    def _append(self, text: str) -> None:
        self._length += len(text)
        if self._length > MAX_CHARACTERS:
            raise UnreadableError(
                f"holds more than {MAX_CHARACTERS // 1_000_000} million characters of text",
                "Split it into smaller files.",
            )
        self._pieces.append(text)

    def _mark_page(self) -> None:
        if self._page_due is not None:
            self._pages.append(_Page(self._length, *self._page_due))
            self._page_due = None
