"""What a sentence of an answer claims, and which claim nothing that a document could bear out."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from localassist.domain.quantities import find_quantities

if TYPE_CHECKING:
    from localassist.domain.quantities import Quantity

_NO_PROSE: Final = re.compile(r"```|~~~|#|\|[^\n]*\n[ \t]*\|?[ \t]*:?-{2,}")
"""Code, headings and the first row of a table."""
_LIST_MARK: Final = re.compile(r"[\s>*#-]*\(?(\d{1,3})[.)]\s")
_STEP_NUMBER: Final = re.compile(r"\b(?:step|schritt|passage|point|punkt|item)\s+(\d{1,2})\b", re.IGNORECASE)
_OF_ITSELF: Final = re.compile(
    r"\?[\s\"”’'*_]*$"
    r"|^\W*(?:(?:sorry|unfortunately|leider)\W+)?(?:but\s)?(?:I|we)\s"
    r"(?:do not|don['’]t|cannot|can['’]t|could not|couldn['’]t|am not able|am unable|am sorry|hope|am happy|can help)\b"
    r"|\b(?:the|these|your|given|provided)\s(?:\w+\s)?(?:passages?|documents?|texts?|context|sources?)\s(?:do|does|did)"
    r"(?: not|n['’]t)\s(?:\w+\s)?(?:say|mention|state|contain|provide|specify|give|include|tell|answer|speak|name)\b"
    r"|\b(?:no|not enough) information\b|^\W*(?:please )?let me know\b"
    r"|^\W*(?:leider )?ich (?:weiß|kann|finde|habe)\b.{0,200}\b(?:nicht|kein\w*)\b"
    r"|^\W*leider\b.{0,100}\bich\b.{0,100}\b(?:nicht|kein\w*)\b"
    r"|\b(?:dokumente?n?|texte?n?|quellen?|auszüge?n?)\b.{0,60}\b(?:nicht|kein\w*)\b.{0,60}"
    r"\b(?:erwähn|genannt|enthalten|angegeb|hervor)",
    re.IGNORECASE,
)


def is_prose(text: str, start: int) -> bool:
    """Whether the sentence that starts there is neither code nor a heading nor a table's first row."""
    return _NO_PROSE.match(text, start) is None


def speaks_of_itself(sentence: str) -> bool:
    """Whether it asks something, or speaks of the answer and what it is made from: "The passages do not say." """
    return _OF_ITSELF.search(sentence) is not None


def quantities_claimed(sentence: str) -> list[Quantity]:
    """The quantities of a sentence, without those that only count its items."""
    mark = _LIST_MARK.match(sentence)
    counting = {match.start(1) for match in _STEP_NUMBER.finditer(sentence)} | ({mark.start(1)} if mark else set())
    return [quantity for quantity in find_quantities(sentence) if quantity.start not in counting]
