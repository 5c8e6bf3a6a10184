"""What an answer's text says beyond Markdown: its citations and what nothing bears out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.ui.chat.doubts import doubts

if TYPE_CHECKING:
    from localassist.domain.chat import Evidence

# Marks from Unicode's private use area travel through the Markdown parser as ordinary letters; what stood there
# before is replaced first, so a model cannot forge one.
PRIVATE: Final = re.compile("[\ue000-\uf8ff\x00]")
DOUBT_START: Final = "\ue000"
DOUBT_END: Final = "\ue001"
CITATION_START: Final = "\ue002"
CITATION_END: Final = "\ue003"
DOUBT_NUMBERED: Final = "\ue004"
MARKS: Final = re.compile(f"[{DOUBT_START}-{DOUBT_NUMBERED}]")
CITATION: Final = re.compile(f"{CITATION_START}([0-9]+){CITATION_END}")
DOUBT: Final = re.compile(f"{DOUBT_START}([0-9]+){DOUBT_NUMBERED}")
WRITTEN_CITATION: Final = re.compile(r"(?<![ \t])[ \t]*+\[([0-9]{1,2})\](?!\()")
CODE: Final = re.compile(r"```.*?(?:```|\Z)|~~~.*?(?:~~~|\Z)|`[^`\n]*`", re.DOTALL)


def marked(text: str, evidence: Evidence) -> str:
    """The text with marks around what nothing bears out and after each sentence that rests on a passage.

    What is in doubt carries its place among the answer's `doubts`. A "[1]" that the model wrote itself gives way to
    the citation that was checked.
    """
    text = PRIVATE.sub("\N{REPLACEMENT CHARACTER}", text)
    inserts: list[tuple[int, str]] = []
    for sentence in evidence.sentences:
        chips = "".join(f"{CITATION_START}{n}{CITATION_END}" for n in sorted(sentence.citations))
        inserts.append((_end_of_words(text, sentence.start, sentence.end), chips))
    for number, doubt in enumerate(doubts(text, evidence)):
        inserts.insert(0, (doubt.end, DOUBT_END))
        inserts.append((doubt.start, f"{DOUBT_START}{number}{DOUBT_NUMBERED}"))
    return _with_inserts(text, inserts, drop=_written_citations(text, evidence))


def _written_citations(text: str, evidence: Evidence) -> list[tuple[int, int]]:
    if not evidence.searched:
        return []
    # An index in code is written like a citation. Letters in the place of code keep every other place.
    prose = CODE.sub(lambda code: "x" * len(code[0]), text)
    return [match.span() for match in WRITTEN_CITATION.finditer(prose)]


def _with_inserts(text: str, inserts: list[tuple[int, str]], drop: list[tuple[int, int]]) -> str:
    dropped = {at for start, end in drop for at in range(start, end)}
    by_place: dict[int, str] = {}
    for at, mark in inserts:
        by_place[at] = by_place.get(at, "") + mark
    pieces = [by_place.get(at, "") + ("" if at in dropped else char) for at, char in enumerate(text)]
    return "".join(pieces) + by_place.get(len(text), "")


def _end_of_words(text: str, start: int, end: int) -> int:
    """Where a sentence's last visible letter ends: a mark after trailing space would begin another line."""
    while end > start and text[end - 1].isspace():
        end -= 1
    return end


def unmarked(text: str) -> str:
    """The text without our marks, for places that show it plain."""
    return MARKS.sub("", DOUBT.sub("", CITATION.sub("", text)))
