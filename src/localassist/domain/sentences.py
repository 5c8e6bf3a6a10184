"""Where sentences begin and end in running text, lists, tables and code."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

_FENCE: Final = re.compile(r"^[ \t]*(```|~~~).*?(?:^[ \t]*\1[ \t]*$|\Z)", re.MULTILINE | re.DOTALL)
_NEWLINE: Final = re.compile(r"\n(?:[ \t]*+\n)*+|\f")
_BEGINS_ANEW: Final = re.compile(r"[ \t]*+(?:(?:[-*+•‣▪–]|\d{1,3}[.)]|\(?[a-zA-Z0-9]\))[ \t]|\||#|>)")
_CELL: Final = " | "
_STOP: Final = re.compile(r"(?:(?<![.!?…])[.!?…]++[\"'”’»)\]*_]*+(?:\s*\[\d+\])*(?=\s|\Z)|[。！？]+)\s*")
_ABBREVIATED: Final = """
approx bzw ca cf co corp d.h dept dr e.g ed eds est etc evtl ggf gem hr i.d.r i.e inc inkl jan feb mar apr jun jul aug
sep sept oct nov dec jr ltd max min mr mrs ms mt o.ä op prof rev sog sr st std str tel u.a u.k u.s usw vgl vs z.b zzgl
"""
_ABBREVIATED_BEFORE_NUMBERS: Final = "abs art ch eq fig figs no nos nr p para pp ref s sec sect tab vol"
_ABBREVIATIONS: Final = frozenset(_ABBREVIATED.split())
_NUMBERED: Final = frozenset(_ABBREVIATED_BEFORE_NUMBERS.split())
_OPENING_MARK: Final = re.compile(r"^[\s>#*+•‣▪–-]*(?:\(?[\dA-Za-z]{1,3}[.)])?$")
_MONTH_OR_LOWER: Final = re.compile(r"(?:Jan|Feb|M[aä]r|Apr|Ma[iy]|Jun|Jul|Aug|Sep|O[ck]t|Nov|De[cz])|[^\W\dA-ZÄÖÜ_]")


def split_sentences(text: str) -> list[tuple[int, int]]:
    """The spans (start, end) of the sentences of a text, in order, without the white space around them.

    List items, table rows and headings each are (at least) one sentence, a fenced code block is exactly one.
    Every character that is not white space is in exactly one span. Takes time linear in the text's length.
    """
    spans: list[tuple[int, int]] = []
    position = 0
    for fence in _FENCE.finditer(text):
        spans += _split_prose(text, position, fence.start())
        spans.append((fence.start(), fence.end()))
        position = fence.end()
    spans += _split_prose(text, position, len(text))
    return [trimmed for start, end in spans if (trimmed := _trim(text, start, end))[0] < trimmed[1]]


def _split_prose(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = line = start
    for newline in _NEWLINE.finditer(text, start, end):
        if _ends_line(text, line, newline, end):
            yield from _split_lines(text, position, newline.start())
            position = newline.end()
        line = newline.end()
    yield from _split_lines(text, position, end)


def _ends_line(text: str, line: int, newline: re.Match[str], end: int) -> bool:
    """Whether a newline ends more than a line of wrapped text: blank lines, list items, rows."""
    if newline.group() != "\n" or _BEGINS_ANEW.match(text, newline.end(), end):
        return True
    if text.find(_CELL, line, newline.start()) >= 0:
        return True
    following = text.find("\n", newline.end(), end)
    return text.find(_CELL, newline.end(), following if following >= 0 else end) >= 0


def _split_lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    position = start
    for stop in _STOP.finditer(text, start, end):
        if stop.end() < end and not _goes_on(text, position, stop):
            yield position, stop.end()
            position = stop.end()
    yield position, end


def _goes_on(text: str, start: int, stop: re.Match[str]) -> bool:
    """Whether the full stop belongs to an abbreviation, an ordinal or a list mark instead of ending a sentence."""
    if stop.group().rstrip() != ".":
        return False
    before = text[max(start, stop.start() - 40) : stop.start()].split()
    word = before[-1].lstrip("(\"'“„»*_").casefold() if before else ""
    following = text[stop.end() : stop.end() + 4]
    if word in _ABBREVIATIONS or (len(word) == 1 and word.isalpha()):
        return True
    if word in _NUMBERED and following[:1].isdigit():
        return True
    if stop.start() - start < 40 and _OPENING_MARK.match(text[start : stop.start() + 1]):
        return True
    return word.isdigit() and len(word) <= 2 and bool(_MONTH_OR_LOWER.match(following))


def _trim(text: str, start: int, end: int) -> tuple[int, int]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    return start, end
