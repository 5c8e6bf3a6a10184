"""An answer under way: all that is known of it whenever it ends, and why there is none if there is none."""

from __future__ import annotations

import time
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Evidence, MessageStatus
from localassist.domain.errors import ModelError
from localassist.domain.events import ReasoningDelta, Retrieved, TokenDelta, TurnsDropped
from localassist.usecases.grounding_ahead import GroundingAhead
from localassist.usecases.relevance import is_question
from localassist.usecases.retelling import History

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.chat import Message
    from localassist.domain.documents import Passage, Scope
    from localassist.domain.events import GenerationEvent
    from localassist.usecases.citing import Grounded
    from localassist.usecases.grounding import Grounder
    from localassist.usecases.prompting import Material, Prompt
    from localassist.usecases.recording import GrowingAnswer
    from localassist.usecases.retelling import Numbered
    from localassist.usecases.whole_documents import Whole

_ONLY_THOUGHT: Final = "The model thought until its tokens ran out and came to no answer."
_LET_IT_THINK: Final = (
    "Ask again or begin a new conversation; or change how long it may think: max_reasoning_tokens in the settings, "
    "where 0 keeps it from thinking."
)
_WROTE_NOTHING: Final = "The model ended its answer without a word."
_ASK_OTHERWISE: Final = "Ask again or in other words, or choose another model."


@dataclass(slots=True)
class Draft:
    """An answer under way: what is known of it whenever it ends.

    `reads_lines` says that the model is given single lines, which have no numbers; `nearest` that the passages are
    only what comes nearest to the question; `candidates` are all that were found. `whole` are the documents that it is
    about as wholes, `read` what of them was read, `eligible` the paths of those that it may be about.
    `is_dropped`: there will be none, so it is not stored. `thoughts` and `doubts` are what the
    model thought, and how probable its tokens were (natural logarithms), as far as it goes.
    """

    question: Message
    answer: Message
    scope: Scope
    model: str
    growing: GrowingAnswer
    text: str = ""
    status: MessageStatus = MessageStatus.FAILED
    problem: str = "Answering ended unexpectedly. Ask again; the log says more."
    evidence: Evidence = field(default_factory=Evidence)
    history: History = field(default_factory=History)
    before: str = ""
    reads_lines: bool = False
    passages: tuple[Passage, ...] = ()
    candidates: tuple[Passage, ...] = ()
    nearest: bool = False
    whole: Whole | None = None
    read: tuple[Passage, ...] = ()
    eligible: tuple[str, ...] = ()
    standing: tuple[Numbered, ...] = ()
    timings: dict[str, float] = field(default_factory=dict)
    is_dropped: bool = False
    thoughts: list[str] = field(default_factory=list)
    doubts: list[float] = field(default_factory=list)
    ahead: GroundingAhead | None = None

    @property
    def is_unanswerable(self) -> bool:
        """Whether documents were searched in vain for a question that stands by itself."""
        in_vain = self.evidence.searched and not (self.passages or self.before) and is_question(self.question.text)
        return in_vain or bool(self.eligible)

    def look_ahead(self, prepare: Callable[[], Grounder]) -> None:
        """Begin to look for what the answer will rest on."""
        self.ahead = GroundingAhead(prepare)

    def add(self, piece: str) -> None:
        """Append a piece of the answer."""
        self.growing.add(piece)
        if self.ahead:
            self.ahead.add(piece)

    def hear(self, event: GenerationEvent) -> None:
        """Take what a model wrote: a piece of its answer or of its thoughts."""
        match event:
            case TokenDelta(text, choices):
                self.add(text)
                self.doubts += [choice.log_probability for choice in choices]
            case ReasoningDelta(text):
                self.thoughts.append(text)

    def note_said(self) -> None:
        """Keep what was written, however it ended."""
        self.evidence = replace(
            self.evidence,
            said=self.growing.text,
            reasoning="".join(self.thoughts),
            doubt=sum(self.doubts) / len(self.doubts) if self.doubts else None,
        )

    def known(self) -> Grounder | None:
        """End looking ahead; what is known of the answer's sentences, None where that is nothing."""
        ahead, self.ahead = self.ahead, None
        return ahead.end() if ahead else None

    def spend(self, step: str, since: float) -> None:
        """Count the time from `since` (seconds of `time.perf_counter`) as a step's."""
        self.timings[step] = self.timings.get(step, 0.0) + time.perf_counter() - since

    @contextmanager
    def timed(self, step: str) -> Iterator[None]:
        """Count the time inside as a step's."""
        started = time.perf_counter()
        try:
            yield
        finally:
            self.spend(step, started)

    def note_found(self, found: Retrieved, limit: int) -> Retrieved:
        """Keep what a search found; gives what of it is used, the `limit` best of a question that wants one answer."""
        self.candidates, self.nearest = found.passages, found.nearest
        self.passages = found.passages if found.matched else found.passages[:limit]
        self.evidence = replace(
            self.evidence,
            searched=True,
            found=self.passages,
            before=self.before,
            nearest=found.nearest,
            matched=found.matched,
            matched_documents=found.matched_documents,
        )
        return replace(found, passages=self.passages)

    def note_prompt(self, prompt: Prompt, material: Material) -> None:
        """Keep what the model is given, and how much it does not see."""
        self.evidence = replace(
            self.evidence, left_out=prompt.left_out, dropped=prompt.dropped, given=prompt.given, notes=material.notes
        )
        if self.whole and material.passages:
            given = {each.chunk_id for each in prompt.given}
            self.read = tuple(passage for passage in self.read if passage.chunk_id in given)
        self.standing = prompt.standing

    def unseen(self) -> Iterator[Retrieved | TurnsDropped]:
        """What to tell of what the model does not see."""
        if self.evidence.dropped:
            yield TurnsDropped(self.evidence.dropped)
        if self.evidence.left_out:
            yield Retrieved(self.passages, self.evidence.left_out)

    def take(self, grounded: Grounded) -> None:
        """Make this the answer's text, with what it rests on."""
        cited = {citation.passage.chunk_id for citation in grounded.citations}
        self.text = grounded.text
        self.evidence = replace(
            self.evidence,
            citations=grounded.citations,
            sentences=grounded.sentences,
            found=tuple(passage for passage in self.evidence.found if passage.chunk_id not in cited),
        )

    def check(self) -> None:
        """Raise `ModelError`, saying why, if the model ended and there is nothing to read."""
        if self.text.strip():
            return
        if self.evidence.reasoning and self.evidence.ended == "length":
            raise ModelError(_ONLY_THOUGHT, _LET_IT_THINK)
        raise ModelError(_WROTE_NOTHING, _ASK_OTHERWISE)
