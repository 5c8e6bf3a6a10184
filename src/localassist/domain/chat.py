"""Conversations and the messages in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum
from typing import TYPE_CHECKING

from localassist.domain.documents import Scope

if TYPE_CHECKING:
    from localassist.domain.documents import Citation, Passage, SentenceSupport
    from localassist.domain.privacy import Route


class Role(StrEnum):
    """Who speaks."""

    SYSTEM = "system"
    USER = "user"
    ASSISTANT = "assistant"


class MessageStatus(StrEnum):
    """How a message stands. `STREAMING` found at start-up means the app died meanwhile: it becomes `INTERRUPTED`."""

    STREAMING = "streaming"
    COMPLETE = "complete"
    STOPPED = "stopped"
    FAILED = "failed"
    INTERRUPTED = "interrupted"


@dataclass(frozen=True, slots=True)
class Turn:
    """One entry of a prompt as a model is given it."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True)
class Figures:
    """What an answer cost. Times are seconds; `cached_tokens` of the `prompt_tokens` were not read again."""

    prompt_tokens: int = 0
    cached_tokens: int = 0
    answer_tokens: int = 0
    seconds_to_first_token: float = 0.0
    tokens_per_second: float = 0.0
    context_length: int = 0
    device: str = ""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What stands behind an answer; kept with it.

    `citations` are numbered from 1; `found` are the passages that were found and not cited, best first;
    `left_out` counts passages that had no room in the prompt. `timings` are seconds by step.
    """

    route: Route | None = None
    citations: tuple[Citation, ...] = ()
    found: tuple[Passage, ...] = ()
    sentences: tuple[SentenceSupport, ...] = ()
    left_out: int = 0
    searched: bool = False
    figures: Figures = field(default_factory=Figures)
    timings: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Message:
    """One message. `parent_id` is the message it follows; siblings are branches (regenerated answers, edits).

    `created` is seconds since the epoch; `problem` says, for `FAILED`, what happened and what to do.
    """

    id: int
    conversation_id: int
    parent_id: int | None
    role: Role
    text: str
    created: float
    status: MessageStatus
    problem: str = ""
    evidence: Evidence = field(default_factory=Evidence)


@dataclass(frozen=True, slots=True)
class Conversation:
    """A conversation; `head_id` is the last message of the branch on show, `updated` seconds since the epoch."""

    id: int
    title: str
    system_prompt: str
    head_id: int | None
    created: float
    updated: float


@dataclass(frozen=True, slots=True)
class Question:
    """Something to be answered after the message `parent_id` of a conversation (None: at its beginning).

    `scope` says which documents to search (an empty one: none), `model` which chat model to ask (empty: the one
    of the settings).
    """

    conversation_id: int
    parent_id: int | None
    text: str
    scope: Scope = field(default_factory=Scope)
    model: str = ""
