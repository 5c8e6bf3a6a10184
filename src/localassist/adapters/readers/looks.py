"""How text is set, as far as it tells whether anybody can see it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

HIDDEN: Final = "hidden by the document"
_WHITE: Final = "white on white"
_TINY: Final = "too small to be seen"
_SMALLEST_SEEN: Final = 3.0
"""Points below which nobody reads a text on paper or on a screen."""

_WHITES: Final = frozenset({"ffffff", "fefefe"})


@dataclass(frozen=True, slots=True)
class Look:
    """What one style or run says; None is said by what it builds on.

    `colour` is six small hexadecimal digits, `size` is in points, `on_colour` says that something coloured may lie
    behind the text.
    """

    is_hidden: bool | None = None
    colour: str | None = None
    size: float | None = None
    on_colour: bool | None = None

    def over(self, base: Look) -> Look:
        """This look where it says something, else what `base` says."""
        return Look(
            base.is_hidden if self.is_hidden is None else self.is_hidden,
            base.colour if self.colour is None else self.colour,
            base.size if self.size is None else self.size,
            base.on_colour if self.on_colour is None else self.on_colour,
        )

    def why_unseen(self) -> str:
        """Completes "This text is ..."; "" for text that shows."""
        if self.is_hidden:
            return HIDDEN
        if self.size is not None and self.size < _SMALLEST_SEEN:
            return _TINY
        return _WHITE if is_white(self.colour) and not self.on_colour else ""


def is_white(colour: str | None) -> bool:
    """Whether a colour (six hexadecimal digits) can't be told from paper."""
    return colour is not None and colour.lower() in _WHITES


PLAIN: Final = Look()
