"""What a child tells of a file's structured text, as JSON beside the text itself, and how it is checked on return."""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.parts import MAX_DEPTH, MAX_PARTS
from localassist.domain.documents import Block, BlockKind, HiddenText, PageSpan, Part, StructuredText

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.child_messages import JSON

UNBELIEVABLE: Final = (TypeError, ValueError, KeyError, OverflowError, RecursionError)
"""What `believed` raises when what a child told does not fit together: one that read a hostile file is not trusted."""

_KINDS: Final = tuple(BlockKind)
_MAX_BLOCKS: Final = 3_000_000
_MAX_NOTES: Final = 1000
_MAX_HIDDEN: Final = 100_000
_MAX_LINE: Final = 1000
_MAX_HIDDEN_CHARACTERS: Final = 5_000_000


def is_unread(part: Part) -> bool:
    """Whether a file inside another was named and left to be read by itself."""
    return part.content is None and not part.problem


def described(content: StructuredText) -> tuple[dict[str, JSON], bytes]:
    """A text and the files inside it: what stands where, and all their texts as UTF-8, one after the other."""
    texts: list[bytes] = []
    return _described(content, texts), b"".join(texts)


def _described(content: StructuredText, texts: list[bytes]) -> dict[str, JSON]:
    texts.append(content.text.encode())
    size = len(texts[-1])
    return {
        "size": size,
        "blocks": [_block(block) for block in content.blocks],
        "pages": [[page.number, page.start, page.end, page.label, page.recognised] for page in content.pages],
        "title": content.title,
        "notes": list(content.notes),
        "partly": content.partly,
        "hidden": [[hidden.reason, hidden.text, hidden.page] for hidden in content.hidden],
        "parts": [
            [part.name, _described(part.content, texts) if part.content else None, part.problem]
            for part in content.parts
        ],
    }


def _block(block: Block) -> list[JSON]:
    told: list[JSON] = [_KINDS.index(block.kind), block.start, block.end, block.level]
    if block.place or block.box:
        told += [block.place, list(block.box) if block.box else None]
    return told


def believed(value: Any, blob: bytes) -> StructuredText:
    """The text that a child described, checked. Raises what `UNBELIEVABLE` names."""
    reading = _Believing(blob)
    content = reading.content(value, MAX_DEPTH + 1)
    reading.check_end()
    return content


class _Believing:
    """Goes through what was told, and takes account of what it claims in all."""

    def __init__(self, blob: bytes) -> None:
        self._blob = memoryview(blob)
        self._position = 0
        self._blocks = self._parts = self._hidden = 0

    def content(self, value: Any, depth: int) -> StructuredText:
        """One file's text, and that of the files inside it at most `depth` levels down."""
        size = _count(value["size"], len(self._blob) - self._position)
        text = str(self._blob[self._position : self._position + size], "utf-8")
        self._position += size
        blocks, pages, hidden = value["blocks"], value["pages"], value["hidden"]
        self._blocks += len(blocks) + len(pages)
        self._hidden += len(hidden)
        if self._blocks > _MAX_BLOCKS or self._hidden > _MAX_HIDDEN or len(value["notes"]) > _MAX_NOTES:
            raise ValueError
        content = StructuredText(
            text,
            tuple(_told_block(*block) for block in blocks),
            tuple(_told_page(*page) for page in pages),
            _line(value["title"]),
            tuple(_line(note) for note in value["notes"]),
            value["partly"] is True,
            tuple(_told_hidden(*words) for words in hidden),
            tuple(self._part(depth - 1, *part) for part in value["parts"]),
        )
        _check_order(content.blocks, len(text))
        _check_order(content.pages, len(text))
        _check_names(content.parts)
        return content

    def check_end(self) -> None:
        """Raise unless every byte of text was spoken for."""
        if self._position != len(self._blob):
            raise ValueError

    def _part(self, depth: int, name: Any, content: Any, problem: Any) -> Part:
        self._parts += 1
        if depth < 0 or self._parts > MAX_PARTS:
            raise ValueError
        return Part(
            _line(name, 20 * _MAX_LINE), None if content is None else self.content(content, depth), _line(problem)
        )


def _told_block(kind: int, start: int, end: int, level: int, place: str = "", box: Any = None) -> Block:
    return Block(
        _KINDS[_count(kind, len(_KINDS) - 1)], int(start), int(end), _count(level, 6), _line(place), _told_box(box)
    )


def _told_box(box: Any) -> tuple[float, float, float, float] | None:
    if box is None:
        return None
    x, y, width, height = (float(side) for side in box)
    if not all(map(math.isfinite, (x, y, width, height))):
        raise ValueError
    return x, y, width, height


def _told_page(number: int, start: int, end: int, label: str, recognised: bool) -> PageSpan:  # noqa: FBT001  spread from JSON
    return PageSpan(int(number), int(start), int(end), _line(label), recognised is True)


def _told_hidden(reason: str, text: str, page: Any) -> HiddenText:
    return HiddenText(_line(reason), _line(text, _MAX_HIDDEN_CHARACTERS), None if page is None else int(page))


def _count(value: Any, most: int) -> int:
    number = int(value)
    if not 0 <= number <= most:
        raise ValueError
    return number


def _line(value: Any, longest: int = _MAX_LINE) -> str:
    """A string that the database can take: no halves of pairs, not too long."""
    if not isinstance(value, str) or len(value) > longest:
        raise TypeError
    value.encode()
    return value


def _check_order(spans: Sequence[Block] | Sequence[PageSpan], length: int) -> None:
    position = 0
    for span in spans:
        if not position <= span.start <= span.end <= length:
            raise ValueError
        position = span.end


def _check_names(parts: tuple[Part, ...]) -> None:
    """Names of parts become paths below their file's: none may lead out of it or stand for two."""
    names = {part.name for part in parts}
    pieces = {piece for name in names for piece in name.split("/")}
    if len(names) < len(parts) or pieces & {"", ".", ".."} or any("\0" in name or "\\" in name for name in names):
        raise ValueError
