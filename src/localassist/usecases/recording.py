"""The growing answer, stored beside the work that makes it."""

from __future__ import annotations

import threading
from contextlib import suppress
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import LocalAssistError

if TYPE_CHECKING:
    from localassist.domain.ports.conversations import ConversationStore

GROW_SECONDS: Final = 0.4
"""Below the promised 500 ms by what a slow disk may take to commit."""


class GrowingAnswer:
    """Text that comes in pieces and is stored from a thread of its own, also while no piece comes."""

    def __init__(self, conversations: ConversationStore, answer_id: int) -> None:
        self._conversations = conversations
        self._answer_id = answer_id
        self._pieces: list[str] = []
        self._ended = threading.Event()
        self._thread: threading.Thread | None = None

    @property
    def text(self) -> str:
        """All pieces so far."""
        return "".join(self._pieces)

    def add(self, piece: str) -> None:
        """Append a piece; costs no disk access."""
        self._pieces.append(piece)
        if self._thread is None:
            self._thread = threading.Thread(target=self._store_often, name="growing answer", daemon=True)
            self._thread.start()

    def end(self) -> None:
        """Store nothing more; once this returns, what is stored next stays."""
        self._ended.set()
        if self._thread is not None:
            self._thread.join()

    def _store_often(self) -> None:
        stored = 0
        while not self._ended.wait(GROW_SECONDS):
            count = len(self._pieces)
            if count > stored:
                # A full disk is told when the whole answer is stored; until then the reader reads on.
                with suppress(LocalAssistError):
                    self._conversations.grow(self._answer_id, "".join(self._pieces[:count]))
                    stored = count
