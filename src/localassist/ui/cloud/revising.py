"""What the user changes of a review, one change at a time."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from localassist.domain.reviewing import Revision


def ticked(revision: Revision, key: str, *, on: bool) -> Revision:
    """A piece goes along, or stays here."""
    unticked = revision.unticked - {key} if on else revision.unticked | {key}
    return replace(revision, unticked=unticked)


def edited(revision: Revision, key: str, text: str | None) -> Revision:
    """A piece goes in other words; None: in its own again."""
    others = {piece: words for piece, words in revision.edited.items() if piece != key}
    return replace(revision, edited=others if text is None else {**others, key: text})


def replaced(revision: Revision, words: str, *, on: bool) -> Revision:
    """Words are replaced by a placeholder, or go as they are."""
    if on:
        shown = revision.shown - {words}
        was_shown = words in revision.shown
        hidden = revision.hidden if was_shown or words in revision.hidden else (*revision.hidden, words)
        return replace(revision, shown=shown, hidden=hidden)
    if words in revision.hidden:
        return replace(revision, hidden=tuple(each for each in revision.hidden if each != words))
    return replace(revision, shown=revision.shown | {words})
