"""The user's own words in a text: whole ones, in any case, with an ending or without."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

INVISIBLE: Final = "[\u00ad\u200b-\u200d\u2060\ufeff]"
"""What takes no room in a text: soft hyphens, zero-width characters."""
_ENDINGS: Final = "['’]?(?:s|es|e|n|en|ens|ns|er|ers|ern|em|in|innen)"
"""What English, German, French and Spanish words take on; it stays in the text."""
_VOWELS: Final = {"a": "[ae]s?", "o": "(?:[oaie]|os|as)", "e": "(?:e|i|es)", "y": "(?:y|ies)"}
"""How the last letter of Italian and Spanish words changes, and of English ones in "y"."""
_SHORTEST_INFLECTED: Final = 4
_BEFORE, _AFTER = r"(?<![^\W_])", r"(?![^\W_])"
_SPACES: Final = r"[\s\-‐‑]"


def find_words(text: str, words: Sequence[str]) -> list[tuple[int, int]]:
    """Where a text has one of the words or phrases, `[start:end]` each, by position, none overlapping.

    Words may be broken over lines; endings ("Falkes" for "Falke") are left out of what is found, changed last letters
    ("Rossi" for "Rosso") are in it. Words of up to three letters are found as they are alone.
    """
    patterns = [pattern_of(word, text) for word in sorted(words, key=len, reverse=True) if word.strip()]
    if not patterns:
        return []
    together = re.compile("|".join(patterns), re.IGNORECASE)
    return [match.span() for match in together.finditer(text)]


def pattern_of(word: str, text: str) -> str:
    """A pattern for a word or phrase and its inflections, as `text` may have it."""
    gap = f"{INVISIBLE}*" if re.search(INVISIBLE, text) else ""
    parts = [gap.join(re.escape(letter) for letter in part) for part in word.split()]
    spelt = rf"(?:{_SPACES}|{INVISIBLE})+".join(parts)
    last = word.strip()[-1:].casefold()
    if len(word.strip()) < _SHORTEST_INFLECTED:
        return f"{_BEFORE}{spelt}{_AFTER}" if last.isalnum() else f"{_BEFORE}{spelt}"
    changed = _VOWELS.get(last)
    whole = f"{spelt}(?=(?:{_ENDINGS})?{_AFTER})"
    if changed is None:
        return f"{_BEFORE}{whole}"
    return f"{_BEFORE}(?:{whole}|{spelt[: -len(last)]}{changed}{_AFTER})"
