"""The form an answer must have: which tokens fit a grammar after those that were taken."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.adapters.llama.grammars.gbnf import read_grammar
from localassist.adapters.llama.grammars.json_schema import grammar_of
from localassist.adapters.llama.grammars.letters import begun
from localassist.adapters.llama.grammars.positions import Positions
from localassist.adapters.llama.spellings import characters
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.llama.grammars.positions import Position
    from localassist.adapters.llama.vocabulary import Vocabulary
    from localassist.domain.ports.chat_model import Sampling


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
        ends = self._vocabulary.ends if self._may_end() else ()
        return [*ends, *self._going_on()]

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

    def _going_on(self) -> Iterator[int]:
        spellings, after = self._vocabulary.spellings, self._positions.after
        if self._part:
            yield from (token for token in spellings.inner if self._after(token))
            return
        reached: dict[int, Position] = {-1: self._position}
        number = 0
        while number < len(spellings.tree):
            token, above, more, part, until = spellings.tree[number]
            position = after(reached[above], more)
            if position is None:
                number = until  # what begins like this does not fit either
                continue
            reached[number] = position
            number += 1
            if not part or position.fits_any(*begun(part)):
                yield token


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
