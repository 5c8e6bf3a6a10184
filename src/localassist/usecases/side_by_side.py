"""One question put to several models: the same words over the same documents, each with its time, cost and proof."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from localassist.domain.chat import Evidence, Message, Question
from localassist.domain.comparisons import ComparedAnswer
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError
from localassist.domain.events import Asked, Finished, TokenDelta

if TYPE_CHECKING:
    from collections.abc import Generator, Iterator

    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.stopping import Stop
    from localassist.usecases.answering import AnswerQuestion


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A question for several models, which are named as `Question.model` names one ("" for the settings' one)."""

    text: str
    models: tuple[str, ...]
    scope: Scope = field(default_factory=Scope)
    system_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one column reports: `column` counts from 0; its last `event` is the answer with its figures."""

    column: int
    event: AnswerEvent | ComparedAnswer


class CompareModels:
    """Asks models one after the other, so that none slows another down; in no history."""

    def __init__(self, conversations: ConversationStore, answer: AnswerQuestion) -> None:
        self._conversations = conversations
        self._answer = answer

    def __call__(self, asked: SideBySide, stop: Stop) -> Iterator[Compared]:
        """Every column's events, as `AnswerQuestion` tells them, and its `ComparedAnswer` at last.

        A model that fails says so in its answer's `problem`, and the others are asked all the same. A stop ends the
        answer under way with what there is of it; the models after it are not asked and report nothing.
        """
        for column, model in enumerate(asked.models):
            if stop.requested:
                return
            with closing(self._column(model, asked, stop)) as events:
                for event in events:
                    yield Compared(column, event)

    def _column(self, model: str, asked: SideBySide, stop: Stop) -> Generator[AnswerEvent | ComparedAnswer]:
        conversation, watch, problem = self._conversations.create("", asked.system_prompt), _Watch(), ""
        try:
            question = Question(conversation.id, None, asked.text, asked.scope, model)
            try:
                yield from watch.over(self._answer(question, stop))
            except LocalAssistError as error:
                problem = str(error)
            yield watch.answer(model, problem, self._conversations)
        finally:
            self._conversations.delete(conversation.id)


class _Watch:
    """Takes the time of one column, and keeps which answer is its."""

    def __init__(self) -> None:
        self._asked = datetime.now(UTC)
        self._began = time.perf_counter()
        self._first_word: float | None = None
        self._answer: Message | None = None

    def over(self, events: Iterator[AnswerEvent]) -> Iterator[AnswerEvent]:
        """The events, looked at as they pass."""
        for event in events:
            if isinstance(event, Asked | Finished):
                self._answer = event.answer
            elif isinstance(event, TokenDelta) and self._first_word is None:
                self._first_word = time.perf_counter() - self._began
            yield event

    def answer(self, model: str, problem: str, conversations: ConversationStore) -> ComparedAnswer:
        """What came of it: the answer as it is stored, also where it ended with a problem."""
        seconds = time.perf_counter() - self._began
        text, evidence = "", Evidence()
        if self._answer is not None:
            stored = conversations.message(self._answer.id)
            text, evidence = stored.text, stored.evidence
        return ComparedAnswer(model, text, evidence, self._asked, seconds, self._first_word, problem)
