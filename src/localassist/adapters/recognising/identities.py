"""Numbers that states give people and firms in a text: by their checksums (python-stdnum), shapes and names."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.reading import DIGITS, with_digits
from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPED: Final = (
    r"[A-Z]{6}\d{2}[A-EHLMPRST]\d{2}[A-Z]\d{3}[A-Z]",  # Italy, codice fiscale
    r"\d{2}[ ]?\d{6}[ ]?[A-Z][ ]?\d{3}",  # Germany, pension insurance
    r"(?!000|666)\d{3}-\d{2}-\d{4}",  # United States, social security
    r"9\d{2}-[5-9]\d-\d{4}",  # United States, ITIN
    r"[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z][ ]?\d{2}[ ]?\d{2}[ ]?\d{2}[ ]?[A-D]",  # United Kingdom, national insurance
    r"756[.\- ]?\d{4}[.\- ]?\d{4}[.\- ]?\d{2}",  # Switzerland, social security
    r"\d{3}\.\d{3}\.\d{3}-\d{2}|\d{2}\.\d{3}\.\d{3}/\d{4}-\d{2}",  # Brazil
    r"\d{2}\.\d{2}\.\d{2}-\d{3}[.\-]\d{2}",  # Belgium
    r"[A-Z]{4}\d{6}[HM][A-Z]{5}[A-Z0-9]\d|[A-ZÑ&]{3,4}\d{6}[A-Z0-9]{3}",  # Mexico
    r"[A-Z]{5}\d{4}[A-Z]",  # India, PAN
    r"(?:[XYZ]-?\d{7}|\d{2}\.?\d{3}\.?\d{3})-?[A-HJ-NP-TV-Z]|[A-HJNP-SUVW]-?\d{7}-?[0-9A-J]",  # Spain
    r"CHE[-\s]?\d{3}[. ]?\d{3}[. ]?\d{3}",  # Switzerland, firms
    r"(?:ATU|AT U|BE|DE|DK|EL|FI|HU|LU|MT|PT|SI|SE|PL|GB|IT|HR|LV|EE|LT|RO|SK|BG|CZ|CY)[ ]?\d(?:[ .\-]?\d){7,11}[A-Z]?",
    r"FR[ ]?[0-9A-Za-z][ ]?[0-9A-Za-z](?:[ \n]{0,2}\d){9}",
    r"ES[ \-]?[A-Za-z0-9]\d{7}[A-Za-z0-9]|NL[ ]?\d{9}B\d{2}|IE[ ]?\d[A-Z0-9+*]\d{5}[A-Z]{1,2}",
    r"\d{6}-\d{7}",  # Korea
    r"\d{1,2}\.\d{3}\.\d{3}-[\dkK]",  # Chile
    r"(?:20|23|24|27|30|33|34)-\d{8}-\d",  # Argentina
)
_SHAPE: Final = re.compile(rf"(?<![\w\-.])(?:{'|'.join(_SHAPED)})(?![\w\-])")
_ELEVEN: Final = (
    "de.idnr",
    "pl.pesel",
    "no.fodselsnummer",
    "tr.tckimlik",
    "it.iva",
    "br.cpf",
    "be.nn",
    "ee.ik",
    "hr.oib",
)
_CHECKED: Final = (
    (r"[12378][ ]?\d{2}[ ]?\d{2}[ ]?(?:\d{2}|2[AB])[ ]?\d{3}[ ]?\d{3}[ ]?\d{2}", ("fr.nir",)),
    (r"\d{6}[\-+A-FU-Y]\d{3}[0-9A-Z]", ("fi.hetu", "se.personnummer", "dk.cpr", "lv.pk")),
    (r"\d{6}/\d{3,4}", ("cz.rc",)),
    (r"\d{2}[ ]?\d{3}[ ]?\d{3}[ ]?\d{3}", _ELEVEN),
    (r"\d{13}", ("ro.cnp", "za.idnr", "rs.pib", "si.emso")),
    (r"\d{4}[ \-]\d{4}[ \-]\d{4}", ("in.aadhaar",)),
    (r"\d{3}([ \-])\d{3}\1\d{3}", ("ca.sin", "au.tfn", "nl.bsn", "pt.nif")),
    (r"\d{17}[\dX]", ("cn.ric",)),
    (r"\d{3}[ ]\d{3}[ ]\d{4}", ("gb.nhs",)),
)
_CALLED: Final = (
    r"social (?:security|insurance)|national (?:insurance|id)|(?:tax|fiscal)[ \-]?(?:payer)?[ \-]?(?:id|number|no|"
    r"code|identification)|"
    r"nino|tax file number|registre national|registro nacional|passport|"
    r"driv(?:er|ing)[' s]{0,3}licen[cs]e|identity (?:card|number|document)|id[ \-]?(?:card|number|no)|"
    r"vat(?: (?:id|no|number|reg))?|(?:steuer|umsatzsteuer|ust)[ \-]?(?:id\w*|identifikations\w*|nummer|nr)|"
    r"ust-?idnr|steuer-?id|"
    r"sozialversicherung\w*|rentenversicherung\w*|versicherungsnummer|ahv\w*|sv-?n(?:umme)?r|rvnr|"
    r"personalausweis\w*|ausweis\w*|reisepass\w*|"
    r"führerschein\w*|krankenversicherten\w*|numéro de sécurité sociale|sécurité sociale|n° ss|numéro fiscal|"
    r"siren|siret|tva\w*|"
    r"passeport|carte d'identité|permis de conduire|nuss|seguridad social|pasaporte|documento(?: nacional)?|"
    r"identificación fiscal|"
    r"permiso de conducir|codice fiscale|partita iva|p\.? ?iva|tessera sanitaria|passaporto|carta d'identità|patente|"
    r"cpf|cnpj|curp|pesel|personnummer|hetu|rodné číslo|rijksregister\w*|numéro national|aadhaar"
)
_SHORT: Final = (
    "ITIN|UID|IVA|SIN|RUT|RUN|NAS|AVS|AHV|CUIT|CUIL|NUIP|TIN|EIN|PAN|NIE|CIF|CF|SPI|NIP|NIR|SSN|SSC|UTR|NHS|TFN|"
    "CPR|RFC|"
    "C[.]F[.]|BSN|OIB|DNI|NIF|PIN"
)
"""These are words of a language too where they are not in capitals."""
_PIECE: Final = r"(?:[A-Za-z|]{0,6}\d[0-9A-Za-z|]*|[A-Z]{1,2}(?![^\W_]))"
_NAMED: Final = re.compile(
    rf"(?<![^\W_])(?:(?i:{_CALLED})|{_SHORT})(?![^\W_])[^\d\n]{{0,28}}?\n?[^\d\n]{{0,6}}?(?<![^\W_])"
    rf"(?P<value>(?=\w*\d|[A-Z]{{1,4}}[ ]\d|[Ol]){_PIECE}(?:[ ./\-\n]{{0,2}}{_PIECE}){{0,9}})(?![^\W_])"
)
_MANY: Final = 5
_LONG_RUN: Final = re.compile(r"(?<![\w.,\-/])[\dOolI|][\dOolI|SBA-FX \-/+]{7,20}(?![\w\-/])")


def find_identities(text: str) -> Iterator[Recognised]:
    """Numbers of people and firms in a text that was read: passports, insurances, taxes."""
    text = with_digits(text)
    for match in _SHAPE.finditer(text):
        yield Recognised(Identifier.NATIONAL_ID, *match.span())
    for match in _NAMED.finditer(text.replace("\n", " ")):
        if sum(sign.isdigit() for sign in match["value"].translate(DIGITS)) >= _MANY:
            yield Recognised(Identifier.NATIONAL_ID, *match.span("value"))
    for match in _LONG_RUN.finditer(text):
        value = match.group().rstrip(" -/+")
        if _is_checked(value):
            yield Recognised(Identifier.NATIONAL_ID, match.start(), match.start() + len(value))


def _is_checked(value: str) -> bool:
    told = value.translate(DIGITS) if value[-1] not in "ABCDEFX" else value[:-1].translate(DIGITS) + value[-1]
    return any(
        re.fullmatch(shape, told) is not None and any(_is_valid(name, told) for name in names)
        for shape, names in _CHECKED
    )


def _is_valid(name: str, number: str) -> bool:
    from stdnum.util import get_cc_module

    country, _, kind = name.partition(".")
    module = get_cc_module(country, kind)
    return module is not None and module.is_valid(number)
