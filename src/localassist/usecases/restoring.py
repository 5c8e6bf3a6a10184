"""Placeholders in a text: how a model may spell them, and their originals put back while it streams."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import Identifier

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.outbound import Replacement

_SPELLINGS: Final = """
person personne persona / address adresse dirección direccion indirizzo / mail email courriel correo /
phone telefon téléphone telephone teléfono telefono / iban / card karte carte tarjeta carta / id /
secret geheimnis secreto segreto / path pfad chemin ruta percorso / word wort mot palabra parola
"""
_KINDS: Final = {spelling: Identifier(line.split()[0]) for line in _SPELLINGS.split("/") for spelling in line.split()}
"""Models translate the words in brackets now and then."""
_NAMES: Final = tuple(sorted(_KINDS, key=lambda name: (-len(name), name)))
_OPEN, _CLOSE = "[\\[\uff3b\u3010]", "[\\]\uff3d\u3011]"
_SPACES: Final = r"\s{0,2}"
_BETWEEN: Final = r"(?:[\s#:-]|\\?_){0,3}"
_NUMBER: Final = r"\d{1,5}"
_ENDING: Final = r"['’]?[^\W\d_]{0,3}"
_LINKS: Final = ("mailto:", "http:", "https:", "tel:", "file:")
_NAME: Final = "|".join(_NAMES)
_LINK: Final = "|".join(_LINKS)


def _inside(group: str) -> str:
    kind, number, ending = (f"(?P<{group}_{part}>" for part in ("kind", "number", "ending"))
    return f"{_SPACES}{kind}{_NAME}){_BETWEEN}{number}{_NUMBER}){ending}{_ENDING}){_SPACES}"


_BRACKETED: Final = (
    rf"\\{_OPEN}{_inside('escaped')}\\{_CLOSE}|{_OPEN}{_inside('bracketed')}{_CLOSE}(?P<link>(?=\((?:{_LINK})))?"
)
_IN_BRACKETS: Final = re.compile(_BRACKETED, re.IGNORECASE)
_SPELT: Final = re.compile(rf"{_BRACKETED}|(?<![^\W_])(?P<kind>{_NAME})\\?_(?P<number>{_NUMBER})(?!\d)", re.IGNORECASE)


def _begun(*parts: str) -> str:
    """A pattern for each beginning of these parts in a row, the whole included."""
    pattern = ""
    for part in reversed(parts):
        pattern = f"{part}(?:{pattern})?" if pattern else part
    return pattern


def _begun_word(word: str, *rest: str) -> str:
    return _begun(*(re.escape(letter) for letter in word), *rest)


def _beginnings(names: Iterable[str]) -> re.Pattern[str]:
    """What may be the beginning of a placeholder at the end of a text, or all of one that is still undecided."""
    link = "|".join(_begun_word(f"({link}") for link in _LINKS)
    inside = (_BETWEEN, r"\\?", _NUMBER, _ENDING, _SPACES)
    spelt = sorted(names)
    escaped = "|".join(_begun_word(name, *inside, rf"\\{_CLOSE}?") for name in spelt)
    bracketed = "|".join(_begun_word(name, *inside, _CLOSE, f"(?:{link})") for name in spelt)
    bare = "|".join(_begun_word(name, r"\\?_", _NUMBER) for name in spelt)
    return re.compile(
        rf"(?:\\(?:{_OPEN}{_SPACES}(?:{escaped})?)?|{_OPEN}{_SPACES}(?:{bracketed})?"
        rf"|(?<![^\W_])(?:{bare})\\?)\Z",
        re.IGNORECASE,
    )


def find_placeholders(text: str) -> list[tuple[int, int]]:
    """Where something stands in a text that would pass for a placeholder, `[start:end]` each, by position."""
    # Without brackets there is none without a "_": most texts have none, and to look only at brackets is fast.
    return [match.span() for match in (_SPELT if "_" in text else _IN_BRACKETS).finditer(text)]


class Restorer:
    """Puts originals back into a text that comes in pieces, however the model spells their placeholders.

    Any case, "[PERSON 1]", "PERSON_1", "\\[PERSON\\_1\\]", an ending inside ("[PERSON_1s]") or after the brackets. All
    else passes unchanged: what is held back is at most one placeholder's length, and only what may be one.
    """

    def __init__(self, replacements: Iterable[Replacement]) -> None:
        self._originals: dict[tuple[str, int], str] = {}
        for replacement in replacements:
            match = _SPELT.fullmatch(replacement.placeholder)
            if match is None:
                raise ValueError("A placeholder is written [KIND_1].")
            self._originals[_key(match)] = replacement.original
        kinds = {kind for kind, _ in self._originals}
        self._begins = _beginnings(name for name, kind in _KINDS.items() if kind in kinds) if kinds else None
        self._held = ""
        self._before = ""

    def feed(self, piece: str) -> str:
        """The next piece of the text; gives what can be shown by now."""
        if self._begins is None:
            return piece
        return self._told(self._held + piece, complete=False)

    def end(self) -> str:
        """What was still held back. The restorer can then begin another text."""
        rest = self._told(self._held, complete=True)
        self._before = ""
        return rest

    def _told(self, waiting: str, *, complete: bool) -> str:
        text = self._before + waiting  # its character before decides whether a word begins here
        place = len(self._before)
        begun = self._begins.search(text, place) if self._begins and not complete else None
        limit = begun.start() if begun else len(text)
        told = []
        while place < limit:
            match = _SPELT.search(text, place)
            if match is None or match.start() >= limit:
                break
            told += [text[place : match.start()], self._original(match)]
            place = match.end()
        limit = max(limit, place)
        told.append(text[place:limit])
        self._held = text[limit:]
        self._before = text[:limit][-1:]
        return "".join(told)

    def _original(self, match: re.Match[str]) -> str:
        original = self._originals.get(_key(match))
        if original is None:
            return match.group()
        ending = match["escaped_ending"] or match["bracketed_ending"] or ""
        if match["link"] is not None:
            return f"[{original}{ending}]"
        return original + ending


def restored(text: str, replacements: Iterable[Replacement]) -> str:
    """A whole text with its originals put back."""
    restorer = Restorer(replacements)
    return restorer.feed(text) + restorer.end()


def _key(match: re.Match[str]) -> tuple[str, int]:
    kind = match["escaped_kind"] or match["bracketed_kind"] or match["kind"]
    number = match["escaped_number"] or match["bracketed_number"] or match["number"]
    return _KINDS[kind.casefold()], int(number)
