"""The grammar (GBNF) of JSON itself: its values, some forms of text in it and whole numbers within bounds."""

from __future__ import annotations

import json
from typing import Any, Final

LARGEST: Final = 10**16 - 1
"""No more digits are written, so that a number can't go on for ever."""

_FRACTION: Final = '("." [0-9]{1,16})?'

JSON_RULES: Final = {
    # Some room for how models like to lay out JSON, but no way to go on with nothing but spaces.
    "ws": r'| " " | "\n" [ \t]{0,20}',
    "hex": "[0-9a-fA-F]",
    # Code points of surrogates are left out: alone they are no characters.
    "char": r'[^"\\\x7F\x00-\x1F] | "\\" (["\\/bfnrt] | "u" ([0-9abcefABCEF] hex{3} | [dD] [0-7] hex{2}))',
    "string": r'"\"" char* "\""',
    "integer": '"-"? ("0" | [1-9] [0-9]{0,15})',
    "number": f'"-"? ("0" | [1-9] [0-9]{{0,15}}) {_FRACTION} ([eE] [-+]? [0-9]{{1,2}})?',
    "boolean": '"true" | "false"',
    "null": '"null"',
    "value": "object | array | string | number | boolean | null",
    "member": r'string ":" ws value',
    "object": '"{" ws (member ("," ws member)*)? ws "}"',
    "array": '"[" ws (value ("," ws value)*)? ws "]"',
    "day": '[0-9]{4} "-" ("0" [1-9] | "1" [0-2]) "-" ("0" [1-9] | [12] [0-9] | "3" [01])',
    "minutes": '([01] [0-9] | "2" [0-3]) ":" [0-5] [0-9]',
    "hour": 'minutes ":" [0-5] [0-9] ("." [0-9]{1,6})? ("Z" | [+-] minutes)',
    "uuid": r'"\"" hex{8} "-" hex{4} "-" hex{4} "-" hex{4} "-" hex{12} "\""',
    "date": r'"\"" day "\""',
    "time": r'"\"" hour "\""',
    "date-time": r'"\"" day "T" hour "\""',
}
"""Rules by their names, all of them for use in others: none is `root`."""


def literal(value: Any) -> str:
    """What a grammar writes for a value as it stands in JSON."""
    text = json.dumps(value, ensure_ascii=False).replace("\\", "\\\\").replace('"', '\\"')
    return f'"{text}"'


def integers(low: int, high: int) -> list[str]:
    """The alternatives for all whole numbers from `low` to `high`, both among them, written without leading zeros.

    None when there is no such number.
    """
    found = [f'"-" {rest}' for rest in _naturals(max(-high, 1), -low)] if low < 0 else []
    return found + (_naturals(max(low, 0), high) if high >= 0 else [])


def numbers(low: int, high: int) -> list[str]:
    """The alternatives for all numbers from `low` to `high`, both among them, without exponents.

    None when there is no such number.
    """
    found = [f'"-" {rest}' for rest in _decimals(max(-high, 0), -low)] if low < 0 else []
    return found + (_decimals(max(low, 0), high) if high >= 0 else [])


def _decimals(low: int, high: int) -> list[str]:
    if low > high:
        return []
    below = [f"({' | '.join(_naturals(low, high - 1))}) {_FRACTION}"] if low < high else []
    return [*below, f'"{high}" ("." "0"{{1,16}})?']


def _naturals(low: int, high: int) -> list[str]:
    found: list[str] = []
    for digits in range(len(str(low)), len(str(high)) + 1):
        first, last = max(low, 10 ** (digits - 1) if digits > 1 else 0), min(high, 10**digits - 1)
        if first <= last:
            found += _alike(str(first), str(last))
    return found


def _alike(low: str, high: str) -> list[str]:
    """From one number to another that has as many digits."""
    if not low:
        return [""]
    rest = len(low) - 1
    if low[1:] == "0" * rest and high[1:] == "9" * rest:
        return [f"[{low[0]}-{high[0]}]" + (f" [0-9]{{{rest}}}" if rest else "")]
    if low[0] == high[0]:
        return [f'"{low[0]}" {more}' for more in _alike(low[1:], high[1:])]
    found = [f'"{low[0]}" {more}' for more in _alike(low[1:], "9" * rest)]
    if int(high[0]) - int(low[0]) > 1:
        found += [f"[{int(low[0]) + 1}-{int(high[0]) - 1}] [0-9]{{{rest}}}"]
    return found + [f'"{high[0]}" {more}' for more in _alike("0" * rest, high[1:])]
