"""What to beware of in the documents behind an answer, in words: orders to the model, and text that nobody sees."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.ui.places import named

if TYPE_CHECKING:
    from localassist.domain.chat import Caution

LONGEST: Final = 160  # characters of a document's words; the document has the rest
FOLDED: Final = "hidden by its page"  # what pages of the web fold away: menus, seldom an attempt to deceive


def is_loud(caution: Caution) -> bool:
    """Whether it deserves to be told beside the answer, not only with its evidence."""
    return caution.orders or caution.hidden != FOLDED


def caution_words(caution: Caution) -> str:
    """A sentence or two that quote the words."""
    where = named(caution.path, caution.place, None)
    words = " ".join(caution.words.split())
    quoted = words if len(words) <= LONGEST else f"{words[:LONGEST].rpartition(' ')[0]} …"
    hidden = f" This text is {caution.hidden}; no model was given it." if caution.hidden else ""
    if caution.orders:
        return f"Beware: {where} speaks to the model instead of to you: “{quoted}”{hidden}"
    return f"{where} hides text: “{quoted}”{hidden}"
