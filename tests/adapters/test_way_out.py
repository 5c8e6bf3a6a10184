"""The way out as the environment names it: proxies, hosts that need none, certificates."""

import contextlib
import socket  # noqa: TID251  a proxy of our own
import ssl
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import ClassVar

import pytest
from tls_material import AUTHORITY, CERTIFICATE_AND_KEY

from localassist.adapters.network import NetworkDoor
from localassist.adapters.way_out import Proxy, WayOut
from localassist.domain.errors import NetworkError, OfflineError


class Relay(BaseHTTPRequestHandler):
    """A proxy that answers itself, and says what it was asked for."""

    def do_CONNECT(self) -> None:
        self.send_error(407)

    def do_GET(self) -> None:
        said = f"{self.path} {self.headers.get('Proxy-Authorization', 'nobody')}".encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(said)))
        self.end_headers()
        self.wfile.write(said)

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


@pytest.fixture
def relay() -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Relay) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_requests_go_by_the_proxy_that_the_environment_names(relay: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """The name is not even looked up here: tests may not, and would be refused."""
    monkeypatch.setenv("http_proxy", f"http://me:p%40ss@127.0.0.1:{relay}")
    door = NetworkDoor(offline=lambda: False)
    with door.client("try") as client:
        assert client.get("http://hub.invalid/x").text == "http://hub.invalid/x Basic bWU6cEBzcw=="
    assert door.traffic.sent > 0


def test_the_offline_switch_holds_for_proxies(relay: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{relay}")
    door = NetworkDoor(offline=lambda: True)
    with door.client("try") as client, pytest.raises(OfflineError):
        client.get("http://hub.invalid/x")
    assert door.traffic.received == 0


@pytest.mark.parametrize(
    ("host", "direct"),
    [
        ("huggingface.co", False),
        ("cdn.example.org", True),
        ("example.org", True),
        ("wwwexample.org", False),
        ("10.1.2.3", True),
        ("11.1.2.3", False),
        ("localhost", True),
        ("127.0.0.1", True),
        ("::1", True),
        ("intern", True),
    ],
)
def test_which_hosts_need_no_proxy(host: str, direct: bool) -> None:
    way_out = WayOut.find({"HTTPS_PROXY": "proxy:3128", "NO_PROXY": ".example.org, 10.0.0.0/8,intern:8080"})
    assert way_out.proxy("https", host) == (None if direct else Proxy("http://proxy:3128"))
    assert way_out.proxy("http", host) is None


def test_a_star_means_no_proxy_at_all() -> None:
    assert WayOut.find({"ALL_PROXY": "http://proxy", "no_proxy": "*"}).proxy("https", "example.org") is None


def test_small_letters_come_first_and_the_general_one_last() -> None:
    environment = {"https_proxy": "http://small", "HTTPS_PROXY": "http://big", "all_proxy": "http://any"}
    assert WayOut.find(environment).proxy("https", "example.org") == Proxy("http://small:80")
    assert WayOut.find(environment).proxy("http", "example.org") == Proxy("http://any:80")


def test_a_proxy_that_refuses_is_a_sentence(relay: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", f"http://127.0.0.1:{relay}")
    with NetworkDoor(offline=lambda: False).client("try") as client, pytest.raises(NetworkError, match=r"ProxyError"):
        client.get("https://hub.test/x")


def test_a_kind_of_proxy_that_is_not_spoken_here_is_a_sentence() -> None:
    with pytest.raises(NetworkError, match="only http and https"):
        WayOut.find({"ALL_PROXY": "socks5://u:secret@proxy:1080"}).proxy("https", "example.org")


class Tunnel(BaseHTTPRequestHandler):
    """A proxy that tunnels whatever it is asked for to one server of ours, and notes the names."""

    names: ClassVar[list[str]] = []
    port = 0

    def do_CONNECT(self) -> None:
        self.names.append(self.path)
        with socket.create_connection(("127.0.0.1", self.port)) as there:
            self.send_response(200)
            self.end_headers()
            back = threading.Thread(target=pour, args=(there, self.connection))
            back.start()
            pour(self.connection, there)
            back.join()
        self.close_connection = True

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        pass


def pour(one: socket.socket, other: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while block := one.recv(65536):
            other.sendall(block)
        other.shutdown(socket.SHUT_WR)


@contextlib.contextmanager
def serving(handler: type[BaseHTTPRequestHandler], context: ssl.SSLContext | None = None) -> Iterator[int]:
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        if context:
            server.socket = context.wrap_socket(server.socket, server_side=True)
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.server_address[1]
        server.shutdown()
        thread.join()


def test_an_encrypted_connection_through_a_proxy_with_certificates_of_ones_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As in a company that reads along: its proxy, and its authority, which only SSL_CERT_FILE names."""
    (tmp_path / "own.pem").write_text(CERTIFICATE_AND_KEY)
    (tmp_path / "authority.pem").write_text(AUTHORITY)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(tmp_path / "own.pem")
    door = NetworkDoor(offline=lambda: False)
    with serving(Relay, context) as port, serving(type("To", (Tunnel,), {"port": port})) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"127.0.0.1:{proxy}")
        monkeypatch.delenv("SSL_CERT_FILE", raising=False)
        monkeypatch.delenv("SSL_CERT_DIR", raising=False)
        with door.client("try") as client, pytest.raises(NetworkError, match=r"hub\.test could not prove who it is"):
            client.get("https://hub.test/x")
        monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))
        with door.client("try") as client:
            assert client.get("https://hub.test/x").text == "/x nobody"
    assert Tunnel.names == ["hub.test:443", "hub.test:443"]
    assert door.traffic.received > len("/x nobody")


def test_certificates_that_cannot_be_read_are_a_sentence(tmp_path: Path) -> None:
    broken = tmp_path / "ca.pem"
    broken.write_text("no certificate")
    with pytest.raises(NetworkError, match=r"ca\.pem can't be read"):
        WayOut.find({"SSL_CERT_FILE": str(broken)}).ssl_context()


def test_a_login_is_not_shown_by_accident() -> None:
    assert "secret" not in repr(Proxy("http://proxy", ("me", "secret")))


@pytest.mark.parametrize(
    "address", ["http://u:secret@proxy:port", "http://u:secret@[proxy", "http://u:secret@proxy:99999"]
)
def test_a_proxy_whose_address_is_none_is_a_sentence_without_its_password(address: str) -> None:
    with pytest.raises(NetworkError, match="can't be used") as raised:
        WayOut.find({"https_proxy": address}).proxy("https", "example.org")
    assert "secret" not in str(raised.value)
