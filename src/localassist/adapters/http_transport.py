"""HTTP over the one door: an httpx2 transport whose sockets the door opens and whose bytes it counts."""

from __future__ import annotations

import math
import threading
import time
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any, Final, Protocol

from typing_extensions import override

from localassist.adapters.connecting import LOOKS_UP_S, wait_for
from localassist.domain.errors import NetworkError
from localassist.domain.privacy import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from contextlib import AbstractContextManager

    import httpcore2
    import httpx2

    from localassist.adapters.accounting import Account
    from localassist.adapters.way_out import Proxy, WayOut
    from localassist.domain.privacy import Purpose
    from localassist.domain.stopping import Stop

READ_AT_ONCE: Final = 1 << 18
"""More than httpcore2 asks for, as far as there is more: each piece costs the same whatever its size."""


class Door(Protocol):
    """What a transport needs of the door."""

    def begin(self, host: str, reason: str, purpose: Purpose | None, body: bytes | None) -> Account:
        """Open the account of a request. Raises `OfflineError` while the offline switch is on, `NetworkError`."""
        ...

    def opening(self, host: str) -> AbstractContextManager[None]:
        """Around opening a connection. Raises `OfflineError` while the offline switch is on."""
        ...

    def require_online(self, host: str) -> None:
        """Raise `OfflineError` while the offline switch is on."""
        ...

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Add bytes that pass."""
        ...


def open_client(
    door: Door,
    way_out: WayOut,
    waits: httpx2.Timeout,
    reason: str,
    stop: Stop | None = None,
    purpose: Purpose | None = None,
) -> httpx2.Client:
    """A client over `open_transport`; what it makes of answers that are none comes as `NetworkError` too."""
    import httpx2

    class DoorClient(httpx2.Client):
        @override
        def send(self, request: httpx2.Request, *arguments: Any, **options: Any) -> httpx2.Response:
            try:
                return super().send(request, *arguments, **options)
            except httpx2.RequestError as error:  # sent round in circles, or to an address that is none
                raise _broken(request.url.host, error) from error

    # httpx2 would open a way of its own through proxies that it finds in the environment, past this door.
    return DoorClient(transport=open_transport(door, way_out, reason, stop, purpose), timeout=waits, trust_env=False)


def open_transport(
    door: Door, way_out: WayOut, reason: str, stop: Stop | None = None, purpose: Purpose | None = None
) -> httpx2.BaseTransport:
    """A transport for `httpx2.Client`; failures come as `NetworkError`, refusals as `OfflineError`.

    Requests go by the proxies of `way_out`; each is in the ledger with the `reason`, the `purpose` and, where that
    says so, its body before a byte of it leaves. A request of `stop` ends what waits for bytes with `Stopped`.
    """
    import httpcore2
    import httpx2

    pools = _Pools(door, way_out, stop)
    keeps_body = purpose is not None and purpose.keep_body

    class Body(httpx2.SyncByteStream):
        def __init__(self, host: str, stream: Any, account: Account) -> None:
            self._host = host
            self._stream = stream
            self._account = account

        @override
        def __iter__(self) -> Iterator[bytes]:
            pieces = iter(self._stream)
            while (piece := self._next(pieces)) is not None:
                yield piece

        @override
        def close(self) -> None:
            with self._account.working():
                self._stream.close()
            self._account.end(Outcome.DONE)

        def _next(self, pieces: Iterator[bytes]) -> bytes | None:
            with self._account.working(), _worded(self._host):
                return next(pieces, None)

    class DoorTransport(httpx2.BaseTransport):
        @override
        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            # Read before its stream is handed on: one that can be read only once is replaced by what came out of it.
            kept = request.read() if keeps_body else None
            url = httpcore2.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            )
            outgoing = httpcore2.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
            account = door.begin(request.url.host, reason, purpose, kept)
            with account.working(), _worded(request.url.host):
                incoming = pools.towards(request.url.scheme, request.url.host).handle_request(outgoing)
            pools.tell_address(request, incoming, account)
            body = Body(request.url.host, incoming.stream, account)
            return httpx2.Response(incoming.status, headers=incoming.headers, stream=body)

        @override
        def close(self) -> None:
            pools.close()

    return DoorTransport()


@contextmanager
def _worded(host: str) -> Iterator[None]:
    import httpcore2

    try:
        yield
    except (
        httpcore2.NetworkError,
        httpcore2.ProtocolError,
        httpcore2.ProxyError,
        httpcore2.TimeoutException,
        httpcore2.UnsupportedProtocol,
    ) as error:
        raise _broken(host, error) from error


def _broken(host: str, error: Exception) -> NetworkError:
    if "CERTIFICATE_VERIFY_FAILED" in str(error):  # as OpenSSL and truststore say it
        return NetworkError(
            f"{host} could not prove who it is: this computer does not believe its certificate.",
            "If a company or a scanner reads along, name its certificates in SSL_CERT_FILE; else check the date.",
        )
    return NetworkError(
        f"The connection to {host} failed ({type(error).__name__}).", "Check your internet connection and try again."
    )


class _Pools:
    """Connections kept open, by how they are made: what the system believes is looked at once it is needed."""

    def __init__(self, door: Door, way_out: WayOut, stop: Stop | None) -> None:
        import httpcore2

        self._way_out = way_out
        self._lock = threading.Lock()
        self._pools: dict[tuple[str, Proxy | None], httpcore2.ConnectionPool] = {}
        self._backend: Any = _CountingBackend(door, httpcore2.SyncBackend(), stop)

    def towards(self, scheme: str, host: str) -> httpcore2.ConnectionPool:
        """The connections that lead to a host."""
        proxy = self._way_out.proxy(scheme, host)
        with self._lock:
            if (scheme, proxy) not in self._pools:
                self._pools[scheme, proxy] = self._open(scheme, proxy)
            return self._pools[scheme, proxy]

    def tell_address(self, request: httpx2.Request, incoming: httpcore2.Response, account: Account) -> None:
        """Where an answer came from; behind a proxy nobody here knows."""
        if self._way_out.proxy(request.url.scheme, request.url.host) is None:
            with suppress(OSError):  # the other end is gone already
                account.reached(incoming.extensions["network_stream"].get_extra_info("server_addr")[0])

    def close(self) -> None:
        """Close them all."""
        with self._lock:
            for pool in self._pools.values():
                pool.close()

    def _open(self, scheme: str, proxy: Proxy | None) -> httpcore2.ConnectionPool:
        import httpcore2

        is_proxy_secret = proxy is not None and proxy.address.startswith("https:")
        believed = self._way_out.ssl_context() if scheme == "https" or is_proxy_secret else None
        if proxy is None:
            return httpcore2.ConnectionPool(ssl_context=believed, network_backend=self._backend)
        return httpcore2.HTTPProxy(
            proxy.address,
            proxy_auth=proxy.login,
            ssl_context=believed,
            proxy_ssl_context=believed if is_proxy_secret else None,
            network_backend=self._backend,
        )


def _made(make: Callable[[], Any], stop: Stop | None) -> Any:
    """A connection, which a request of `stop` need not wait for."""
    return make() if stop is None else wait_for(make, stop.raise_if_requested)


class _CountingBackend:
    """Opens sockets through the door."""

    def __init__(self, door: Door, inner: Any, stop: Stop | None) -> None:
        self._door = door
        self._inner = inner
        self._stop = stop

    def connect_tcp(self, host: str, *args: Any, **options: Any) -> _CountingStream:
        with self._door.opening(host):
            inner = _made(lambda: self._inner.connect_tcp(host, *args, **options), self._stop)
        return _CountingStream(self._door, host, inner, self._stop)


class _CountingStream:
    """Counts what passes a connection, and ends it once the offline switch is on or a stop was requested."""

    def __init__(self, door: Door, host: str, inner: Any, stop: Stop | None) -> None:
        self._door = door
        self._host = host
        self._inner = inner
        self._stop = stop

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        import httpcore2

        ends = math.inf if timeout is None else time.monotonic() + timeout
        while True:
            self._require_wanted()
            try:
                left = max(0.001, min(LOOKS_UP_S, ends - time.monotonic()))
                data: bytes = self._inner.read(max(max_bytes, READ_AT_ONCE), left)
            except httpcore2.ReadTimeout:
                if time.monotonic() >= ends:
                    raise
            else:
                self._door.count(received=len(data))
                return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._require_wanted()
        self._door.count(sent=len(buffer))  # before: what was counted and not sent errs on the safe side
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **options: Any) -> _CountingStream:
        inner = _made(lambda: self._inner.start_tls(*args, **options), self._stop)
        return _CountingStream(self._door, self._host, inner, self._stop)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def _require_wanted(self) -> None:
        if self._stop is not None:
            self._stop.raise_if_requested()
        self._door.require_online(self._host)
