"""An answer with its evidence: marks [n] in its text, and the citations they stand for."""

from __future__ import annotations

import re
from bisect import bisect_right
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Citation, SentenceSupport, SupportStatus, page_at
from localassist.domain.locating import place_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Mapping, Sequence

    from localassist.domain.documents import StructuredText
    from localassist.usecases.aligning import Source, Window

    FindDocument = Callable[[int], StructuredText | None]
    ValueWindow = Callable[[Window], float]

_INTRODUCTION: Final = "From your documents:"
_LONGEST_QUOTE_SHOWN: Final = 400
_MARKER: Final = re.compile(
    r"(?<![ \t])[ \t]*+\[(?:(?:passage|source|document)s?\s*)?(\d{1,2}(?:\s*,\s*\d{1,2})*)\](?!\()", re.IGNORECASE
)
_CODE: Final = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)
_POINTER: Final = re.compile(rf"{_CODE.pattern}|(?<!\w)\[(\d{{1,2}}(?:\s*,\s*\d{{1,2}})*)\](?!\()", re.DOTALL)
_NUMBER: Final = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Grounded:
    """An answer as it is shown, with marks [n] behind the sentences that rest on citation n."""

    text: str
    citations: tuple[Citation, ...] = ()
    sentences: tuple[SentenceSupport, ...] = ()


@dataclass(slots=True)
class Sentence:
    """A sentence at `[start:end]` of an answer without marks, and what it rests on.

    `unsupported` are the spans in the answer of the numbers, dates, names and denials that nothing bears out.
    """

    start: int
    end: int
    windows: list[Window] = field(default_factory=list)
    unsupported: list[tuple[int, int]] = field(default_factory=list)
    status: SupportStatus = SupportStatus.NO_CLAIM


def without_markers(answer: str) -> tuple[str, list[tuple[int, int]]]:
    """The answer without marks like [2], and (passage number, place where it stood) of each."""
    code = [match.span() for match in _CODE.finditer(answer)]
    starts = [start for start, _ in code]
    kept: list[str] = []
    hints: list[tuple[int, int]] = []
    position = length = 0
    for mark in _MARKER.finditer(answer):
        before = bisect_right(starts, mark.start())
        if before and mark.start() < code[before - 1][1]:
            continue
        numbers = [int(number) for number in mark.group(1).split(",")]
        if 0 in numbers:  # an interval or an index: passages are numbered from 1
            continue
        kept.append(answer[position : mark.start()])
        length += mark.start() - position
        position = mark.end()
        hints += [(number, length) for number in numbers]
    return "".join([*kept, answer[position:]]), hints


def without_citations(text: str, sentences: Sequence[SentenceSupport]) -> str:
    """An answer without the marks that `cite` put into it; whatever else looks like one stays."""
    parts: list[str] = []
    position = 0
    for sentence in sentences:
        marks = "".join(f" [{n}]" for n in sentence.citations)
        place = next((at for at in (sentence.end, sentence.end - 1) if text.startswith(marks, at)), None)
        if place is not None and place >= position:
            parts.append(text[position:place])
            position = place + len(marks)
    return "".join([*parts, text[position:]])


def renumbered(question: str, numbers: Mapping[int, int]) -> str:
    """A question whose numbers in brackets are made others, outside of code; those that are not in `numbers` stay."""

    def other(mark: re.Match[str]) -> str:
        if mark.group(1) is None:  # code
            return mark.group()
        return _NUMBER.sub(lambda number: str(numbers.get(int(number.group()), number.group())), mark.group())

    return _POINTER.sub(other, question) if numbers else question


def with_quotes(text: str, sentences: list[Sentence], quotes: Iterable[Window]) -> tuple[str, list[Sentence]]:
    """The answer with quotes below it, each resting on its own window."""
    parts = [text.rstrip()] if text.strip() else []
    added: list[Sentence] = []
    for window in quotes:
        words = " ".join(window.source.quote(window.start, window.end).split())
        if len(words) > _LONGEST_QUOTE_SHOWN:
            words = words[:_LONGEST_QUOTE_SHOWN].rpartition(" ")[0] + " …"
        lead = "" if added else f"{_INTRODUCTION} "
        start = sum(map(len, parts)) + 2 * len(parts) + len(lead)
        parts.append(f"{lead}“{words}”")
        added.append(Sentence(start, start + len(words) + 2, [window], status=SupportStatus.SUPPORTED))
    return "\n\n".join(parts), [*sentences, *added]


def without_quotes(text: str) -> str:
    """An answer without the quotes that `with_quotes` put below it."""
    place = text.rfind(f"\n\n{_INTRODUCTION} “")
    return text[:place] if place > 0 else text


@dataclass(slots=True)
class _Quote:
    """Words of one passage that one or more sentences rest on."""

    source: Source
    start: int
    end: int
    value: float
    windows: list[Window]


def cite(text: str, sentences: Sequence[Sentence], value: ValueWindow, find: FindDocument) -> Grounded:
    """The answer with marks behind its sentences, its citations numbered from the best on by `value`."""
    quotes = _merged((window for sentence in sentences for window in sentence.windows), value)
    numbers = {id(window): n for n, quote in enumerate(quotes, 1) for window in quote.windows}
    parts: list[str] = []
    supports: list[SentenceSupport] = []
    position = length = 0
    for sentence in sentences:
        cited = tuple(dict.fromkeys(numbers[id(window)] for window in sentence.windows))
        shift = length - position
        spans = tuple((start + shift, end + shift) for start, end in sentence.unsupported)
        supports.append(SentenceSupport(sentence.start + shift, sentence.end + shift, cited, spans, sentence.status))
        # A mark behind a row's last bar would be a column more.
        place = sentence.end - 1 if text[sentence.start] == text[sentence.end - 1] == "|" else sentence.end
        marks = "".join(f" [{n}]" for n in cited)
        parts += [text[position:place], marks]
        length += place - position + len(marks)
        position = place
    return Grounded(
        "".join([*parts, text[position:]]),
        tuple(_citation(n, quote, find) for n, quote in enumerate(quotes, 1)),
        tuple(supports),
    )


def _merged(windows: Iterable[Window], value: ValueWindow) -> list[_Quote]:
    """Windows that touch made one quote; best evidence first."""
    quotes: list[_Quote] = []
    for window in windows:
        quote = next(
            (q for q in quotes if q.source is window.source and q.start < window.end and window.start < q.end), None
        )
        if quote is None:
            quotes.append(_Quote(window.source, window.start, window.end, value(window), [window]))
            continue
        quote.start, quote.end = min(quote.start, window.start), max(quote.end, window.end)
        quote.value = max(quote.value, value(window))
        quote.windows.append(window)
    return sorted(quotes, key=lambda quote: -quote.value)


def _citation(n: int, quote: _Quote, find: FindDocument) -> Citation:
    passage = quote.source.passage
    document = find(passage.document_id)
    words = quote.source.quote(quote.start, quote.end)
    if document is None:
        return Citation(n, passage, words, quote.start, quote.end, passage.page, passage.place)
    page = page_at(document.pages, quote.start)
    return Citation(n, passage, words, quote.start, quote.end, page, place_of(document, quote.start, quote.end))
