"""The ways in which models write tool calls, and how each is read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.domain.chat import Tool, ToolCall


@dataclass(frozen=True, slots=True)
class CallForm:
    """Calls stand between `opens` and `ends` (empty: the end of the answer).

    `read` gives the calls in a text that stands between them, none if it is not understood.
    """

    opens: str
    ends: str
    read: Callable[[str, Sequence[Tool]], list[ToolCall]]
