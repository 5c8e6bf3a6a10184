"""Sets of characters, as grammars name them."""

from __future__ import annotations

from typing import Final, TypeAlias

Letters: TypeAlias = tuple[tuple[int, int], ...]
"""The first and last code points of stretches, in order and apart from each other."""

_LAST: Final = 0x10FFFF
_SURROGATES: Final = (0xD800, 0xDFFF)
_FEWEST: Final = {2: 0x80, 3: 0x800, 4: 0x10000}
"""The first code point that UTF-8 writes with so many bytes."""

ANY: Final[Letters] = ((0, _LAST),)


def joined(stretches: list[tuple[int, int]]) -> Letters:
    """The set of what lies in any of the stretches; one that ends before it begins is empty."""
    found: list[tuple[int, int]] = []
    for first, last in sorted(stretches):
        if found and first <= found[-1][1] + 1:
            found[-1] = (found[-1][0], max(found[-1][1], last))
        elif first <= min(last, _LAST):
            found.append((first, last))
    return tuple(found)


def others(letters: Letters) -> Letters:
    """The set of all other characters."""
    edges = [-1, *(edge for stretch in letters for edge in stretch), _LAST + 1]
    return joined([(last + 1, first - 1) for last, first in zip(edges[::2], edges[1::2], strict=True)])


def hold(letters: Letters, first: int, last: int) -> bool:
    """Whether any of the code points from `first` to `last` is in the set."""
    return any(begin <= last and first <= end for begin, end in letters)


def begun(part: bytes) -> tuple[int, int]:
    """The code points of the characters that the beginning of one (in UTF-8, with its first byte) can become."""
    length = 2 if part[0] < 0xE0 else 3 if part[0] < 0xF0 else 4
    value = part[0] & (0x7F >> length)
    for byte in part[1:]:
        value = value << 6 | byte & 0x3F
    open_bits = 6 * (length - len(part))
    first, last = value << open_bits, (value + 1 << open_bits) - 1
    return max(first, _FEWEST[length]), min(last, _SURROGATES[0] - 1 if part[0] == 0xED else _LAST)
