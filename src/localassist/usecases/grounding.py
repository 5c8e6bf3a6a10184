"""Which sentence of an answer rests on which words of which passage, and what rests on nothing."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Citation, SentenceSupport, page_at
from localassist.domain.quantities import find_quantities, held_values
from localassist.domain.sentences import split_sentences
from localassist.usecases.aligning import Weights, best_window, content_of, read_source

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Sequence

    from localassist.domain.documents import Passage, StructuredText
    from localassist.domain.quantities import Quantity
    from localassist.usecases.aligning import Content, Source, Window

    FindDocument = Callable[[int], StructuredText | None]

_ENOUGH_SHARE: Final = 0.5
"""Of what a sentence says, by weight, that words of a passage must hold for it to rest on them."""
_ENOUGH_THINGS: Final = 2
"""How many shared words or quantities it takes: one alone proves little, unless the question's words are there too."""
_QUESTION_WEIGHT: Final = 0.4
_RETRIEVAL_WEIGHT: Final = 0.5
_HINT_WEIGHT: Final = 0.15
_LONGEST_QUOTE_SHOWN: Final = 400
_QUOTES: Final = 3
_WORTH_QUOTING: Final = 0.75
"""Of the best quote's value, for a further quote in an answer without a model."""
_INTRODUCTION: Final = "From your documents:"

_MARKER: Final = re.compile(
    r"[ \t]*\[(?:(?:passage|source|document)s?\s*)?(\d{1,2}(?:\s*,\s*\d{1,2})*)\](?!\()", re.IGNORECASE
)
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
_LIST_MARK: Final = re.compile(r"[\s>*#-]*\(?(\d{1,3})[.)]\s")
_STEP_NUMBER: Final = re.compile(r"\b(?:step|schritt|passage|point|punkt|item)\s+(\d{1,2})\b", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Grounded:
    """An answer as it is shown, with marks [n] behind the sentences that rest on citation n."""

    text: str
    citations: tuple[Citation, ...] = ()
    sentences: tuple[SentenceSupport, ...] = ()
    found: tuple[Passage, ...] = ()


@dataclass(slots=True)
class _Sentence:
    """A sentence at `[start:end]` of an answer without marks, and what it rests on."""

    start: int
    end: int
    windows: list[Window] = field(default_factory=list)
    unsupported: list[tuple[int, int]] = field(default_factory=list)
    is_code: bool = False


def ground(
    question: str, answer: str, passages: Sequence[Passage], find: FindDocument, *, complete: bool = True
) -> Grounded:
    """Align an answer with the passages it was given, best first.

    Citations are numbered from the best evidence on. Marks that the model wrote itself are taken as hints and
    replaced. A number that no passage and not the question holds is unsupported; numbers of list items and in
    code make no claim. A `complete` answer of which nothing rests on anything gets the best quote appended.
    `find` gives a document's text by its id, None when it is gone.
    """
    if not passages:
        return Grounded(answer)
    sources = [read_source(passage, find(passage.document_id)) for passage in passages]
    aligner = _Aligner(question, sources)
    clean, hints = _without_markers(answer)
    sentences = [_sentence(clean, start, end) for start, end in split_sentences(clean)]
    for sentence in sentences:
        if not sentence.is_code:
            hinted = {n for position, n in hints if sentence.start < position <= sentence.end + 1}
            aligner.align(clean, sentence, hinted)
    if complete and not any(sentence.windows for sentence in sentences):
        clean, sentences = _with_quotes(clean, sentences, aligner.quotes(1), _INTRODUCTION)
    return _assemble(clean, sentences, sources, find)


def answer_with_quotes(question: str, passages: Sequence[Passage], find: FindDocument) -> Grounded:
    """An answer made of the one to three passages' words that answer the question best."""
    sources = [read_source(passage, find(passage.document_id)) for passage in passages]
    quotes = _Aligner(question, sources).quotes(_QUOTES)
    text, sentences = _with_quotes("", [], quotes, _INTRODUCTION)
    return _assemble(text, sentences, sources, find)


class _Aligner:
    """Finds what sentences of one answer rest on."""

    def __init__(self, question: str, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._weights = Weights(sources)
        self._question = content_of(question)
        self._asked = held_values(self._question.quantities)
        self._held = frozenset().union(*(source.held for source in sources)) | self._asked

    def align(self, text: str, sentence: _Sentence, hinted: set[int]) -> None:
        """Find up to two windows that together hold what the sentence says, with every figure in it."""
        claims = _claims(text, sentence)
        sentence.unsupported = [(q.start, q.end) for q in claims if not q.is_among(self._held) and not q.spelled]
        if sentence.unsupported:
            return
        content = replace(content_of(text[sentence.start : sentence.end]), quantities=tuple(claims))
        first = self._best(content, hinted)
        if first is None:
            return
        missing = [q for q in claims if not q.spelled and not q.is_among(self._asked | first.held)]
        if not missing:
            sentence.windows = [first] if self._is_enough(content, [first]) else []
            return
        second = self._best(replace(content, quantities=tuple(missing)), hinted)
        if second and all(q.is_among(second.held) for q in missing):
            sentence.windows = [first, second] if self._is_enough(content, [first, second]) else []

    def _best(self, content: Content, hinted: set[int]) -> Window | None:
        wanted = [(content, 1.0), (self._question, _QUESTION_WEIGHT)]
        best: tuple[float, Window] | None = None
        for n, source in enumerate(self._sources, 1):
            window = best_window(source, wanted, self._weights)
            if window is None:
                continue
            value = window.share + _RETRIEVAL_WEIGHT * source.passage.score + _HINT_WEIGHT * (n in hinted)
            if best is None or value > best[0]:
                best = value, window
        return best[1] if best else None

    def _is_enough(self, content: Content, windows: Sequence[Window]) -> bool:
        stems = frozenset().union(*(window.stems for window in windows))
        held = frozenset().union(*(window.held for window in windows))
        if self._weights.share(content, stems, held) < _ENOUGH_SHARE:
            return False
        shared = len(content.stems & stems) + sum(q.is_among(held) for q in content.quantities)
        return shared >= _ENOUGH_THINGS or (shared > 0 and bool(self._question.stems & stems))

    def quotes(self, count: int) -> list[Window]:
        """The windows that answer the question best, at most one a passage, best first."""
        valued: list[tuple[float, Window]] = []
        for source in self._sources:
            window = best_window(source, [(self._question, 1.0)], self._weights)
            if window is not None:
                valued.append((source.passage.score + window.share, window))
        valued.sort(key=lambda item: -item[0])
        return [window for value, window in valued[:count] if value >= _WORTH_QUOTING * valued[0][0]]


def _claims(text: str, sentence: _Sentence) -> list[Quantity]:
    """The quantities of a sentence, at their places in the answer, without those that only count its items."""
    body = text[sentence.start : sentence.end]
    mark = _LIST_MARK.match(body)
    counting = {match.start(1) for match in _STEP_NUMBER.finditer(body)} | ({mark.start(1)} if mark else set())
    return [
        replace(q, start=q.start + sentence.start, end=q.end + sentence.start)
        for q in find_quantities(body)
        if q.start not in counting
    ]


def _sentence(text: str, start: int, end: int) -> _Sentence:
    return _Sentence(start, end, is_code=text.startswith(("```", "~~~"), start))


def _without_markers(answer: str) -> tuple[str, list[tuple[int, int]]]:
    """The answer without marks like [2], and (passage number, place where it stood) of each."""
    code = [match.span() for match in _CODE.finditer(answer)]
    kept: list[str] = []
    hints: list[tuple[int, int]] = []
    position = length = 0
    for mark in _MARKER.finditer(answer):
        if any(start <= mark.start() < end for start, end in code):
            continue
        kept.append(answer[position : mark.start()])
        length += mark.start() - position
        position = mark.end()
        hints += [(int(number), length) for number in mark.group(1).split(",")]
    return "".join([*kept, answer[position:]]), hints


def _with_quotes(
    text: str, sentences: list[_Sentence], quotes: Iterable[Window], introduction: str
) -> tuple[str, list[_Sentence]]:
    """The answer with quotes below it, each resting on its own window."""
    parts = [text.rstrip()] if text.strip() else []
    added: list[_Sentence] = []
    for window in quotes:
        words = " ".join(window.source.quote(window.start, window.end).split())
        if len(words) > _LONGEST_QUOTE_SHOWN:
            words = words[:_LONGEST_QUOTE_SHOWN].rpartition(" ")[0] + " …"
        lead = "" if added else f"{introduction} "
        start = sum(map(len, parts)) + 2 * len(parts) + len(lead)
        parts.append(f"{lead}“{words}”")
        added.append(_Sentence(start, start + len(words) + 2, [window]))
    return "\n\n".join(parts), [*sentences, *added]


@dataclass(slots=True)
class _Quote:
    """Words of one passage that one or more sentences rest on."""

    source: Source
    start: int
    end: int
    value: float
    windows: list[Window]


def _assemble(text: str, sentences: Sequence[_Sentence], sources: Sequence[Source], find: FindDocument) -> Grounded:
    quotes = _merged(window for sentence in sentences for window in sentence.windows)
    numbers = {id(window): n for n, quote in enumerate(quotes, 1) for window in quote.windows}
    parts: list[str] = []
    supports: list[SentenceSupport] = []
    position = length = 0
    for sentence in sentences:
        cited = tuple(dict.fromkeys(numbers[id(window)] for window in sentence.windows))
        shift = length - position
        spans = tuple((start + shift, end + shift) for start, end in sentence.unsupported)
        supports.append(SentenceSupport(sentence.start + shift, sentence.end + shift, cited, spans))
        # A mark behind a row's last bar would be a column more.
        place = sentence.end - 1 if text[sentence.start] == text[sentence.end - 1] == "|" else sentence.end
        marks = "".join(f" [{n}]" for n in cited)
        parts += [text[position:place], marks]
        length += place - position + len(marks)
        position = place
    cited_chunks = {quote.source.passage.chunk_id for quote in quotes}
    return Grounded(
        "".join([*parts, text[position:]]),
        tuple(_citation(n, quote, find) for n, quote in enumerate(quotes, 1)),
        tuple(supports),
        tuple(source.passage for source in sources if source.passage.chunk_id not in cited_chunks),
    )


def _merged(windows: Iterable[Window]) -> list[_Quote]:
    """Windows that touch made one quote; best evidence first."""
    quotes: list[_Quote] = []
    for window in windows:
        value = window.share + _RETRIEVAL_WEIGHT * window.source.passage.score
        quote = next(
            (q for q in quotes if q.source is window.source and q.start < window.end and window.start < q.end), None
        )
        if quote is None:
            quotes.append(_Quote(window.source, window.start, window.end, value, [window]))
            continue
        quote.start, quote.end = min(quote.start, window.start), max(quote.end, window.end)
        quote.value = max(quote.value, value)
        quote.windows.append(window)
    return sorted(quotes, key=lambda quote: -quote.value)


def _citation(n: int, quote: _Quote, find: FindDocument) -> Citation:
    passage = quote.source.passage
    document = find(passage.document_id) if passage.page is not None else None
    page = page_at(document.pages, quote.start) if document else passage.page
    return Citation(n, passage, quote.source.quote(quote.start, quote.end), quote.start, quote.end, page)
