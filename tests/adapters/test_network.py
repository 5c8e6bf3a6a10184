"""The one door out: what passes is counted, what does not pass is refused, offline means offline."""

import socketserver
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from localassist.adapters.network import NetworkDoor, OutsideDoorError
from localassist.domain.errors import NetworkError, OfflineError
from localassist.domain.privacy import Traffic

BODY = b"x" * 1_000_000


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(BODY)))
        self.end_headers()
        self.wfile.write(BODY)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        self.send_response(204)
        self.end_headers()

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


class QuietServer(ThreadingHTTPServer):
    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is part of these tests."""


class HangUp(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.request.recv(10_000)
        self.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")


@pytest.fixture
def server() -> Iterator[str]:
    with QuietServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}/"
        server.shutdown()
        thread.join()


def test_counts_what_passes(server: str) -> None:
    door = NetworkDoor(offline=lambda: False)
    with door.client("try") as client:
        assert client.get(server).content == BODY
        assert door.traffic.received > len(BODY)
        sent_for_a_question = door.traffic.sent
        assert 0 < sent_for_a_question < 1_000
        client.post(server, content=BODY)
    assert door.traffic.sent > sent_for_a_question + len(BODY)
    assert door.traffic.refused == 0


def test_offline_lets_no_byte_pass(server: str) -> None:
    door = NetworkDoor(offline=lambda: True)
    with door.client("try") as client, pytest.raises(OfflineError) as refusal:
        client.get(server)
    assert "127.0.0.1" in refusal.value.message
    assert "offline switch" in refusal.value.hint
    assert door.traffic == Traffic(sent=0, received=0, refused=1)


def test_a_connection_kept_open_ends_when_the_switch_goes_on(server: str) -> None:
    offline = False
    door = NetworkDoor(offline=lambda: offline)
    with door.client("try") as client:
        client.get(server)
        before = door.traffic
        offline = True
        with pytest.raises(OfflineError):
            client.get(server)
    assert (door.traffic.sent, door.traffic.received) == (before.sent, before.received)


def test_the_switch_ends_a_transfer_under_way(server: str) -> None:
    offline = False
    door = NetworkDoor(offline=lambda: offline)
    with door.client("try") as client, client.stream("GET", server) as response:
        parts = response.iter_bytes(100)
        next(parts)
        offline = True
        with pytest.raises(OfflineError):
            list(parts)
    assert door.traffic.received < len(BODY)


def test_a_failed_connection_says_to_whom() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), HangUp, bind_and_activate=False) as taken:
        taken.server_bind()  # bound, not listening: nobody answers there
        door = NetworkDoor(offline=lambda: False)
        with door.client("try") as client, pytest.raises(NetworkError, match=r"connection to 127\.0\.0\.1 failed"):
            client.get(f"http://127.0.0.1:{taken.server_address[1]}/")


def test_a_broken_answer_is_a_sentence() -> None:
    with socketserver.TCPServer(("127.0.0.1", 0), HangUp) as server:
        thread = threading.Thread(target=server.handle_request)
        thread.start()
        door = NetworkDoor(offline=lambda: False)
        with door.client("try") as client, pytest.raises(NetworkError, match="failed"):
            client.get(f"http://127.0.0.1:{server.server_address[1]}/")
        thread.join()


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, ("203.0.113.5", 443))),
        ("socket.connect", (None, ("2001:db8::1", 443, 0, 0))),
        ("socket.connect", (None, ("127.0.0.1", 3128))),
        ("socket.getaddrinfo", ("example.org", 443, 0, 0, 0)),
        ("socket.getaddrinfo", (b"example.org", 443, 0, 0, 0)),
        ("socket.gethostbyname", ("example.org",)),
        ("socket.gethostbyaddr", ("203.0.113.5",)),
        ("socket.getnameinfo", (("203.0.113.5", 443),)),
        ("socket.sendto", (None, ("203.0.113.5", 53))),
        ("socket.sendmsg", (None, ("203.0.113.5", 53))),
        ("socket.bind", (None, ("0.0.0.0", 8080))),
        ("socket.bind", (None, ("", 8080))),
    ],
)
def test_refuses_past_the_door(event: str, arguments: tuple[object, ...]) -> None:
    door = NetworkDoor(offline=lambda: False)
    with pytest.raises(OutsideDoorError) as refusal:
        door._watch(event, arguments)
    assert isinstance(refusal.value, OSError)
    assert "door" in str(refusal.value)
    assert door.traffic.refused == 1


@pytest.mark.parametrize(
    ("event", "arguments"),
    [
        ("socket.connect", (None, "/run/user/1000/bus")),
        ("socket.connect", (None, b"\0/tmp/dbus-abstract")),
        ("socket.bind", (None, ("127.0.0.1", 0))),
        ("socket.bind", (None, ("::1", 0, 0, 0))),
        ("socket.bind", (None, (0, 0))),  # netlink
        ("socket.getaddrinfo", (None, 0, 0, 0, 0)),
        ("socket.sendmsg", (None, None)),
        ("open", ("/etc/hosts", "r", 0)),
    ],
)
def test_lets_this_computer_talk_to_itself(event: str, arguments: tuple[object, ...]) -> None:
    door = NetworkDoor(offline=lambda: True)
    door._watch(event, arguments)
    assert door.traffic.refused == 0


def test_a_guarded_process_has_the_door_only(server: str) -> None:
    """The real hook, in a process of its own because a hook can't be taken back."""
    program = f"""
import socket, asyncio, urllib.request
from localassist.adapters.network import NetworkDoor
door = NetworkDoor(offline=lambda: False)
door.guard_process()
with door.client("try") as client:
    print(len(client.get("{server}").content))
try:
    urllib.request.build_opener(urllib.request.ProxyHandler({{}})).open("{server}")
except OSError as error:
    print("refused", "door" in str(error))
try:
    socket.getaddrinfo("example.org", 443)
except OSError as error:
    print("refused", "door" in str(error))
asyncio.run(asyncio.sleep(0))
a, b = socket.socketpair()
a.send(b"pair")
print(b.recv(4).decode(), door.traffic.refused)
"""
    ran = subprocess.run([sys.executable, "-c", program], check=False, capture_output=True, text=True, timeout=60)
    assert ran.stdout.split() == [str(len(BODY)), "refused", "True", "refused", "True", "pair", "2"], ran.stderr
