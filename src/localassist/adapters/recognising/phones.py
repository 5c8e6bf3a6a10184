"""Telephone numbers in a text: by shape, by what they are called, by their countries' plans (phonenumbers)."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.reading import DIGITS
from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_DIGIT: Final = r"[\dOolI]"
_PHONE: Final = re.compile(
    rf"(?<![\w.,/\-+])(?:\+[ ]?|\()?{_DIGIT}(?:[ \n().\-/]{{0,3}}{_DIGIT}){{5,15}}(?P<extension>[ ]?(?:x|ext\.?|"
    rf"-)[ ]?{_DIGIT}{{1,5}})?"
    r"(?![^\W_])",
    re.IGNORECASE,
)
_SAID: Final = re.compile(
    r"(?:\b(?:tele?(?:phone?|fon|fono|f)?|tél(?:éphone)?|teléfono|phone|mobil[e]?|móvil|movil|handy(?:nummer)?|"
    r"cell(?:ulare|"
    r"phone)?|fax|"
    r"portable|rufnummer|durchwahl|(?:tele|mobil|telefon|telefax|fax)nummer|whatsapp|sms|call(?:ed)?|call (?:me|"
    r"us)|ring|dial|wählen sie|composez(?: le)?|marque(?: el)?|componga|reach(?:ed)?|appel\w*|llam\w*|"
    r"chiam\w*|anruf\w*|"
    r"rückruf|joindre|contact\w*|erreich\w*|number|nummer|numéro|número|numero)\b|☎|☏|✆|📞|\b[TFMP]:)"
    r"[^\d\n]{0,24}\n?[^\d\n]{0,8}\Z",
    re.IGNORECASE,
)
_LOOKED_BACK: Final = 48
_SHAPES: Final = re.compile(
    r"(?:\(\d{3}\)|\d{3})[ .\-]?\n?\d{3}[.\-\n ]\n?\d{4}"  # North America
    r"|1[ .\-]\(?\d{3}\)?[ .\-]?\d{3}[ .\-]\d{4}"
    r"|0\d(?:[ .\-\n]\d\d){4}"  # France
    r"|\(0\d{1,5}\)[ \n/\-]?\d[\d \n/\-]{3,11}"
    r"|0\d{1,5}[ ]?[/\-][ ]?\d[\d \-]{3,10}"
    r"|0\d{2,5}[ \n]\d{2,4}[ \n]?\d{2,5}(?:[ \n]\d{2,4})*"
    r"|[6789]\d{2}(?:[ \n]\d{3}){2}|[6789]\d{2}(?:[ \n]\d{2}){3}"  # Spain
)
_TIGHT: Final = re.compile(r"(?:1-)?\d{3}-\d{3}-\d{4}")
"""A number of North America, once the spaces that text recognition adds are gone."""
_PLANS: Final = ("US", "GB", "DE", "FR", "ES", "IT", "CH", "AT", "NL", "BE", "PT", "PL")
_MOST_DIGITS: Final = 15
_FEWEST_SAID: Final = 6
_FEWEST: Final = 8
_YEAR: Final = re.compile(r"(?:1[89]|20)\d\d")
_VOLUME: Final = re.compile(r"(?:1[89]|20)\d\d(?:[ ;:\-]\d{1,4}){2,}")
"""A year, a volume and pages: "Cell 1998 95 681 692" is no call."""
_DECIMALS: Final = re.compile(r"(?<![\d.])\d\.\d+(?!\.|\d)")
_DATE: Final = re.compile(r"\(?\d{1,4}([.\-/])\d{1,2}\1\d{1,4}|\(?[12]\d\d\d[ ]?[-/][ ]?(?:[12]\d)?\d\d")


def find_phones(text: str) -> Iterator[Recognised]:
    """Telephone numbers in a text that was read."""
    for match in _PHONE.finditer(text):
        written = match.group().removesuffix(match["extension"] or "")
        opened = written.startswith("(") and ")" not in written  # by the sentence, not by the number
        if _is_phone(written[opened:], text[max(match.start() - _LOOKED_BACK, 0) : match.start()]):
            yield Recognised(Identifier.PHONE, match.start() + opened, match.end())


def _is_phone(written: str, before: str) -> bool:
    signs = re.sub(r"[ \n().\-/+]", "", written)
    digits = signs.translate(DIGITS)
    if not digits.isdigit() or sum(sign.isdigit() for sign in signs) * 2 < len(signs):
        return False
    if _DATE.fullmatch(written) or _VOLUME.match(written) or _DECIMALS.search(written) or len(digits) < _FEWEST_SAID:
        return False
    if _SAID.search(before):
        return True
    if len(digits) < _FEWEST or len(digits) > _MOST_DIGITS + 5:
        return False
    if written.startswith("+") or re.match(r"00[1-9]", digits):
        return True
    plain = re.sub(rf"{_DIGIT}", lambda sign: sign.group().translate(DIGITS), written)
    tight = re.sub(r"(?<=\d)[ ](?=\d)|[ ]?(?=-)", "", plain)
    return _SHAPES.fullmatch(plain) is not None or _TIGHT.fullmatch(tight) is not None or _is_in_a_plan(plain)


def _is_in_a_plan(written: str) -> bool:
    """Whether a number without a country's code is one of a country's, written in few groups."""
    import phonenumbers

    groups = re.split(r"[ \n().\-/]+", written)
    if (
        re.search(r"\.|\([12]\d{3}\)", written)
        or sum(len(group) < 2 for group in groups if group) > 2
        or len(groups) > 6
    ):
        return False
    if written[0] not in "0(" and not _is_national("".join(groups), groups):
        return False
    for plan in _PLANS:
        try:
            if phonenumbers.is_valid_number(phonenumbers.parse(written, plan)):
                return True
        except phonenumbers.NumberParseException:
            return False
    return False


def _is_national(digits: str, groups: list[str]) -> bool:
    """Whether digits that begin with no 0 may be a number: others are counts, or years and pages of lists of books."""
    if any(_YEAR.fullmatch(group) for group in groups) or all(len(group) == 2 for group in groups):
        return False
    return (len(digits) == 9 and digits[0] in "6789") or (len(digits) == 10 and digits[0] in "23456789")
