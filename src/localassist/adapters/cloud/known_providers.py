"""The providers that can be asked, the keys for them in the keyring, and the models that they list."""

from __future__ import annotations

import re
import threading
from functools import cached_property
from typing import TYPE_CHECKING, Final, Protocol

from typing_extensions import override

from localassist.adapters.cloud.addresses import checked_address
from localassist.adapters.cloud.anthropic_dialect import AnthropicDialect
from localassist.adapters.cloud.entries import Entry, own_server, read_companies
from localassist.adapters.cloud.failures import is_broken_line
from localassist.adapters.cloud.line import Line
from localassist.adapters.cloud.openai_dialect import OpenAIDialect
from localassist.adapters.cloud.refusals import Kind, RefusalError, key_hint, unreachable, worded
from localassist.domain.errors import CloudError, LocalAssistError, NetworkError, NotFoundError
from localassist.domain.outbound import Target
from localassist.domain.ports.cloud import CloudModel, KeyState, Providers

if TYPE_CHECKING:
    from collections.abc import Callable, Collection

    from localassist.adapters.network import NetworkDoor
    from localassist.domain.ports.cloud import Prices, Provider
    from localassist.domain.stopping import Stop

_KEY: Final = re.compile(r"[!-~]+")
"""What a header takes; others would end in an error that shows them."""
_SHOWN: Final = 4
_SHORTEST_SHOWN: Final = 12
"""Of shorter keys the last characters would tell too much."""
_SILENCE_S: Final = 30.0


class Secrets(Protocol):
    """Where keys are kept."""

    def get(self, name: str) -> str | None:
        """The secret of that name, None when there is none."""
        ...

    def set(self, name: str, secret: str) -> bool:
        """Keep a secret; False: for this run only."""
        ...

    def delete(self, name: str) -> None:
        """Forget a secret."""
        ...

    def is_lasting(self, name: str) -> bool:
        """Whether the secret of that name, if there is one, outlasts this run."""
        ...


class Servers(Protocol):
    """Where the user's own servers are kept."""

    def servers(self) -> tuple[tuple[str, str, str], ...]:
        """Id, name and address of each."""
        ...

    def add(self, name: str, address: str, taken: Collection[str] = ()) -> str:
        """Remember one; gives an id that is none of those `taken`."""
        ...

    def remove(self, server_id: str) -> None:
        """Forget one. Raises `NotFoundError`."""
        ...


Dialect = OpenAIDialect | AnthropicDialect


class KnownProviders(Providers):
    """The companies that come along with the program, and the user's own servers. Making it opens nothing."""

    def __init__(self, secrets: Secrets, servers: Callable[[], Servers], door: NetworkDoor, prices: Prices) -> None:
        self._secrets = secrets
        self._servers = servers
        self._door = door
        self._prices = prices

    @override
    def all(self) -> tuple[Provider, ...]:
        return tuple(entry.provider for entry in (*self._companies, *self._own()))

    @override
    def get(self, provider_id: str) -> Provider:
        return self._entry(provider_id).provider

    @override
    def add_server(self, name: str, address: str) -> Provider:
        if not name.strip():
            raise LocalAssistError("The server has no name.", "Give it one; it is what you will see.")
        kept = checked_address(address)
        for known in (entry.provider for entry in self._own()):
            if known.address.casefold() == kept.casefold():
                raise LocalAssistError(
                    f"That address is known already: it is the server {known.name} ({known.id}).",
                    "Use that one, or remove it first.",
                )
        taken = [entry.provider.id for entry in self._companies]
        return own_server(self._servers().add(name.strip(), kept, taken), name.strip(), kept).provider

    @override
    def remove_server(self, provider_id: str) -> None:
        if any(entry.provider.id == provider_id for entry in self._companies):
            raise NotFoundError(f"{provider_id} is no server of your own.", "It can't be removed, but its key can be.")
        self._entry(provider_id)
        self._secrets.delete(_secret_name(provider_id))  # first: a key without its server would be found by nobody
        self._servers().remove(provider_id)

    @override
    def key(self, provider_id: str) -> KeyState:
        name = _secret_name(self.get(provider_id).id)
        return KeyState(_masked(self._secrets.get(name) or ""), self._secrets.is_lasting(name))

    @override
    def keep_key(self, provider_id: str, key: str) -> KeyState:
        key = key.strip()
        if not _KEY.fullmatch(key):
            raise LocalAssistError("The key has characters that no key has, or none.", "Copy it anew.")
        lasting = self._secrets.set(_secret_name(self.get(provider_id).id), key)
        return KeyState(_masked(key), lasting)

    @override
    def remove_key(self, provider_id: str) -> bool:
        name = _secret_name(self.get(provider_id).id)
        self._secrets.delete(name)
        return self._secrets.get(name) is None

    @override
    def models(self, provider_id: str, stop: Stop) -> tuple[CloudModel, ...]:
        line = self.line(provider_id, _SILENCE_S)
        provider = line.entry.provider
        try:
            with line.open("list models", stop) as talk:
                listed = dialect_of(line.entry).models(talk)
        except RefusalError as error:
            nothing_there = error.kind is Kind.MODEL  # which is said of a path, too
            failure = worded(RefusalError(Kind.STRANGE) if nothing_there else error, provider, "for its models")
        except NetworkError as error:
            if not is_broken_line(error):
                raise
            failure = unreachable(provider)
        else:
            return tuple(
                CloudModel(
                    Target(provider.id, model.id),
                    model.name,
                    model.context_length or self._prices.context_length(provider, model.id),
                    self._prices.of(provider, model.id),
                    model.vision,
                    model.tools,
                    model.reasoning,
                )
                for model in sorted(listed, key=lambda model: model.id.casefold())
            )
        raise failure

    @override
    def make_ready(self, provider_id: str) -> None:
        dialect = dialect_of(self._entry(provider_id))
        threading.Thread(target=dialect.read_client, name="reading a client", daemon=True).start()

    def line(self, provider_id: str, silence_s: float) -> Line:
        """The way to a provider, with its key. Raises `NotFoundError`, `CloudError` where a key is missing."""
        entry = self._entry(provider_id)
        key = self._secrets.get(_secret_name(provider_id)) or ""
        if entry.provider.needs_key and not key:
            raise CloudError(f"There is no key for {entry.provider.name} yet.", key_hint(entry.provider))
        return Line(entry, self._door, key, silence_s)

    @cached_property
    def _companies(self) -> tuple[Entry, ...]:
        return read_companies()

    def _own(self) -> list[Entry]:
        return [own_server(*server) for server in self._servers().servers()]

    def _entry(self, provider_id: str) -> Entry:
        for entry in (*self._companies, *self._own()):
            if entry.provider.id == provider_id:
                return entry
        raise NotFoundError(
            f"There is no provider {provider_id}.",
            "The settings list those there are, and so does `localassist cloud providers`.",
        )


def dialect_of(entry: Entry) -> Dialect:
    """How a provider is spoken to."""
    return AnthropicDialect() if entry.dialect == "anthropic" else OpenAIDialect()


def _secret_name(provider_id: str) -> str:
    return f"provider:{provider_id}"


def _masked(key: str) -> str:
    """Its last characters; of a short one none, only that it is there."""
    if len(key) < _SHORTEST_SHOWN:
        return "…" if key else ""
    return f"…{key[-_SHOWN:]}"
