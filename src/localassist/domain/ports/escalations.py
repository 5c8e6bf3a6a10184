"""What is remembered of asking elsewhere: consents, what was spent, which model a conversation asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from datetime import datetime

    from localassist.domain.outbound import Consent, Target


@dataclass(frozen=True, slots=True)
class Spending:
    """One question that was sent; `cost` is US dollars, None where no price is known."""

    time: datetime
    target: Target
    prompt_tokens: int
    answer_tokens: int
    cost: float | None


@dataclass(frozen=True, slots=True)
class RememberedConsent:
    """A consent that is remembered for a conversation, with the conversation's title and the provider's id."""

    conversation_id: int
    title: str
    provider: str
    consent: Consent


class EscalationStore(Protocol):
    """All of it is in the database. Safe to call from any thread; all raise `StorageError`."""

    def remember_consent(self, conversation_id: int, provider: str, consent: Consent) -> None:
        """Remember that what asks first may go from this conversation to that provider without a review each time."""

    def consent(self, conversation_id: int, provider: str) -> Consent | None:
        """What was remembered."""

    def consents(self) -> tuple[RememberedConsent, ...]:
        """All that are remembered, the newest first."""

    def withdraw_consents(self, conversation_id: int | None = None) -> int:
        """Forget the consents of a conversation, None: of all; how many there were."""

    def choose_target(self, conversation_id: int, target: Target | None) -> None:
        """The model that a conversation's questions are for; None: this computer's."""

    def target(self, conversation_id: int) -> Target | None:
        """The model that was chosen for a conversation."""

    def reserve(self, spending: Spending) -> int:
        """Note before sending what a question may cost at most; gives its number. It counts until it is settled."""

    def settle(self, number: int, prompt_tokens: int, answer_tokens: int, cost: float | None) -> None:
        """Note what it did cost; 0 tokens and 0.0 where nothing was sent."""

    def spendings(self, since: datetime) -> tuple[Spending, ...]:
        """What was spent or reserved from then on, oldest first; deleting a conversation leaves these."""

    def private_words(self) -> tuple[str, ...]:
        """The words that the user wants replaced in whatever is sent."""

    def set_private_words(self, words: tuple[str, ...]) -> None:
        """Replace that list; blank words and repetitions are left out."""
