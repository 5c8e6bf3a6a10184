"""Which sentence of an answer rests on which words of which passage, and what rests on nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import SupportStatus
from localassist.domain.quantities import held_values
from localassist.domain.sentences import split_sentences
from localassist.usecases.aligning import Content, Weights, Window, best_of_all, content_of, read_source
from localassist.usecases.checking import Checker
from localassist.usecases.citing import Grounded, Sentence, cite, with_quotes, without_markers
from localassist.usecases.claiming import is_prose, quantities_claimed, speaks_of_itself

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from localassist.domain.documents import Passage
    from localassist.usecases.aligning import Unit
    from localassist.usecases.citing import FindDocument

    CompareMeaning = Callable[[str, Sequence[str]], Sequence[float]]

_ENOUGH_SHARE: Final = 0.5
"""Of what a sentence says, by weight, that words of a passage must hold for it to rest on them."""
_ENOUGH_THINGS: Final = 2
"""How many shared words or quantities it takes: one alone proves little, unless the question's words are there too."""
_NEAR: Final = 0.6
_VERY_NEAR: Final = 0.75
"""Cosines from which on a sentence rests on one that says it in other words: with some shared words, and with any."""
_SOME_SHARE: Final = 0.15
_QUESTION_WEIGHT: Final = 0.1
_RETRIEVAL_WEIGHT: Final = 0.5
_ALIGNMENT_WEIGHT: Final = 0.5
_HINT_WEIGHT: Final = 0.15
_WORD_WEIGHT: Final = 0.5
_FIGURE_WEIGHT: Final = 0.15
_ECHO_COST: Final = 1.0
"""Of words that only repeat the question, like a heading in a list of questions."""
_CLEARLY_BETTER: Final = 0.15
"""By how much the best quote must answer the question better than all that an answer rests on to be appended."""
_WORTH_QUOTING: Final = 0.75
"""Of the best quote's value, for a further quote in an answer without a model."""

_ASKS_FOR_FIGURE: Final = re.compile(
    r"\b(?:how (?:much|many|long|often|old|far|high|soon|early|late|large|big)|when|what (?:time|year|date|price)"
    r"|which year|until when|wie ?(?:viele?|lange|oft|alt|hoch|weit|groß|früh|spät)|wann|welches datum)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Material:
    """What an answer may rest on: the passages found for a question, best first.

    `find` gives a document's text by its id, None when it is gone; `compare` says how near in meaning texts are
    to a question (cosines; all 0 where that can't be known). `numbers` are those under which the model was given
    passages, by chunk; None where it knew them by their places. With none it saw no passage: no mark is a hint.
    """

    question: str
    passages: Sequence[Passage]
    find: FindDocument
    compare: CompareMeaning
    numbers: Mapping[int, int] | None = None


def ground(material: Material, answer: str, *, complete: bool = True) -> Grounded:
    """Align an answer with the passages it was given.

    Citations are numbered from the best evidence on. Marks that the model wrote itself are taken as hints and
    replaced. Numbers, dates, names and denials that the passages do not bear out are unsupported; numbers of list
    items and in code make no claim. A `complete` answer that leaves out the best evidence gets it appended as a quote.
    """
    return Grounder(material).ground(answer, complete=complete)


class Grounder:
    """Grounds one answer, and looks at its sentences while it is being written; not for several threads at once."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._aligner = _Aligner(material)

    def read(self, begun: str) -> None:
        """Look at the sentences that are complete, so that they are known when the whole answer is grounded."""
        clean, hints = without_markers(begun)
        for start, end in split_sentences(clean)[:-1]:
            self._align(clean, Sentence(start, end), hints)

    def ground(self, answer: str, *, complete: bool) -> Grounded:
        """The answer with its evidence: see `ground`."""
        clean, hints = without_markers(answer)
        sentences = [Sentence(start, end) for start, end in split_sentences(clean)]
        for sentence in sentences:
            self._align(clean, sentence, hints)
        if complete:
            windows = [window for sentence in sentences for window in sentence.windows]
            clean, sentences = with_quotes(clean, sentences, self._aligner.missing_evidence(windows))
        return cite(clean, sentences, self._aligner.rating, self._material.find)

    def _align(self, clean: str, sentence: Sentence, hints: Sequence[tuple[int, int]]) -> None:
        if is_prose(clean, sentence.start):
            hinted = frozenset(n for n, place in hints if sentence.start < place <= sentence.end + 1)
            self._aligner.align(clean, sentence, hinted)


def best_lines(material: Material, count: int) -> list[tuple[Passage, str]]:
    """The sentences and rows that answer the question best, on one line each, with their passages."""
    return [
        (window.source.passage, " ".join(window.source.quote(window.start, window.end).split()))
        for window in _Aligner(material).ranked_units()[:count]
    ]


def answer_with_quotes(material: Material, lead: str = "", most: int = 3) -> Grounded:
    """An answer made of the words of one to `most` passages that answer the question best, below a `lead`."""
    aligner = _Aligner(material)
    text, sentences = with_quotes(lead, [], aligner.quotes()[:most])
    return cite(text, sentences, aligner.value, material.find)


@dataclass(frozen=True, slots=True)
class _Verdict:
    """What is known of one sentence: what it rests on, and the spans in it that rest on nothing."""

    windows: tuple[Window, ...] = ()
    unsupported: tuple[tuple[int, int], ...] = ()
    status: SupportStatus = SupportStatus.NO_CLAIM


class _Aligner:
    """Finds what sentences of one answer rest on."""

    def __init__(self, material: Material) -> None:
        self._sources = [read_source(passage, material.find(passage.document_id)) for passage in material.passages]
        places = {passage.chunk_id: place for place, passage in enumerate(material.passages, 1)}
        numbers = places if material.numbers is None else material.numbers
        self._numbers = [numbers.get(chunk_id, 0) for chunk_id in places]
        self._weights = Weights(self._sources)
        self._question = content_of(material.question)
        self._asked = held_values(self._question.quantities)
        self._units = [(source, unit) for source in self._sources for unit in source.units]
        self._texts = [f"{unit.header}\n{source.quote(unit.start, unit.end)}".lstrip() for source, unit in self._units]
        self._compare = material.compare
        self._compared: tuple[str | None, Sequence[float]] = None, ()
        self._checker = Checker(self._sources, material.question, self._weights)
        self._known: dict[tuple[str, frozenset[int]], _Verdict] = {}
        self._values = self._unit_values(material)

    def _unit_values(self, material: Material) -> dict[tuple[int, int], float]:
        """How well each unit, by its place and its passage's, answers the question."""
        near = self._cosines(material.question)
        wants_figure = _ASKS_FOR_FIGURE.search(material.question) is not None
        return {
            (source.passage.chunk_id, unit.start): cosine
            + _WORD_WEIGHT
            * self._weights.share(self._question, unit.stems | unit.name_stems, unit.held | unit.name_held)
            + (_FIGURE_WEIGHT if wants_figure and unit.held - self._asked else 0.0)
            + source.passage.score
            - (_ECHO_COST if unit.stems <= self._question.stems and unit.held <= self._asked else 0.0)
            for (source, unit), cosine in zip(self._units, near, strict=True)
        }

    def value(self, window: Window) -> float:
        """How well a window answers the question: as well as its best unit."""
        source = window.source
        return max(
            (
                self._values.get((source.passage.chunk_id, unit.start), 0.0)
                for unit in source.units
                if window.start <= unit.start < window.end
            ),
            default=0.0,
        )

    def rating(self, window: Window) -> float:
        """How good the evidence is: for the question first, for the sentence that rests on it second."""
        return self.value(window) + _ALIGNMENT_WEIGHT * window.share

    def align(self, text: str, sentence: Sentence, hinted: frozenset[int]) -> None:
        """Find the windows that together hold what the sentence says, and what in it they do not bear out."""
        body = text[sentence.start : sentence.end]
        if (body, hinted) not in self._known:
            self._known[body, hinted] = self._verdict(body, hinted)
        verdict = self._known[body, hinted]
        sentence.windows = list(verdict.windows)
        sentence.unsupported = [(start + sentence.start, end + sentence.start) for start, end in verdict.unsupported]
        sentence.status = verdict.status

    def _verdict(self, body: str, hinted: frozenset[int]) -> _Verdict:
        claims = quantities_claimed(body)
        content = replace(content_of(body), quantities=tuple(claims))
        news = self._news(content)
        if speaks_of_itself(body) or not (news.size or claims):
            return _Verdict()
        windows = self._best(content, hinted)
        if not self._is_enough(content, windows):
            windows = self._nearest(body, content) or windows
        spans, further = self._checker.check(body, claims, windows)
        windows = [*windows, *further]
        borne = tuple(q for q in claims if (q.start, q.end) not in spans)
        enough = self._is_enough(replace(content, quantities=borne), windows)
        enough = enough or self._says_it_otherwise(body, content, windows)
        if spans:
            return _Verdict((), tuple(spans), SupportStatus.PARTLY if enough else SupportStatus.UNSUPPORTED)
        if not news.size:
            return _Verdict()
        if not enough:
            return _Verdict((), (), SupportStatus.UNSUPPORTED)
        return _Verdict(tuple(windows), (), SupportStatus.SUPPORTED)

    def _news(self, content: Content) -> Content:
        """What a sentence says beyond the question: repeating that rests on nothing."""
        told = tuple(q for q in content.quantities if not q.is_among(self._asked))
        return Content(content.stems - self._question.stems, told)

    def _nearest(self, body: str, content: Content) -> list[Window]:
        """The unit that says in other words what the sentence does, if any does."""
        near = self._cosines(body)
        if max(near, default=0.0) < _NEAR:
            return []
        rated = [
            (cosine + self._share(content, unit), cosine, source, unit)
            for cosine, (source, unit) in zip(near, self._units, strict=True)
        ]
        value, cosine, source, unit = max(rated, key=lambda each: each[0], default=(0.0, 0.0, None, None))
        if source is None or unit is None or not self._is_near(cosine, value - cosine):
            return []
        return [Window(source, (unit,), value - cosine)]

    def _says_it_otherwise(self, body: str, content: Content, windows: Sequence[Window]) -> bool:
        near = self._cosines(body)
        return any(
            self._is_near(cosine, self._share(content, unit))
            for cosine, (source, unit) in zip(near, self._units, strict=True)
            if any(window.source is source and unit in window.units for window in windows)
        )

    def _share(self, content: Content, unit: Unit) -> float:
        return self._weights.share(content, unit.stems | unit.name_stems, unit.held | unit.name_held)

    @staticmethod
    def _is_near(cosine: float, share: float) -> bool:
        return cosine >= _VERY_NEAR or (cosine >= _NEAR and share >= _SOME_SHARE)

    def _cosines(self, body: str) -> Sequence[float]:
        if self._compared[0] != body:
            self._compared = body, self._compare(body, self._texts) if self._texts else ()
        return self._compared[1]

    def _best(self, content: Content, hinted: frozenset[int]) -> list[Window]:
        """The window that holds most of the content, if there is any at all."""
        wanted = [(content, 1.0), (self._question, _QUESTION_WEIGHT)]
        extra = [
            _RETRIEVAL_WEIGHT * source.passage.score + _HINT_WEIGHT * (n in hinted)
            for n, source in zip(self._numbers, self._sources, strict=True)
        ]
        window = best_of_all(self._sources, wanted, extra, self._weights)
        return [] if window is None else [window]

    def _is_enough(self, content: Content, windows: Sequence[Window]) -> bool:
        stems = frozenset().union(*(window.stems for window in windows))
        names = frozenset().union(*(window.name_stems for window in windows))
        if self._weights.share(content, stems | names, _held(windows)) < _ENOUGH_SHARE:
            return False
        own = frozenset().union(*(window.held for window in windows))
        news = self._news(content)
        if not news.stems & stems and not any(q.is_among(own) for q in news.quantities):
            return False
        shared = len(content.stems & stems) + sum(q.is_among(own) for q in content.quantities)
        return shared >= _ENOUGH_THINGS or bool(self._question.stems & (stems | names))

    def ranked_units(self) -> list[Window]:
        """Every unit as a window of its own, those first that answer the question best."""
        windows = [Window(source, (unit,), 1.0) for source in self._sources for unit in source.units]
        return sorted(windows, key=self.value, reverse=True)

    def quotes(self) -> list[Window]:
        """The unit of each passage that answers the question best, those worth quoting, best first."""
        windows = self.ranked_units()
        best = {window.source.passage.chunk_id: window for window in reversed(windows)}
        enough = _WORTH_QUOTING * self.value(windows[0]) if windows else 0.0
        return [w for w in windows if best[w.source.passage.chunk_id] is w and self.value(w) >= enough]

    def missing_evidence(self, windows: Sequence[Window]) -> list[Window]:
        """The best quote, if no window or only much worse ones are of its passage or any other."""
        best = self.quotes()[:1]
        reached = max(map(self.value, windows), default=0.0)
        return [window for window in best if reached < self.value(window) - _CLEARLY_BETTER]


def _held(windows: Iterable[Window]) -> frozenset[str]:
    """The values of the quantities in some windows and in the names of their passages."""
    return frozenset().union(*(window.held | window.name_held for window in windows))
