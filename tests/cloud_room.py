"""Models elsewhere, put together for tests: keys and servers in memory, companies that stand on this computer."""

from collections.abc import Collection, Iterable
from dataclasses import replace
from datetime import UTC, datetime

from localassist.adapters.cloud.cloud_models import ProviderModels
from localassist.adapters.cloud.entries import Entry, read_companies
from localassist.adapters.cloud.known_providers import KnownProviders
from localassist.adapters.cloud.patience import Patience
from localassist.adapters.cloud.prices import BundledPrices
from localassist.adapters.network import NetworkDoor
from localassist.domain.chat import Role
from localassist.domain.errors import NotFoundError
from localassist.domain.events import ReasoningDelta, TokenDelta
from localassist.domain.labels import Labelled
from localassist.domain.outbound import Cleared, Consent, Matter, MatterKind, Outbound, OutboundTurn, Target
from localassist.domain.ports.cloud import CloudEnded
from localassist.domain.stopping import Stop

KEY = "sk-canary-0123456789abcdef"
QUESTION = "What does the secret plan cost?"
QUICK = Patience(tries=3, first_s=0.001)
CONSENT = Consent(datetime(2026, 11, 25, 12, tzinfo=UTC))


class KeptSecrets:
    """A keyring in memory; `lasting` says whether it claims to be one of the system's."""

    def __init__(self, *, lasting: bool = True) -> None:
        self.kept: dict[str, str] = {}
        self.lasting = lasting

    def get(self, name: str) -> str | None:
        return self.kept.get(name)

    def set(self, name: str, secret: str) -> bool:
        self.kept[name] = secret
        return self.lasting

    def delete(self, name: str) -> None:
        self.kept.pop(name, None)

    def is_lasting(self, name: str) -> bool:
        return self.lasting


class KeptServers:
    """The user's servers in memory."""

    def __init__(self) -> None:
        self.rows: dict[str, tuple[str, str]] = {}

    def servers(self) -> tuple[tuple[str, str, str], ...]:
        return tuple((server_id, *row) for server_id, row in self.rows.items())

    def add(self, name: str, address: str, taken: Collection[str] = ()) -> str:
        server_id = name.lower() if name.lower() not in taken else f"{name.lower()}-2"
        self.rows[server_id] = (name, address)
        return server_id

    def remove(self, server_id: str) -> None:
        if self.rows.pop(server_id, None) is None:
            raise NotFoundError("There is no such server.")


class HereProviders(KnownProviders):
    """The known providers; `address` (one for all) takes the place of the companies' own."""

    def __init__(
        self,
        address: str = "",
        door: NetworkDoor | None = None,
        secrets: KeptSecrets | None = None,
        servers: KeptServers | None = None,
    ) -> None:
        self.secrets = secrets or KeptSecrets()
        self.prices = BundledPrices()
        kept = servers or KeptServers()
        super().__init__(self.secrets, lambda: kept, door or NetworkDoor(offline=lambda: False), self.prices)
        companies = read_companies()
        self.__dict__["_companies"] = tuple(moved(entry, address) for entry in companies) if address else companies
        for entry in companies:
            self.secrets.kept[f"provider:{entry.provider.id}"] = KEY


def moved(entry: Entry, address: str) -> Entry:
    return replace(entry, provider=replace(entry.provider, address=address))


def models_at(
    address: str, door: NetworkDoor | None = None, patience: Patience = QUICK, silence_s: float = 10.0
) -> ProviderModels:
    providers = HereProviders(address, door)
    return ProviderModels(providers, providers.prices, lambda: silence_s, patience)


def outbound(provider: str, model: str = "model-1", text: str = QUESTION, temperature: float | None = None) -> Outbound:
    question = Cleared(Matter("q", MatterKind.QUESTION, text, Labelled()), text, CONSENT)
    turns = (OutboundTurn(Role.SYSTEM, "Answer briefly.", ()), OutboundTurn(Role.USER, "{}", (question,)))
    return Outbound(Target(provider, model), turns, CONSENT, 7, 300, temperature)


class Heard:
    """What came of one question, whatever became of it."""

    def __init__(self, models: ProviderModels, asked: Outbound, stop: Stop | None = None) -> None:
        self.events: list[object] = []
        self.error: Exception | None = None
        try:
            for event in models.generate(asked, stop or Stop()):
                self.events.append(event)
        except Exception as error:  # noqa: BLE001  tests look at it
            self.error = error

    @property
    def text(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, TokenDelta))

    @property
    def reasoning(self) -> str:
        return "".join(event.text for event in self.events if isinstance(event, ReasoningDelta))

    @property
    def ended(self) -> CloudEnded:
        (last,) = (event for event in self.events if isinstance(event, CloudEnded))
        assert last is self.events[-1]
        return last


def chain(error: BaseException | None) -> Iterable[BaseException]:
    """An error and all that stands behind it."""
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__
