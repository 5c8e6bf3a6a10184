"""The language that a text is written in, and its words without the endings of that language."""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from functools import cache
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Callable

_STEMMERS: Final = {
    "ar": "arabic", "ca": "catalan", "cs": "czech", "da": "danish", "de": "german", "el": "greek", "es": "spanish",
    "et": "estonian", "eu": "basque", "fi": "finnish", "fr": "french", "ga": "irish", "hi": "hindi", "hu": "hungarian",
    "hy": "armenian", "id": "indonesian", "it": "italian", "lt": "lithuanian", "nb": "norwegian", "ne": "nepali",
    "nl": "dutch", "nn": "norwegian", "no": "norwegian", "pl": "polish", "pt": "portuguese", "ro": "romanian",
    "ru": "russian", "sr": "serbian", "sv": "swedish", "ta": "tamil", "tr": "turkish",
}  # fmt: skip
"""Snowball's stemmers by ISO 639-1 code. English is not here: the index's own tokenizer stems it."""

_WORD: Final = re.compile(r"\w+")
_LETTERS: Final = re.compile(r"[^\W\d_]")
_SAMPLE: Final = 1500
_FEWEST_LETTERS: Final = 80
"""A heading or a list of names is too little to tell by: a wrong ending taken off loses more than one left on."""
_SURE: Final = 0.9
_PLAIN_ENGLISH: Final = frozenset(("the", "and", "of", "to", "that", "with", "which", "this"))
_PLAIN_SHARE: Final = 0.12
"""English prose has about a fifth of such words, half English half German a tenth, other languages next to none: who
has as many needs no model to be told, which takes a hundred times as long."""
_LATIN_AND_GREEK: Final = "\u0400"
"""Below this accents are marks on letters; from it on they make other letters, such as the Russian й."""


def language_of(text: str) -> str:
    """The code of the language that most of a text is in, if there is a stemmer for it; "" for English, for none.

    Up to three samples are looked at, each of which must be sure; a text of mixed languages has none.
    """
    samples = [text]
    if len(text) > 3 * _SAMPLE:
        middle = (len(text) - _SAMPLE) // 2
        samples = [text[:_SAMPLE], text[middle : middle + _SAMPLE], text[-_SAMPLE:]]
    ((language, count),) = Counter(map(_told, samples)).most_common(1)
    return language if 2 * count > len(samples) else ""


def stemmer(language: str) -> Callable[[str], str]:
    """What gives a text with its words folded and stemmed; words with digits stay as typed, with "" all do.

    Not to be shared by threads.
    """
    name = _STEMMERS.get(language)
    if name is None:
        return lambda text: text
    import Stemmer

    stem = Stemmer.Stemmer(name).stemWord

    def replace(match: re.Match[str]) -> str:
        word = match.group()
        return str(stem(_folded(word))) if word.isalpha() else word

    return lambda text: _WORD.sub(replace, text)


def _folded(word: str) -> str:
    word = word.casefold()
    if word.isascii() or max(word) >= _LATIN_AND_GREEK:
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


def _told(sample: str) -> str:
    if len(_LETTERS.findall(sample)) < _FEWEST_LETTERS or _is_plain_english(sample):
        return ""
    try:
        code, certainty = _identifier().classify(sample)
    except OSError:  # it unpacks its model on a disk, which may be full: the words are then found as they stand
        return ""
    return code if certainty >= _SURE and code in _STEMMERS else ""


def _is_plain_english(sample: str) -> bool:
    words = sample.lower().split()
    return sum(word in _PLAIN_ENGLISH for word in words) > _PLAIN_SHARE * len(words)


@cache
def _identifier() -> Any:
    """Takes half a second to load, so only what stores texts loads it."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)
