"""Keys, tokens and passwords in a text, by the shapes their issuers give them and by what they are called."""

from __future__ import annotations

import re
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from localassist.adapters.recognising.reading import is_random, joined
from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_SHAPES: Final = (
    r"(?:AKIA|ASIA|ABIA|ACCA|AGPA|AIDA|AROA)[A-Z0-9]{16}",
    r"gh[pousr]_[A-Za-z0-9]{30,}",
    r"github_pat_[A-Za-z0-9_]{22,}",
    r"gl(?:pat|dt|ft|soat|rt|cbt|ptt|agent|imt)-[\w\-]{20,}",
    r"sk-[A-Za-z0-9_\-]{20,}",
    r"xox[abeoprs]-[A-Za-z0-9\-]{10,}",
    r"xapp-\d-[A-Za-z0-9\-]{20,}",
    r"AIza[\w\-]{35}",
    r"ya29\.[\w\-]{20,}",
    r"eyJ[\w\-]{8,}\.[\w\-=]{8,}(?:\.[\w\-=]*)?",
    r"npm_[A-Za-z0-9]{36}",
    r"pypi-[\w\-]{16,}",
    r"SG\.[\w\-]{16,}\.[\w\-]{16,}",
    r"[spr]k_(?:live|test|prod)_[A-Za-z0-9]{10,}",
    r"whsec_[A-Za-z0-9+/=]{20,}",
    r"sq0(?:csp|atp|idp)-[\w\-]{20,}",
    r"(?:AC|SK)[a-f0-9]{32}",
    r"\d{8,10}:[A-Za-z0-9_\-]{35}",
    r"[MNO][\w\-]{23,27}\.[\w\-]{6}\.[\w\-]{27,}",
    r"hf_[A-Za-z0-9]{30,}",
    r"do[opr]_v1_[a-f0-9]{64}",
    r"sh(?:pat|pss|pca|ppa)_[a-fA-F0-9]{32}",
    r"(?:key|mg)-[0-9a-f]{32}",
    r"[0-9a-f]{32}-us\d{1,2}",
    r"hv[sbr]\.[\w\-]{20,}",
    r"AGE-SECRET-KEY-1[0-9A-Z]{58}",
    r"AKC[a-zA-Z0-9]{10,}",
    r"(?:AccountKey|SharedAccessKey|SharedAccessSignature)=[A-Za-z0-9+/=%&]{20,}",
    r"https://hooks\.slack\.com/services/[\w/]+",
    r"(?:[0-9a-f]{64}|[0-9a-f]{40}|[0-9a-f]{32})",
)
_SHAPE: Final = re.compile(rf"(?<![A-Za-z0-9])(?:{'|'.join(_SHAPES)})(?![A-Za-z0-9])")
_BLOCK: Final = re.compile(
    r"-----BEGIN [A-Z0-9 ]*(?:PRIVATE KEY|PGP MESSAGE)[A-Z ]*-----.*?(?:-----END [A-Z0-9 ]+-----|\Z)", re.DOTALL
)
_USER: Final = re.compile(
    r"(?<![a-z0-9+.\-])[a-z][a-z0-9+.\-]{1,15}://[^\s:/@]{0,80}:(?P<value>[^\s@]{3,80})@(?=[\w\[])", re.IGNORECASE
)
_CALLED: Final = (
    r"pass[ _\-]?(?:word|wort|phrase|code)|passwd|pwd|pw|pass|kennwort|zugangscode|mot de passe|mdp|contrase(?:ñ|n)a|"
    r"clave|parola(?: d'ordine)?|"
    r"se[cg]reto?(?:[ _\-]?key)?|token|(?:api|access|auth|client|private|account|encryption|license|service|secret|"
    r"master|db|admin)"
    r"[ _\-]?(?:key|secret|token|pass(?:word)?)|schl(?:ü|ue)ssel|geheimnis|clé(?: (?:api|secrète))?|chiave|"
    r"credentials?|api-?key|pin"
)
_VALUE: Final = r"[ ]{0,2}(?:Bearer |Basic )?(?P<quote>[\"'“„«])?(?P<value>[^\s\"'“”„»]{4,})"
_CALL: Final = rf"(?:(?<![^\W_])|_)(?:{_CALLED})\w{{0,12}}[\"'\])]{{0,2}}"
_FOR: Final = r"(?:[ ](?:f[oü]r|pour|para|per|of|del?|della|du|des|vom|von|to|zum)[ ][^\n:=]{1,30}?)?"
_NAMED: Final = re.compile(
    rf"{_CALL}{_FOR}(?:[ ][^\W\d]{{2,15}}(?=[ ]?[:=]))?"
    rf"[ ]?(?P<sign>:=|=>|->|[:=]|[ ](?:is|ist|lautet|est|es|è|was|war)[ :]){_VALUE}",
    re.IGNORECASE,
)
_AFTER_NAME: Final = re.compile(rf"{_CALL}(?P<sign>[ ]){_VALUE}", re.IGNORECASE)
_BEARER: Final = re.compile(r"\b(?:Bearer|Basic) (?P<value>[\w\-.~+/]{16,}=*)")
_LONG: Final = re.compile(r"(?<![\w/+.\-])[A-Za-z0-9+/_\-]{24,}={0,2}(?![\w/+\-])")
_END: Final = re.compile(r"[.,;:!?)\]}>]+\Z")
_SHORTEST_PASSWORD: Final = 6
_SHORTEST_KEY: Final = 16
_FEWEST_CHANGES: Final = 6
"""So often letters, capitals and digits take turns in what is random; names of files and variables do so less."""


def find_keys(text: str) -> Iterator[Recognised]:
    """Keys and passwords in a text that was read. What goes on in the next line is found whole."""
    for match in _BLOCK.finditer(text):
        yield Recognised(Identifier.SECRET, *match.span())
    for span in (*_shaped(text), *_called(text)):
        yield Recognised(Identifier.SECRET, *span)
    whole = joined(text)
    # A key that ends with its line is not one any more once the next line is joined to it: both ways are looked at.
    for start, end in _shaped(whole.text) if whole.cuts else ():
        first, last = whole.source(start, end)
        yield Recognised(Identifier.SECRET, first, first + len(_without_words(text[first:last])))


def _shaped(text: str) -> Iterator[tuple[int, int]]:
    """Keys by their shape."""
    for match in _SHAPE.finditer(text):
        yield match.span()
    for match in _LONG.finditer(text):
        if _is_long_secret(match.group()):
            yield match.span()


def _called(text: str) -> Iterator[tuple[int, int]]:
    """Keys and passwords by what stands before them."""
    for pattern in (_USER, _BEARER):
        for match in pattern.finditer(text):
            yield match.span("value")
    flat = text.replace("\n", " ")
    for match in (*_NAMED.finditer(flat), *_AFTER_NAME.finditer(flat)):
        value = _END.sub("", match["value"])
        if value and _is_secret(value, match["sign"], quoted=match["quote"] is not None):
            yield match.start("value"), match.start("value") + len(value)


def _without_words(written: str) -> str:
    """A key without the lines after its first that are words of the text."""
    lines = written.split("\n")
    for count in range(1, len(lines)):
        if not is_random(lines[count].strip()):
            return "\n".join(lines[:count])
    return written


def _is_secret(value: str, sign: str, *, quoted: bool) -> bool:
    if value.startswith(("http:", "https:", "[", "<", "{", "${", "$(")):
        return False
    if sign == " ":
        is_key = len(value) >= _SHORTEST_KEY and any(each.isdigit() for each in value)
        return is_key or (len(value) >= _SHORTEST_PASSWORD and _kinds(value) >= 3)
    telling = any(not each.isalpha() for each in value.strip("-'’.")) or (value != value.lower() and is_random(value))
    return telling or (quoted and sign.strip() in {"=", ":", ":=", "=>"}) or sign == "="


def _kinds(value: str) -> int:
    """How many of small letters, capitals, digits and other signs there are; those of a sentence don't count."""
    kinds = {
        "d" if s.isdigit() else "u" if s.isupper() else "l" if s.isalpha() else "o" for s in value.strip(".,;:!?()")
    }
    return len(kinds) + (sum(not sign.isalnum() for sign in value) > 2)


def _is_long_secret(word: str) -> bool:
    kinds = ["d" if sign.isdigit() else "u" if sign.isupper() else "l" if sign.islower() else "" for sign in word]
    changes = sum(before != after for before, after in pairwise(kinds))
    return {"d", "u", "l"} <= set(kinds) and changes >= _FEWEST_CHANGES and changes * 5 >= len(word)
