"""How the lines of a PDF's page form paragraphs, list items and table rows; knows nothing but this one page."""

from __future__ import annotations

import itertools
import re
from array import array
from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import CELL_JOINER
from localassist.adapters.readers.pdf_lines import Glyph, Line
from localassist.adapters.readers.pdf_order import in_reading_order
from localassist.adapters.readers.pdf_rows import ALIGNED, BULLET, ITEM_NUMBER, cells_of, find_rows
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from localassist.adapters.readers.pdf_lines import Placement

_NUMBER: Final = re.compile(r"\(?(?:\d{1,3}|[a-z])[.)] |\d{1,3}(?:\.\d{1,3})+\.? ")
_LEADER: Final = re.compile(r"\.{4}|(?:\. ){4}")
_SENTENCE_END: Final = re.compile(r"[.:;!?…][\"'”’)\]]*$")
_COMPOUND: Final = re.compile(r"[^\W\d_]+-[^\W\d_]+")
_LAST_WORD: Final = re.compile(r"[^\W\d_]+-$")
_FIRST_WORD: Final = re.compile(r"\w+")
_WIDE_SCRIPT: Final = re.compile(r"[\u2e80-\ua4cf\uf900-\ufaff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class PageBlock:
    """A stretch `text[start:end]` of a page with what tells whether it is a heading; `size` is points.

    `box` is a `Block`'s.
    """

    kind: BlockKind
    start: int
    end: int
    size: float
    bold: bool
    lines: int
    box: tuple[float, float, float, float]


@dataclass(frozen=True, slots=True)
class PageText:
    """A page's text; `origins` gives for every character the `char` of its glyph, -1 for those put in here."""

    text: str
    origins: array[int]
    blocks: list[PageBlock]


@dataclass(frozen=True, slots=True)
class _Group:
    """Lines that belong together; those of a table's row carry its number, others 0."""

    lines: list[Line]
    row: int


@dataclass(frozen=True, slots=True)
class _Usual:
    """What a page has most: the distance from line to line and the size of letters, in points (0: unknown)."""

    pitch: float
    size: float


def lay_out(lines: list[Line], placement: Placement) -> PageText:
    """The text of a page from its lines: words mended, lines joined to paragraphs, cells of a row on one line."""
    lines = in_reading_order(_merge_scripts(lines))
    usual = _Usual(_usual_pitch(lines), _usual_size(lines))
    groups: list[_Group] = []
    for line, row in zip(lines, find_rows(lines), strict=True):
        last = groups[-1] if groups else None
        if last and row == last.row and (row or not _begins_block(last.lines, line, usual)):
            last.lines.append(line)
        else:
            groups.append(_Group([line], row))
    writer = _Writer({match.group().lower() for line in lines for match in _COMPOUND.finditer(line.text)}, placement)
    for group in groups:
        writer.write(group)
    return PageText("".join(writer.characters), writer.origins, writer.blocks)


def _merge_scripts(lines: list[Line]) -> list[Line]:
    """The lines with raised and lowered pieces (powers, indices, notes' numbers) back in the line they belong to."""
    merged: list[Line] = []
    for line in lines:
        last = merged[-1] if merged else None
        if last is None or not _goes_on(last, line):
            merged.append(line)
            continue
        apart = line.left - last.right > 0.15 * max(last.size, line.size)
        space = [Glyph(" ", -1, 0, 0, 0, 0)] if apart else []
        larger = max(last, line, key=lambda piece: (piece.size, len(piece.glyphs)))
        merged[-1] = Line([*last.glyphs, *space, *line.glyphs], larger.size, last.bold and line.bold, line.quarter)
    return merged


def _goes_on(last: Line, line: Line) -> bool:
    """Whether a line stands right behind the last one, no more than a script's height off."""
    em = max(last.size, line.size)
    beside = -0.3 * em < line.left - last.right < 1.2 * em
    return last.quarter == line.quarter and beside and abs(last.bottom - line.bottom) < 0.7 * em


def _usual_pitch(lines: list[Line]) -> float:
    """The distance in points from line to line that the page has most, 0 if it has none."""
    pitches = Counter(
        round(above.bottom - below.bottom, 1)
        for above, below in itertools.pairwise(lines)
        if 0.5 * above.size < above.bottom - below.bottom < 2.5 * above.size
    )
    return pitches.most_common(1)[0][0] if pitches else 0.0


def _usual_size(lines: list[Line]) -> float:
    """The size in points that most of the page's letters have."""
    sizes: Counter[float] = Counter()
    for line in lines:
        sizes[round(line.size, 1)] += len(line.glyphs)
    return sizes.most_common(1)[0][0] if sizes else 0.0


def _begins_block(block: list[Line], line: Line, usual: _Usual) -> bool:
    """Whether a line begins a new paragraph or item instead of going on with the lines of `block`."""
    last = block[-1]
    if _looks_different(last, line) or _LEADER.search(last.text):
        return True
    if last.bottom - line.bottom < 0.3 * line.size:  # beside or above: another column, where edges tell nothing
        return _ends_sentence(last) or not line.text[:1].islower()
    return (
        _is_marked(block, line)
        or _is_far_below(block, line, usual)
        or _is_indented(block, line)
        or (line.size < 1.15 * usual.size and _ended_early(block, line))  # headings break where they please
    )


def _looks_different(last: Line, line: Line) -> bool:
    larger, smaller = max(last.size, line.size), min(last.size, line.size)
    return last.quarter != line.quarter or last.bold != line.bold or larger > 1.12 * smaller


def _is_marked(block: list[Line], line: Line) -> bool:
    """Whether it begins with a bullet, or with a number that is not merely the first word of a line."""
    text = line.text
    if BULLET.match(text):
        return text[0] not in "–-" or _ends_sentence(block[-1]) or bool(BULLET.match(block[0].text))
    return bool(_NUMBER.match(text)) and (_ends_sentence(block[-1]) or bool(_NUMBER.match(block[0].text)))


def _is_far_below(block: list[Line], line: Line, usual: _Usual) -> bool:
    """Whether it stands further below than lines of a paragraph do."""
    pitch = block[-1].bottom - line.bottom
    expected = usual.pitch * max(line.size / usual.size, 1)
    within = block[-2].bottom - block[-1].bottom if len(block) > 1 else expected
    return pitch > (1.25 * within + 1 if within > 0 else 2.2 * line.size)


def _ended_early(block: list[Line], line: Line) -> bool:
    """Whether the line's first word would have fitted on the line before: that one was ended on purpose."""
    last = block[-1]
    if _LAST_WORD.search(last.text):
        return False
    if abs((last.left + last.right) - (line.left + line.right)) < 2 * ALIGNED:
        return False  # centred lines end where their words do
    width = _first_word(line)[-1].right - line.glyphs[0].left
    room = max(*(other.right for other in block), line.right) - last.right
    return room > width + 0.9 * line.size


def _first_word(line: Line) -> list[Glyph]:
    """What of a line can't be parted from its beginning: Chinese and Japanese lines break after any character."""
    if _WIDE_SCRIPT.match(line.glyphs[0].text):
        return line.glyphs[:1]
    return list(itertools.takewhile(lambda glyph: glyph.text != " ", line.glyphs))


def _is_indented(block: list[Line], line: Line) -> bool:
    shift = line.left - block[-1].left
    if abs(shift) < 0.8 * line.size:
        return False
    if abs((block[-1].left + block[-1].right) - (line.left + line.right)) < 2 * ALIGNED:
        return False
    if len(block) > 1:
        return True
    return shift > 0 and _ends_sentence(block[-1]) and not _NUMBER.match(block[0].text)


def _ends_sentence(line: Line) -> bool:
    return _SENTENCE_END.search(line.text) is not None


class _Writer:
    """Writes groups of lines as text and remembers where every character came from."""

    def __init__(self, compounds: set[str], placement: Placement) -> None:
        self.characters: list[str] = []
        self.origins = array("i")
        self.blocks: list[PageBlock] = []
        self._compounds = compounds
        self._placement = placement

    def write(self, group: _Group) -> None:
        """Append a block."""
        first = group.lines[0]
        kind, glyphs = _kind_of(group)
        if not glyphs:
            return
        if self.blocks:
            tight = kind is not BlockKind.PARAGRAPH and self.blocks[-1].kind is kind
            self._put("\n" if tight else "\n\n", -1)
        start = len(self.characters)
        if group.row:
            self._write_cells(first)
        else:
            self._write_glyphs(glyphs)
        for line in group.lines[1:]:
            self._join(line)
            self._write_glyphs(line.glyphs)
        box = self._box_of(group.lines)
        self.blocks.append(PageBlock(kind, start, len(self.characters), first.size, first.bold, len(group.lines), box))

    def _box_of(self, lines: list[Line]) -> tuple[float, float, float, float]:
        corners = [self._placement.shown(line.quarter, line.box) for line in lines]
        left, upper = min(corner[0] for corner in corners), min(corner[1] for corner in corners)
        right, lower = max(corner[2] for corner in corners), max(corner[3] for corner in corners)
        return round(left, 1), round(upper, 1), round(right - left, 1), round(lower - upper, 1)

    def _write_cells(self, line: Line) -> None:
        for place, cell in enumerate(cells_of(line)):
            if place:
                self._put(CELL_JOINER, -1)
            self._write_glyphs(cell)

    def _write_glyphs(self, glyphs: list[Glyph]) -> None:
        texts = [glyph.text for glyph in glyphs]
        if len("".join(texts)) == len(texts):
            self.characters += texts
            self.origins.extend([glyph.char for glyph in glyphs])
            return
        for glyph in glyphs:
            self._put(glyph.text, glyph.char)

    def _put(self, text: str, origin: int) -> None:
        self.characters.extend(text)
        self.origins.extend([origin] * len(text))

    def _join(self, line: Line) -> None:
        """Make the line that comes next follow the one just written."""
        before, after = "".join(self.characters[-40:]), line.text
        begun, rest = _LAST_WORD.search(before), _FIRST_WORD.match(after)
        if begun and rest:
            whole = begun.group() + rest.group()
            if rest.group()[0].islower() and whole.lower() not in self._compounds:
                del self.characters[-1], self.origins[-1]
        elif not (_WIDE_SCRIPT.match(before[-1]) and _WIDE_SCRIPT.match(after[0])):
            self._put(" ", -1)


def _kind_of(group: _Group) -> tuple[BlockKind, list[Glyph]]:
    """What a group is, and the characters of its first line without a bullet."""
    first = group.lines[0]
    if group.row:
        return BlockKind.TABLE_ROW, first.glyphs
    if BULLET.match(first.text):
        return BlockKind.LIST_ITEM, first.glyphs[2:]
    return (BlockKind.LIST_ITEM if ITEM_NUMBER.match(first.text) else BlockKind.PARAGRAPH), first.glyphs
