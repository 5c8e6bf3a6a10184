"""An answer's evidence, looked for while the model still reads and writes, so that little is left when it ends."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

from localassist.domain.errors import LocalAssistError, Stopped

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.usecases.grounding import Grounder


class GroundingAhead:
    """Prepares passages and reads complete sentences on a thread of its own; pieces come from the token loop."""

    def __init__(self, prepare: Callable[[], Grounder]) -> None:
        """Begin; `prepare` reads the passages, which takes as long as embedding their sentences."""
        self._prepare = prepare
        self._grounder: Grounder | None = None
        self._pieces: list[str] = []
        self._news = threading.Event()
        self._ended = False
        self._thread = threading.Thread(target=self._work, name="grounding ahead", daemon=True)
        self._thread.start()

    def add(self, piece: str) -> None:
        """Append a piece of the answer; returns at once."""
        self._pieces.append(piece)
        if not piece.isalnum():  # a sentence may have ended
            self._news.set()

    def end(self) -> Grounder | None:
        """Look at nothing more; gives what knows the sentences so far, None where the passages could not be read."""
        self._ended = True
        self._news.set()
        self._thread.join()
        return self._grounder

    def _work(self) -> None:
        try:
            grounder = self._prepare()
            while self._news.wait() and not self._ended:
                self._news.clear()
                grounder.read("".join(self._pieces))
        except (LocalAssistError, Stopped):
            return
        self._grounder = grounder
