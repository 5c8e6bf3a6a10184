"""What of an answer nothing bears out: single figures, names and denials, or whole sentences, and why in words."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import SupportStatus

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Evidence
    from localassist.domain.documents import SentenceSupport

SENTENCE: Final = "No passage that was found bears this sentence out."
FIGURE: Final = "The passages found do not bear this figure out."
NAME: Final = "The passages found do not name this here."
OTHERWISE: Final = "The passage that this comes from says it otherwise, or denies it."
LINE_BEGINNING: Final = re.compile(r"[ \t]*(?:(?:[-*+>|]|[0-9]{1,9}[.)]|#{1,6})[ \t]+)*")


@dataclass(frozen=True, slots=True)
class Doubt:
    """A stretch `answer[start:end]` of one line that nothing bears out, and a sentence why."""

    start: int
    end: int
    reason: str
    whole_sentence: bool


def doubts(text: str, evidence: Evidence) -> tuple[Doubt, ...]:
    """What to mark in an answer's text, in order; words of their own are marked instead of their sentence."""
    found = [doubt for sentence in evidence.sentences for doubt in _of_sentence(text, sentence)]
    return tuple(sorted(found, key=lambda doubt: doubt.start))


def _of_sentence(text: str, sentence: SentenceSupport) -> Iterator[Doubt]:
    for start, end in sentence.unsupported:
        if not _is_list_marker(text, start, end):
            yield Doubt(start, end, _reason(text[start:end]), whole_sentence=False)
    if sentence.status is SupportStatus.UNSUPPORTED and not sentence.unsupported:
        for start, end in _lines(text, sentence.start, sentence.end):
            yield Doubt(start, end, SENTENCE, whole_sentence=True)


def _reason(words: str) -> str:
    from localassist.domain.names import find_names  # not needed before the first answer is shown
    from localassist.domain.quantities import find_quantities

    if find_quantities(words):
        return FIGURE
    return NAME if find_names(words) else OTHERWISE


def _lines(text: str, start: int, end: int) -> Iterator[tuple[int, int]]:
    """What is read of each line: a mark before what makes it a heading or an item would make it neither."""
    for line in re.finditer(r"[^\n]+", text[start:end]):
        begins = start + line.start()
        marker = LINE_BEGINNING.match(text, begins) if _begins_line(text, begins) else None
        first = marker.end() if marker else begins
        last = first + len(text[first : start + line.end()].rstrip(" \t|"))
        if last > first:
            yield first, last


def _begins_line(text: str, at: int) -> bool:
    return not text[text.rfind("\n", 0, at) + 1 : at].strip()


def _is_list_marker(text: str, start: int, end: int) -> bool:
    return _begins_line(text, start) and text[end : end + 1] in {".", ")"}
