"""How words of a document are shown: in their surroundings, on one line of thought, with nothing interpreted."""

from __future__ import annotations

import html
import re
from typing import TYPE_CHECKING, Final

from localassist.ui.places import named

if TYPE_CHECKING:
    from localassist.domain.documents import Passage
    from localassist.ui.evidence.source import Place
    from localassist.ui.theme import Tokens

CONTEXT: Final = 90  # characters shown before and after a quote
LONGEST: Final = 420  # characters of a quote or passage shown on a card; the page has the rest
INVISIBLE: Final = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\x00]")  # could reorder or hide words


def place_name(place: Place) -> str:
    """File and place as people say it: "lease.pdf, page 4"."""
    return named(place.path, place.where, place.page)


def with_reference(place: Place) -> str:
    """The words with where they stand, to be put into a text of one's own."""
    return f"“{' '.join(INVISIBLE.sub('', place.text).split())}” ({place_name(place)})"


def quote_html(place: Place, tokens: Tokens) -> str:
    """The words of a place, marked, with what stands around them, as rich text."""
    at = place.surroundings.find(place.text)
    before = " ".join(INVISIBLE.sub("", place.surroundings[max(0, at - 4 * CONTEXT) : at]).split()) if at > 0 else ""
    after = _line(place.surroundings[at + len(place.text) :]) if at >= 0 else ""
    marked = f'<span style="background-color:{tokens.mark};color:{tokens.text}">{_escape(_line(place.text))}</span>'
    start, end = _cut_start(before), _cut_end(after, CONTEXT)
    return " ".join(part for part in (_muted(start, tokens), marked, _muted(end, tokens)) if part)


def passage_html(passage: Passage, tokens: Tokens) -> str:
    """The beginning of a passage as rich text."""
    return _muted(_cut_end(_line(passage.text), CONTEXT * 2), tokens)


def _line(text: str) -> str:
    return _cut_end(" ".join(INVISIBLE.sub("", text[: LONGEST * 4]).split()), LONGEST)


def _cut_start(text: str) -> str:
    if len(text) <= CONTEXT:
        return text
    return "… " + text[-CONTEXT:].partition(" ")[2]


def _cut_end(text: str, length: int) -> str:
    if len(text) <= length:
        return text
    return text[:length].rpartition(" ")[0] + " …"


def _escape(text: str) -> str:
    return html.escape(text)


def _muted(text: str, tokens: Tokens) -> str:
    return f'<span style="color:{tokens.muted}">{_escape(text)}</span>' if text else ""
