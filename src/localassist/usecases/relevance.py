"""Whether what was found answers a question, is only about something like it, or has nothing to do with it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import PurePath
from typing import TYPE_CHECKING, Final

from localassist.domain.names import is_english
from localassist.domain.quantities import find_quantities, held_values
from localassist.domain.terms import words
from localassist.usecases.aligning import content_of, read_source
from localassist.usecases.ranking import WantedTerms

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from localassist.domain.documents import Passage
    from localassist.domain.quantities import Quantity
    from localassist.usecases.aligning import Content, Unit

    CompareSentences = Callable[[Sequence[str]], Sequence[float]]

_LOOKED_AT: Final = 4
"""How many passages, best first, may hold the answer: six tell no more on xquad-en, and take longer to embed."""
_COVERED_WEIGHT: Final = 1.2
"""Of what a sentence covers of a question, beside its nearness."""


@dataclass(frozen=True, slots=True)
class _Bars:
    """What the best sentence must reach to be near a question at all, and to answer it."""

    nearest: float
    answers: float


_NEAREST: Final = 0.45
"""Chosen on one half of tests/e2e/own_words.json: 2 of 30 questions that are answered there are below it."""
_BARS: Final = _Bars(_NEAREST, 1.06)
"""The second was chosen on every other question of xquad-en, to call 81 of 100 unanswerable without their paragraph."""
_BARS_ELSE: Final = _Bars(_NEAREST, 0.87)
"""The same in languages other than English, which embedding models know less well; chosen on every other question of
xquad-de, to call no more than 9 of 100 unanswerable with their paragraph."""
_BARS_BY_WORDS: Final = _Bars(0.2, 0.48)
"""The same without an embedding model, by covered words alone; chosen on the same halves of own_words and xquad-en."""
_ALIKE: Final = 5
_LIKE_WORD: Final = 0.8
_PART_OF_WORD: Final = 0.7
_ASKING_WORDS: Final = """
who whom whose what which when where why how is are was were do does did can could will would should has have had
wer wen wem wessen was welche welcher welches welchen welchem wann wo woher wohin warum weshalb wie ist sind
war waren hat haben kann konnen wird werden darf muss wieviel wieviele womit wodurch wofur woran
"""
_ASKS: Final = frozenset(_ASKING_WORDS.split())
_DOCUMENTS: Final = content_of(
    "document documents file files text texts attachment paper page pages summary overview topic gist content contents "
    "Dokument Dokumente Datei Dateien Texte Anhang Seite Seiten Zusammenfassung Überblick Thema Inhalt"
).stems
_NAME_PART: Final = re.compile(r"[^\W_]+")
_LONGEST_QUESTION: Final = 500
_QUESTION: Final = re.compile(r"\?\s*[\"”’')\]]*\s*$")


def is_question(text: str) -> bool:
    """Whether a text asks for something in particular, instead of asking to have something done or pasting a page."""
    if len(text) > _LONGEST_QUESTION:
        return False
    first = words(text[:200])[:1]
    return bool(_QUESTION.search(text)) or bool(first and first[0] in _ASKS)


class Relevance(Enum):
    """What passages have to do with a question."""

    NONE = "none"
    NEAREST = "nearest"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a question names, each with how much it tells the passages found apart."""

    stems: Mapping[str, float]
    figures: Sequence[tuple[Quantity, float]]

    @property
    def total(self) -> float:
        return sum(self.stems.values()) + sum(weight for _, weight in self.figures)

    def covered(self, stems: frozenset[str], held: frozenset[str]) -> float:
        """How much of it some words and quantities hold, 0 to 1; forms and parts of a word hold most of it."""
        found = sum(weight * _likeness(stem, stems) for stem, weight in self.stems.items())
        found += sum(weight for figure, weight in self.figures if figure.is_among(held))
        return found / self.total if self.total else 0.0


def judge(question: str, passages: Sequence[Passage], compare: CompareSentences | None) -> Relevance:
    """What the best passages, best first, have to do with a question: what their best sentence has.

    A sentence counts by its nearness in meaning and by how much of the question it covers, together with the one
    before it and the names it stands under. `compare` gives how near sentences are to the question (0: no nearer than
    chance; 1: the same), None where there is no embedding model.
    """
    content = content_of(question)
    if passages and content.stems and not content.quantities and content.stems <= _DOCUMENTS:
        return Relevance.ANSWERS  # asked about the documents themselves
    asked = _weighed(question, content, passages)
    sources = [read_source(_by_all_names(passage), None) for passage in passages[:_LOOKED_AT]]
    ends = [(source, place) for source in sources for place in range(len(source.units))]
    if not ends or not (asked.total or compare):
        return Relevance.NONE
    covered = [_covered(asked, source.units[max(place - 1, 0) : place + 1]) for source, place in ends]
    if compare is None:
        return _verdict(max(covered), _BARS_BY_WORDS)
    near = compare([source.quote(source.units[place].start, source.units[place].end) for source, place in ends])
    best = max(cosine + _COVERED_WEIGHT * share for cosine, share in zip(near, covered, strict=True))
    return _verdict(best, _BARS if is_english(question) else _BARS_ELSE)


def _verdict(best: float, bars: _Bars) -> Relevance:
    if best < bars.nearest:
        return Relevance.NONE
    return Relevance.ANSWERS if best >= bars.answers else Relevance.NEAREST


def _covered(asked: _Asked, run: Sequence[Unit]) -> float:
    stems = frozenset[str]().union(*(unit.stems | unit.name_stems for unit in run))
    return asked.covered(stems, frozenset[str]().union(*(unit.held | unit.name_held for unit in run)))


def _by_all_names(passage: Passage) -> Passage:
    """A passage whose title has the words of its file's name too."""
    return replace(passage, title=f"{passage.title} {' '.join(_NAME_PART.findall(PurePath(passage.path).stem))}")


def _weighed(question: str, content: Content, passages: Sequence[Passage]) -> _Asked:
    """Words that few passages hold weigh most; what none holds weighs as much as what one does."""
    texts = [f"{each.title}\n{each.heading}\n{each.text}" for each in map(_by_all_names, passages)]
    wanted = WantedTerms(question)
    held = [wanted.held_by(text) for text in texts]
    values = [held_values(find_quantities(text)) for text in texts] if content.quantities else []

    def weight(holders: int) -> float:
        return math.log(1 + len(texts) / max(holders, 1))

    return _Asked(
        {stem: weight(sum(stem in each for each in held)) for stem in sorted(content.stems)},
        [(q, weight(sum(q.is_among(each) for each in values))) for q in content.quantities if not q.spelled],
    )


def _likeness(stem: str, stems: frozenset[str]) -> float:
    """1 for a word that is held, less for a form or a part of it: German writes words together."""
    if stem in stems:
        return 1.0
    if len(stem) < _ALIKE:
        return 0.0
    long = [other for other in stems if len(other) >= _ALIKE]
    begins = stem[: max(_ALIKE, len(stem) - 2)]
    if any(other.startswith(begins) or stem.startswith(other[: max(_ALIKE, len(other) - 2)]) for other in long):
        return _LIKE_WORD
    parts = len(stem) > _ALIKE and any(len(other) > _ALIKE and (stem in other or other in stem) for other in long)
    return _PART_OF_WORD if parts else 0.0
