"""The form an answer must have: which tokens fit a grammar after those that were taken."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.gbnf import read_grammar
from localassist.adapters.llama.json_schema import grammar_of
from localassist.adapters.llama.letters import begun
from localassist.adapters.llama.positions import Positions, too_ambiguous
from localassist.adapters.llama.spellings import characters
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.llama.positions import Position
    from localassist.adapters.llama.vocabulary import Vocabulary
    from localassist.domain.ports.chat_model import Sampling

_LONGEST_LOOK: Final = 3.0
"""Seconds of computing for holding all tokens against the grammar; 0.05 are usual."""
_LOOK_AT_CLOCK: Final = 64
"""Tokens; each takes some microseconds where little is open, and milliseconds where there are thousands of ways."""


class Grammar:
    """A grammar and how far the answer has got in it. Used on the session's thread only.

    llama.cpp's own grammars are not used: their work can double with each character of a token, within one call that
    nothing can end, and the process ends when a token is taken that does not fit.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        """Raises `ModelError`, saying where, for a grammar (GBNF) that can't be followed."""
        self._positions = Positions(read_grammar(text))
        self._vocabulary = vocabulary
        self._position = self._positions.first()
        self._part = b""  # of a character that is not whole yet

    def allows(self, token: int) -> bool:
        """Whether a token fits here; one that ends the answer fits where the grammar may end.

        Raises `ModelError` when the grammar leaves too much open to tell.
        """
        if token in self._vocabulary.ends:
            return self._may_end()
        return self._after(token) is not None

    def fitting(self) -> list[int]:
        """All tokens that fit here. Raises `ModelError` when it would take too long to find them."""
        found = [token for token in self._vocabulary.ends if self._may_end()]
        began = time.thread_time()
        for count, token in enumerate(self._ways_to_go_on()):
            if token is not None:
                found.append(token)
            if count % _LOOK_AT_CLOCK == 0 and time.thread_time() - began > _LONGEST_LOOK:
                raise too_ambiguous()
        return found

    def take(self, token: int) -> None:
        """Go on with a token that fits."""
        after = None if token in self._vocabulary.ends else self._after(token)
        if after is not None:
            position, self._part = after
            self._position = self._positions.tidied(position)

    def _may_end(self) -> bool:
        return self._position.may_end and not self._part

    def _after(self, token: int) -> tuple[Position, bytes] | None:
        piece = self._vocabulary.piece(token)
        read = characters(self._part, piece) if piece else None
        if read is None:
            return None
        text, part = read
        position = self._positions.after(self._position, text)
        if position is None or (part and not position.fits_any(*begun(part))):
            return None
        return position, part

    def _ways_to_go_on(self) -> Iterator[int | None]:
        """The tokens that fit and, between them, None for some that don't."""
        if self._part:
            yield from (token if self._after(token) else None for token in self._vocabulary.spellings.inner)
            return
        tree, after = self._vocabulary.spellings.tree, self._positions.after
        reached: dict[int, Position] = {-1: self._position}
        number = 0
        while number < len(tree):
            token, above, more, part, until = tree[number]
            position = after(reached[above], more)
            if position is None:
                number = until  # what begins like this does not fit either
                yield None
                continue
            reached[number] = position
            number += 1
            yield token if not part or position.fits_any(*begun(part)) else None


def grammar_for(sampling: Sampling, vocabulary: Vocabulary) -> Grammar | None:
    """What binds the answer's form, if anything does. Raises `ModelError` for what can't."""
    if sampling.grammar:
        return Grammar(sampling.grammar, vocabulary)
    if not sampling.json_schema:
        return None
    text = grammar_of(sampling.json_schema)
    try:
        return Grammar(text, vocabulary)
    except ModelError as error:  # it speaks of rules that nobody wrote
        raise ModelError(f"The JSON schema can't be followed. {error.message}", "Simplify the schema.") from error
