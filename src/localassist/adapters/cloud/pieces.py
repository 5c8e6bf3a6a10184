"""What dialects make of the events of a stream, the same for all of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localassist.domain.chat import ToolCall

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@dataclass(frozen=True, slots=True)
class Said:
    """More of the answer."""

    text: str


@dataclass(frozen=True, slots=True)
class Thought:
    """More of what is thought before it."""

    text: str


@dataclass(frozen=True, slots=True)
class Used:
    """Tokens that a question took; `cost` is US dollars where the provider itself says them."""

    prompt: int = 0
    cached: int = 0
    answer: int = 0
    reasoning: int = 0
    cost: float | None = None


@dataclass(frozen=True, slots=True)
class Ended:
    """The model stopped, for a reason as `Generated` has it."""

    reason: str


Piece = Said | Thought | Used | Ended | ToolCall


@dataclass(frozen=True, slots=True)
class Answering:
    """An answer that begins: its pieces as they come, and what the provider calls it ("": nothing).

    The pieces raise `RefusalError`, and what the door raises. `close` lets go of the connection.
    """

    pieces: Iterator[Piece] = field(repr=False)
    close: Callable[[], None] = field(repr=False)
    request_id: str = ""


@dataclass(frozen=True, slots=True)
class Listed:
    """A model as a provider lists it."""

    id: str
    name: str = ""
    context_length: int = 0
    vision: bool = False
    tools: bool = False
    reasoning: bool = False
