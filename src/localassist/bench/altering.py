"""True sentences made false in one place, and the same said in other words, by rule: what grounding is measured on."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.names import find_names
from localassist.domain.quantities import find_quantities

if TYPE_CHECKING:
    from random import Random

_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_DATE: Final = re.compile(
    rf"\b({'|'.join(_MONTHS)}) (\d{{1,2}}), (\d{{4}})\b|\b(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})\b"
)
_NUMBER: Final = re.compile(r"(?<![\w.,/-])\d{1,3}(?:,\d{3})+(?![\w,])|(?<![\w.,/-])\d+(?:\.\d+)?(?![\w/-]|[.,]\d)")
_AUXILIARY: Final = re.compile(
    r"\b(is|was|are|were|can|could|will|would|must|should|may|has been|have been|had been|did|does|do)\b"
    r"(?! (?:not|no|never|n't|also not|only)\b)(?= [a-z]+\b)"
)
_NEGATION: Final = re.compile(r" (?:not|never)\b(?! only)|(?<=\bcan)not\b|\b(?:no|No) (?=[a-z]{4,})")
_WORDS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen",
                 "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen", "twenty")  # fmt: skip
_OTHERWISE: Final = (
    (r"\bin order to\b", "to"),
    (r"\balso\b", "as well"),
    (r"\bbecause\b", "since"),
    (r"\babout\b", "around"),
    (r"\bhowever\b", "though"),
    (r"\bsuch as\b", "like"),
    (r"\bas well as\b", "and"),
    (r"\bwhile\b", "whereas"),
    (r"\balthough\b", "though"),
    (r"\bseveral\b", "a number of"),
    (r"\bmany\b", "a lot of"),
    (r"\bapproximately\b", "about"),
    (r"\bduring\b", "in the course of"),
    (r"\bwithin\b", "in"),
    (r"\bupon\b", "on"),
    (r"\bused\b", "employed"),
    (r"\bshow(s|ed)?\b", r"demonstrate\1"),
    (r"\bbegan\b", "started"),
    (r"\bcalled\b", "named"),
    (r"\blarge\b", "big"),
    (r"\bimportant\b", "significant"),
    (r"\bobtained\b", "gained"),
    (r"\bmade up of\b", "consisting of"),
    (r"\bpercent\b|\bper cent\b", "%"),
    (r"(?<=\d)%", " percent"),
)
_LEADING: Final = re.compile(
    r"^((?:In|On|At|By|After|Before|During|Since|From|When|While|Although|If|For|With)\b[^,]{6,80}), (.+?)([.!])$"
)
_COUPLED: Final = re.compile(
    r"^([^,;]{25,120}), (?:and|but) ((?:it|they|he|she|the|this|these)\b[^,;]{15,120})([.!])$", re.IGNORECASE
)


def altered(sentence: str, kind: str, names: list[str], random: Random) -> str | None:
    """The sentence with one `number`, `date`, `name` or `negation` made another; None where it has none.

    `names` are words of names to put in place of its own.
    """
    change = {"number": _other_number, "date": _other_date, "negation": _other_polarity}.get(kind)
    return change(sentence, random) if change else _other_name(sentence, names, random)


def said_otherwise(sentence: str, random: Random) -> str:
    """The sentence with its function words, numbers, dates and the order of its clauses changed, its meaning kept."""
    text = _reordered(sentence)
    text = _DATE.sub(_other_notation, text)
    text = _NUMBER.sub(lambda match: _respelled(match, text, random), text)
    for pattern, words in _OTHERWISE:
        if random.random() < 0.8:
            text, count = re.subn(pattern, words, text)
            if count and "percent" in pattern:
                break
    return text


def _other_number(sentence: str, random: Random) -> str | None:
    dates = [match.span() for match in _DATE.finditer(sentence)]
    found = [m for m in _NUMBER.finditer(sentence) if not any(a <= m.start() < b for a, b in dates)]
    if not found:
        return None
    match = random.choice(found)
    value = match.group().replace(",", "")
    if "." in value:
        other = f"{float(value) + random.choice([0.3, 1.1, -0.2, 2.5]):.{len(value.partition('.')[2])}f}"
    else:
        number = int(value)
        step = max(1, number // 7)
        other = str(number + random.choice([-1, 1, 2]) * random.randint(1, step))
        if other == value or int(other) <= 0:
            other = str(number + step + 1)
        other = f"{int(other):,}" if "," in match.group() else other
    return None if other == value else f"{sentence[: match.start()]}{other}{sentence[match.end() :]}"


def _other_date(sentence: str, random: Random) -> str | None:
    match = _DATE.search(sentence)
    if match is None:
        return None
    text = match.group()
    month = match.group(1) or match.group(5)
    year = match.group(3) or match.group(6)
    other = random.choice([each for each in _MONTHS if each != month])
    changed = random.choice(
        [text.replace(month, other), text.replace(year, str(int(year) + random.choice([-2, 1, 3])))]
    )
    return f"{sentence[: match.start()]}{changed}{sentence[match.end() :]}"


def _other_name(sentence: str, names: list[str], random: Random) -> str | None:
    own = {sentence[name.start : name.end] for name in find_names(sentence)}
    found = [name for name in find_names(sentence) if not name.initial]
    others = [name for name in names if name not in own]
    if not found or not others:
        return None
    name = random.choice(found)
    return f"{sentence[: name.start]}{random.choice(others)}{sentence[name.end :]}"


def _other_polarity(sentence: str, random: Random) -> str | None:
    there = _NEGATION.search(sentence)
    if there is not None:
        rest = f"{sentence[: there.start()]}{sentence[there.end() :]}"
        return f"{rest[:1].upper()}{rest[1:]}"
    found = list(_AUXILIARY.finditer(sentence))
    if not found:
        return None
    match = random.choice(found)
    return f"{sentence[: match.end()]} not{sentence[match.end() :]}"


def _reordered(sentence: str) -> str:
    leading = _LEADING.match(sentence)
    if leading:
        first, rest, stop = leading.groups()
        if not find_quantities(rest[-6:]):
            return f"{rest[:1].upper()}{rest[1:]} {first[:1].lower()}{first[1:]}{stop}"
    coupled = _COUPLED.match(sentence)
    if coupled:
        first, rest, stop = coupled.groups()
        return f"{first}{stop} {rest[:1].upper()}{rest[1:]}{stop}" if len(first) < len(rest) else sentence
    return sentence


def _other_notation(match: re.Match[str]) -> str:
    month, day, year = (
        match.group(1) or match.group(5),
        match.group(2) or match.group(4),
        match.group(3) or match.group(6),
    )
    return (
        f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}"
        if int(day) % 2
        else f"{int(day)}.{_MONTHS.index(month) + 1}.{year}"
    )


def _respelled(match: re.Match[str], text: str, random: Random) -> str:
    number = match.group()
    if "," in number:
        return number.replace(",", "")
    if (
        number.isdigit()
        and 2 <= int(number) <= 20
        and text[match.end() : match.end() + 1] == " "
        and random.random() < 0.7
    ):
        return _WORDS[int(number) - 2]
    if number.isdigit() and len(number) in {5, 6}:
        return f"{int(number):,}"
    return number
