"""Who can be asked and how they are spoken to: the companies of providers.toml, and servers of the user's own."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from importlib.resources import files
from typing import Any
from urllib.parse import urlsplit

from localassist.domain.ports.cloud import Provider
from localassist.domain.privacy import Destination, destination_of


@dataclass(frozen=True, slots=True)
class Entry:
    """A provider and how it is spoken to: `dialect` names the API, `limit` what the bound of an answer is called in it.

    `tells_usage`: it says what a question used only where it is asked to. `key_path` is what only a right key opens,
    where anybody may see the list of models.
    """

    provider: Provider
    dialect: str = "openai"
    limit: str = "max_tokens"
    tells_usage: bool = True
    key_path: str = ""

    @property
    def host(self) -> str:
        """Whom its requests go to."""
        return urlsplit(self.provider.address).hostname or ""


def read_companies() -> tuple[Entry, ...]:
    """The companies that come along with the program, by name."""
    text = files("localassist.adapters.cloud").joinpath("providers.toml").read_text(encoding="utf-8")
    return tuple(sorted(map(_company, tomllib.loads(text)["provider"]), key=lambda entry: entry.provider.name))


def own_server(server_id: str, name: str, address: str) -> Entry:
    """A server of the user's own; where it stands is told from its address."""
    where = destination_of(urlsplit(address).hostname or "")
    return Entry(Provider(server_id, name, address, where, needs_key=False))


def _company(entry: dict[str, Any]) -> Entry:
    provider = Provider(
        entry["id"],
        entry["name"],
        entry["address"],
        Destination.CLOUD,
        entry.get("region", ""),
        entry.get("retention", ""),
        entry.get("source", ""),
        entry["keys_at"],
    )
    return Entry(provider, entry["dialect"], entry["limit"], entry.get("tells_usage", True), entry.get("key_path", ""))
