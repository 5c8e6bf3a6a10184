"""Whether what was found answers a question at all, or is only about something like it."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, replace
from pathlib import PurePath
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.domain.names import is_english
from localassist.domain.quantities import held_values
from localassist.domain.terms import words
from localassist.usecases.aligning import content_of, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from localassist.domain.documents import Passage
    from localassist.domain.quantities import Quantity
    from localassist.usecases.aligning import Content, Unit

    CompareSentences = Callable[[Sequence[str]], Sequence[float]]

_LOOKED_AT: Final = 6
"""How many passages, best first, may hold the answer."""
_COVERED_WEIGHT: Final = 0.8
_WHOLE_WEIGHT: Final = 0.4
_ANSWERS: Final = 0.92
"""What a sentence must reach to answer a short English question: see `relevance`. Chosen, with what it comes down to
for longer ones, on every other question of xquad-en and on cranfield."""
_FEW_WORDS: Final = 5
_LESS_PER_WORD: Final = 0.09
_LEAST: Final = 0.5
"""Nothing holds all that a long question names."""
_ANSWERS_ELSE: Final = 0.55
"""The same in other languages, which embedding models know less well. Chosen on every other question of xquad-de."""
_ANSWERS_BY_WORDS: Final = 0.6
"""The same without an embedding model, by covered words alone."""
_HIGHEST_LEAD: Final = 0.75
"""No sentence is nearer to a question than its passages' middle one by more."""
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


def answers(question: str, passages: Sequence[Passage], compare: CompareSentences | None) -> bool:
    """Whether some sentence of the best passages, best first, is near enough to the question to answer it.

    `compare` gives the cosines of sentences with the question, None where there are none.
    """
    if not passages:
        return False
    content = content_of(question)
    if content.stems and not content.quantities and content.stems <= _DOCUMENTS:
        return True  # asked about the documents themselves
    asked = _weighed(content, passages)
    if not asked.total:
        return False
    enough = _enough(question, len(content.stems))
    sources = [read_source(_by_all_names(passage), None) for passage in passages[:_LOOKED_AT]]
    runs = [(units[max(place - 1, 0) : place + 1], source) for source in sources
            for units in [source.units] for place in range(len(units))]  # fmt: skip
    covered = [asked.covered(_stems(run), _held(run)) for run, _ in runs]
    whole = max((asked.covered(_stems(source.units), _held(source.units)) for source in sources), default=0.0)
    if compare is None:
        return max(covered, default=0.0) >= _ANSWERS_BY_WORDS
    if not runs or max(covered) * _COVERED_WEIGHT + whole * _WHOLE_WEIGHT + _HIGHEST_LEAD < enough:
        return False
    near = compare([source.quote(run[-1].start, run[-1].end) for run, source in runs])
    return relevance(near, covered, whole) >= enough


def _enough(question: str, count: int) -> float:
    if not is_english(question):
        return _ANSWERS_ELSE
    return max(_ANSWERS - _LESS_PER_WORD * max(count - _FEW_WORDS, 0), _LEAST)


def relevance(near: Sequence[float], covered: Sequence[float], whole: float) -> float:
    """How well the best of some sentences answers a question: by how much it is nearer to it than the middle one,
    and by how much of it is covered, by the sentence with the one before it and by its whole passage.
    """
    middle = median(near)
    best = max(cosine - middle + _COVERED_WEIGHT * share for cosine, share in zip(near, covered, strict=True))
    return best + _WHOLE_WEIGHT * whole


def _by_all_names(passage: Passage) -> Passage:
    """A passage whose title has the words of its file's name too."""
    return replace(passage, title=f"{passage.title} {' '.join(_NAME_PART.findall(PurePath(passage.path).stem))}")


def _weighed(content: Content, passages: Sequence[Passage]) -> _Asked:
    """Words that few passages hold weigh most; what none holds weighs as much as what one does."""
    named = map(_by_all_names, passages)
    held = [content_of(f"{passage.title}\n{passage.heading}\n{passage.text}") for passage in named]
    values = [held_values(each.quantities) for each in held]

    def weight(holders: int) -> float:
        return math.log(1 + len(held) / max(holders, 1))

    return _Asked(
        {stem: weight(sum(stem in each.stems for each in held)) for stem in sorted(content.stems)},
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


def _stems(units: Sequence[Unit]) -> frozenset[str]:
    return frozenset[str]().union(*(unit.stems | unit.name_stems for unit in units))


def _held(units: Sequence[Unit]) -> frozenset[str]:
    return frozenset[str]().union(*(unit.held | unit.name_held for unit in units))
