"""Asking a model elsewhere: what would be sent is gathered and shown, and sent once the user said so."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import Scope
from localassist.domain.errors import BudgetError, CloudError, ConsentNeededError, LocalAssistError
from localassist.domain.events import Routed
from localassist.domain.outbound import Consent
from localassist.domain.privacy import Destination
from localassist.domain.settings import NO_MODEL
from localassist.usecases.budgeting import estimated_tokens
from localassist.usecases.clearing import clear
from localassist.usecases.drafting import Draft
from localassist.usecases.labelling import Told
from localassist.usecases.quoting import fence_of
from localassist.usecases.recording import GrowingAnswer
from localassist.usecases.restoring import restored
from localassist.usecases.retelling import leans_on, retell
from localassist.usecases.retrieval import LONGEST_QUERY
from localassist.usecases.sending import Sending
from localassist.usecases.widening import widen

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.chat import Message
    from localassist.domain.documents import Passage
    from localassist.domain.events import AnswerEvent
    from localassist.domain.outbound import Outbound, Target
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.cloud import CloudModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.escalations import EscalationStore
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.reviewing import Review, Revision
    from localassist.domain.stopping import Stop
    from localassist.usecases.budgeting import Budget
    from localassist.usecases.concluding import ConcludeAnswer
    from localassist.usecases.gathering import GatherMaterial
    from localassist.usecases.labelling import LabelMatter
    from localassist.usecases.reviewing import MakeReview

_TOKENS_A_PASSAGE: Final = 250
_TIMES_HERE: Final = 2
"""As many passages as a model here gets: models elsewhere lose the thread later."""
_UNKNOWN_CONTEXT: Final = 8192
_PASSAGES_SHARE: Final = 0.5
"""Of the context, that passages may fill."""
_MOST_OF_WHOLE: Final = 100_000
"""Tokens of a document that is read whole: more costs dollars."""
_STANDS: Final = "Nothing was lost: your question is kept, and what this computer answered stands."
_REVIEW_IT: Final = "Review what would be sent."


class TellMatter:
    """What a prompt for elsewhere is made of: the conversation, and the passages that answer the question."""

    def __init__(
        self, conversations: ConversationStore, gather: GatherMaterial, settings: SettingsStore, label: LabelMatter
    ) -> None:
        self.conversations = conversations
        self._gather = gather
        self._settings = settings
        self.label = label

    def search(self, question_id: int, scope: Scope, context: int, stop: Stop) -> Iterator[AnswerEvent | Told]:
        """The search's events, at last what was found. `context` is what the model holds, in tokens."""
        question = self.conversations.message(question_id)
        draft = Draft(question, question, scope, NO_MODEL, GrowingAnswer(self.conversations, question.id))
        draft.history = retell(self.conversations.branch(question.parent_id), self._gather.documents)
        draft.before = leans_on(question.text[:LONGEST_QUERY], draft.history)
        yield from self._gather(draft, stop)
        yield self.told(question, self._fitting(draft, context))

    def told(self, question: Message, passages: Sequence[Passage]) -> Told:
        """What the prompt is made of with these passages, as things are now."""
        conversation = self.conversations.get(question.conversation_id)
        before = self.conversations.branch(question.parent_id)
        system = conversation.system_prompt or self._settings.load().system_prompt
        return Told(conversation, before, question, tuple(passages), system, lasts=self.conversations.lasts)

    def _fitting(self, draft: Draft, context: int) -> tuple[Passage, ...]:
        room = int(_PASSAGES_SHARE * (context or _UNKNOWN_CONTEXT))
        if draft.whole:
            taken, used = [], 0
            for passage in draft.passages:
                used += estimated_tokens(passage.text)
                if used > min(room, _MOST_OF_WHOLE):
                    break
                taken.append(passage)
            return tuple(taken)
        tokens = min(room, _TIMES_HERE * self._settings.load().passages * _TOKENS_A_PASSAGE)
        query = f"{draft.before[:LONGEST_QUERY]}\n{draft.question.text[:LONGEST_QUERY]}".strip()

        def count(texts: Sequence[str]) -> list[int]:
            return [estimated_tokens(text) for text in texts]

        return tuple(widen(query, draft.candidates, self._gather.content, count, tokens)) or draft.passages


class PrepareEscalation:
    """Makes the review of a stored question. Nothing is sent."""

    def __init__(self, tell: TellMatter, make: MakeReview) -> None:
        self._tell = tell
        self._make = make

    def __call__(
        self, question_id: int, scope: Scope, target: Target, reason: str, stop: Stop
    ) -> Iterator[AnswerEvent | Review]:
        """Search as for an answer here, then yield the review. `reason` is a sentence why this model is asked.

        Raises `NeverLeavesError` for a question that never leaves, `NotFoundError` for an unknown provider,
        `StorageError`, and `Stopped` on request.
        """
        context = self._make.context_length(target)
        for event in self._tell.search(question_id, scope, context, stop):
            if isinstance(event, Told):
                review = self._make(event, self._tell.label(event), target, reason)
                self._make.make_ready(target)
                yield review
            else:
                yield event

    def revised(self, review: Review, revision: Revision) -> Review:
        """The review as the user changed it; takes milliseconds, and asks nobody."""
        return self._make.revised(review, revision)


def _too_long(sending: Sending, error: LocalAssistError) -> str:
    """What to think of where a server of the user's own broke off before a word: some do so when it is too much."""
    own = sending.review.provider.destination is not Destination.CLOUD
    if not (own and isinstance(error, CloudError) and error.may_have_arrived):
        return ""
    return (
        f"About {sending.review.tokens:,} tokens were sent: a server whose context is shorter breaks off. Untick some "
        "passages, or start it with a longer context."
    )


def _now() -> datetime:
    return datetime.now(UTC)


class SendEscalation:
    """Sends what was reviewed, and makes an answer of what comes back."""

    def __init__(
        self,
        tell: TellMatter,
        models: CloudModels,
        store: EscalationStore,
        budget: Budget,
        conclude: ConcludeAnswer,
        activity: Activity,
    ) -> None:
        self._tell = tell
        self._conversations = tell.conversations
        self._models = models
        self._store = store
        self._budget = budget
        self._conclude = conclude
        self._activity = activity

    def __call__(
        self, review: Review, stop: Stop, *, remember: bool = False, reviewed: bool = True
    ) -> Iterator[AnswerEvent]:
        """Send it: events as `AnswerQuestion` yields them; the answer is a further one to the question.

        `remember`: this conversation need not ask again for that provider. Where something is kept back that the next
        question would bring along it does ask, and what was remembered is forgotten. `reviewed` False: nobody was
        asked, a consent from before has to cover it. Labels and the budget are looked up once more. Before anything is
        sent: `NeverLeavesError`, `ConsentNeededError`, `BudgetError`. Where it fails and nothing came, no answer is
        kept and the one from before is on show again; what did come is kept. Errors are raised as `LocalAssistError`.
        """
        with self._activity.answering():
            question = self._conversations.message(review.question_id)
            consent = self._consent(review, reviewed=reviewed)
            outbound = self._cleared(review, question, consent)
            if review.obstacle:
                raise BudgetError(f"Nothing was sent. {review.obstacle}", "Change that, or answer on this computer.")
            number = self._budget.reserve(review.target, review.tokens, review.answer_tokens, review.cost)
            sending = Sending(review, outbound, number)
            try:
                if reviewed:
                    self._remember(review, consent, remember=remember)
                answer = self._conversations.answer_again(question.id)
                growing = GrowingAnswer(self._conversations, answer.id)
                draft = Draft(question, answer, Scope(), review.target.name, growing)
                yield from self._conclude(draft, self._work(draft, sending, stop), stop)
            finally:
                self._settle(sending, (0, 0, 0.0))

    def _consent(self, review: Review, *, reviewed: bool) -> Consent:
        if reviewed:
            return Consent(_now())
        kept = self._store.consent(review.conversation_id, review.target.provider) if review.remembered else None
        if kept is None:
            raise ConsentNeededError("Nothing was sent: you were not asked yet whether this may leave.", _REVIEW_IT)
        return replace(kept, remembered=True)

    def _remember(self, review: Review, consent: Consent, *, remember: bool) -> None:
        if review.holds_back:
            self._store.withdraw_consents(review.conversation_id)
        elif remember:
            self._store.remember_consent(review.conversation_id, review.target.provider, consent)

    def _cleared(self, review: Review, question: Message, consent: Consent) -> Outbound:
        told = self._tell.told(question, review.passages)
        words = {piece.matter.key: restored(piece.text, review.replacements) for piece in review.sent}
        fresh = {matter.key: matter for matter in self._tell.label(told, words)}
        return clear(review, fresh, consent, fence_of(told.conversation))

    def _work(self, draft: Draft, sending: Sending, stop: Stop) -> Iterator[AnswerEvent]:
        try:
            yield Routed(sending.begin(draft))
            with draft.timed("elsewhere"):
                yield from sending.heard(draft, self._models.generate(sending.outbound, stop))
        except LocalAssistError as error:
            draft.is_dropped = not draft.growing.text
            sending.is_refused = not (isinstance(error, CloudError) and error.may_have_arrived)
            if draft.is_dropped:
                error.hint = " ".join(filter(None, [error.hint, _too_long(sending, error), _STANDS]))
            raise
        finally:
            draft.note_said()
            self._settle(sending, sending.spent(draft))
        if not draft.growing.text.strip():
            draft.is_dropped = True
            draft.check()
        self._conclude.prove(draft, stop, complete=True)

    def _settle(self, sending: Sending, spent: tuple[int, int, float | None]) -> None:
        """Note once what it did cost."""
        if not sending.is_settled:
            sending.is_settled = True
            # A full disk takes no answer away: what it may have cost at most stays noted.
            with suppress(LocalAssistError):
                self._store.settle(sending.number, *spent)
