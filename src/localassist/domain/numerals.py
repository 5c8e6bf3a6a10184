"""The words for numbers, months and weekdays, in English and German; months in French and Spanish too."""

from __future__ import annotations

from typing import Final

MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "january jan januar jänner janvier enero",
            "february feb februar février febrero",
            "march mar märz mär maerz mars marzo",
            "april apr avril abril",
            "may mai mayo",
            "june jun juni juin junio",
            "july jul juli juillet julio",
            "august aug août agosto",
            "september sep sept septembre septiembre",
            "october oct oktober okt octobre octubre",
            "november nov novembre noviembre",
            "december dec dezember dez décembre diciembre",
        ),
        1,
    )
    for name in names.split()
}
SPELLED: Final = {
    name: value
    for value, names in {
        2: "two zwei",
        3: "three drei",
        4: "four vier",
        5: "five fünf",
        6: "six sechs",
        7: "seven sieben",
        8: "eight acht",
        9: "nine neun",
        10: "ten zehn",
        11: "eleven elf",
        12: "twelve zwölf dozen dutzend",
        13: "thirteen dreizehn",
        14: "fourteen vierzehn",
        15: "fifteen fünfzehn",
        16: "sixteen sechzehn",
        17: "seventeen siebzehn",
        18: "eighteen achtzehn",
        19: "nineteen neunzehn",
        20: "twenty zwanzig",
        30: "thirty dreißig",
        40: "forty vierzig",
        50: "fifty fünfzig",
        60: "sixty sechzig",
        70: "seventy siebzig",
        80: "eighty achtzig",
        90: "ninety neunzig",
        100: "hundred hundert",
    }.items()
    for name in names.split()
}
_ORDINAL_NAMES: Final = """
first erste second zweite third dritte fourth vierte fifth fünfte sixth sechste seventh siebte eighth achte ninth neunte
tenth zehnte eleventh elfte twelfth zwölfte thirteenth dreizehnte fourteenth vierzehnte fifteenth fünfzehnte sixteenth
sechzehnte seventeenth siebzehnte eighteenth achtzehnte nineteenth neunzehnte twentieth zwanzigste
"""
ORDINAL_VALUES: Final = {name: place // 2 + 1 for place, name in enumerate(_ORDINAL_NAMES.split())}
LATER_ORDINALS: Final = tuple(name for name, value in ORDINAL_VALUES.items() if value > 2)
WEEKDAY_NAMES: Final = """
Monday Montag Tuesday Dienstag Wednesday Mittwoch Thursday Donnerstag Friday Freitag Saturday Samstag Sunday Sonntag
"""
WEEKDAYS: Final = {name.casefold(): place // 2 for place, name in enumerate(WEEKDAY_NAMES.split())}
GERMAN_WEEKDAYS: Final = "(?:montag|dienstag|mittwoch|donnerstag|freitag|samstag|sonntag)(?=s\\b)"
"""What happens on each of them: "dienstags"."""
PLAIN_MONTH_NAMES: Final = """
January Januar February Februar März April June Juni July Juli August September October Oktober November December
Dezember
"""
DOUBTFUL_MONTH: Final = (
    r"(?:(?<=in )|(?<=by )|(?<=of )|(?<=im )|(?<=until )|(?<=since )|(?<=from )|(?<=late )|(?<=early ))"
)
"""What stands before the names that are words as well: "in May", "since March"."""
ONES: Final = {"one": 1} | {name: value for name, value in SPELLED.items() if value < 10}
TENS: Final = {name: value for name, value in SPELLED.items() if value >= 20 and value < 100}
MULTIPLES: Final = {
    "thousand": 10**3, "tausend": 10**3, "tsd": 10**3, "k": 10**3,
    "million": 10**6, "millions": 10**6, "millionen": 10**6, "mio": 10**6, "mn": 10**6,
    "billion": 10**9, "billions": 10**9, "milliarden": 10**9, "milliarde": 10**9, "mrd": 10**9, "bn": 10**9,
}  # fmt: skip
