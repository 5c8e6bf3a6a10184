"""Makes the review of what would be sent, and makes it anew as the user changes it."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import NeverLeavesError
from localassist.domain.labels import Sensitivity
from localassist.domain.outbound import Identifier, MatterKind, Recognised
from localassist.domain.private_words import find_words
from localassist.domain.reviewing import Piece, Review, Revision
from localassist.usecases.budgeting import estimated_tokens
from localassist.usecases.clearing import fixed_words
from localassist.usecases.redacting import Redactor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.outbound import Consent, Matter, Replacement, Target
    from localassist.domain.ports.cloud import Prices, Providers
    from localassist.domain.ports.escalations import EscalationStore
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.settings import Settings
    from localassist.usecases.budgeting import Budget
    from localassist.usecases.labelling import Told

_OFFLINE: Final = "The offline switch is on."
_NOBODY: Final = "nobody, as you chose in the settings"
_NOBODY_BUT: Final = f"{_NOBODY}; your private words are replaced"
_PARTNERS: Final = {"q": "a", "a": "q"}


class _OwnWords:
    """The recogniser of somebody who wants nothing replaced but the private words, which were listed on purpose."""

    def __init__(self, words: Sequence[str]) -> None:
        self._words = words
        self.name = _NOBODY_BUT if words else _NOBODY

    def __call__(self, text: str) -> Sequence[Recognised]:
        return [Recognised(Identifier.WORD, *span) for span in find_words(text, self._words)]


class MakeReview:
    """Everything of a review but where its matter comes from."""

    def __init__(
        self,
        providers: Providers,
        prices: Prices,
        store: EscalationStore,
        settings: SettingsStore,
        redactor: Redactor,
        budget: Budget,
    ) -> None:
        self._providers = providers
        self._prices = prices
        self._store = store
        self._settings = settings
        self._redactor = redactor
        self._budget = budget

    def __call__(self, told: Told, matters: Sequence[Matter], target: Target, reason: str) -> Review:
        """The review as it is first shown. Raises `NeverLeavesError` where the question itself never leaves."""
        settings = self._settings.load()
        question = next(matter for matter in matters if matter.kind is MatterKind.QUESTION)
        if question.labelled.sensitivity is Sensitivity.NEVER:
            raise NeverLeavesError(
                f"This question never leaves this computer, because of {question.labelled.by}.",
                "Answer it here, or change the label if it is wrong.",
            )
        provider = self._providers.get(target.provider)
        never = [matter for matter in matters if matter.labelled.sensitivity is Sensitivity.NEVER]
        kept = {matter.key for matter in never}
        review = Review(
            question_id=told.question.id,
            conversation_id=told.number,
            target=target,
            provider=provider,
            reason=reason,
            pieces=tuple(Piece(matter, matter.text) for matter in matters if matter.key not in kept),
            withheld=tuple(never),
            passages=told.passages,
            replacements=(),
            recogniser="",
            tokens=0,
            answer_tokens=settings.max_answer_tokens + settings.max_reasoning_tokens,
            price=self._prices.of(provider, target.model),
            cost=None,
            remembered=self._remembered(told, matters, target),
        )
        return self._fitted(self.revised(review, Revision()))

    def context_length(self, target: Target) -> int:
        """How many tokens a model holds, 0 where nobody says. Raises `NotFoundError`."""
        return self._prices.context_length(self._providers.get(target.provider), target.model)

    def make_ready(self, target: Target) -> None:
        """Let what asking takes be read while the review is."""
        self._providers.make_ready(target.provider)

    def revised(self, review: Review, revision: Revision) -> Review:
        """The review as the user changed it: `revision` holds all changes, not the last alone."""
        settings = self._settings.load()
        unticked = revision.unticked | {_partner(key) for key in revision.unticked}
        pieces = tuple(
            replace(piece, ticked=piece.is_required or piece.matter.key not in unticked) for piece in review.pieces
        )
        words = [revision.edited.get(piece.matter.key, piece.matter.text) for piece in pieces]
        redactor = self._redactor if settings.redact else Redactor(_OwnWords(self._store.private_words()))
        redacted = redactor(words, shown=revision.shown, hidden=revision.hidden)
        pieces = tuple(
            replace(piece, text=text, edited=piece.matter.key in revision.edited)
            for piece, text in zip(pieces, redacted.texts, strict=True)
        )
        changed = replace(
            review,
            pieces=pieces,
            recogniser=redactor.name,
            revision=revision,
            replacements=_standing(redacted.replacements, pieces),
        )
        return self._reckoned(changed, settings)

    def _fitted(self, review: Review) -> Review:
        """Without the oldest messages where the model holds no more, as far as anybody says what it holds."""
        context = self.context_length(review.target)
        earlier = [piece.matter.key for piece in review.pieces if piece.matter.kind is MatterKind.EARLIER_QUESTION]
        while context and earlier and review.tokens > context - min(review.answer_tokens, context // 4):
            unticked = review.revision.unticked | {earlier.pop(0)}
            review = self.revised(review, replace(review.revision, unticked=unticked))
        return review

    def _reckoned(self, review: Review, settings: Settings) -> Review:
        """With what it costs, and what is in its way."""
        sent = [piece.text for piece in review.sent]
        tokens = sum(map(estimated_tokens, [*sent, fixed_words(review)]))
        cost = review.price.cost(tokens, review.answer_tokens) if review.price else None
        obstacle = _OFFLINE if settings.offline else self._budget.obstacle(cost)
        return replace(review, tokens=tokens, cost=cost, obstacle=obstacle)

    def _remembered(self, told: Told, matters: Sequence[Matter], target: Target) -> Consent | None:
        """A consent from before, where it covers all of this: what asks first, or is made of that, went before."""
        asking = {
            matter.key
            for matter in matters
            if matter.kind is MatterKind.PASSAGE and matter.labelled.sensitivity is Sensitivity.ASK
        }
        fresh = {told.document_of(key) for key in asking} - told.sent_before(target.provider)
        return None if fresh or told.is_fresh(target.provider) else self._store.consent(told.number, target.provider)


def _standing(replacements: Sequence[Replacement], pieces: Sequence[Piece]) -> tuple[Replacement, ...]:
    """The replacements that stand in what is sent, with how often each does."""
    sent = [piece.text for piece in pieces if piece.ticked]
    counted = [replace(each, count=sum(text.count(each.placeholder) for text in sent)) for each in replacements]
    return tuple(each for each in counted if each.count)


def _partner(key: str) -> str:
    """The question of an earlier answer, or the answer of an earlier question: neither goes without the other."""
    return f"{_PARTNERS[key[0]]}{key[1:]}" if key[:1] in _PARTNERS and key[1:].isdecimal() else key
