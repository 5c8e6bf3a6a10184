"""The way to one provider over the door: what is sent is what was shown, and nothing is told besides."""

from __future__ import annotations

from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.cloud.entries import Entry
    from localassist.adapters.network import NetworkDoor
    from localassist.domain.privacy import Purpose
    from localassist.domain.stopping import Stop

_PASS: Final = frozenset({"accept", "anthropic-version", "connection", "content-length", "content-type", "host"})
"""Headers that an API needs. The clients add others that describe this computer, or that variables of the environment
name; none of them leaves."""
_WHO: Final = "localassist"
_REQUEST_LEAVES: Final = "http11.send_request_headers.started"  # as httpcore2 2.12 traces it (_sync/http11.py)


class Talk:
    """Connections to a provider while a block lasts; `left` once a request began to leave."""

    def __init__(self, client: Any, entry: Entry, key: str) -> None:
        self.client = client
        self.entry = entry
        self.left = False
        self._key = key
        client.event_hooks = {"request": [self._strip]}

    def _strip(self, request: Any) -> None:
        for name in [name for name in request.headers if name.lower() not in _PASS]:
            del request.headers[name]
        request.headers["User-Agent"] = _WHO
        request.headers["Accept-Encoding"] = "identity"  # little can unpack to very much
        if self._key:
            request.headers["Authorization"] = f"Bearer {self._key}"
        request.extensions = {**request.extensions, "trace": self._note}

    def _note(self, name: str, _info: object) -> None:
        self.left = self.left or name == _REQUEST_LEAVES


@dataclass(frozen=True, slots=True)
class Line:
    """The way to the provider of an `entry`; `silence_s` is how long it may say nothing."""

    entry: Entry
    door: NetworkDoor
    key: str = field(repr=False)
    silence_s: float

    @contextmanager
    def open(self, reason: str, stop: Stop, purpose: Purpose | None = None) -> Iterator[Talk]:
        """A talk that `stop` ends; the ledger names the reason and the purpose."""
        with self.door.client(reason, self.silence_s, stop, purpose) as client:
            yield Talk(client, self.entry, self.key)
