"""The form an answer must have: which tokens fit a grammar after those that were taken."""

from __future__ import annotations

import codecs
import ctypes
import time
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.gbnf import check_grammar
from localassist.adapters.llama.json_schema import grammar_of
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from localassist.adapters.llama.vocabulary import Vocabulary
    from localassist.domain.ports.chat_model import Sampling

_LONGEST_STEP: Final = 0.05
"""Seconds of computing for a character; 0.00003 are usual, 0.013 where it can be one of 4,000 words."""
_LONGEST_LOOK: Final = 3.0
"""Seconds of computing for holding all tokens against the grammar; some 0.05 are usual."""


class Grammar:
    """A grammar and how far the answer has got in it. Used on the session's thread only; freed by `close`.

    llama.cpp ends the process when a token is taken that does not fit, so `take` is for one that `allows` allowed.
    """

    def __init__(self, text: str, vocabulary: Vocabulary) -> None:
        """Raises `ModelError`, saying where, for a grammar (GBNF) that can't be followed."""
        check_grammar(text)
        self._api = bindings().api
        self._vocabulary = vocabulary
        self._native = self._api.llama_sampler_init_grammar(vocabulary.native, text.encode(), b"root")
        if not self._native:
            raise ModelError(
                "The grammar can't be followed: a repeated part of it can be empty, or it repeats too much.",
                "Repeat only what has at least one character, and less often.",
            )
        self._one = self._api.llama_token_data()
        self._array = self._api.llama_token_data_array()
        self._array.data = ctypes.pointer(self._one)
        # Parts of characters are checked here: what is no character at all, llama.cpp may allow and then not take.
        self._letters: dict[str, list[int]] = {}
        self._decoder = codecs.getincrementaldecoder("utf-8")()

    def allows(self, token: int) -> bool:
        """Whether a token fits here; one that ends the answer fits where the grammar may end."""
        self._one.id, self._one.logit = token, 1.0
        self._array.size, self._array.selected = 1, -1
        self.restrict(ctypes.byref(self._array))
        return self._one.logit > float("-inf") and self.spells(token)

    def spells(self, token: int) -> bool:
        """Whether a token goes on with text; one that ends the answer may come between characters."""
        before = self._decoder.getstate()
        if token in self._vocabulary.ends:
            return not before[0]
        piece = self._vocabulary.piece(token)
        try:
            self._decoder.decode(piece)
            pending = self._decoder.getstate()[0]
        except UnicodeDecodeError:
            return False
        finally:
            self._decoder.setstate(before)
        # Python waits for the third byte before it refuses the beginning of a surrogate, when nothing else fits.
        return bool(piece) and b"\0" not in piece and not b"\xed\xa0" <= pending < b"\xee"

    def restrict(self, candidates: Any) -> None:
        """Make impossible (a logit of minus infinity) what does not fit, in a reference to llama.cpp's array.

        Raises `ModelError` when that takes so long that the next time could take for ever.
        """
        began = time.thread_time()
        self._api.llama_sampler_apply(self._native, candidates)
        if time.thread_time() - began > _LONGEST_LOOK:
            raise _too_ambiguous()

    def take(self, token: int) -> None:
        """Go on with a token that was allowed. Raises `ModelError` when the grammar leaves too much open.

        The ways in which the text so far can be understood may double with every character, and llama.cpp follows
        them all. A character at a time, that is seen before it takes for ever.
        """
        if token in self._vocabulary.ends:
            return
        pending = self._decoder.getstate()[0]
        text = self._decoder.decode(self._vocabulary.piece(token))
        parts = [part for letter in text for part in self._letter(letter)] if len(text) > 1 and not pending else []
        whole = b"".join(map(self._vocabulary.piece, parts)) == self._vocabulary.piece(token)
        for part in parts if parts and whole else [token]:
            began = time.thread_time()
            self._api.llama_sampler_accept(self._native, part)
            if time.thread_time() - began > _LONGEST_STEP:
                raise _too_ambiguous()

    def close(self) -> None:
        """Free the native object."""
        self._api.llama_sampler_free(self._native)
        self._native = None

    def _letter(self, letter: str) -> list[int]:
        if letter not in self._letters:
            self._letters[letter] = self._vocabulary.continuation(letter)
        return self._letters[letter]


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


def _too_ambiguous() -> ModelError:
    return ModelError(
        "The grammar can't be followed any further: the answer so far can be understood in too many ways.",
        "Change the grammar so that each text fits it in one way.",
    )
