"""Providers, their keys and their prices in memory, for tests of what leans on them."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.outbound import Target
from localassist.domain.ports.cloud import CloudModel, KeyState, Price, Prices, Provider, Providers
from localassist.domain.privacy import Destination

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.domain.stopping import Stop

ALPHA = Provider(
    "alpha",
    "Alpha",
    "https://api.alpha.example/v1",
    Destination.CLOUD,
    region="Alpha runs its models in Ruritania.",
    retention="Alpha keeps what is sent for 30 days.",
    source="https://alpha.example/privacy",
    keys_at="https://alpha.example/keys",
)
BETA = Provider("beta", "Beta", "https://api.beta.example/v1", Destination.CLOUD, keys_at="https://beta.example/keys")
PRICE = Price(1.25, 10.0, "a list of prices")


def model(model: str, called: str = "", **known: object) -> CloudModel:
    """A model that the provider Alpha lists."""
    return replace(CloudModel(Target(ALPHA.id, model), called), **known)  # type: ignore[arg-type]


@dataclass
class FakeProviders(Providers):
    """`listing` is what each lists or raises, `lasting` whether there is a keyring, `sticks` whether a key can't be
    removed; `broken` is raised for keys. `happened` is told of each call.
    """

    lasting: bool = True
    listing: dict[str, tuple[CloudModel, ...] | LocalAssistError] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    servers: dict[str, Provider] = field(default_factory=dict)
    sticks: bool = False
    broken: LocalAssistError | None = None
    happened: Callable[[str], object] = lambda _what: None

    @override
    def all(self) -> tuple[Provider, ...]:
        self.happened("all")
        return (ALPHA, BETA, *self.servers.values())

    @override
    def get(self, provider_id: str) -> Provider:
        for provider in self.all():
            if provider.id == provider_id:
                return provider
        raise NotFoundError(f"There is no provider {provider_id}.", "Choose another model.")

    @override
    def add_server(self, name: str, address: str) -> Provider:
        self.happened("add_server")
        if "://" not in address:
            raise LocalAssistError(f"{address} is no address.", "It begins with http:// or https://.")
        where = Destination.THIS_COMPUTER if "127.0.0.1" in address else Destination.YOUR_SERVER
        self.servers[name.lower()] = server = Provider(name.lower(), name, address, where, needs_key=False)
        return server

    @override
    def remove_server(self, provider_id: str) -> None:
        self.happened("remove_server")
        self.keys.pop(provider_id, None)
        del self.servers[provider_id]

    @override
    def key(self, provider_id: str) -> KeyState:
        self.happened("key")
        if self.broken:
            raise self.broken
        key = self.keys.get(provider_id, "")
        return KeyState(f"…{key[-4:]}", self.lasting) if key else KeyState()

    @override
    def keep_key(self, provider_id: str, key: str) -> KeyState:
        self.happened("keep_key")
        if self.broken:
            raise self.broken
        self.keys[provider_id] = key
        return self.key(provider_id)

    @override
    def remove_key(self, provider_id: str) -> bool:
        self.happened("remove_key")
        if not self.sticks:
            del self.keys[provider_id]
        return not self.sticks

    @override
    def make_ready(self, provider_id: str) -> None:
        self.happened("make_ready")

    @override
    def models(self, provider_id: str, stop: Stop) -> tuple[CloudModel, ...]:
        self.happened("models")
        stop.raise_if_requested()
        listed = self.listing.get(provider_id, ())
        if isinstance(listed, LocalAssistError):
            raise listed
        return listed


@dataclass
class FakePrices(Prices):
    """`known` are prices by the model's name."""

    known: dict[str, Price] = field(default_factory=dict)
    contexts: dict[str, int] = field(default_factory=dict)

    @override
    def of(self, provider: Provider, model: str) -> Price | None:
        return self.known.get(model)

    @override
    def context_length(self, provider: Provider, model: str) -> int:
        return self.contexts.get(model, 0)
