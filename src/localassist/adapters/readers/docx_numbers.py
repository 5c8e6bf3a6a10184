"""The numbers that Word puts before headings and items of lists; no file holds them as text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.readers.docx_styles import W, is_on, value

if TYPE_CHECKING:
    from collections.abc import Callable

_LEVELS: Final = 9
_PLACE: Final = re.compile(r"%([1-9])")
_ROMAN: Final = (
    (1000, "m"), (900, "cm"), (500, "d"), (400, "cd"), (100, "c"), (90, "xc"),
    (50, "l"), (40, "xl"), (10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"),
)  # fmt: skip
_MOST_ROMAN: Final = 4000


@dataclass(slots=True)
class _List:
    """A list that several numberings may go on with: its levels, and how far each is counted."""

    levels: dict[int, Any]
    linked: dict[str, int]
    counts: list[int | None] = field(default_factory=lambda: [None] * _LEVELS)


class Numbers:
    """Counts through a document; `root` is the part that defines its numberings, None without one.

    After ECMA-376-1, 17.9: the numberings of one abstract list count together, except those that say where they
    start, which begin there when they are first used.
    """

    def __init__(self, root: Any) -> None:
        self._lists: dict[str, _List] = {}
        self._numberings: dict[str, Any] = {}
        self._begun: set[tuple[str, int]] = set()
        if root is None:
            return
        styled: dict[str, _List] = {}
        abstracts = {each.get(f"{W}abstractNumId") or "": each for each in root.iterchildren(f"{W}abstractNum")}
        for name, abstract in abstracts.items():
            levels = {_number(level.get(f"{W}ilvl"), 0): level for level in abstract.iterchildren(f"{W}lvl")}
            linked = {value(level.find(f"{W}pStyle")): number for number, level in levels.items()}
            self._lists[name] = _List(levels, linked)
            if style := value(abstract.find(f"{W}styleLink")):
                styled[style] = self._lists[name]
        for name, abstract in abstracts.items():
            if (style := value(abstract.find(f"{W}numStyleLink"))) in styled:
                self._lists[name] = styled[style]
        self._numberings = {each.get(f"{W}numId") or "": each for each in root.iterchildren(f"{W}num")}

    def next(self, numbering: str, level: int, style: str) -> str:
        """Count a paragraph of that numbering: what stands before it, "" for a mere sign.

        `level` is from 0; the one that is linked with the `style` that brought the numbering goes before it.
        """
        definition: Any = self._numberings.get(numbering)
        counted = None if definition is None else self._lists.get(value(definition.find(f"{W}abstractNumId")))
        if counted is None:
            return ""
        depth = min(counted.linked.get(style, level) if style else level, _LEVELS - 1)
        overrides = {_number(each.get(f"{W}ilvl"), 0): each for each in definition.iterchildren(f"{W}lvlOverride")}
        levels = counted.levels | {
            place: own for place, each in overrides.items() if (own := each.find(f"{W}lvl")) is not None
        }
        self._count(counted, levels, depth, self._restart(numbering, overrides, depth))
        return _shown(levels, counted.counts, depth)

    def _restart(self, numbering: str, overrides: dict[int, Any], depth: int) -> int | None:
        """Where a numbering that is used for the first time at that level wants it to start, None if it goes on."""
        if (numbering, depth) in self._begun or depth not in overrides:
            return None
        self._begun.add((numbering, depth))
        start = overrides[depth].find(f"{W}startOverride")
        return None if start is None else _number(value(start), 1)

    def _count(self, counted: _List, levels: dict[int, Any], depth: int, restart: int | None) -> None:
        counts = counted.counts
        for above in range(depth):
            if counts[above] is None:
                counts[above] = _first(levels, above)
        last = counts[depth]
        if restart is not None:
            counts[depth] = restart
        else:
            counts[depth] = _first(levels, depth) if last is None else last + 1
        for below in range(depth + 1, _LEVELS):
            after = levels[below].find(f"{W}lvlRestart") if below in levels else None
            if after is None or depth < _number(value(after), 0):
                counts[below] = None


def _first(levels: dict[int, Any], level: int) -> int:
    return _number(value(levels[level].find(f"{W}start")), 1) if level in levels else 1


def _shown(levels: dict[int, Any], counts: list[int | None], depth: int) -> str:
    if depth not in levels or _kind(levels, depth) in {"bullet", "none"}:
        return ""
    plain = is_on(levels[depth].find(f"{W}isLgl"))

    def count(place: re.Match[str]) -> str:
        level = int(place.group(1)) - 1
        write = _WRITTEN.get("decimal" if plain else _kind(levels, level), str)
        return write(counts[level] or 0)

    return " ".join(_PLACE.sub(count, value(levels[depth].find(f"{W}lvlText"))).split())


def _kind(levels: dict[int, Any], level: int) -> str:
    return value(levels[level].find(f"{W}numFmt")) if level in levels else "decimal"


def _number(text: str | None, otherwise: int) -> int:
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 9 else otherwise


def _letters(number: int) -> str:
    """a to z, then aa to zz, and so on, as Word counts with letters."""
    return chr(ord("a") + (number - 1) % 26) * min((number - 1) // 26 + 1, 20) if number > 0 else str(number)


def _roman(number: int) -> str:
    if not 0 < number < _MOST_ROMAN:
        return str(number)
    signs = ""
    for worth, sign in _ROMAN:
        signs += sign * (number // worth)
        number %= worth
    return signs


_WRITTEN: Final[dict[str, Callable[[int], str]]] = {
    "decimalZero": lambda number: f"{number:02}",
    "lowerLetter": _letters,
    "upperLetter": lambda number: _letters(number).upper(),
    "lowerRoman": _roman,
    "upperRoman": lambda number: _roman(number).upper(),
}
"""How counts are written; all other ways are shown as plain numbers."""
