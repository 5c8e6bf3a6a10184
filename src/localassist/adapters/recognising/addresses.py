"""Postal addresses in a text: a street with its number and the town with its code, as five languages write them."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_UPPER: Final = "A-ZÀ-ÖØ-Þ"
_WORD: Final = rf"[{_UPPER}](?:[\w'.\-]*\w)?"
_SPACE: Final = r"\.?[ ]?\n?[ ]?"
_BREAK: Final = r"[ ]?(?:,|\n|;|[ ]-|[ ]\|)[ ]?\n?[ ]?"
_NUMBER: Final = r"\d{1,5}(?:[ ]?[a-zA-Z](?!\w))?(?:[ ]?[\-/][ ]?\d{1,4}[a-z]?)?"
_FLAT: Final = (
    r"(?:[ ]\d{1,4}(?=[ ]?[,\n]))?(?:(?:[ ,]{1,3}|(?=\n))"
    r"\n?(?:Apt|Apartment|Suite|Ste|Unit|Flat|Floor|Room|Box|Whg|Wohnung|"
    r"Top|Stiege|Stock|App|Appt|"
    r"Appartement|Bât|Bâtiment|"
    r"Étage|Piso|Puerta|Escalera|Esc|Bajo|Planta|Local|Portal|Appartamento|Interno|Int|Interior|Edif|Edificio|"
    r"D(?:e?p)?to|Of|Oficina|Departamento|Piano|"
    r"Scala)\b\.?[ \n]?#?\w{0,5}){0,3}"
)
_ENGLISH: Final = (
    "Street|St|Road|Rd|Avenue|Ave|Lane|Ln|Drive|Dr|Court|Ct|Way|Place|Pl|Square|Sq|Boulevard|Blvd|Terrace|Close|"
    "Crescent|"
    "Parkway|Pkwy|Trail|Highway|Hwy|Row|Mews|Grove|Gardens|Hill|Park|Circle|Loop|Alley|Walk|Green|Rise|View|Vale|"
    "Plaza"
)
_GERMAN: Final = (
    "[Ss]tra(?:ß|ss)e|[Ss]tr\\.?|[Ww]eg|[Gg]asse|[Pp]latz|[Aa]llee|[Rr]ing|[Uu]fer|[Dd]amm|[Cc]haussee|[Ss]teig|"
    "[Pp]fad|[Gg]raben|[Mm]arkt"
)
_FRENCH: Final = (
    "rue|rang|allé|avenue|av\\.|boulevard|bd\\.?|chemin|place|impasse|allée|quai|route|cours|passage|square|"
    "faubourg|ruelle|"
    "voie|montée|"
    "esplanade|sentier|résidence|lotissement"
)
_SPANISH: Final = (
    "Diag\\.|Blvd?\\.|Calle|C/|C\\.|Avenida|Avda?\\.?|Av\\.|Plaza|Pza\\.|Paseo|Camino|Ronda|Glorieta|Pasaje|"
    "Cuesta|Vial|"
    "Urbanización|Callejón|Acceso|Alameda|"
    "Rambla|Cañada|Pasadizo|Via|Vía|Carretera|Travesía|Costanilla|Calzada|Privada|Boulevard|Prolongación|"
    "Circunvalación|Eje vial|Periférico|Viaducto|Diagonal|Corredor|Pasaje|Cerrada|"
    "Andador|Circuito|Carrer"
)
_ITALIAN: Final = (
    "Via|Viale|V\\.le|Piazza|P\\.zza|Piazzale|Piazzetta|Vicolo|Corso|C\\.so|Largo|Strada|Stretto|Contrada|Borgo|"
    "Canale|Incrocio|Rotonda|"
    "Lungomare|Lungotevere|Salita|Calle|Località|Fondamenta"
)
_LINK: Final = (
    "(?:d[aeiou]s?|del|dell[aeo']|degli|dei|la|las|le|les|los|l'|d'|du|des|von|van|der|dem|den|zum|zur|am|y|e|"
    "San|Saint)"
)
_NAME: Final = rf"(?:{_LINK}{_SPACE})*{_WORD}(?:{_SPACE}(?:{_LINK}{_SPACE}){{0,2}}{_WORD}){{0,4}}?"
_LINE: Final = rf"(?:{_LINK}[ ']?)*{_WORD}(?:[ ](?:{_LINK}[ ']?)*{_WORD}){{0,3}}"
_COUNTRY: Final = (
    r"(?:,?[ ]?\n?[ ]?(?:Germany|Deutschland|France|Frankreich|Spain|España|Italy|Italia|Austria|Österreich|"
    r"Switzerland|Schweiz|Suisse|"
    r"United Kingdom|UK|USA|United States|Belgique|Canada|México|Argentina)(?!\w))?"
)
_WITHIN: Final = (
    r"(?:[ ]|-[ ]?|[ \n]?-sur-|/|'|"
    r"[ ](?:am|an der|im|in|ob der|bei|sur|sous|les|le|la|los|las|en|de|de la|del|di|d')[ '])"
)
_GOES_ON: Final = rf"(?={_WORD}(?!\w)(?:[ ]?[,.)(]|[ ]?\n?[ ]?[a-z]))"
_BROKEN: Final = rf"(?:[ ](?:am|an der|im|in|bei|sur|sous|les|le|la|en|de|del|di|vorm))?\n{_GOES_ON}"
_CITY: Final = rf"(?:[{_UPPER}]{{4}}|[{_UPPER}][a-zà-ÿ'])[\w'.\-]*(?<!\.)(?:(?:{_WITHIN}*|{_BROKEN}){_WORD}){{0,4}}"
_REGION: Final = rf"(?:Región|Provincia)(?:[ ]?\n?[ ]?(?:de|del|la|los|y|{_WORD})(?!\w))+"
_TOWNS: Final = (
    r"(?:[A-Z]{1,2}[ ]?-[ ]?)?(?:\d{5},?|\d{4})"  # code and town
    rf"[ \n]{_CITY}(?:\n?[ ]?\([A-Z]{{2}}\))?(?:[ ]Cedex(?:[ ]\d+)?)?"
    rf"|{_CITY}(?:[ ](?:los|las)[ ][a-z]+)?,?[ ]?\n?(?:[A-Z]{{2,5}}|Q\. ROO|[A-Z][a-z]+)?,?[ ]?\n?"  # town and code
    r"\d{5}(?:-\d{4})?(?!\d)"
    rf"|(?:{_CITY}{_BREAK}){{1,2}}[A-Z]{{1,2}}\d[A-Z\d]?[ \n]?\d[A-Z]{{2}}(?!\w)"  # United Kingdom
    rf"|{_CITY},?[ ](?:[A-Z]{{2}},?)?[ \n]?[A-Z]\d[A-Z][ \n]?\d[A-Z]\d"  # Canada
    rf"|{_CITY},?[ ]?\n?(?:ACT|NSW|NT|QLD|SA|TAS|VIC|WA),?[ ]?\n?\d{{4}}(?!\d)"  # Australia
    rf"|{_CITY}{_BREAK}{_REGION}(?:,[ ]?\n?\d{{4,7}})?"
)
_TOWN: Final = rf"(?:{_TOWNS}){_COUNTRY}"
_STREETS: Final = (
    r"\d{1,5}[A-Za-z]?[ \n](?:(?:N|S|E|W|North|South|East|West)\.?[ ])?"
    rf"(?:{_WORD}{_SPACE}){{1,3}}?(?:{_ENGLISH})\b\.?{_FLAT}"
    rf"|(?<![\w'])(?:(?:{_WORD}[ \-](?:(?:von|van|der|den|zum)[ \-])*){{1,4}}|[{_UPPER}][\w'.]*?[a-zß])"
    rf"(?:{_GERMAN}){_SPACE}{_NUMBER}{_FLAT}(?![\w.])"
    rf"|(?<!\d)(?:\d{{1,5}}(?:[ ]?(?:bis|ter|quater))?,?{_SPACE})(?i:{_FRENCH})[ \n]"
    rf"(?:{_NAME}(?={_BREAK}\d{{5}})|{_LINE}){_FLAT}"
    rf"|(?<![\w'])(?i:{_FRENCH})[ \n](?:{_NAME}|"
    rf"{_LINE}),?[ ]?\n?{_NUMBER}(?={_BREAK}(?:[A-Z]{{1,2}}-)?\d{{4,5}}[ \n])"
    rf"|(?<!\w)(?:{_SPANISH}|{_ITALIAN}){_SPACE}(?:{_NAME}|\d{{1,3}}),?{_SPACE}"
    rf"(?:[Nn][º°.]{{1,2}}[ ]?|#[ ]?)?{_NUMBER}{_FLAT}(?![\w.])"
    r"|(?i:am|an der|auf der|im|in der|zum|zur|unter den|hinter der)[ ]"
    rf"(?:{_WORD}[ ]){{1,2}}?{_NUMBER}(?={_BREAK}(?:D-)?\d{{5}}[ ])"
)
_STREET: Final = re.compile(_STREETS)
_TAIL: Final = re.compile(
    rf"{_BREAK}{_CITY}[ ]\d{{4}}(?![\d,])|{_BREAK}{_CITY}[ ]\d{{4}},[ ]?\n?{_CITY}|{_BREAK}{_TOWN}|"
    rf"(?:{_BREAK}{_CITY}){{1,2}},[ \n]\d{{4,7}}(?!\d)|"
    rf"[ ]\n?(?:in[ ])?\d{{5}}[ ]{_CITY}"
)
_BLOCK: Final = re.compile(
    rf"(?<![\w'.])(?:(?:(?:(?:Level|Flat|Unit|Apt\.|Suite)[ \n]\d+[ \n])?\d{{1,5}}(?:/\d{{1,4}})?[ \n]|"
    rf"(?:\d{{1,5}},?[ \n])?(?i:{_FRENCH})[ \n]){_NAME}(?:[ ][a-z]{{3,12}})?{_FLAT}|"
    rf"{_WORD}(?:[ \-]{_WORD}){{0,2}}[ ]{_NUMBER}{_FLAT})"
    rf"{_BREAK}{_TOWN}"
    rf"|(?:(?:Flat|Studio|Unit|"
    rf"Apartment)[ \n]\d+\w?{_BREAK})?(?:\d{{1,4}}[ ])?{_WORD}[ \n][A-Za-z]{{3,12}}{_BREAK}(?:{_CITY}{_BREAK}){{1,2}}"
    r"[A-Z]{1,2}\d[A-Z\d]?[ \n]?\d[A-Z]{2}(?!\w)"
    rf"|(?:Ruta|Carretera|Autopista)[ ][\w\-]{{1,8}},[ ]km[ ]\d+(?:{_BREAK}(?:{_TOWN}|{_REGION}))?"
    r"|(?:PSC|Unit|CMR)[ \n]\d+,?[ ]Box[ ]\d+,?[ ]?\n?(?:APO|FPO|DPO)[ ]A[AEP][ ]\d{5}"
    rf"|US[A-Z]{{1,4}}[ ]{_WORD},?[ ]?\n?(?:APO|FPO|DPO)[ ]A[AEP][ ]\d{{5}}"
    rf"|(?:P\.?[ ]?O\.?[ ]?Box|Postfach|B\.?P\.|Apartado(?: de Correos)?|"
    rf"Casella postale)[ ]\d[\d ]{{0,9}}(?:{_BREAK}{_TOWN})?"
)


def find_addresses(text: str) -> Iterator[Recognised]:
    """Postal addresses in a text that was read: a street with its number at least, with the town where it follows."""
    if not any(sign.isdigit() for sign in text):
        return
    for match in _STREET.finditer(text):
        tail = _TAIL.match(text, match.end())
        yield Recognised(Identifier.ADDRESS, match.start(), tail.end() if tail else match.end())
    for match in _BLOCK.finditer(text):
        yield Recognised(Identifier.ADDRESS, *match.span())
