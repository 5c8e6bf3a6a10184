"""Models that run elsewhere: who has them, what they cost, and how they are asked."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Figures
    from localassist.domain.events import GenerationEvent
    from localassist.domain.outbound import Outbound, Target
    from localassist.domain.privacy import Destination
    from localassist.domain.stopping import Stop


@dataclass(frozen=True, slots=True)
class Provider:
    """Somebody who answers: a company, or a server of the user's own, which speaks as OpenAI does.

    `address` is the beginning of its API's addresses. `region` and `retention` are sentences, as far as its own pages
    say ("" where they don't), `source` the page. `keys_at` is where keys are made. `needs_key`: none answers without.
    """

    id: str
    name: str
    address: str
    destination: Destination
    region: str = ""
    retention: str = ""
    source: str = ""
    keys_at: str = ""
    needs_key: bool = True


@dataclass(frozen=True, slots=True)
class Price:
    """US dollars for a million tokens, of what is sent and of what comes back; `source` names who says so, and when."""

    sent: float
    received: float
    source: str = ""

    def cost(self, prompt_tokens: int, answer_tokens: int) -> float:
        """US dollars for so many tokens."""
        return (prompt_tokens * self.sent + answer_tokens * self.received) / 1_000_000


@dataclass(frozen=True, slots=True)
class CloudModel:
    """A model that a provider lists. `context_length` is tokens, 0 where it does not say; `price` None: unknown.

    The capabilities are those that are known: False may mean that nobody said.
    """

    target: Target
    name: str = ""
    context_length: int = 0
    price: Price | None = None
    vision: bool = False
    tools: bool = False
    reasoning: bool = False


@dataclass(frozen=True, slots=True)
class KeyState:
    """Whether there is a key of a provider. `masked` shows its last characters alone ("…3fa9"), "" for none.

    `lasting`: it is in the system's keyring; else it is kept until the program ends.
    """

    masked: str = ""
    lasting: bool = False


class Providers(Protocol):
    """The providers that can be asked, and the keys for them. Safe to call from any thread, except the GUI's.

    All raise `NotFoundError` for an unknown provider and `LocalAssistError` when the keyring does not answer.
    """

    def all(self) -> tuple[Provider, ...]:
        """The known ones by name, then the user's own servers."""

    def get(self, provider_id: str) -> Provider:
        """One of them."""

    def add_server(self, name: str, address: str) -> Provider:
        """Remember a server that speaks as OpenAI does.

        Raises `LocalAssistError` for an address that is none, or that of a server which is remembered.
        """

    def remove_server(self, provider_id: str) -> None:
        """Forget a server, with its key."""

    def key(self, provider_id: str) -> KeyState:
        """What there is of a key."""

    def keep_key(self, provider_id: str, key: str) -> KeyState:
        """Keep a key, in place of the one there was."""

    def remove_key(self, provider_id: str) -> bool:
        """Forget a key; True once it was looked for again and is not there."""

    def models(self, provider_id: str, stop: Stop) -> tuple[CloudModel, ...]:
        """What the provider lists just now, chat models only as far as can be told, by name: one harmless call.

        Raises `CloudError` or another `NetworkError`, saying what is wrong with the key too.
        """

    def make_ready(self, provider_id: str) -> None:
        """Read beside what asking that provider takes, so that a question need not wait for it; returns at once."""


class Prices(Protocol):
    """What models cost, by what the program brings along: nothing is asked."""

    def of(self, provider: Provider, model: str) -> Price | None:
        """The price of a model, None where it is not known. What runs on the user's own servers costs nothing."""

    def context_length(self, provider: Provider, model: str) -> int:
        """How many tokens a model holds, 0 where it is not known."""


@dataclass(frozen=True, slots=True)
class CloudEnded:
    """The last event of a cloud model: why it ended (as `Generated.reason`), what it used, how providers name it.

    `request_id` is what a provider's support asks for, "" where it gives none. `cost` is US dollars, None where no
    price is known.
    """

    reason: str
    figures: Figures
    request_id: str = ""
    cost: float | None = None


class CloudModels(Protocol):
    """Asks models elsewhere."""

    def generate(self, outbound: Outbound, stop: Stop) -> Iterator[GenerationEvent | CloudEnded]:
        """Send it and yield what comes: `ReasoningDelta`, `ReasoningEnded`, `TokenDelta` ..., one `CloudEnded`.

        Nothing is sent again once any of an answer came, or may be on its way. Raises `CloudError` with what the
        provider says in a sentence, another `NetworkError`, `OfflineError`, and `Stopped` on request.
        """
