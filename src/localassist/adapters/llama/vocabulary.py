"""A model's vocabulary: text to tokens, tokens to bytes, and bytes to text while they stream."""

from __future__ import annotations

import codecs
import ctypes
import threading
from functools import cached_property
from typing import Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.guarding import BREAK
from localassist.adapters.llama.spellings import Spellings
from localassist.domain.errors import ModelError

_PIECE_BYTES: Final = 256
_SHOW_CONTROLS: Final = False
_ADD_OPENING: Final = False
_READ_CONTROLS: Final = True


class Vocabulary:
    """The vocabulary of a loaded model, until `close`. `tokenise` may be called from any thread.

    `controls` are the tokens that steer the model, by their texts; `ends` those of them that end an answer.
    """

    def __init__(self, model: Any) -> None:
        self._api = bindings().api
        self._vocabulary = self._api.llama_model_get_vocab(model)
        self._lifetime = threading.Lock()
        self._buffer = ctypes.create_string_buffer(_PIECE_BYTES)
        self.size = int(self._api.llama_vocab_n_tokens(self._vocabulary))
        self.bos = int(self._api.llama_vocab_bos(self._vocabulary))
        self._opens = self.bos >= 0 and bool(self._api.llama_vocab_get_add_bos(self._vocabulary))
        self.controls, self.ends = self._special()
        self._line_break = self._spaced_line_break()

    @property
    def native(self) -> Any:
        """The pointer, for llama.cpp's own functions."""
        return self._vocabulary

    def tokenise(self, text: str) -> list[int]:
        """The tokens of a text that begins the context, with control tokens in it and `BREAK`s, at which it is cut.

        The token that opens a context comes first if the model wants one. Raises `ModelError` once closed.
        """
        first, *others = filter(None, text.split(BREAK)) if text.strip(BREAK) else [""]
        tokens = self.continuation(first)
        for stretch in others:
            tokens += self._after(stretch)
        if self._opens and tokens[:1] != [self.bos]:  # templates often write it themselves
            tokens.insert(0, self.bos)
        return tokens

    def continuation(self, text: str) -> list[int]:
        """The tokens of a text that stands in the middle of the context, with control tokens in it."""
        return self._tokenise(text.encode("utf-8", errors="replace"))

    def close(self) -> None:
        """To be called before the model is freed."""
        with self._lifetime:
            self._vocabulary = None

    def piece(self, token: int) -> bytes:
        """What a token adds to the text: any bytes, not whole characters; nothing for control tokens."""
        buffer = self._buffer
        length = self._api.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, _SHOW_CONTROLS)
        if length < 0:
            buffer = ctypes.create_string_buffer(-length)
            length = self._api.llama_token_to_piece(self._vocabulary, token, buffer, len(buffer), 0, _SHOW_CONTROLS)
        return buffer.raw[:length]

    @cached_property
    def spellings(self) -> Spellings:
        """The texts of all tokens in order; 0.2 s of work for 50,000, once."""
        return Spellings(self.size, self.piece, self.ends)

    def text_of(self, token: int) -> str:
        """How the vocabulary spells a token, empty for none (-1)."""
        if not 0 <= token < self.size:
            return ""
        return str(self._api.llama_vocab_get_text(self._vocabulary, token).decode("utf-8", errors="replace"))

    def _after(self, stretch: str) -> list[int]:
        """The tokens of a text that others stand before.

        SentencePiece vocabularies put a space before whatever they are given. What follows a line break keeps that of
        the line break, which is left out here, unless the two make one token.
        """
        before = self._line_break
        tokens = self.continuation(f"\n{stretch}") if before else []
        if before and tokens[: len(before)] == before:
            return tokens[len(before) :]
        return self.continuation(stretch)

    def _spaced_line_break(self) -> list[int]:
        """The tokens of a line break with the space that is put before it; none where no space is."""
        api, vocabulary, is_byte = self._api, self._vocabulary, self._api.LLAMA_TOKEN_ATTR_BYTE
        if api.llama_vocab_type(vocabulary) != api.LLAMA_VOCAB_TYPE_SPM or not any(
            api.llama_vocab_get_attr(vocabulary, token) & is_byte for token in range(self.size)
        ):
            return []  # without tokens for bytes, llama.cpp does not survive a character that it has no token for
        tokens = self.continuation("\n")
        return tokens if b"".join(map(self.piece, tokens)) != b"\n" else []

    def _tokenise(self, data: bytes) -> list[int]:
        room = len(data) + 16  # of most vocabularies no token stands for less than a byte
        with self._lifetime:
            if self._vocabulary is None:
                raise unloaded()
            count, tokens = self._tokenise_into(room, data)
            if count < 0:  # one that puts spaces between its tokens says how many it needs
                count, tokens = self._tokenise_into(-count, data)
        return tokens

    def _tokenise_into(self, room: int, data: bytes) -> tuple[int, list[int]]:
        tokens = (ctypes.c_int32 * room)()
        native = self._vocabulary
        count = self._api.llama_tokenize(native, data, len(data), tokens, room, _ADD_OPENING, _READ_CONTROLS)
        return int(count), tokens[: max(int(count), 0)]

    def _special(self) -> tuple[dict[str, int], frozenset[int]]:
        api, vocabulary = self._api, self._vocabulary
        attributes, is_end = api.llama_vocab_get_attr, api.llama_vocab_is_eog
        special = api.LLAMA_TOKEN_ATTR_CONTROL | api.LLAMA_TOKEN_ATTR_UNKNOWN
        ends = frozenset(token for token in range(self.size) if is_end(vocabulary, token))
        controls = {token for token in range(self.size) if attributes(vocabulary, token) & special}
        return {self.text_of(token): token for token in controls | ends}, ends


class TextStream:
    """Turns a stream of pieces into text; bytes are held back only until their character is whole."""

    def __init__(self) -> None:
        self._decoder = codecs.getincrementaldecoder("utf-8")(errors="replace")

    def feed(self, piece: bytes) -> str:
        """The characters that are whole now."""
        return self._decoder.decode(piece)

    def finish(self) -> str:
        """What is left of an unfinished character, at the end: U+FFFD."""
        return self._decoder.decode(b"", final=True)


class StopStrings:
    """Ends a stream of text at a stop string, which is left out with what follows it.

    Text is held back only as long as it may turn out to be the beginning of a stop string.
    """

    def __init__(self, stop_strings: tuple[str, ...]) -> None:
        self._stop_strings = tuple(filter(None, stop_strings))
        self._longest = max(map(len, self._stop_strings), default=0)
        self._held = ""
        self.stopped = False

    def feed(self, text: str) -> str:
        """The text that is certain now; `stopped` says whether a stop string came."""
        if not self._stop_strings or self.stopped:
            return "" if self.stopped else text
        text = self._held + text
        found = [at for stop in self._stop_strings if (at := text.find(stop)) >= 0]
        if found:
            self.stopped = True
            self._held = ""
            return text[: min(found)]
        keep = self._beginning_of_stop(text)
        self._held = text[len(text) - keep :]
        return text[: len(text) - keep]

    def finish(self) -> str:
        """The rest, at the end of the text."""
        held, self._held = self._held, ""
        return held

    def _beginning_of_stop(self, text: str) -> int:
        """How many characters at the end of the text may begin a stop string."""
        for length in range(min(self._longest - 1, len(text)), 0, -1):
            tail = text[-length:]
            if any(stop.startswith(tail) for stop in self._stop_strings):
                return length
        return 0


def unloaded() -> ModelError:
    """For whoever comes after the model was freed."""
    return ModelError("The model was unloaded.", "Ask again: it will be loaded anew.")
