"""How passages stand before a question in a prompt, so that nothing in them passes for the prompt's own words."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Passage
    from localassist.usecases.retelling import Numbered

_NOTHING_FOUND: Final = "(The user's documents say nothing about this.)"
_ENDS_OF_LINES: Final = "\n\v\f\r\x1c\x1d\x1e\x85\u2028\u2029"
_OWN_WORDS: Final = re.compile(
    rf"(?:^|(?<=[{_ENDS_OF_LINES}]))"
    rf"(?=[^\w\[({_ENDS_OF_LINES}]*(?:\[\d|\(the user's documents|question\s*:|see\s+(?:also\s+)?\[))",
    re.IGNORECASE,
)
"""Where a line begins that looks like one of those between which passages stand."""
_QUOTED: Final = "> "


def with_passages(question: str, given: Sequence[Numbered], told: set[int]) -> str:
    """A question behind its passages; those that were `told` earlier in the prompt are only pointed to."""
    fresh = [each for each in given if each.n not in told]
    before = [f"[{each.n}]" for each in given if each.n in told]
    told.update(each.n for each in fresh)
    parts = [f"[{each.n}] {_source(each.passage)}\n{_text(each.passage)}" for each in fresh]
    if before:
        parts.append(f"See{' also' if fresh else ''} {', '.join(before)} above.")
    return "\n\n".join([*parts, f"Question: {question}"]) if parts else question


def in_vain(question: str) -> str:
    """A question for which documents were searched and nothing was found."""
    return f"{_NOTHING_FOUND}\n{question}"


def on_one_line(text: str) -> str:
    """A title, a heading or a sentence as it stands within a line: it begins none of its own."""
    return " ".join(text.split())


def _source(passage: Passage) -> str:
    page = f", page {passage.page}" if passage.page is not None else ""
    heading = f" ({on_one_line(passage.heading)})" if passage.heading else ""
    return f"{on_one_line(passage.title)}{page}{heading}"


def _text(passage: Passage) -> str:
    return _OWN_WORDS.sub(_QUOTED, passage.text.strip())
