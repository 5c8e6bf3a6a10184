"""HTTP over the one door: an httpx transport whose sockets the door opens and whose bytes it counts."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

from typing_extensions import override

from localassist.domain.errors import NetworkError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from contextlib import AbstractContextManager

    import httpx


class Door(Protocol):
    """What a transport needs of the door."""

    def opening(self, host: str) -> AbstractContextManager[None]:
        """Around opening a connection. Raises `OfflineError` while the offline switch is on."""
        ...

    def require_online(self, host: str) -> None:
        """Raise `OfflineError` while the offline switch is on."""
        ...

    def count(self, *, sent: int = 0, received: int = 0) -> None:
        """Add bytes that pass."""
        ...


def open_transport(door: Door) -> httpx.BaseTransport:
    """A transport for `httpx.Client`; failures come as `NetworkError`, refusals as `OfflineError`."""
    import httpcore
    import httpx

    backend: Any = _CountingBackend(door, httpcore.SyncBackend())
    pool = httpcore.ConnectionPool(ssl_context=httpx.create_ssl_context(trust_env=False), network_backend=backend)
    failures = (httpcore.NetworkError, httpcore.ProtocolError, httpcore.TimeoutException, httpcore.UnsupportedProtocol)

    class Body(httpx.SyncByteStream):
        def __init__(self, host: str, stream: Any) -> None:
            self._host = host
            self._stream = stream

        @override
        def __iter__(self) -> Iterator[bytes]:
            try:
                yield from self._stream
            except failures as error:
                raise _broken(self._host, error) from error

        @override
        def close(self) -> None:
            self._stream.close()

    class DoorTransport(httpx.BaseTransport):
        @override
        def handle_request(self, request: httpx.Request) -> httpx.Response:
            url = httpcore.URL(
                scheme=request.url.raw_scheme,
                host=request.url.raw_host,
                port=request.url.port,
                target=request.url.raw_path,
            )
            outgoing = httpcore.Request(
                request.method,
                url,
                headers=request.headers.raw,
                content=request.stream,
                extensions=request.extensions,
            )
            try:
                incoming = pool.handle_request(outgoing)
            except failures as error:
                raise _broken(request.url.host, error) from error
            body = Body(request.url.host, incoming.stream)
            return httpx.Response(incoming.status, headers=incoming.headers, stream=body)

        @override
        def close(self) -> None:
            pool.close()

    return DoorTransport()


def _broken(host: str, error: Exception) -> NetworkError:
    return NetworkError(
        f"The connection to {host} failed ({type(error).__name__}).", "Check your internet connection and try again."
    )


class _CountingBackend:
    """Opens sockets through the door."""

    def __init__(self, door: Door, inner: Any) -> None:
        self._door = door
        self._inner = inner

    def connect_tcp(self, host: str, *args: Any, **options: Any) -> _CountingStream:
        with self._door.opening(host):
            return _CountingStream(self._door, host, self._inner.connect_tcp(host, *args, **options))


class _CountingStream:
    """Counts what passes a connection, and ends it once the offline switch is on."""

    def __init__(self, door: Door, host: str, inner: Any) -> None:
        self._door = door
        self._host = host
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        self._door.require_online(self._host)
        data: bytes = self._inner.read(max_bytes, timeout)
        self._door.count(received=len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._door.require_online(self._host)
        self._door.count(sent=len(buffer))  # before: what was counted and not sent errs on the safe side
        self._inner.write(buffer, timeout)

    def close(self) -> None:
        self._inner.close()

    def start_tls(self, *args: Any, **options: Any) -> _CountingStream:
        return _CountingStream(self._door, self._host, self._inner.start_tls(*args, **options))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
