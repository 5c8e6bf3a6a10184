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

        `scale` is how many pixels make one unit of the boxes given.
        """
        if self._engine is None:
            self._engine = _engine()
        found = self._engine(picture.convert("RGB"), return_word_box=True)
        if found.txts is None:
            return Recognised([], 0)
        pieces = []
        unsure = 0
        for told, score, box, words in zip(found.txts, found.scores, found.boxes, found.word_results, strict=True):
            text = " ".join(told.split())
            if text and score >= _SURE:
                places = _Places(picture.height, scale)
                pieces.append(_piece(text, places.box(box), places.words(words)))
            else:
                unsure += 1
        return Recognised(_evened(list(_lines(pieces))), unsure)


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
    scale: float

    def box(self, corners: Iterable[Any]) -> Box:
        points = [(float(x) / self.scale, (self.height - float(y)) / self.scale) for x, y in corners]
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
