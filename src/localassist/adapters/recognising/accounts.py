"""IBANs and card numbers in a text, by their checksums (python-stdnum), also where text recognition misread them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.reading import DIGITS
from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_COUNTRY: Final = re.compile(r"(?<![^\W_])[A-Za-z]{2}[ \n\-]?[\dOoQDlI|SBZ][ ]?[\dOoQDlI|SBZ](?=[ \n\-.]{0,2}[^\W_])")
_SIGN: Final = re.compile(r"[ \n\-.]{0,2}([A-Za-z0-9|])")
_PIECE: Final = re.compile(r"(\d+)!([nac])")
_LETTERS: Final = str.maketrans("01258", "OIZSB")
_SAID: Final = re.compile(r"\biban\b|\bkonto|\baccount|\bcompte|\bcuenta|\bconto\b|\bbank|\bbanc", re.IGNORECASE)
_LOOKED_BACK: Final = 40
_GROUPED: Final = re.compile(r"[A-Za-z]{2}\w{2}(?:[ \n\-]\w{4}){2,}(?:[ \n\-]\w{1,4})?")

_LIKE: Final = re.compile(r"[A-Z]{2}[ ]?[\dO]{2}(?:[ \n\-]?[A-Z]{1,4})?(?:[ \n\-]?[\dOolI|A-Z]){11,30}(?![^\W_])")
"""An account's number with a sign too many or too few."""
_CARD: Final = re.compile(r"(?<![\w.,])[\dOolI](?:[ \-.\n]{0,2}[\dOolISB]){11,18}(?![^\W_])")
_ISSUED: Final = re.compile(
    r"4\d{12}(?:\d{3}){0,2}|5[1-5]\d{14}|2[2-7]\d{14}|3[47]\d{13}|3(?:0[0-5]|[689]\d)\d{11,13}|6(?:011|5\d\d|"
    r"4[4-9]\d)\d{12,15}"
    r"|35\d{14}|(?:1800|2131)\d{11}|(?:62|81)\d{14,17}|(?:50|5[6-9]|6[0-9])\d{10,17}"
)
_CARD_SAID: Final = re.compile(
    r"card|karte|carte|tarjeta|\bcarta\b|visa|master|maestro|amex|american express|discover|diners|\bjcb\b",
    re.IGNORECASE,
)
_SHORTEST_GROUP: Final = 3


def find_accounts(text: str) -> Iterator[Recognised]:
    """IBANs and card numbers in a text that was read."""
    yield from _ibans(text)
    for match in _CARD.finditer(text):
        if _is_card(match.group(), text[max(match.start() - _LOOKED_BACK, 0) : match.start()]):
            yield Recognised(Identifier.CARD, *match.span())


def _ibans(text: str) -> Iterator[Recognised]:
    from stdnum import numdb

    countries = numdb.get("iban")
    end = 0
    for match in _COUNTRY.finditer(text):
        country = match.group()[:2].upper()
        structure = countries.info(country)[0][1].get("bban", "")
        if match.start() < end:
            continue
        before = text[max(match.start() - _LOOKED_BACK, 0) : match.start()]
        signs, end = _signs(text, match.end(), sum(int(count) for count, _ in _PIECE.findall(structure)))
        if (
            structure
            and signs
            and _is_iban(country + match.group()[2:], signs, structure, text[match.start() : end], before)
        ):
            yield Recognised(Identifier.IBAN, match.start(), end)
        elif (other := _LIKE.match(text, match.start())) and (_SAID.search(before) or _has_check_digits(other.group())):
            end = other.end()
            yield Recognised(Identifier.IBAN, *other.span())
        else:
            end = 0


def _signs(text: str, place: int, count: int) -> tuple[str, int]:
    """So many letters and digits from a place on, and where they end; "" where there are less or more."""
    signs = []
    for _ in range(count):
        match = _SIGN.match(text, place)
        if match is None:
            return "", 0
        signs.append(match.group(1))
        place = match.end()
    goes_on = place < len(text) and (text[place].isalnum() or text[place] == "_")
    return ("", 0) if goes_on else ("".join(signs), place)


def _is_iban(head: str, signs: str, structure: str, written: str, before: str) -> bool:
    from stdnum.iso7064 import mod_97_10

    check = "".join(head[2:].split()).replace("-", "").translate(DIGITS)
    for fold in (False, True):
        bban = _folded(signs, structure, fold=fold)
        if bban and mod_97_10.is_valid(bban + head[:2] + check):
            return True
    # A misread digit breaks the checksum: then what it is called, or the way it is written, has to do.
    return _folded(signs, structure, fold=True) != "" and bool(_SAID.search(before) or _GROUPED.fullmatch(written))


def _has_check_digits(written: str) -> bool:
    from stdnum.iso7064 import mod_97_10

    signs = "".join(sign for sign in written if sign.isalnum())
    return (
        signs.isascii()
        and sum(sign.isdigit() for sign in signs) > len(signs) / 2
        and mod_97_10.is_valid(signs[4:] + signs[:4])
    )


def _folded(signs: str, structure: str, *, fold: bool) -> str:
    """An account's letters and digits as its country has them, "" where they are others."""
    told, place = [], 0
    for count, kind in _PIECE.findall(structure):
        piece = signs[place : place + int(count)]
        place += int(count)
        if kind == "n" or (kind == "c" and fold):
            piece = piece.translate(DIGITS)
        if kind == "a":
            piece = piece.upper().translate(_LETTERS)
        if (kind == "n" and not piece.isdigit()) or (kind == "a" and not piece.isalpha()):
            return ""
        told.append(piece.upper())
    return "".join(told)


def _is_card(written: str, before: str) -> bool:
    from stdnum import luhn

    groups = re.split(r"[ \-.\n]+", written)
    digits = "".join(groups).translate(DIGITS)
    if not digits.isdigit() or sum(sign.isdigit() for sign in written) < len(digits) - 4:
        return False
    if _CARD_SAID.search(before):
        return True
    return (
        _ISSUED.fullmatch(digits) is not None and luhn.is_valid(digits) and len(digits) / len(groups) >= _SHORTEST_GROUP
    )
