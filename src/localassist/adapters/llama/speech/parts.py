"""The parts of an answer as they are shown: what was thought, and what was said."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from localassist.adapters.llama.speech.markers import CONTROL
from localassist.domain.events import ReasoningDelta, ReasoningEnded, TokenDelta, ToolCalled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from localassist.domain.chat import ToolCall

    SpeechEvent = ReasoningDelta | ReasoningEnded | TokenDelta | ToolCalled


class Thought:
    """One stretch of reasoning: without white space around it, and with the time it took."""

    def __init__(self) -> None:
        self._began = time.perf_counter()
        self._spaces: list[str] = []
        self._said = False

    def add(self, text: str) -> list[SpeechEvent]:
        """More of it."""
        text = text.replace(CONTROL, "")
        body = text.rstrip()
        if not body:
            self._spaces.append(text)
            return []
        shown = "".join([*self._spaces, body]) if self._said else body.lstrip()
        self._said = True
        self._spaces = [text[len(body) :]]
        return [ReasoningDelta(shown)]

    def end(self) -> list[SpeechEvent]:
        """Nothing if nothing was thought."""
        return [ReasoningEnded(time.perf_counter() - self._began)] if self._said else []


class Answer:
    """What is said to the user; where calls may come, the white space around them is left out."""

    def __init__(self, *, with_calls: bool) -> None:
        self._with_calls = with_calls
        self._called = False
        self._spaces: list[str] = []

    def add(self, text: str) -> list[SpeechEvent]:
        """More of it. White space at its end waits for what follows it."""
        text = text.replace(CONTROL, "")
        body = text.rstrip() if self._with_calls else text
        if not body:
            self._spaces.append(text)
            return []
        shown = "".join([*self._spaces, body])
        self._spaces = [text[len(body) :]]
        return [TokenDelta(shown)]

    def wait(self, space: str) -> None:
        """White space that is not shown before something follows it."""
        self._spaces.append(space)

    def drop_space(self) -> None:
        """Leave out the white space that waits."""
        self._spaces.clear()

    def call(self, calls: Iterable[ToolCall]) -> list[SpeechEvent]:
        """Calls that stand here."""
        self._called = True
        self.drop_space()
        return [ToolCalled(call) for call in calls]

    def end(self) -> list[SpeechEvent]:
        """The white space at the end, unless that followed a call."""
        rest = "" if self._called else "".join(self._spaces)
        self.drop_space()
        return [TokenDelta(rest)] if rest else []
