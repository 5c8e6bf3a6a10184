"""Numbers, dates and times in text, brought to one notation so that equal ones compare equal."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from localassist.domain.numerals import (
    DOUBTFUL_MONTH,
    GERMAN_WEEKDAYS,
    LATER_ORDINALS,
    MONTHS,
    MULTIPLES,
    ONES,
    ORDINAL_VALUES,
    PLAIN_MONTH_NAMES,
    SPELLED,
    TENS,
    WEEKDAY_NAMES,
    WEEKDAYS,
)
from localassist.domain.units import spans_of, unit_of

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

_MANNER_OF_SPEAKING: Final = 12
_UNIT: Final = (
    r"[-\s](?:calendar\s|working\s|business\s|full\s)?(?:seconds?|minutes?|hours?|days?|weeks?|months?|quarters?|years?|"
    r"per\s?cent|(?:kilo)?met(?:er|re)[sn]?|miles?|kilos?|lit(?:er|re)s?|dollars?|euros?|pounds?|cents?|sekunden?|"
    r"minuten?|stunden?|tage?n?|wochen?|monate?[ns]?|jahre?[ns]?|prozent)\b"
)
_MAX_DIGITS: Final = 28
"""More is a code, not a number; it is also as far as `Decimal` tells numbers apart."""


def _any_of(names: Iterable[str]) -> str:
    return "|".join(sorted(names, key=len, reverse=True))


_MONTH: Final = f"(?P<{{}}>{_any_of(MONTHS)})\\b\\.?"
_YEAR_AFTER: Final = r"(?:,?\s(?P<word_y>\d{4})\b)?"

_PATTERN: Final = re.compile(
    "|".join(
        (
            r"(?<![\w.])(?P<iso_y>\d{4})-(?P<iso_m>\d{2})-(?P<iso_d>\d{2})(?!\d)",
            r"(?<![\w.,])(?P<dot_d>\d{1,2})\.[ ]?(?P<dot_m>\d{1,2})\.[ ]?(?P<dot_y>\d{4}|\d{2})(?!\d|\.\d)",
            r"(?<![\w/])(?P<slash_a>\d{1,2})/(?P<slash_b>\d{1,2})/(?P<slash_y>\d{4}|\d{2})(?!\d|/\d)",
            rf"(?<!\w)(?P<dmy_d>\d{{1,2}})(?:st|nd|rd|th|er|\.)?\s(?:of\s|de\s)?{_MONTH.format('dmy_m')}(?:,?\s(?:de\s)?(?P<dmy_y>\d{{4}})\b)?",
            rf"(?<!\w){_MONTH.format('mdy_m')}\s(?P<mdy_d>\d{{1,2}})(?:st|nd|rd|th)?\b(?:,?\s(?P<mdy_y>\d{{4}})\b)?",
            rf"(?<!\w){_MONTH.format('my_m')},?\s(?P<my_y>\d{{4}})\b",
            rf"(?<!\w)(?P<word_d>{_any_of(ORDINAL_VALUES)})[nrsm]?\s(?:of\s)?{_MONTH.format('word_m')}{_YEAR_AFTER}",
            rf"(?<!\w)(?-i:(?P<weekday>{'|'.join(WEEKDAY_NAMES.split())}|{GERMAN_WEEKDAYS}))s?\b",
            rf"(?<!\w)(?-i:(?P<bare_m>{'|'.join(PLAIN_MONTH_NAMES.split())}|{DOUBTFUL_MONTH}(?:May|March|Mai)))\b",
            r"(?<![\w.,:])(?P<clock_h>\d{1,2})[:.](?P<clock_m>[0-5]\d)(?:\s?(?P<clock_half>[ap])\.?m\b|\sUhr\b)",
            r"(?<![\w.,:])(?P<hour>\d{1,2})(?:\s?(?P<hour_half>[ap])\.?m\b|\sUhr\b)",
            r"(?<![\w.,:])(?P<time_h>\d{1,2}):(?P<time_m>[0-5]\d)(?![\d:])",
            r"(?<![\w.,])(?P<grouped>\d{1,3}(?:[ \u00a0\u202f]\d{3})+(?:[.,]\d+)?)(?![\w])",
            r"(?<![^\W_])(?P<number>\d+(?:[.,'’]\d+)*)(?P<suffix>[^\W\d_]*)(?P<tail>[^\W_]*)",
            r"(?<![^\W_])(?P<code>[^\W\d_]+\d[^\W_]*)",
            rf"(?<![^\W_])(?P<tens>{_any_of(TENS)})[-\s](?P<ones>{_any_of(ONES)})(?![^\W_])",
            rf"(?<![^\W_])(?P<spelled>{_any_of(SPELLED)})(?![^\W_])",
            r"(?<![^\W_])(?P<quarter>first|second|third|fourth|erste|zweite|dritte|vierte)[nrsm]?(?=\s(?:quarter|quartal))",
            rf"(?<![^\W_])(?P<ordinal>{_any_of(LATER_ORDINALS)})[nrsm]?(?![^\W_])",
            rf"(?<![^\W_])(?P<one>(?:one|eine?[mnrs]?)(?={_UNIT})|an?(?={_UNIT}['’]s))",
        )
    ),
    re.IGNORECASE,
)
_MULTIPLE: Final = re.compile(r"[\s-]?(" + _any_of(MULTIPLES) + r")\b", re.IGNORECASE)
_ORDINALS: Final = frozenset({"st", "nd", "rd", "th"})


@dataclass(frozen=True, slots=True)
class Quantity:
    """A number, date, time or code with a digit at `text[start:end]`.

    `values` are what it may mean, in one notation ("1,000" is 1000 or 1); `implied` is what it holds besides (a
    date its year). `spelled` tells a small number written as a word: it may be a manner of speaking ("two things"),
    unless a unit follows ("two weeks"). "A week" may just mean "per week", "a week's" means one. `unit` is what it
    counts ("day", "euro"; "date" and "time" for those), "" where that is no unit.
    """

    start: int
    end: int
    values: frozenset[str]
    implied: frozenset[str] = frozenset()
    spelled: bool = False
    unit: str = ""

    def is_borne_out_by(self, other: Quantity) -> bool:
        """Whether a text that holds the other one holds this one: its value, and its unit where both have one."""
        if not spans_of(self.values, self.unit).isdisjoint(spans_of(other.values, other.unit)):
            return True
        alike = not self.values.isdisjoint(other.values | other.implied)
        if other.unit == "date":  # "7 March" is no seven months
            return alike and self.unit in {"", "date"}
        return alike and (self.unit == other.unit or not (self.unit and other.unit) or self.unit == "date")

    def is_among(self, held: frozenset[str] | set[str]) -> bool:
        """Whether text that holds these values (see `held_values`) holds this one."""
        return not self.values.isdisjoint(held)


def find_quantities(text: str) -> list[Quantity]:
    """The quantities of a text, in order."""
    return [_with_unit(_read(match, text), text) for match in _PATTERN.finditer(text)]


def held_values(quantities: Iterable[Quantity]) -> frozenset[str]:
    """All values that some quantities have or imply."""
    return frozenset().union(*(quantity.values | quantity.implied for quantity in quantities))


def _with_unit(quantity: Quantity, text: str) -> Quantity:
    return quantity if quantity.unit else replace(quantity, unit=unit_of(text, quantity.start, quantity.end))


def _read(match: re.Match[str], text: str) -> Quantity:
    parts = {name: value for name, value in match.groupdict().items() if value is not None}
    if parts.keys() & {"iso_y", "dot_y", "slash_y", "dmy_m", "mdy_m", "my_m", "word_m"}:
        return _date(match, parts)
    if parts.keys() & {"weekday", "bare_m"}:
        return _part_of_date(match, parts)
    if parts.keys() & {"clock_h", "hour", "time_h"}:
        return _time(match, parts)
    if parts.keys() & {"tens", "spelled", "one", "ordinal"}:
        return _spelled(match, parts, measured=bool(unit_of(text, match.start(), match.end())))
    if parts.keys() & {"code", "quarter"}:
        value = parts["code"].casefold() if "code" in parts else f"q{ORDINAL_VALUES[parts['quarter'].casefold()]}"
        return Quantity(match.start(), match.end(), frozenset({value}))
    return _number(match, parts, text)


def _date(match: re.Match[str], parts: dict[str, str]) -> Quantity:
    def number(*names: str) -> int:
        found = next((parts[name] for name in names if name in parts), "0")
        found = found.casefold().rstrip(".")
        return MONTHS.get(found, 0) or ORDINAL_VALUES.get(found, 0) or int(found)

    year = number("iso_y", "dot_y", "slash_y", "dmy_y", "mdy_y", "my_y", "word_y")
    year += 2000 if 0 < year < 70 else 1900 if 0 < year < 100 else 0
    if "slash_y" in parts:
        first, second = int(parts["slash_a"]), int(parts["slash_b"])
        days = {(day, month) for day, month in ((first, second), (second, first)) if month <= 12}
    else:
        days = {
            (
                number("iso_d", "dot_d", "dmy_d", "mdy_d", "word_d"),
                number("iso_m", "dot_m", "dmy_m", "mdy_m", "my_m", "word_m"),
            )
        }
    values = frozenset(f"date {year}-{month}-{day}" for day, month in days)
    implied = {str(year)} | {str(day) for day, _ in days}
    for day, month in days:
        implied |= {f"date {year}-{month}-0", f"date 0-{month}-{day}", f"month {month}"}
        implied |= _weekday(year, month, day)
    return Quantity(match.start(), match.end(), values, frozenset(implied - {"0"}), unit="date")


def _weekday(year: int, month: int, day: int) -> set[str]:
    try:
        return {f"weekday {date(year, month, day).weekday()}"}
    except ValueError:  # no full date, or none that there is
        return set()


def _part_of_date(match: re.Match[str], parts: dict[str, str]) -> Quantity:
    if "weekday" in parts:
        value = f"weekday {WEEKDAYS[parts['weekday'].casefold()]}"
    else:
        value = f"month {MONTHS[parts['bare_m'].casefold()]}"
    return Quantity(match.start(), match.end(), frozenset({value}), unit="date")


def _time(match: re.Match[str], parts: dict[str, str]) -> Quantity:
    hour = int(parts.get("clock_h") or parts.get("hour") or parts["time_h"])
    half = (parts.get("clock_half") or parts.get("hour_half") or "").casefold()
    if half:
        hour = hour % 12 + (12 if half == "p" else 0)
    minute = int(parts.get("clock_m") or parts.get("time_m") or 0)
    return Quantity(match.start(), match.end(), frozenset({f"time {hour}:{minute:02}"}), unit="time")


def _spelled(match: re.Match[str], parts: dict[str, str], *, measured: bool) -> Quantity:
    if "one" in parts:
        claimed = parts["one"].casefold() == "one"
        return Quantity(match.start(), match.end(), frozenset({"1"}), spelled=not claimed)
    if "ordinal" in parts:
        value = ORDINAL_VALUES[parts["ordinal"].casefold()]
        return Quantity(match.start(), match.end(), frozenset({str(value)}), spelled=True)
    value = SPELLED[(parts.get("spelled") or parts["tens"]).casefold()]
    value += ONES[parts["ones"].casefold()] if "ones" in parts else 0
    manner = value <= _MANNER_OF_SPEAKING and not measured
    return Quantity(match.start(), match.end(), frozenset({str(value)}), spelled=manner)


def _number(match: re.Match[str], parts: dict[str, str], text: str) -> Quantity:
    suffix = parts.get("suffix", "").casefold()
    if parts.get("tail") or (len(suffix) == 1 and suffix != "k" and parts["number"].isdigit()):
        return Quantity(match.start(), match.end(), frozenset({match.group().casefold()}))
    values = set(_readings(parts.get("grouped") or parts["number"]))
    end = match.end()
    multiple = _MULTIPLE.match(text, match.end("number") if suffix in MULTIPLES else end) if values else None
    if multiple and multiple.end() >= end:
        times = MULTIPLES[multiple.group(1).casefold()]
        values |= {_plain(Decimal(value) * times) for value in tuple(values)}
        end = multiple.end()
    elif suffix and suffix not in _ORDINALS:
        values.add(match.group().casefold())
    return Quantity(match.start(), end, frozenset(values) or frozenset({match.group().casefold()}))


def _readings(number: str) -> Iterator[str]:
    """What the digits and separators may mean as a decimal number; nothing for a version, a code or the like."""
    number = re.sub(r"[ \u00a0\u202f'’]", "", number)
    marks = [c for c in number if c in ".,"]
    if len(number) - len(marks) > _MAX_DIGITS:
        return
    if not marks:
        yield _plain(Decimal(number))
    elif len(set(marks)) == 2 and marks.count(marks[-1]) == 1:
        yield _plain(Decimal(number.replace(marks[0], "").replace(marks[-1], ".")))
    elif len(set(marks)) == 1:
        groups = number.split(marks[0])
        if all(len(group) == 3 for group in groups[1:]) and 1 <= len(groups[0]) <= 3 and groups[0] != "0":
            yield _plain(Decimal("".join(groups)))
        if len(groups) == 2:
            yield _plain(Decimal(".".join(groups)))


def _plain(value: Decimal) -> str:
    return format(value.normalize(), "f")
