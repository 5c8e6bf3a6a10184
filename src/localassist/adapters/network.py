"""The one door out: every connection that leaves this computer is opened, counted, recorded or refused here."""

from __future__ import annotations

import logging
import os
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager, suppress
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.accounting import Account
from localassist.adapters.way_out import WayOut
from localassist.domain.errors import NetworkError, OfflineError, StorageError
from localassist.domain.privacy import Destination, Traffic, destination_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    import httpx2

    from localassist.domain.ports.ledger import Ledger
    from localassist.domain.privacy import Outcome, Purpose
    from localassist.domain.stopping import Stop

log = logging.getLogger(__name__)

PAST_THE_DOOR: Final = "tried to connect past the door"
"""The reason in the ledger of what the guard of the process refused: nobody gave one."""
CONNECTS_S: Final = 10.0
"""A host that is there takes a connection within this time."""

# Where each audit event carries its address.
_ADDRESSES: Final = {"socket.bind": 1, "socket.connect": 1, "socket.sendmsg": 1, "socket.sendto": 1}
# Looking a name up tells a server about it, so that is a connection too.
_NAMES: Final = frozenset(f"socket.{name}" for name in ("getaddrinfo", "gethostbyaddr", "gethostbyname", "getnameinfo"))
_LISTEN: Final = "socket.bind"
# Windows has no socket pairs: event loops connect to themselves over loopback. Elsewhere loopback is refused as well,
# since a proxy that listens there leads outside.
_PAIRS_CONNECT: Final = sys.platform == "win32"


class OutsideDoorError(NetworkError, PermissionError):
    """A library tried to connect by itself; an `OSError` too, so that it is taken for a network that is down."""


class UnrecordedError(NetworkError):
    """A request was refused because it could not be written to the ledger."""


class NetworkDoor:
    """Opens connections for the app and refuses all others of this process; safe to use from any thread.

    `offline` is asked before every connection. Bytes are counted as handed to the connection, before encryption.
    Every request is written to the ledger before it leaves and again when it ends, what is refused too; None keeps
    no ledger, which is for benchmarks and tests against servers of their own.
    """

    def __init__(self, offline: Callable[[], bool], ledger: Callable[[], Ledger] | None = None) -> None:
        self._offline = offline
        self._ledger = ledger
        # What the guard refuses may hold the database itself just then, so it is written from another thread.
        self._noting = ThreadPoolExecutor(1, "refusals")
        self._account: ContextVar[Account | None] = ContextVar("account", default=None)
        self._lock = threading.Lock()
        self._traffic = Traffic()
        self._passing: ContextVar[bool] = ContextVar("passing", default=False)

    @property
    def traffic(self) -> Traffic:
        """What passed so far."""
        return self._traffic

    def client(
        self, reason: str, timeout: float = 30.0, stop: Stop | None = None, purpose: Purpose | None = None
    ) -> httpx2.Client:
        """An HTTP client whose every byte passes this door; `timeout` is seconds of silence.

        `reason` is what the ledger says its requests are for, in a few words, `purpose` what else it keeps of them;
        of their headers it keeps nothing. They raise `OfflineError` while the
        offline switch is on, `UnrecordedError` when the ledger can't be written, `Stopped` once `stop` was requested,
        also while they wait for bytes, and `NetworkError` when they fail. Proxies and certificates are as the
        environment names them.
        """
        import httpx2

        from localassist.adapters.http_transport import open_client

        waits = httpx2.Timeout(timeout, connect=min(timeout, CONNECTS_S))
        return open_client(self, WayOut.find(os.environ), waits, reason, stop, purpose)

    def guard_process(self) -> None:
        """Refuse every connection that Python code opens past this door, from now on and for good."""
        sys.addaudithook(self._watch)

    def close(self) -> None:
        """Wait until what was refused is written; what is refused later is only logged."""
        self._noting.shutdown()

    def begin(self, host: str, reason: str, purpose: Purpose | None = None, body: bytes | None = None) -> Account:
        """Open the account of a request, which is in the ledger when this returns, with its body if one is given.

        Raises `OfflineError` while the offline switch is on, `UnrecordedError` when the ledger can't be written.
        """
        try:
            self.require_online(host)
        except OfflineError:
            self._note(host, reason, purpose)
            raise
        if self._ledger is None:
            return Account(host, self._account, lambda _account, _outcome: None)
        try:
            ledger = self._ledger()
            number = ledger.begin(host, reason, destination_of(host), purpose, body)
        except StorageError as error:
            raise UnrecordedError(
                f"The connection to {host} was refused because it could not be recorded in the ledger: {error.message}",
                error.hint,
            ) from error

        def ended(account: Account, outcome: Outcome) -> None:
            try:
                ledger.end(number, outcome, account.destination, account.sent, account.received)
            except StorageError as error:
                log.warning("The end of request %d could not be recorded", number, exc_info=error)

        return Account(host, self._account, ended)

    def require_online(self, host: str) -> None:
        """Raise `OfflineError` while the offline switch is on."""
        if self._offline():
            self.count(refused=1)
            raise OfflineError(
                f"The connection to {host} was refused because the offline switch is on.",
                "Turn off the offline switch in the settings if this may be asked. It holds for servers here, too.",
            )

    @contextmanager
    def opening(self, host: str) -> Iterator[None]:
        """Around opening a connection to `host`. Raises `OfflineError` while the offline switch is on."""
        self.require_online(host)
        token = self._passing.set(True)
        try:
            yield
        finally:
            self._passing.reset(token)

    def count(self, sent: int = 0, received: int = 0, refused: int = 0) -> None:
        """Add to the traffic, and to the request that this thread works on: bytes, bytes, connections."""
        account = self._account.get()
        if account is not None:
            account.sent += sent
            account.received += received
        with self._lock:
            was = self._traffic
            self._traffic = Traffic(was.sent + sent, was.received + received, was.refused + refused)

    def _watch(self, event: str, arguments: tuple[Any, ...]) -> None:
        """The audit hook. It runs at every import and every opened file too: what is no socket leaves first."""
        if event in _ADDRESSES:
            host = _host(arguments[_ADDRESSES[event]])
        elif event in _NAMES:
            host = _name(arguments[0])
        else:
            return
        if self._passing.get():
            return
        if host is None or (destination_of(host) is Destination.THIS_COMPUTER and (event == _LISTEN or _PAIRS_CONNECT)):
            return
        self.count(refused=1)
        log.warning("Refused %s to %s", event, host)
        with suppress(RuntimeError):  # the process ends
            self._noting.submit(self._note, host, PAST_THE_DOOR)
        raise OutsideDoorError(
            f"A connection to {host} was refused because it did not go through the app's own door.",
            "Report this: no part of localassist should try that.",
        )

    def _note(self, host: str, reason: str, purpose: Purpose | None = None) -> None:
        """Write a refusal to the ledger; what is refused stays refused where that fails."""
        if self._ledger is None:
            return
        try:
            self._ledger().refuse(host, reason, destination_of(host), purpose)
        except StorageError as error:
            log.warning("A refusal could not be recorded", exc_info=error)


def _host(address: object) -> str | None:
    """Whom an audited address names; None for sockets inside the system, whose address is a path or a number."""
    return _name(address[0]) if isinstance(address, tuple) and address else None


def _name(host: object) -> str | None:
    if isinstance(host, tuple):
        return _host(host)
    if isinstance(host, bytes | bytearray):
        return host.decode(errors="replace")
    return host if isinstance(host, str) else None
