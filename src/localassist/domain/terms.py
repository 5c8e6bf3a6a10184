"""The words of a text that carry its meaning, folded so that forms of one word compare equal."""

from __future__ import annotations

import re
import unicodedata
from typing import Final

WORD: Final = re.compile(r"[^\W_]+(?:['’.\-][^\W_]+)*")

_ENGLISH: Final = """
a about above after again all also am an and any are as at be because been before being below between both but by can
could did do does doing done during each else ever every few for from further get gets give given got had has have
having he her here hers him his how i if in into is it its just let like made make many may me might more most much
must my no nor not now of off on once only or other our ours out over own per please same say says shall she should
show so some such tell than that the their theirs them then there these they this those through to too under until up
upon us very was we were what when where whether which while who whom whose why will with within without would yes
yet you your yours
"""
_GERMAN: Final = """
aber alle allem allen aller alles als also am an auch auf aus bei beim bin bis bist da damit dann das dass dein deine
dem den denn der des dessen dich die dies diese diesem diesen dieser dieses dir doch dort du durch ein eine einem
einen einer eines er es etwas euch euer für gegen gibt hab habe haben hat hatte hatten hier hin ich ihm ihn ihnen ihr
ihre ihrem ihren ihrer im in ins ist ja jede jedem jeden jeder jedes kann kein keine keinen können könnte lassen mal
man mehr mein meine mich mir mit muss müssen nach nicht noch nun nur ob oder ohne sehr sein seine seit sich sie sind
so soll sollen sondern sonst über um und uns unser unter viel viele vom von vor wann warum was welche welchem welchen
welcher welches wem wen wenn wer werden wie wieder will wir wird wo wollen wurde wurden zu zum zur zwischen
"""
UNSPACED: Final = re.compile(
    "[\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff"
    "\U00020000-\U0003ffff]+"
)
"""Runs of scripts that put no spaces between words: Thai, Lao, Burmese, Khmer, Chinese, Japanese, Korean."""
FUNCTION_WORDS: Final = frozenset((_ENGLISH + _GERMAN).split())

_ENDINGS: Final = ("ements", "ement", "ingly", "ations", "ation", "ities", "ings", "edly", "ies", "ing", "ern", "est",
                   "ity", "ed", "es", "en", "er", "em", "ly", "s", "e", "y", "n")  # fmt: skip
_SHORTEST_STEM: Final = 4
_SHORTEST_SINGULAR: Final = 3


def words(text: str) -> list[str]:
    """The words of a text in order, folded: case, accents and possessive endings are gone.

    Scripts without spaces give overlapping pairs of characters instead.
    """
    if not text.isascii():
        text = UNSPACED.sub(_pairs, text)
    return [_fold(match.group()) for match in WORD.finditer(text)]


def stem(word: str) -> str:
    """A folded word without its inflection (English and German), crude and fast; words with digits stay whole."""
    if not word.isalpha():
        return word
    for _ in range(2):
        for ending in _ENDINGS:
            shortest = _SHORTEST_SINGULAR if ending == "s" else _SHORTEST_STEM
            if word.endswith(ending) and len(word) - len(ending) >= shortest:
                word = word[: -len(ending)]
                break
        else:
            break
    return word


def terms(text: str) -> list[str]:
    """The stems of a text's words in order, without function words."""
    return [stem(word) for word in words(text) if word not in _FOLDED_FUNCTION_WORDS]


def _pairs(run: re.Match[str]) -> str:
    characters = run.group()
    pairs = [characters[i : i + 2] for i in range(len(characters) - 1)] or [characters]
    return f" {' '.join(pairs)} "


def _fold(word: str) -> str:
    word = word.casefold().replace("’", "'").removesuffix("'s").removesuffix("'")
    if word.isascii():
        return word
    return "".join(c for c in unicodedata.normalize("NFKD", word) if not unicodedata.combining(c))


_FOLDED_FUNCTION_WORDS: Final = frozenset(_fold(word) for word in FUNCTION_WORDS)
