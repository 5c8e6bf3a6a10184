"""Recognises text in pictures, with models that come with the library: nothing is fetched."""

from __future__ import annotations

import os
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.pdf_lines import Glyph, Line

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localassist.adapters.readers.pdf_lines import Box

MAX_SIDE: Final = 2000
"""Pixels of a picture's longer side that are looked at; about 170 dots an inch on a page of paper."""

_SURE: Final = 0.6
"""Lines that were recognised with less confidence (0 to 1) are left out: they are mostly no text at all."""

_HELD_RIGHT: Final = 0.85
"""Text that stands on its head is recognised with about 0.6 certainty, other text with 0.95 and more."""

_EM: Final = 0.75
"""A letter's em as a share of the height of its line's box, which is drawn somewhat wider than the letters."""

_ABOUT: Final = 1.3
_MOST_THREADS: Final = 4


@dataclass(frozen=True, slots=True)
class Recognised:
    """The lines found in a picture, from top to bottom, and how many more could not be made out.

    Boxes have y upwards from the picture's lower edge; `char` of a glyph counts through all lines.
    """

    lines: list[Line]
    unsure: int


@dataclass(frozen=True, slots=True)
class _Piece:
    """Text that was found in one place, with a box for each of its characters."""

    text: str
    boxes: list[Box]

    @property
    def box(self) -> Box:
        lefts, bottoms, rights, tops = zip(*self.boxes, strict=True)
        return min(lefts), min(bottoms), max(rights), max(tops)


class Recogniser:
    """Finds text in pictures. Its models are loaded when the first picture comes."""

    def __init__(self) -> None:
        self._engine: Any = None

    def read(self, picture: Any, scale: float = 1.0) -> Recognised:
        """The text in a picture (of PIL), whose sides should not be longer than `MAX_SIDE`.

        `scale` is how many pixels make one unit of the boxes given. One that lies on its side or stands on its head
        is read as it should be held; its lines then say by how many quarter turns.
        """
        picture = picture.convert("RGB")
        best = self._found(picture)
        others = [self._found(picture.transpose(quarter + 1), quarter) for quarter in best.other_turns()]
        if others:
            # Single lines on their side are turned by the library, their order is not.
            best = max(others if best.is_tall else [best, *others], key=lambda found: found.certainty)
        lines = _evened(list(_lines([_placed(piece, best.quarter, picture.size, scale) for piece in best.pieces])))
        for line in lines:
            line.quarter = best.quarter
        return Recognised(lines, best.unsure)

    def _found(self, picture: Any, quarter: int = 0) -> _Found:
        if self._engine is None:
            self._engine = _engine()
        found = self._engine(picture, use_cls=False, return_word_box=True)
        if found.txts is None:
            return _Found(quarter, [], 0, 1.0)
        pieces: list[_Piece] = []
        places = _Places(picture.height)
        for told, score, box, words in zip(found.txts, found.scores, found.boxes, found.word_results, strict=True):
            text = " ".join(told.split())
            if text and score >= _SURE:
                pieces.append(_piece(text, places.box(box), places.words(words)))
        letters = sum(len(text) for text in found.txts)
        certain = sum(len(text) * score for text, score in zip(found.txts, found.scores, strict=True))
        return _Found(quarter, pieces, len(found.txts) - len(pieces), certain / max(letters, 1))


@dataclass(frozen=True, slots=True)
class _Found:
    """What was recognised in a picture turned by so many quarters; `certainty`, of all its letters, is 0 to 1."""

    quarter: int
    pieces: list[_Piece]
    unsure: int
    certainty: float

    @property
    def is_tall(self) -> bool:
        """Whether most lines run up or down."""
        tall = sum(len(piece.text) for piece in self.pieces if len(piece.text) > 2 and not _lies(piece.box))
        return tall > 0.5 * sum(len(piece.text) for piece in self.pieces)

    def other_turns(self) -> tuple[int, ...]:
        """The turns in which the picture might read better."""
        if self.is_tall:
            return 1, 3
        return (2,) if self.certainty < _HELD_RIGHT else ()


def _placed(piece: _Piece, quarter: int, size: tuple[int, int], scale: float) -> _Piece:
    """The piece in units, so that `pdf_lines.on_page` finds its place in the picture as it was."""
    width, height = size
    across, up = ((0, 0), (-height, 0), (-width, -height), (0, -width))[quarter]
    boxes = [
        ((left + across) / scale, (bottom + up) / scale, (right + across) / scale, (top + up) / scale)
        for left, bottom, right, top in piece.boxes
    ]
    return _Piece(piece.text, boxes)


def _engine() -> Any:
    from rapidocr import RapidOCR

    threads = max(1, min(_MOST_THREADS, (os.cpu_count() or 1) // 2))
    return RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.text_score": 0.0,
            "Global.max_side_len": MAX_SIDE,
            "EngineConfig.onnxruntime.intra_op_num_threads": threads,
            "EngineConfig.onnxruntime.inter_op_num_threads": 1,
        }
    )


@dataclass(frozen=True, slots=True)
class _Places:
    """Turns the corners that the library gives, in pixels from the upper edge, into boxes."""

    height: int

    def box(self, corners: Iterable[Any]) -> Box:
        points = [(float(x), self.height - float(y)) for x, y in corners]
        across, up = [x for x, _ in points], [y for _, y in points]
        return min(across), min(up), max(across), max(up)

    def words(self, words: Iterable[Any]) -> list[tuple[str, Box]]:
        return [(word, self.box(corners)) for word, _, corners in words if corners is not None]


def _piece(text: str, box: Box, words: list[tuple[str, Box]]) -> _Piece:
    """The text with a box for each character: shares of its word's box, of the whole's where the words don't fit."""
    boxes: list[Box] = []
    for word, around in words:
        start = text.find(word, len(boxes))
        if start < 0 or text[len(boxes) : start].strip():
            return _Piece(text, _shares(box, len(text)))
        boxes += [(around[0], around[1], around[0], around[3])] * (start - len(boxes))
        boxes += _shares((around[0], box[1], around[2], box[3]) if _lies(box) else around, len(word))
    rest = len(text) - len(boxes)
    return _Piece(text, boxes + [boxes[-1]] * rest if boxes else _shares(box, len(text)))


def _lies(box: Box) -> bool:
    return box[2] - box[0] > box[3] - box[1]


def _shares(box: Box, count: int) -> list[Box]:
    left, bottom, right, top = box
    width = (right - left) / max(count, 1)
    return [(left + width * place, bottom, left + width * (place + 1), top) for place in range(count)]


def _lines(pieces: list[_Piece]) -> Iterator[Line]:
    """The pieces from top to bottom, those beside each other as one line with a gap."""
    waiting = sorted(pieces, key=lambda piece: -piece.box[3])
    chars = 0
    while waiting:
        first = waiting[0]
        row = [piece for piece in waiting if piece is first or _is_beside(first.box, piece.box)]
        waiting = [piece for piece in waiting if piece not in row]
        glyphs: list[Glyph] = []
        for piece in sorted(row, key=lambda piece: piece.box[0]):
            if glyphs:
                glyphs.append(Glyph(" ", -1, 0, 0, 0, 0))
            for text, box in zip(piece.text, piece.boxes, strict=True):
                glyphs.append(Glyph(" " if text.isspace() else text, chars, *box))
                chars += 1
        heights = sorted(piece.box[3] - piece.box[1] for piece in row)
        yield Line(glyphs, max(_EM * heights[len(heights) // 2], 0.1), bold=False, quarter=0)


def _evened(lines: list[Line]) -> list[Line]:
    """The lines, those of about the usual size of that very size: a box is as high as its letters happen to be."""
    sizes = sorted(line.size for line in lines for _ in line.glyphs)
    for line in lines:
        usual = sizes[len(sizes) // 2]
        if usual / _ABOUT < line.size < usual * _ABOUT:
            line.size = usual
    return lines


def _is_beside(one: Box, other: Box) -> bool:
    """Whether two pieces stand on one line: most of their height is the same, and neither is above the other."""
    shared = min(one[3], other[3]) - max(one[1], other[1])
    apart = one[2] <= other[0] + 2 or other[2] <= one[0] + 2
    return apart and shared > 0.6 * min(one[3] - one[1], other[3] - other[1])
