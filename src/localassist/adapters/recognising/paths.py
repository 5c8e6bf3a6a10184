"""Paths of files and folders in a text: POSIX, Windows, shares, the home folder."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.outbound import Identifier, Recognised

if TYPE_CHECKING:
    from collections.abc import Iterator

_TOPS: Final = (
    "home|Users|user|root|etc|var|usr|opt|tmp|mnt|media|srv|data|dev|proc|private|Library|Applications|Volumes|"
    "Network|"
    "workspace|projects?|app|boot|run|bin|lib|storage|sdcard|nas|share|shared|export"
)
_ENDINGS: Final = (
    "pdf|docx?|xlsx?|pptx?|txt|md|csv|json|png|jpe?g|gif|mp3|mp4|avi|mov|webm|html?|css|js|py|xml|zip|tiff?|bmp|"
    "od[tsp]|rtf|"
    "webp|flac|wav|numbers|pages|key|eml|msg|log"
)
_PART: Final = r"[^\s/\\:*?\"<>|,;()\[\]{}]+"
_NEXT: Final = r"\n?"
_SPACED: Final = rf"{_PART}(?: {_PART}){{0,4}}"
_WINDOWS_PART: Final = (
    rf"(?:{_PART}(?:[ \n]{_PART}){{0,4}}(?=\n?\\)|{_PART}(?: {_PART}){{0,4}}\.[A-Za-z]\w{{0,4}}(?!\w)|{_PART})"
)
_AFTER: Final = rf"(?:{_NEXT}\\{_NEXT}{_WINDOWS_PART})"
_POSIX_PART: Final = rf"(?:{_SPACED}(?=/)|{_PART})"
_SPACED_FILE: Final = rf"(?: {_PART}){{1,3}}\.[A-Za-z][A-Za-z0-9]{{1,4}}(?!\w)"
_PATH: Final = re.compile(
    rf"(?<![\w])(?:[A-Za-z]:[\\/]{_NEXT}{_WINDOWS_PART}?(?:{_NEXT}[\\/]{_NEXT}{_WINDOWS_PART})*[\\/]?"
    rf"|\\\\[\w.$-]+{_AFTER}+\\?"
    rf"|%\w+%{_AFTER}+"
    rf"|file:/{{2,3}}\n?[^\s\"<>]+"
    rf"|(?:~[\w.-]*|\$\{{?\w+\}}?)(?:{_NEXT}/{_NEXT}{_PART})+"
    rf"|(?<![/.:])/(?:{_TOPS})(?:{_NEXT}/{_NEXT}{_POSIX_PART})+(?:{_SPACED_FILE})?/?"
    rf"|(?<![/.:])/{_PART}(?:{_NEXT}/{_NEXT}{_PART})+/?"
    rf"|\.{{1,2}}(?:/{_NEXT}{_PART})+)"
)
_REST: Final = re.compile(rf"\n(?:{_ENDINGS})(?![\w])")
_END: Final = re.compile(r"[.,;:!?'\"”“»)\]]+\Z")
_FILE: Final = re.compile(r"\.[A-Za-z][A-Za-z0-9]{0,4}\Z|/\.")


def find_paths(text: str) -> Iterator[Recognised]:
    """Paths in a text that was read, without the sentence's punctuation after them."""
    if "/" not in text and "\\" not in text:
        return
    for match in _PATH.finditer(text):
        path = match.group()
        if path.endswith(".") and (rest := _REST.match(text, match.end())):
            path += rest.group()
        path = _END.sub("", path)
        if _is_path(path):
            yield Recognised(Identifier.PATH, match.start(), match.start() + len(path))


def _is_path(path: str) -> bool:
    """Whether what begins with a slash or dots is more than "/s/m" or "and/or"."""
    if not path.startswith(("/", ".")):
        return True
    top = path.split("/")[1].strip()
    return re.fullmatch(_TOPS, top) is not None or _FILE.search(path) is not None or path.count("/") > 2
