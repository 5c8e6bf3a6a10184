"""What a number counts: days, euros, percent and the like, brought to one word each."""

from __future__ import annotations

import re
from typing import Final

_NAMED: Final = """
second: seconds sec sekunde sekunden sek
minute: minutes min mins minuten
hour: hours hrs hr stunde stunden std h
day: days tag tage tagen
week: weeks woche wochen
month: months monat monate monaten
quarter: quarters quartal quartale
year: years yr yrs jahr jahre jahren
percent: % pct prozent
euro: euros eur €
dollar: dollars usd us$ $
pound: pounds gbp £
franc: francs franken chf
yen: yen jpy ¥
cent: cents
meter: meters metre metres meter metern m
kilometer: kilometers kilometre kilometres km kilometern
centimeter: centimeters centimetre centimetres cm
millimeter: millimeters millimetre millimetres mm
mile: miles meile meilen mi
foot: feet ft fuß
inch: inches
gram: grams gramm g
kilogram: kilograms kilogramm kg kilo kilos
milligram: milligrams milligramm mg
ton: tons tonnes tonne tonnen t
liter: liters litre litres liter litern l
milliliter: milliliters millilitre millilitres ml
degree: degrees grad ° °c °f
watt: watts w
kilowatt: kilowatts kw
bar: bar
mg/l: mg/l
"""
_DAYS: Final = {"day": 1, "week": 7}
_MONTHS: Final = {"month": 1, "quarter": 3, "year": 12}
_MINUTES: Final = {"minute": 1, "hour": 60}
_SPANS: Final = (("days", _DAYS), ("months", _MONTHS), ("minutes", _MINUTES))


def _read(line: str) -> list[tuple[str, str]]:
    unit, _, names = line.partition(":")
    return [(name.casefold(), unit) for name in (unit, *names.split())]


_UNITS: Final = {name: unit for line in _NAMED.strip().splitlines() for name, unit in _read(line)} | {
    "per cent": "percent"
}
_AFTER: Final = re.compile(
    r"[\s\u00a0\u202f-]?\)?\s?(?:(?:calendar|working|business|full|consecutive|whole|volle[nr]?|ganze[nr]?)\s)?("
    + "|".join(re.escape(name) for name in sorted(_UNITS, key=len, reverse=True))
    + r")(?![^\W\d_])",
    re.IGNORECASE,
)
_BEFORE: Final = re.compile(r"(us\$|[€$£¥]|eur|usd|gbp|chf|euro|dollar|pound)\s?$", re.IGNORECASE)
_LONGEST: Final = 24


def is_unit(word: str) -> bool:
    """Whether a word names a unit, in any letters' case."""
    return word.casefold() in _UNITS


def unit_of(text: str, start: int, end: int) -> str:
    """The unit of the number at `text[start:end]`, "" where it has none that is known."""
    after = _AFTER.match(text, end, end + _LONGEST)
    if after:
        return _UNITS.get(after.group(1).casefold(), "")
    before = _BEFORE.search(text[max(start - 8, 0) : start])
    return _UNITS.get(before.group(1).casefold(), "") if before else ""


def spans_of(values: frozenset[str], unit: str) -> frozenset[str]:
    """How long so many of a unit are in a unit of the same kind: two weeks as 14 days, a year as 12 months."""
    for name, factors in _SPANS:
        if unit in factors:
            return frozenset(f"{int(value) * factors[unit]} {name}" for value in values if value.isdecimal())
    return frozenset()
