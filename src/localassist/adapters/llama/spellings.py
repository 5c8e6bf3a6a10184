"""The texts of all tokens of a vocabulary as a tree, in which a text lies below its beginnings."""

from __future__ import annotations

import codecs
from typing import TYPE_CHECKING, Final, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable, Container

_SURROGATES_BEGIN: Final = b"\xed\xa0"
_SURROGATES_END: Final = b"\xee"
_COMPLETE: Final = False


class Spelling(NamedTuple):
    """A token whose text is that of the spelling `above` (-1: none) and then `more`, and `part` of a character.

    The spellings from the next one until `until` lie below it.
    """

    token: int
    above: int
    more: str
    part: bytes
    until: int


class Spellings:
    """`tree`: the tokens that can begin a character, in alphabetical order. `inner`: those that only go on with one."""

    def __init__(self, size: int, piece: Callable[[int], bytes], ends: Container[int]) -> None:
        """`piece` gives the bytes of each of `size` tokens; what adds no text is left out, and so are `ends`."""
        found: list[tuple[str, bytes, int]] = []
        self.inner: list[int] = []
        for token in range(size):
            if token in ends or not (data := piece(token)):
                continue
            if (read := characters(b"", data)) is not None:
                found.append((*read, token))
            elif 0x80 <= data[0] < 0xC0:
                self.inner.append(token)
        found.sort()
        self.tree = _tree(found)


def characters(begun: bytes, more: bytes) -> tuple[str, bytes] | None:
    """The text of some bytes after a character that was `begun`, and what they begin; None for what is no text."""
    try:
        text, read = codecs.utf_8_decode(begun + more, "strict", _COMPLETE)
    except UnicodeDecodeError:
        return None
    part = (begun + more)[read:]
    # Python waits for the third byte before it refuses the beginning of a surrogate, when nothing else fits.
    return None if "\0" in text or _SURROGATES_BEGIN <= part < _SURROGATES_END else (text, part)


def _tree(found: list[tuple[str, bytes, int]]) -> list[Spelling]:
    aboves, untils = [-1] * len(found), list(range(1, len(found) + 1))
    open_ones: list[int] = []
    for number, (text, part, _) in enumerate(found):
        while open_ones and not text.startswith(found[open_ones[-1]][0]):
            untils[open_ones.pop()] = number
        aboves[number] = open_ones[-1] if open_ones else -1
        if not part and text:
            open_ones.append(number)
    for number in open_ones:
        untils[number] = len(found)
    return [
        Spelling(token, above, text[len(found[above][0]) if above >= 0 else 0 :], part, until)
        for (text, part, token), above, until in zip(found, aboves, untils, strict=True)
    ]
