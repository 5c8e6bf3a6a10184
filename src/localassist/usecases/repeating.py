"""Whether a text repeats what documents that never leave say, wherever it was copied from."""

from __future__ import annotations

import re
import unicodedata
from typing import TYPE_CHECKING, Final

from localassist.domain.terms import FUNCTION_WORDS, words

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from localassist.domain.documents import Passage
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.labels import LabelStore

_RUN: Final = 6
"""So many words in a row that stand in a document too are taken from it."""
_TELLING: Final = 3
"""So many of them must not be function words: "it is in the way of the" is anybody's."""
_SHARE: Final = 0.5
_WINDOW: Final = 40
_SMALL_WINDOW: Final = 9
_STEP: Final = _SMALL_WINDOW - _RUN + 1
"""So that every run is whole in one small window: of six words among 34 others, windows of 40 missed four in ten."""
_LOOKED_AT: Final = 5
_ODD: Final = re.compile(r"(?<![\w.])(?=[\w./-]*\d[\w./-]*\d[\w./-]*\d)[\w./-]{6,64}(?<![./-])")
"""A reference, an account, a number long enough to be nobody else's."""
_BROKEN: Final = re.compile(r"(?<=\w)[-\u2010]\s*\n\s*(?=\w)")
"""A word that goes on in the next line."""
_DATE: Final = re.compile(r"\d{1,4}[./-]\d{1,2}[./-]\d{1,4}")


class FindRepeated:
    """Looks for what a text has word by word from a document that never leaves."""

    def __init__(self, documents: DocumentStore, labels: LabelStore) -> None:
        self._documents = documents
        self._labels = labels

    def __call__(self, text: str, known: str = "") -> Passage | None:
        """The first passage found that the text repeats six words in a row of, or a reference; None where none is.

        What stands in `known` as well is passed over. What is told in other words is not found: nobody can know whence
        it is. Raises `StorageError`.
        """
        runs, odd = _runs(text) - _runs(known), _odd(text) - _odd(known)
        return next(
            (
                passage
                for passage in self._like((*_windows(text, _SMALL_WINDOW, _STEP), *odd))
                if not runs.isdisjoint(_runs(passage.text)) or not odd.isdisjoint(_odd(passage.text))
            ),
            None,
        )

    def mostly(self, text: str) -> Passage | None:
        """The same for text of a document: only where half of its runs stand in one that never leaves.

        Contracts of one form share sentences, and each has a label of its own.
        """
        left, whole = set(_runs(text)), len(_runs(text))
        for passage in self._like(_windows(text, _WINDOW, _WINDOW)):
            left -= _runs(passage.text)
            if whole and len(left) <= _SHARE * whole:
                return passage
        return None

    def _like(self, stretches: Iterable[str]) -> Iterator[Passage]:
        """The passages that never leave and have most words of each stretch."""
        never = self._labels.never_leaving()
        if never.is_empty:
            return
        for asked in stretches:
            ids = [scored.chunk_id for scored in self._documents.match_words(asked, _LOOKED_AT, never)]
            yield from self._documents.passages(ids, never)


def _windows(text: str, size: int, step: int) -> Iterator[str]:
    """The text in stretches of so many words that a search can look for."""
    said = words(_plain(text))
    for start in range(0, max(len(said) - size, 0) + step, step):
        yield " ".join(said[start : start + size])


def _runs(text: str) -> frozenset[tuple[str, ...]]:
    said = words(_plain(text))
    found = (tuple(said[start : start + _RUN]) for start in range(len(said) - _RUN + 1))
    return frozenset(run for run in found if _tells(run))


def _tells(run: Sequence[str]) -> bool:
    return sum(word not in FUNCTION_WORDS for word in run) >= _TELLING


def _odd(text: str) -> frozenset[str]:
    found = (match.group(0).casefold() for match in _ODD.finditer(_plain(text)))
    return frozenset(each for each in found if not _DATE.fullmatch(each))


def _plain(text: str) -> str:
    """The text in its plainest letters, without what nobody sees and without hyphens at the ends of lines."""
    if not text.isascii():
        seen = (letter for letter in text if unicodedata.category(letter) != "Cf")
        text = unicodedata.normalize("NFKC", "".join(seen))
    return _BROKEN.sub("", text)
