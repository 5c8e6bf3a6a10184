"""An answer under way: what it said so far and how far it is, also while another conversation is on show."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from localassist.domain.chat import Conversation, Message, MessageStatus
from localassist.domain.events import (
    Asked,
    ModelLoading,
    ModelReady,
    Offered,
    PromptProgress,
    ReasoningDelta,
    ReasoningEnded,
    Retrieved,
    Routed,
    Searching,
    TokenDelta,
    TurnsDropped,
    Undecided,
)
from localassist.domain.reviewing import Review
from localassist.ui.chat.thought import Thought

if TYPE_CHECKING:
    from localassist.domain.documents import Passage
    from localassist.ui.chat.transcript import TranscriptView
    from localassist.ui.jobs import Job


@dataclass(slots=True)
class RunningAnswer:
    """One job over an answer. `conversation_id` is None until a new conversation was stored.

    `draft` is the question as it was written, given back when it could not even be stored. `status` and
    `fraction` say what goes on, "" once words arrive. `offered` is why a model elsewhere is offered besides, `review`
    what would be sent to one; `sent` what was.
    """

    job: Job
    conversation_id: int | None
    draft: str
    question: Message | None = None
    answer: Message | None = None
    found: tuple[Passage, ...] | None = None
    said: list[str] = field(default_factory=list)
    thought: Thought = field(default_factory=Thought)
    status: str = "Starting"
    fraction: float | None = None
    offered: str = ""
    review: Review | None = None
    sent: Review | None = None

    def take(self, happening: object) -> None:
        """Take over what an event says."""
        match happening:
            case Conversation():
                self.conversation_id = happening.id
            case Asked(question, answer):
                self.question, self.answer = question, answer
            case Undecided(question, _):
                self.question, self.answer = question, None
            case Retrieved(passages, _):
                self.found = passages
            case Offered(reason):
                self.offered = reason
            case Review():
                self.review = happening
            case _:
                self._take_words(happening)
        self.status, self.fraction = progress(happening)

    def _take_words(self, happening: object) -> None:
        match happening:
            case TurnsDropped(count) if self.answer:
                self.answer = replace(self.answer, evidence=replace(self.answer.evidence, dropped=count))
            case ReasoningDelta(text):
                self.thought.add(text)
            case ReasoningEnded(seconds):
                self.thought.end(seconds)
            case TokenDelta(text):
                self.said.append(text)

    @property
    def asked_elsewhere(self) -> str:
        """The model elsewhere that is asked, as people read it, "" for none."""
        return f"{self.sent.target.model} · {self.sent.provider.name}" if self.sent else ""

    def show_words(self, transcript: TranscriptView, happening: object) -> None:
        """Show what an event adds to the answer."""
        match happening:
            case TurnsDropped() | ReasoningDelta() | ReasoningEnded() if self.answer:
                transcript.restate(self.answer, self.thought)
            case TokenDelta(text) if self.answer:
                transcript.grow(self.answer.id, text)

    def show_all(self, transcript: TranscriptView) -> None:
        """Show what there is of the answer, which was not on show."""
        if self.answer:
            transcript.add(self.answer)
            transcript.restate(self.answer, self.thought)
            transcript.grow(self.answer.id, "".join(self.said))

    def failed_answer(self, problem: str) -> Message | None:
        """The answer with what went wrong, as it was stored; None when there is none."""
        if self.answer is None:
            return None
        figures = replace(self.answer.evidence.figures, reasoning_seconds=self.thought.seconds)
        evidence = replace(self.answer.evidence, reasoning=self.thought.text, figures=figures)
        said = "".join(self.said)
        return replace(self.answer, text=said, status=MessageStatus.FAILED, problem=problem, evidence=evidence)


def progress(happening: object) -> tuple[str, float | None]:
    """What an event tells people to be going on, and how far it is, 0 to 1; None where that is not known."""
    said: tuple[str, float | None] = ("", None)
    match happening:
        case Asked() | Routed():
            said = ("Starting", None)
        case Searching(detail):
            said = (detail, None)
        case Retrieved(passages, _):
            said = (f"Found {len(passages)} passage{'' if len(passages) == 1 else 's'}", None)
        case ModelLoading(name, fraction):
            said = (f"Loading {name}: {fraction:.0%}", fraction)
        case ModelReady() | TurnsDropped():
            said = ("Model ready", None)
        case PromptProgress(done, total, _):
            said = (f"Reading {done:,} of {total:,} tokens", done / total if total else None)
    return said
