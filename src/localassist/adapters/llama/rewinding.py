"""How a context comes to know a beginning it knew before: by going back, by a checkpoint, by a saved state."""

from __future__ import annotations

import ctypes
import os
from array import array
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.states import Checkpoint
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.loading import LoadedModel
    from localassist.adapters.llama.states import SavedState, StateStore

_WITHOUT_DATA: Final = False
_WORTH_KEEPING: Final = 256
"""Tokens; fewer are read again sooner than they are written and found."""

_WORTH_FETCHING: Final = 64
_MOST_POINTS: Final = 8
_MOST_POINT_BYTES: Final = 256 * 2**20
_STRIDE: Final = 256
_WHOLE: Final = 0
_PARTIAL: Final = 1
"""LLAMA_STATE_SEQ_FLAGS_PARTIAL_ONLY: only what can't be rewound, recurrent layers and windows."""


class Rewinder:
    """Moves one context, whose tokens `known` mirrors, between the sequences it is asked for.

    Contexts of plain attention forget their last tokens exactly. Recurrent layers and windows can't go back: they
    return to checkpoints. What is about to be forgotten is written to `states`, if there are any.
    """

    def __init__(self, loaded: LoadedModel, known: list[int], states: StateStore | None) -> None:
        self._loaded = loaded
        self._known = known
        self._states = states
        self._points: list[Checkpoint] = []
        self._kept = 0
        self._may_keep = True
        self._api = bindings().api

    def rewind(self, tokens: Sequence[int], *, keep: bool) -> int:
        """Know the longest beginning of `tokens` that can be had, without its last token; returns its length.

        With `keep` the sequence may be written to the disk when it gives way to another.
        """
        tokens = list(tokens)
        here = self._reach(_usable(self._known, tokens))
        found, there = self._best_state(tokens)
        fetches = found is not None and there >= here + _WORTH_FETCHING
        if len(self._known) - max(self._kept, 0 if fetches else here) >= _WORTH_KEEPING:
            self._keep()
        if found is not None and fetches and self._fetch(found):
            here = self._reach(_usable(self._known, tokens))
        if here < len(self._known):
            self._go_back(here)
        self._may_keep = keep
        return len(self._known)

    def mark(self) -> None:
        """Take a checkpoint of this moment, if going back needs one."""
        if self._loaded.rewinds or not self._known:
            return
        if any(point.length == len(self._known) for point in self._points):
            return
        data = self._copy(_PARTIAL)
        if data is None or len(data) > _MOST_POINT_BYTES:
            return
        self._points.append(Checkpoint(len(self._known), bytes(data)))
        while len(self._points) > _MOST_POINTS or sum(len(p.data) for p in self._points) > _MOST_POINT_BYTES:
            del self._points[0]

    def make_room(self, length: int) -> None:
        """See that the context holds `length` tokens, with what it knows. Raises `ModelError` if it can't."""
        loaded = self._loaded
        if length <= loaded.length:
            return
        longer = min(max(2 * loaded.length, 1 << (length - 1).bit_length()), loaded.context_length)
        data = self._copy(_WHOLE) if self._known else None
        try:
            loaded.grow(longer)
        finally:
            if self._known and not (data and self._put_back(data, _WHOLE)):
                self._clear()
                raise ModelError("There is not enough memory to go on with this conversation.", "Close other programs.")

    def drop_after(self, length: int) -> None:
        """Forget what a failed step may have left behind the first `length` tokens, which are known.

        Recurrent layers and windows may have lost what stood before: they return to their newest checkpoint.
        """
        rest = self._loaded.rewinds or self._window_reaches(length)
        if rest and self._api.llama_memory_seq_rm(self._loaded.memory, 0, length, -1) and self._stands_at(length):
            return
        self._go_back(max((point.length for point in self._points), default=0))

    def keep(self) -> None:
        """Save what is known for the next start."""
        if self._states is None or not self._loaded.is_open:
            return
        if len(self._known) - self._kept >= _WORTH_KEEPING:
            self._keep()
        self._states.persist()

    def forget(self) -> None:
        """Know nothing, and keep nothing."""
        self._clear()
        if self._states is not None:
            self._states.forget()

    def _reach(self, wanted: int) -> int:
        """How many of the first `wanted` tokens the context can go back to."""
        if wanted == len(self._known) or self._loaded.rewinds or self._window_reaches(wanted):
            return wanted
        return max((point.length for point in self._points if point.length <= wanted), default=0)

    def _window_reaches(self, wanted: int) -> bool:
        """Whether a context of windows alone still has all that the tokens after `wanted` look back at."""
        window = self._loaded.window
        if not window:
            return False
        oldest = int(self._api.llama_memory_seq_pos_min(self._loaded.memory, 0))
        return oldest == 0 or 0 < oldest <= wanted - window

    def _best_state(self, tokens: list[int]) -> tuple[SavedState | None, int]:
        """The saved state that reaches furthest into the tokens, and how far."""
        best, most = None, 0
        packed = array("i", tokens)
        for state in self._states.states() if self._states is not None else ():
            if len(state.tokens) > self._loaded.context_length:
                continue
            wanted = reach = _usable(state.tokens, packed)
            if wanted < len(state.tokens) and not self._loaded.rewinds:
                reach = max((length for length, _ in state.points if length <= wanted), default=0)
            if reach > most:
                best, most = state, reach
        return best, most

    def _go_back(self, length: int) -> None:
        point = next((point for point in self._points if point.length == length), None)
        went = point is None or self._put_back(
            (ctypes.c_uint8 * len(point.data)).from_buffer_copy(point.data), _PARTIAL
        )
        if length and went:
            went = bool(self._api.llama_memory_seq_rm(self._loaded.memory, 0, length, -1)) and self._stands_at(length)
        if not length or not went:
            self._clear()
            return
        del self._known[length:]
        self._kept = min(self._kept, length)
        self._points = [point for point in self._points if point.length <= length]

    def _stands_at(self, length: int) -> bool:
        return int(self._api.llama_memory_seq_pos_max(self._loaded.memory, 0)) == length - 1

    def _clear(self) -> None:
        self._api.llama_memory_clear(self._loaded.memory, _WITHOUT_DATA)
        self._known.clear()
        self._points.clear()
        self._kept = 0

    def _keep(self) -> None:
        """Write what is known to the disk."""
        states = self._states
        if states is None or not self._known or not self._may_keep:
            return
        size = int(self._api.llama_state_seq_get_size_ext(self._loaded.context, 0, _WHOLE))
        path = states.new() if states.allowed(size) else None
        if path is None:
            return
        tokens = (ctypes.c_int32 * len(self._known))(*self._known)
        written = self._api.llama_state_seq_save_file(self._loaded.context, os.fsencode(path), 0, tokens, len(tokens))
        if written and states.is_of_size(path, written):  # a full disk shows only in the size
            states.add(path, self._known, self._points, replaces=self._loaded.rewinds)
            self._kept = len(self._known)
        else:
            path.unlink(missing_ok=True)

    def _fetch(self, state: SavedState) -> bool:
        """Whether the context now holds a saved state; one that can't be had is dropped."""
        states = self._states
        assert states is not None
        self._clear()
        if not states.is_whole(state):
            states.drop(state)
            return False
        try:
            self.make_room(len(state.tokens))
        except ModelError:
            return False  # the question itself may fit
        tokens, count = (ctypes.c_int32 * len(state.tokens))(), ctypes.c_size_t()
        read = self._api.llama_state_seq_load_file(
            self._loaded.context, os.fsencode(state.path), 0, tokens, len(tokens), ctypes.byref(count)
        )
        if not read or list(tokens) != state.tokens.tolist():
            states.drop(state)
            self._clear()
            return False
        self._known.extend(state.tokens)
        self._points = states.points_of(state)
        self._kept = len(self._known)
        states.vouch(state)
        return True

    def _copy(self, flags: int) -> ctypes.Array[ctypes.c_uint8] | None:
        """The sequence as bytes; None if it can't be had."""
        size = int(self._api.llama_state_seq_get_size_ext(self._loaded.context, 0, flags))
        buffer = (ctypes.c_uint8 * size)()
        written = int(self._api.llama_state_seq_get_data_ext(self._loaded.context, buffer, size, 0, flags))
        return buffer if written == size else None

    def _put_back(self, data: ctypes.Array[ctypes.c_uint8], flags: int) -> bool:
        return bool(self._api.llama_state_seq_set_data_ext(self._loaded.context, data, len(data), 0, flags))


def common_prefix(known: Sequence[int], wanted: Sequence[int]) -> int:
    """How many tokens two sequences of one type have in common at their beginning."""
    shorter = min(len(known), len(wanted))
    for start in range(0, shorter, _STRIDE):
        a, b = known[start : start + _STRIDE], wanted[start : start + _STRIDE]
        if a != b:
            pairs = zip(a, b, strict=False)
            return start + next((at for at, (one, other) in enumerate(pairs) if one != other), min(len(a), len(b)))
    return shorter


def _usable(known: Sequence[int], tokens: Sequence[int]) -> int:
    """How much of what is known begins `tokens`, of which the last is to be read."""
    return max(min(common_prefix(known, tokens), len(tokens) - 1), 0)
