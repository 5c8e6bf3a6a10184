"""Finding markers in text that arrives in pieces cut anywhere."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable

CONTROL: Final = "\0"
"""Stands before a mark that came as a control token, which no text spells."""


def as_heard(mark: str, controls: Iterable[str]) -> str:
    """How a mark arrives, if these are control tokens of which it consists, or which stand in it."""
    spelled = sorted(controls, key=len, reverse=True)
    return re.sub("|".join(map(re.escape, spelled)), rf"{CONTROL}\g<0>", mark) if spelled else mark


class Markers:
    """Some texts to look for, none of which is empty or the beginning of another."""

    def __init__(self, texts: Iterable[str]) -> None:
        spelled = sorted(set(texts))
        self._pattern = re.compile("|".join(map(re.escape, spelled))) if spelled else None
        self._beginnings = {text[:length] for text in spelled for length in range(1, len(text))}
        self._longest = max(map(len, spelled), default=1)

    def split(self, text: str) -> tuple[str, str, str]:
        """What stands before the first marker, that marker, and the rest.

        Without a marker the rest is what may still become one.
        """
        found = self._pattern.search(text) if self._pattern else None
        if found:
            return text[: found.start()], found.group(), text[found.end() :]
        for length in range(min(self._longest - 1, len(text)), 0, -1):
            if text[-length:] in self._beginnings:
                return text[:-length], "", text[-length:]
        return text, "", ""
