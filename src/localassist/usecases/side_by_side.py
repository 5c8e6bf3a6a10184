"""One question put to several models: the same words over the same documents, each with its time, cost and proof."""

from __future__ import annotations

import time
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Evidence, Message
from localassist.domain.comparisons import ComparedAnswer
from localassist.domain.documents import Scope
from localassist.domain.errors import ConsentNeededError, LocalAssistError, NotFoundError, Stopped
from localassist.domain.events import Asked, Finished, Routed, TokenDelta
from localassist.domain.outbound import Target
from localassist.domain.reviewing import Review

if TYPE_CHECKING:
    from collections.abc import Callable, Generator, Iterator

    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.cloud import Providers
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.privacy import Route
    from localassist.domain.stopping import Stop
    from localassist.usecases.answering import AnswerQuestion
    from localassist.usecases.escalating import PrepareEscalation, SendEscalation

_REASON: Final = "You chose it to be compared."
_MODEL_FILE: Final = ".gguf"


@dataclass(frozen=True, slots=True)
class SideBySide:
    """A question for several models: names or files as `Question.model` has them, or "provider/model" elsewhere."""

    text: str
    models: tuple[str, ...]
    scope: Scope = field(default_factory=Scope)
    system_prompt: str = ""


@dataclass(frozen=True, slots=True)
class Compared:
    """What one column reports: `column` counts from 0; its last `event` is the answer with its figures."""

    column: int
    event: AnswerEvent | ComparedAnswer


@dataclass(frozen=True, slots=True)
class Elsewhere:
    """How models elsewhere are asked; `prepare` and `send` are for the conversations that comparing keeps none of."""

    providers: Providers
    prepare: PrepareEscalation
    send: SendEscalation


def nobody_approves(_review: Review, _stop: Stop) -> Review | None:
    """Where there is nobody to ask, nothing is sent."""
    return None


class CompareModels:
    """Asks models one after the other, so that none slows another down; in no history.

    `elsewhere` is asked for once a model elsewhere is.
    """

    def __init__(
        self, conversations: ConversationStore, answer: AnswerQuestion, elsewhere: Callable[[], Elsewhere]
    ) -> None:
        self._conversations = conversations
        self._answer = answer
        self._elsewhere = elsewhere

    def target(self, model: str) -> Target | None:
        """The model elsewhere that is named so; None for one of this computer."""
        provider, slash, name = model.partition("/")
        if not (provider and slash and name) or model.endswith(_MODEL_FILE):
            return None
        known = {each.id for each in self._elsewhere().providers.all()}
        return Target(provider, name) if provider in known else None

    def __call__(
        self,
        asked: SideBySide,
        stop: Stop,
        approve: Callable[[Review, Stop], Review | None] = nobody_approves,
    ) -> Iterator[Compared]:
        """Every column's events, as `AnswerQuestion` tells them, and its `ComparedAnswer` at last.

        Before anything is answered, `approve` is shown what each model elsewhere would be sent, and gives what the user
        made of it, None for nothing: it may take its time, and end with `Stopped`.

        A model that fails says so in its answer's `problem`, and the others are asked all the same. A stop ends the
        answer under way with what there is of it; the models after it are not asked and report nothing.
        """
        columns = [_Column(number, model, self.target(model)) for number, model in enumerate(asked.models)]
        try:
            for column in columns:
                column.conversation_id = self._conversations.create("", asked.system_prompt).id
                question = self._conversations.store_question(column.conversation_id, None, asked.text)
                column.question_id = question.id
            for column in columns:
                if column.target is not None and not stop.requested:
                    yield from self._review(column, column.target, asked.scope, stop, approve)
            for column in columns:
                if not stop.requested:
                    yield from self._ask(column, asked.scope, stop)
        finally:
            for column in columns:
                if column.conversation_id:
                    self._conversations.delete(column.conversation_id)

    def _review(
        self,
        column: _Column,
        target: Target,
        scope: Scope,
        stop: Stop,
        approve: Callable[[Review, Stop], Review | None],
    ) -> Iterator[Compared]:
        """Have what would be sent approved; what keeps it from being sent is the column's problem."""
        try:
            for event in self._elsewhere().prepare(column.question_id, scope, target, _REASON, stop):
                if isinstance(event, Review):
                    column.review = approve(event, stop)
                    if column.review is None and event.obstacle:
                        column.refusal = ConsentNeededError(f"Nothing was sent. {event.obstacle}")
                else:
                    yield Compared(column.number, event)
        except LocalAssistError as error:
            column.refusal = error
        except Stopped:
            stop.request()  # whoever ended it: nothing is asked any more

    def _ask(self, column: _Column, scope: Scope, stop: Stop) -> Iterator[Compared]:
        watch, problem = _Watch(), ""
        try:
            with closing(watch.over(self._events(column, scope, stop))) as events:
                for event in events:
                    yield Compared(column.number, event)
        except LocalAssistError as error:
            problem = str(error)
        yield Compared(column.number, watch.answer(column.model, problem, self._conversations))

    def _events(self, column: _Column, scope: Scope, stop: Stop) -> Iterator[AnswerEvent]:
        """The answer's events. Raises `LocalAssistError`."""
        if column.target is None:
            return self._answer.again(column.question_id, scope, stop, column.model, decided=True)
        if column.review is None:
            raise column.refusal or ConsentNeededError(
                "Nothing was sent: it was not approved.", "Ask again and send it, or compare models of this computer."
            )
        return self._elsewhere().send(column.review, stop)


@dataclass(slots=True, eq=False)
class _Column:
    """A column under way; `review` is what was approved, `refusal` why it can't be sent."""

    number: int
    model: str
    target: Target | None
    conversation_id: int = 0
    question_id: int = 0
    review: Review | None = None
    refusal: LocalAssistError | None = None


class _Watch:
    """Takes the time of one column, and keeps which answer is its."""

    def __init__(self) -> None:
        self._asked = datetime.now(UTC)
        self._began = time.perf_counter()
        self._first_word: float | None = None
        self._answer: Message | None = None
        self._route: Route | None = None

    def over(self, events: Iterator[AnswerEvent]) -> Generator[AnswerEvent]:
        """The events, looked at as they pass."""
        for event in events:
            if isinstance(event, Asked | Finished):
                self._answer = event.answer
            elif isinstance(event, Routed):
                self._route = event.route
            elif isinstance(event, TokenDelta) and self._first_word is None:
                self._first_word = time.perf_counter() - self._began
            yield event

    def answer(self, model: str, problem: str, conversations: ConversationStore) -> ComparedAnswer:
        """What came of it: the answer as it is stored, also where it ended with a problem."""
        seconds = time.perf_counter() - self._began
        text, evidence = "", Evidence(route=self._route)
        if self._answer is not None:
            try:
                stored = conversations.message(self._answer.id)
                text, evidence = stored.text, stored.evidence
            except NotFoundError:  # nothing came of it, so nothing was kept
                pass
        return ComparedAnswer(model, text, evidence, self._asked, seconds, self._first_word, problem)
