"""The context of a loaded model: what it has read, how it goes back, and the steps of reading and choosing."""

from __future__ import annotations

import ctypes
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.context import BATCH
from localassist.adapters.llama.rewinding import Rewinder
from localassist.adapters.llama.vocabulary import unloaded
from localassist.domain.errors import ModelError, Stopped

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.context import Context
    from localassist.adapters.llama.loading import LoadedModel
    from localassist.adapters.llama.sampling import SamplerChain
    from localassist.adapters.llama.states import StateStore

_ABORTED: Final = 2
_NO_ROOM: Final = 1


class Session:
    """One sequence of tokens in a model's context. All but `abort` belongs to one thread.

    `known` mirrors the tokens whose keys and values the context holds, in order.
    """

    def __init__(self, loaded: LoadedModel, states: StateStore | None = None) -> None:
        """With `states`, sequences that give way to others are kept there and come back."""
        self.loaded = loaded
        self.known: list[int] = []
        self._rewinder = Rewinder(loaded, self.known, states)
        self._can_choose = False
        self._thread_choice = loaded.thread_choice
        self._threads = 0
        self._api = bindings().api
        self._one = (ctypes.c_int32 * 1)()
        self._batch_of_one = self._api.llama_batch_get_one(self._one, 1)

    @property
    def is_usable(self) -> bool:
        """Whether there is a context to work with; a growth that failed twice leaves none."""
        return self.loaded.is_open

    @property
    def room(self) -> int:
        """How many more tokens the context can hold, grown as far as it goes."""
        return self.loaded.context_length - len(self.known)

    def reuse(self, tokens: Sequence[int], *, keep: bool = True) -> int:
        """Know a beginning of `tokens`, the longest that can be had without reading; returns its length.

        At least the last token is left to be read, because only reading gives something to choose from. Without
        `keep` the sequence that begins here is never written to the disk.
        """
        self._can_choose = False
        return self._rewinder.rewind(tokens, keep=keep)

    def read(self, tokens: Sequence[int]) -> None:
        """Read tokens, which must fit the context; the model can then `choose` what follows the last.

        Raises `Stopped` when aborted, `ModelError` when it can't be computed; the batch under way is then forgotten.
        """
        if len(tokens) > self.room:
            raise ModelError("The conversation is longer than the model's context.", "Begin a new conversation.")
        self._make_room(len(self.known) + len(tokens))
        step = min(BATCH, self.loaded.length)
        for start in range(0, len(tokens), step):
            part = tokens[start : start + step]
            array = (ctypes.c_int32 * len(part))(*part)
            self._decode(self._api.llama_batch_get_one(array, len(part)), len(part))
            self.known.extend(part)

    def append(self, token: int) -> None:
        """Read one token: `read` without its overhead. There must be `room`."""
        if len(self.known) >= self._opened.length:
            self._make_room(len(self.known) + 1)
        self._one[0] = token
        self._decode(self._batch_of_one, 1)
        self.known.append(token)

    def can_append(self) -> bool:
        """Whether another token can be read; the context grows for it as far as there is memory."""
        if len(self.known) < self._opened.length:
            return True
        if self.room <= 0:
            return False
        try:
            self._make_room(len(self.known) + 1)
        except ModelError:
            return False
        return True

    def mark(self) -> None:
        """Remember this moment, to come back to it, where the context can't be rewound."""
        self._rewinder.mark()

    def choose(self, chain: SamplerChain) -> int:
        """The token that the chain takes to follow the last one read. Raises `ModelError` if nothing was."""
        if not self._can_choose:  # the library would end the process
            raise ModelError("The model has read nothing that it could continue.", "Ask again.")
        return chain.choose(self._opened.native)

    def abort(self) -> None:
        """From any thread: end a running step at once with `Stopped`, and all later ones until `resume`."""
        self.loaded.abort.set()

    def resume(self) -> None:
        """Take back an `abort`."""
        self.loaded.abort.clear()

    def raise_if_aborted(self) -> None:
        """Raise `Stopped` after an `abort`; to be called between steps, for devices that don't look themselves."""
        if self.loaded.abort.is_set:
            raise Stopped

    def forget(self) -> None:
        """Know nothing any more, and write nothing of it to the disk."""
        self._can_choose = False
        self._rewinder.forget()

    def close(self) -> None:
        """Keep what is known for the next time, and free the model and its context."""
        try:
            self._rewinder.keep()
        finally:
            self.known.clear()
            self.loaded.close()

    def _make_room(self, length: int) -> None:
        if length > self.loaded.length:
            self._threads = 0  # a new context begins with the number it was made with
            self._rewinder.make_room(length)

    @property
    def _opened(self) -> Context:
        """The context of the moment; a longer one takes its place as it grows."""
        opened = self.loaded.opened
        if opened is None:  # its use would be fatal
            raise unloaded()
        return opened

    def _decode(self, batch: Any, count: int) -> None:
        """Let the model read a batch of `count` tokens."""
        choice, context = self._thread_choice, self._opened.native
        if choice is not None and (threads := choice.begin()) != self._threads:
            self._api.llama_set_n_threads(context, threads, threads)
            self._threads = threads
        status = self._api.llama_decode(context, batch)
        if choice is not None:
            choice.end(count if status == 0 else 0)
        self._can_choose = status == 0
        if status:
            self._recover(status)

    def _recover(self, status: int) -> None:
        """After a failed decode: forget what may have been read halfway, then say what happened."""
        self._rewinder.drop_after(len(self.known))
        if status == _ABORTED:
            raise Stopped
        if status == _NO_ROOM:
            raise ModelError("The model's context is full.", "Begin a new conversation.")
        raise ModelError(
            "The model stopped computing; the computer may be out of memory.",
            "Close other programs or choose a smaller model.",
        )
