"""A file elsewhere as its header's reader wants it: fetched from its beginning on in few stretches that grow."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.llama.files.gguf_file import DOWNLOAD_AGAIN, Readable
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable

_FIRST, _LARGEST = 1 << 20, 8 << 20
"""Bytes. A header is as long as its vocabulary: 2 MB for 50,000 tokens, 8 MB for 130,000, 15 MB for 260,000."""

_GROWTH: Final = 4
_MOST: Final = 64 << 20
"""Bytes of one file; no header is as long as that."""


class RangedFile(Readable):
    """Reads of a file of `size` bytes by `fetch(start, length)`, which may give fewer bytes at its end only.

    What was passed is forgotten, so there is no way back. Raises what `fetch` raises, and `ModelError` for a file that
    ends early, or from which more is wanted than any header holds.
    """

    def __init__(self, name: str, size: int, fetch: Callable[[int, int], bytes]) -> None:
        self._name = name
        self._size = size
        self._fetch = fetch
        self._held = b""
        self._start = 0
        self._place = 0
        self._step = _FIRST
        self._fetched = 0

    @override
    def read(self, count: int, /) -> bytes:
        if self._place + count > self._start + len(self._held):
            self._fill(count)
        begin = self._place - self._start
        self._place += count
        return self._held[begin : begin + count]

    @override
    def seek(self, position: int, /) -> int:
        if position < self._start:
            self._held, self._start = b"", position
        self._place = position
        return position

    def _fill(self, count: int) -> None:
        """Hold at least `count` bytes from this place on."""
        kept = self._held[self._place - self._start :]
        begin = self._place + len(kept)
        length = min(max(self._step, count - len(kept)), self._size - begin)
        self._step = min(self._step * _GROWTH, _LARGEST)
        self._fetched += length
        if self._fetched > _MOST:
            raise ModelError(f"{self._name} describes itself at such length that it is no model.", "Choose another.")
        more = self._fetch(begin, length)
        if len(kept) + len(more) < count:
            raise ModelError(f"{self._name} ends before its description does.", DOWNLOAD_AGAIN)
        self._held, self._start = kept + more, self._place
