"""The order of passages: by their own score, and by how much of the question their document speaks of."""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.terms import WORD, terms

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    from localassist.domain.documents import Passage

_DOCUMENT_WEIGHT: Final = 0.25
_SUPPORT_WEIGHT: Final = 0.05
"""Of the score of a document's next best passage: a document that speaks of a thing twice is about it. The one weight
chosen on judged questions, of 0, 0.05, 0.1 and 0.2, for the mean nDCG@10 over cranfield and xquad in English and
German: whichever of the three is left out, the others choose 0.05 or 0.1."""
_FIRST_LETTERS: Final = 3
"""Stems keep at least so many letters of a word: others need not be looked at."""
_NOT_WITHIN_WORD: Final = r"(?<![^\W_])(?<![^\W_]['’.\-])"
"""Where a word as `WORD` takes it can begin."""


def rank(query: str, passages: Sequence[Passage]) -> list[Passage]:
    """The passages ordered by their score and by how much of the question their document speaks of.

    Two leases may hold the same clause, and only the first page says whose it is: the words of a question that
    tell documents apart count wherever in the document's found passages, title or file name they stand.
    """
    holders = _holders(query, passages)
    weights = {term: holders.rarity(term) for term in holders.by_term}
    total = sum(weights.values())
    scored = []
    for passage in passages:
        known = holders.by_document[passage.document_id]
        share = sum(weight for term, weight in weights.items() if term in known) / total if total else 0.0
        support = _support(passage, holders.scores[passage.document_id])
        score = passage.score + _DOCUMENT_WEIGHT * share + _SUPPORT_WEIGHT * support
        scored.append(replace(passage, score=score / (1 + _DOCUMENT_WEIGHT + _SUPPORT_WEIGHT)))
    return sorted(scored, key=lambda passage: -passage.score)


def named(passage: Passage) -> str:
    """A passage's text below the names it goes by: file, as it is and as words, title and headings."""
    file_name = passage.path.replace("\\", "/").rpartition("/")[2]
    name = file_name.rpartition(".")[0]
    spaced = name.replace("-", " ").replace("_", " ")
    return f"{file_name} {name} {spaced} {passage.title} {passage.heading}\n{passage.text}"


class WantedTerms:
    """The terms of a question, looked for in many texts at a fraction of what taking all their terms would cost."""

    def __init__(self, query: str) -> None:
        self.terms = frozenset(terms(query))
        self._beginnings = {term[:_FIRST_LETTERS] for term in self.terms}
        begun = "|".join(re.escape(beginning) for beginning in sorted(self._beginnings))
        self._begun = re.compile(rf"{_NOT_WITHIN_WORD}(?=(?:{begun}))(?:{WORD.pattern})" if begun else "(?!)")
        self._known: dict[str, frozenset[str]] = {}

    def held_by(self, text: str) -> set[str]:
        """Those of the terms that a text holds, in whatever form."""
        held: set[str] = set()
        folded = text.casefold()
        for word in set((self._begun if folded.isascii() else WORD).findall(folded)):
            if word not in self._known:
                likely = not word.isascii() or word[:_FIRST_LETTERS] in self._beginnings
                self._known[word] = self.terms.intersection(terms(word)) if likely else frozenset()
            held |= self._known[word]
        return held


@dataclass(frozen=True, slots=True)
class _Holders:
    """Which documents hold which of a question's terms, and the scores of their passages, best first."""

    by_document: Mapping[int, set[str]]
    by_term: Counter[str]
    scores: Mapping[int, list[float]]

    def rarity(self, term: str) -> float:
        """How much a term tells documents apart; 0 when all have it."""
        return math.log(len(self.by_document) / self.by_term[term])


def _support(passage: Passage, scores: Sequence[float]) -> float:
    """The score of the next best passage of the document, 0 where a passage is its only one or not its best."""
    return scores[1] if len(scores) > 1 and passage.score >= scores[0] else 0.0


def _holders(query: str, passages: Iterable[Passage]) -> _Holders:
    wanted = WantedTerms(query)
    by_document: dict[int, set[str]] = defaultdict(set)
    scores: dict[int, list[float]] = defaultdict(list)
    for passage in passages:
        scores[passage.document_id].append(passage.score)
        by_document[passage.document_id] |= wanted.held_by(named(passage))
    ordered = {document_id: sorted(found, reverse=True) for document_id, found in scores.items()}
    return _Holders(by_document, Counter(term for held in by_document.values() for term in held), ordered)
