"""Where a question may go, and what left this computer."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from datetime import datetime

_PRIVATE: Final = tuple(
    ipaddress.ip_network(each)
    for each in ("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "169.254.0.0/16", "fc00::/7", "fe80::/10")
)
"""Networks that no route leads to from elsewhere: RFC 1918, RFC 3927, RFC 4193, RFC 4291."""


class Destination(StrEnum):
    """Where a question is answered, or a request goes."""

    THIS_COMPUTER = "this computer"
    YOUR_SERVER = "your server"
    CLOUD = "cloud"


@dataclass(frozen=True, slots=True)
class Route:
    """Where a question goes: `model` is empty when passages are quoted without a model; `reason` is a sentence."""

    destination: Destination
    model: str
    reason: str


@dataclass(frozen=True, slots=True)
class Traffic:
    """What passed the one door out since the process started: bytes sent, bytes received, connections refused."""

    sent: int = 0
    received: int = 0
    refused: int = 0


class Outcome(StrEnum):
    """How a request ended: BEGUN is one that has not, or whose process died before its end was written.

    DONE: an answer came, of which was read what was wanted. REFUSED: the offline switch or the guard of the process
    did not let it pass, or not to its end. STOPPED: somebody asked to stop.
    """

    BEGUN = "begun"
    DONE = "done"
    REFUSED = "refused"
    FAILED = "failed"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True)
class Purpose:
    """What a request belongs to: a conversation (0: none) and the consent to it in words ("": none was needed).

    `keep_body`: the ledger keeps what is sent, to the letter, until the conversation is deleted.
    """

    conversation_id: int
    consent: str
    keep_body: bool


class Body(StrEnum):
    """Whether the ledger has what a request sent. ERASED: it had, until the conversation was deleted."""

    NOT_KEPT = "not kept"
    KEPT = "kept"
    ERASED = "erased"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """One request in the ledger: when it began (UTC), to whom and why, the bytes that passed, how it ended.

    The bytes of a request that has not ended are not known and stand as 0. `conversation` is 0 and `consent` "" where
    there is none.
    """

    number: int
    begun: datetime
    host: str
    reason: str
    destination: Destination
    outcome: Outcome
    sent: int = 0
    received: int = 0
    conversation: int = 0
    consent: str = ""
    body: Body = Body.NOT_KEPT

    @property
    def left(self) -> int:
        """Bytes that left this computer."""
        return 0 if self.destination is Destination.THIS_COMPUTER else self.sent


@dataclass(frozen=True, slots=True)
class LedgerSeal:
    """Whether the ledger is whole: its rows, the newest one's hash, and what is wrong in a sentence, if anything."""

    rows: int
    newest: str
    problem: str = ""


def destination_of(host: str) -> Destination:
    """Where an address leads; names whose address is not known count as cloud, except `localhost`."""
    if host == "localhost":
        return Destination.THIS_COMPUTER
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return Destination.CLOUD
    address = getattr(address, "ipv4_mapped", None) or address
    if address.is_loopback:
        return Destination.THIS_COMPUTER
    return Destination.YOUR_SERVER if any(address in network for network in _PRIVATE) else Destination.CLOUD
