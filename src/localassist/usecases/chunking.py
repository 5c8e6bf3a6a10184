"""Structured text to chunks: whole sentences and rows, below the embedder's limit, each knowing its headings."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import HEADING_JOINER, BlockKind, Chunk
from localassist.domain.locating import are_one_table
from localassist.domain.sentences import split_sentences

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from localassist.domain.documents import Block, StructuredText

    CountTokens = Callable[[Sequence[str]], list[int]]

CHUNKING_VERSION: Final = "chunks 4"
"""Changes when the same text would give other chunks, or be embedded otherwise."""
TARGET_SHARE: Final = 0.7
"""Of the embedder's limit, for the text itself; the rest is for title and headings in front of it."""
PREFIX_CHARACTERS: Final = 200
_CHARACTERS_PER_TOKEN: Final = 6
"""A piece never holds more: one endless word is a single token to some tokenizers, but no passage to a person."""
_SMALL_SECTION: Final = 0.15
"""Sections below this share of the target join the next one: a heading alone says nothing."""
_HEADER_CHARACTERS: Final = 120
_SHORT_SENTENCE: Final = 40
"""Characters below which a sentence is not worth counting alone."""
_LINE: Final = re.compile(r"[^\n]*\n|[^\n]+")
_CODE_PARTS: Final = 12
_BATCH: Final = 2048


@dataclass(frozen=True, slots=True)
class _Piece:
    """A sentence, a row, a function or part of one; `header` is the first row or line of what it is a later part of.

    `page` is the page that it begins on, None without pages.
    """

    start: int
    end: int
    path: tuple[str, ...]
    page: int | None
    is_heading: bool
    header: str = ""
    tokens: int = 0


def chunk(content: StructuredText, count_tokens: CountTokens, max_tokens: int) -> tuple[Chunk, ...]:
    """Divide a text into chunks of about `TARGET_SHARE` of `max_tokens` tokens, in reading order.

    Each character of each block is in exactly one chunk. Sections and pages begin chunks, tiny ones join their
    neighbours; a function stays whole if it fits. A chunk that begins inside a table has the table's first row at
    the end of its heading path, one that begins inside a function the function's first line.
    Takes time linear in the text's length.
    """
    target = int(max_tokens * TARGET_SHARE)
    pieces = _measured(content.text, _pieces(content, target * _CHARACTERS_PER_TOKEN), count_tokens, target)
    packed = (run for section in _sections(pieces, target) for run in _pack(section, target))
    return tuple(_as_chunk(run) for run in packed)


def text_to_embed(title: str, chunk: Chunk, text: str) -> str:
    """What stands for a chunk of a document's `text` in the vector index."""
    return text_under(title, chunk.heading, text[chunk.start : chunk.end])


def text_under(title: str, heading: str, text: str) -> str:
    """What is embedded of a chunk: its text below its document's title and headings."""
    prefix = HEADING_JOINER.join(filter(None, (title, heading)))[:PREFIX_CHARACTERS]
    return f"{prefix}\n{text}"


def _pieces(content: StructuredText, longest: int) -> Iterator[_Piece]:
    path: tuple[tuple[int, str], ...] = ()
    header = sheet = ""
    before: Block | None = None
    for block in content.blocks:
        if block.kind is BlockKind.HEADING:
            name = " ".join(content.text[block.start : block.end].split())[:PREFIX_CHARACTERS]
            path = (*((level, above) for level, above in path if level < block.level), (block.level, name))
        row = block.kind is BlockKind.TABLE_ROW
        names = tuple(name for _, name in path)
        label = content.label_at(block.start)
        follows = row and label == sheet and are_one_table(content, before, block)
        first = _first_line(content.text, block)
        for start, end in _spans(content.text, block, longest):
            above = header if follows else first if block.kind is BlockKind.CODE and start > block.start else ""
            yield _Piece(start, end, names, content.page_at(start), block.kind is BlockKind.HEADING, above)
        if row and not follows:
            header = " ".join(content.text[block.start : block.end].split())[:_HEADER_CHARACTERS]
        before, sheet = block, label


def _first_line(text: str, block: Block) -> str:
    return " ".join(text[block.start : block.end].partition("\n")[0].split())[:_HEADER_CHARACTERS]


def _spans(text: str, block: Block, longest: int) -> Iterator[tuple[int, int]]:
    """Spans that together hold every character of the block; short sentences and lines go with the next."""
    ends = [block.end]
    least = _SHORT_SENTENCE
    if block.kind is BlockKind.CODE:
        # A function stays whole if it may fit; a longer one is cut between its lines, a few at a time.
        if block.end - block.start > longest // 2:
            ends = [match.end() for match in _LINE.finditer(text, block.start, block.end)]
            least = longest // _CODE_PARTS
    elif block.kind not in {BlockKind.TABLE_ROW, BlockKind.HEADING}:
        starts = [block.start + start for start, _ in split_sentences(text[block.start : block.end])]
        ends = [*starts[1:], block.end]
    start = block.start
    for end in ends:
        if end - start < least and end != block.end:
            continue
        while end - start > longest:
            middle = _cut(text, start, start + longest)
            yield start, middle
            start = middle
        if start < end:
            yield start, end
        start = end


def _cut(text: str, start: int, end: int) -> int:
    """Where to cut `text[start:end]`: after its last white space if that is not far from the end."""
    nearest = max(text.rfind(" ", start, end), text.rfind("\n", start, end)) + 1
    return nearest if nearest > start + (end - start) // 2 else end


def _measured(text: str, pieces: Iterable[_Piece], count_tokens: CountTokens, target: int) -> list[_Piece]:
    """The pieces with their numbers of tokens; those with too many are halved until they fit."""
    measured: list[_Piece] = []
    waiting = list(pieces)
    while waiting:
        too_long: list[_Piece] = []
        for first in range(0, len(waiting), _BATCH):
            batch = waiting[first : first + _BATCH]
            special, *counts = count_tokens(["", *(text[piece.start : piece.end] for piece in batch)])
            for piece, count in zip(batch, counts, strict=True):
                tokens = max(count - special, 1)
                if tokens > target and piece.end - piece.start > 1:
                    middle = _cut(text, piece.start, (piece.start + piece.end + 1) // 2)
                    too_long += [replace(piece, end=middle), replace(piece, start=middle)]
                else:
                    measured.append(replace(piece, tokens=tokens))
        waiting = too_long
    return sorted(measured, key=lambda piece: piece.start)


def _sections(pieces: list[_Piece], target: int) -> list[list[_Piece]]:
    """Runs of pieces below the same headings on the same page, each small one joined with the next.

    The last joins the one before. A page of a form, a report by station or a set of slides speaks of one thing;
    a chunk across its end would have the names of one and the figures of another.
    """
    sections: list[list[_Piece]] = []
    small = False
    for _, group in groupby(pieces, key=lambda piece: (piece.path, piece.page)):
        section = list(group)
        if small and (_is_bare(sections[-1]) or _tokens(sections[-1]) + _tokens(section) <= target):
            sections[-1] += section
        else:
            sections.append(section)
        small = _is_small(sections[-1], target)
    if len(sections) > 1 and small and _tokens(sections[-2]) + _tokens(sections[-1]) <= target:
        sections[-2:] = [sections[-2] + sections[-1]]
    return sections


def _is_small(section: list[_Piece], target: int) -> bool:
    return _is_bare(section) or _tokens(section) < target * _SMALL_SECTION


def _is_bare(section: list[_Piece]) -> bool:
    """Whether a section is headings alone."""
    return all(piece.is_heading for piece in section)


def _tokens(pieces: Iterable[_Piece]) -> int:
    return sum(piece.tokens for piece in pieces)


def _pack(section: list[_Piece], target: int) -> Iterator[list[_Piece]]:
    """Chunks of about the same size: equal parts find more than full ones with a rest of a few words."""
    left = _tokens(section)
    run: list[_Piece] = []
    size = 0
    for piece in section:
        goal = left / -(-left // target)
        if run and (size + piece.tokens > target or size + piece.tokens / 2 > goal):
            yield run
            left -= size
            run, size = [], 0
        run.append(piece)
        size += piece.tokens
    yield run


def _as_chunk(run: list[_Piece]) -> Chunk:
    paths = [piece.path for piece in run if not piece.is_heading] or [run[-1].path]
    shared = [names[0] for names in zip(*paths, strict=False) if len(set(names)) == 1]
    return Chunk(run[0].start, run[-1].end, HEADING_JOINER.join(filter(None, (*shared, run[0].header))))
