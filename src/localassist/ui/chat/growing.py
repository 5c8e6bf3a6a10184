"""An answer while it is written: finished blocks are parsed once, only the tail is parsed again."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.ui.chat.markup import PRIVATE

if TYPE_CHECKING:
    from localassist.ui.chat.markdown import Markdown, Piece
    from localassist.ui.theme import Tokens

MOST_COLOURED: Final = 4_000  # characters of an unfinished block of code that are coloured at every repaint


class GrowingAnswer:
    """Collects deltas; `advance` parses what is new. `text` is everything written so far."""

    def __init__(self) -> None:
        self.text = ""
        self._frozen_at = 0
        self.finished: list[Piece] = []
        self.tail: list[Piece] = []

    def feed(self, delta: str) -> None:
        """Take more text."""
        self.text += PRIVATE.sub("\N{REPLACEMENT CHARACTER}", delta).replace("\r", "")

    def advance(self, markdown: Markdown, tokens: Tokens) -> list[Piece]:
        """Parse what came since the last time; returns the pieces that are now finished for good, in order."""
        rest = self.text[self._frozen_at :]
        blocks = markdown.blocks(rest)
        begins_at = _offset_of_line(rest, blocks[-1].start) if blocks else 0
        # What stands before the last block is settled once that block's first line is whole: until then it may
        # still turn out to continue the block before.
        settled = len(blocks) - 1 if "\n" in rest[begins_at:] else 0
        finished = markdown.pieces(blocks[:settled], tokens)
        if settled:
            self._frozen_at += begins_at
        self.finished += finished
        self.tail = markdown.pieces(blocks[settled:], tokens, colour_code=len(rest) < MOST_COLOURED)
        return finished


def _offset_of_line(text: str, line: int) -> int:
    at = 0
    for _ in range(line):
        at = text.index("\n", at) + 1
    return at
