"""The work of questions, run by jobs: where each goes is looked up with the question, not when the window was read."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from localassist.domain.chat import Question
from localassist.domain.events import Undecided
from localassist.usecases.answering import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Sources
    from localassist.domain.documents import Scope
    from localassist.domain.outbound import Target
    from localassist.domain.reviewing import Review
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services

CHOSEN: Final = "You chose this model for this conversation."


@dataclass(frozen=True, slots=True)
class Put:
    """A question as it was written: where (None: in a new conversation), after what, and to which documents.

    `target` is the model elsewhere that was chosen for a conversation which is not stored yet.
    """

    conversation_id: int | None
    parent_id: int | None
    text: str
    sources: Sources
    target: Target | None = None


class Asking:
    """Generators over the use cases; each is run on a worker."""

    def __init__(self, services: Services) -> None:
        self._services = services

    def ask(self, put: Put, stop: Stop) -> Iterator[object]:
        """Store the conversation if it is new, then answer; or prepare what is sent, where it is for a model elsewhere.

        Yields the conversation if it was new, then what answering or preparing yields.
        """
        conversation_id = put.conversation_id
        if conversation_id is None:
            made = self._services.conversations.create(title_of(put.text), "")
            conversation_id = made.id
            self._services.conversations.keep_sources(made.id, put.sources)
            if put.target is not None:
                self._services.escalation().store.choose_target(made.id, put.target)
            yield replace(made, sources=put.sources)
        target = self._services.escalation().store.target(conversation_id)
        if target is None:
            question = Question(conversation_id, put.parent_id, put.text, put.sources.scope)
            yield from self._services.answer(question, stop)
        else:
            stored = self._services.conversations.store_question(conversation_id, put.parent_id, put.text)
            yield Undecided(stored, CHOSEN)
            yield from self.elsewhere(stored.id, put.sources.scope, target, CHOSEN, stop)

    def again(self, question_id: int, scope: Scope, stop: Stop) -> Iterator[object]:
        """Answer a question once more, with the model that its conversation is for."""
        conversation_id = self._services.conversations.message(question_id).conversation_id
        target = self._services.escalation().store.target(conversation_id)
        if target is None:
            yield from self._services.answer.again(question_id, scope, stop)
        else:
            yield from self.elsewhere(question_id, scope, target, CHOSEN, stop)

    def here(self, question_id: int, scope: Scope, stop: Stop) -> Iterator[object]:
        """Answer a stored question on this computer, as the user decided."""
        return self._services.answer.again(question_id, scope, stop, decided=True)

    def elsewhere(self, question_id: int, scope: Scope, target: Target, reason: str, stop: Stop) -> Iterator[object]:
        """Prepare what would be sent of a stored question."""
        return self._services.escalation().prepare(question_id, scope, target, reason, stop)

    def send(
        self,
        review: Review,
        remember: bool,  # noqa: FBT001  jobs are handed their arguments by place
        reviewed: bool,  # noqa: FBT001  jobs are handed their arguments by place
        stop: Stop,
    ) -> Iterator[object]:
        """Send what was reviewed, or what a consent from before covers."""
        return self._services.escalation().send(review, stop, remember=remember, reviewed=reviewed)
