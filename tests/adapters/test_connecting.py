"""A connection that does not come about can be given up at once."""

import socketserver
import threading
import time

import pytest

from localassist.adapters.connecting import wait_for
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import NetworkError, Stopped
from localassist.domain.stopping import Stop


def test_a_stop_does_not_wait_for_a_host_that_takes_the_connection_and_says_nothing() -> None:
    stop, done = Stop(), threading.Event()

    class Silent(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            stop.request()
            done.wait(30)

    with socketserver.TCPServer(("127.0.0.1", 0), Silent) as server:
        host = threading.Thread(target=server.handle_request)
        host.start()
        began = time.monotonic()
        with NetworkDoor(offline=lambda: False).client("try", stop=stop) as client, pytest.raises(Stopped):
            client.get(f"https://127.0.0.1:{server.server_address[1]}/")
        waited = time.monotonic() - began
        done.set()
        host.join()
    assert waited < 5, "it waited for the handshake to time out"


def test_a_host_that_takes_no_connection_is_told_as_ever() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), socketserver.BaseRequestHandler) as gone:
        port = gone.server_address[1]
    with NetworkDoor(offline=lambda: False).client("try", stop=Stop()) as client, pytest.raises(NetworkError):
        client.get(f"http://127.0.0.1:{port}/")


class Line:
    """A connection that says when it is closed."""

    def __init__(self) -> None:
        self.closed = threading.Event()

    def close(self) -> None:
        self.closed.set()


def test_what_comes_too_late_is_closed() -> None:
    stop, may_come, line = Stop(), threading.Event(), Line()

    def make() -> Line:
        stop.request()
        may_come.wait(5)
        return line

    with pytest.raises(Stopped):
        wait_for(make, stop.raise_if_requested)
    assert not line.closed.is_set()
    may_come.set()
    assert line.closed.wait(5)
