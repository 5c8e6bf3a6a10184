"""What a model thinks, told from its answer where a server leaves both in one text."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from localassist.adapters.cloud.pieces import Said, Thought

if TYPE_CHECKING:
    from collections.abc import Iterator

_OPENS: Final = "<think>"
_CLOSES: Final = "</think>"


class ThoughtSplitter:
    """Tells <think>...</think> at the beginning of an answer from what follows, wherever the pieces are cut.

    Anywhere else the words are the answer's own.
    """

    def __init__(self) -> None:
        self._held = ""
        self._state = "beginning"

    def feed(self, text: str) -> Iterator[Said | Thought]:
        """What is sure by now."""
        self._held += text
        if self._state == "beginning":
            self._begin()
        if self._state == "thinking":
            yield from self._think()
        if self._state == "thought":
            self._held = self._held.lstrip()
            self._state = "answer" if self._held else "thought"
        if self._state == "answer" and self._held:
            yield Said(self._held)
            self._held = ""

    def finish(self) -> Iterator[Said | Thought]:
        """What was held back in case it became a mark."""
        if self._held and self._state != "thought":
            yield (Thought if self._state == "thinking" else Said)(self._held)
        self._held = ""

    def _begin(self) -> None:
        bare = self._held.lstrip()
        if bare.startswith(_OPENS):
            self._held = bare.removeprefix(_OPENS)
            self._state = "thinking"
        elif not _OPENS.startswith(bare):
            self._state = "answer"

    def _think(self) -> Iterator[Said | Thought]:
        before, mark, after = self._held.partition(_CLOSES)
        if mark:
            self._held, self._state = after, "thought"
        else:
            kept = next((n for n in range(len(_CLOSES) - 1, 0, -1) if before.endswith(_CLOSES[:n])), 0)
            before, self._held = before[: len(before) - kept], before[len(before) - kept :]
        if before:
            yield Thought(before)
