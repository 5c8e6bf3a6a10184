"""Requests in the ledger: what passed the door stands there to the byte, whatever became of it."""

from __future__ import annotations

import socket  # noqa: TID251  plays the server
import subprocess
import sys
import threading
from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.database import Database, DatabaseLedger
from localassist.adapters.network import PAST_THE_DOOR, NetworkDoor, OutsideDoorError, UnrecordedError
from localassist.domain.errors import NetworkError, OfflineError, Stopped
from localassist.domain.privacy import Body, Destination, Outcome, Purpose
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

BODY = b"y" * 300_000


class CountingServer:
    """Answers each request on one connection after the other with one of `answers`, and counts the bytes itself.

    After an answer that is shorter than it said it hangs up. `told` is set once it has been asked; `asked` has
    what it was sent.
    """

    def __init__(self, *answers: bytes) -> None:
        self.asked: list[bytes] = []
        self.received, self.sent = [0] * len(answers), [len(answer) for answer in answers]
        self.told = threading.Event()
        self._answers = answers
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.address = f"http://127.0.0.1:{self._listener.getsockname()[1]}/"
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def close(self) -> None:
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()

    def _serve(self) -> None:
        for number, answer in enumerate(self._answers):
            try:
                connection, _ = self._listener.accept()
            except OSError:  # closed
                return
            with connection:
                asked = b""
                while not _is_whole(asked):
                    asked += connection.recv(65_536)
                self.received[number] = len(asked)
                self.asked.append(asked)
                self.told.set()
                try:
                    connection.sendall(answer)
                except OSError:  # the client has enough
                    continue


def _is_whole(asked: bytes) -> bool:
    head, found, body = asked.partition(b"\r\n\r\n")
    length = [int(line.split(b":")[1]) for line in head.split(b"\r\n") if line.lower().startswith(b"content-length")]
    return bool(found) and len(body) >= sum(length)


def answer(body: bytes, *, length: int | None = None, status: str = "200 OK", head: str = "") -> bytes:
    said = len(body) if length is None else length
    return f"HTTP/1.1 {status}\r\nContent-Length: {said}\r\nConnection: close\r\n{head}\r\n".encode() + body


@pytest.fixture
def ledger(database: Database) -> DatabaseLedger:
    return DatabaseLedger(database)


@pytest.fixture
def door(ledger: DatabaseLedger) -> Iterator[NetworkDoor]:
    with closing(NetworkDoor(offline=lambda: False, ledger=lambda: ledger)) as door:
        yield door


def test_bytes_agree_with_what_the_server_counted(door: NetworkDoor, ledger: DatabaseLedger) -> None:
    with closing(CountingServer(answer(BODY), answer(b"ok"))) as server, door.client("try") as client:
        client.get(server.address)
        client.post(server.address, content=BODY)
    asked, posted = ledger.entries()
    assert [asked.sent, posted.sent] == server.received
    assert [asked.received, posted.received] == server.sent
    assert posted.sent > len(BODY)
    assert {(each.host, each.reason, each.outcome) for each in (asked, posted)} == {("127.0.0.1", "try", Outcome.DONE)}
    assert asked.destination is Destination.THIS_COMPUTER
    assert asked.left == 0
    assert ledger.seal().problem == ""


KEPT = Purpose(0, "reviewed", keep_body=True)


def test_the_ledger_keeps_exactly_the_bytes_that_the_server_got_and_no_header(
    door: NetworkDoor, ledger: DatabaseLedger, database: Database
) -> None:
    pieces = (b'{"messages": ', '["Grüße"]}\r\n\r\n'.encode())
    with closing(CountingServer(answer(b"ok"), answer(b"ok"))) as server:
        with door.client("ask", purpose=KEPT) as client:
            client.post(server.address, content=b"".join(pieces), headers={"Authorization": "Bearer sk-canary"})
            client.post(server.address, content=iter(pieces), headers={"Content-Length": str(sum(map(len, pieces)))})
        assert [each.partition(b"\r\n\r\n")[2] for each in server.asked] == [b"".join(pieces)] * 2
    assert [ledger.body(each.number) for each in ledger.entries()] == [b"".join(pieces).decode()] * 2
    assert ledger.seal().problem == ""
    with database.reading() as connection:
        rows = [*connection.execute("SELECT * FROM ledger"), *connection.execute("SELECT * FROM ledger_bodies")]
    assert "sk-canary" not in repr(rows)


def test_without_a_purpose_that_says_so_no_body_is_kept(door: NetworkDoor, ledger: DatabaseLedger) -> None:
    with closing(CountingServer(answer(b"ok"), answer(b"ok"))) as server:
        for purpose in (None, Purpose(0, "", keep_body=False)):
            with door.client("ask", purpose=purpose) as client:
                client.post(server.address, content=b"search words")
    assert [each.body for each in ledger.entries()] == [Body.NOT_KEPT] * 2


def test_a_refused_request_keeps_no_body_and_says_to_whom_it_belonged(ledger: DatabaseLedger) -> None:
    door = NetworkDoor(offline=lambda: True, ledger=lambda: ledger)
    with door.client("ask", purpose=Purpose(7, "reviewed", keep_body=True)) as client, pytest.raises(OfflineError):
        client.post("http://cloud.test/", content=b"not sent")
    (entry,) = ledger.entries()
    assert (entry.outcome, entry.conversation, entry.consent) == (Outcome.REFUSED, 7, "reviewed")
    assert (entry.body, ledger.body(entry.number)) == (Body.NOT_KEPT, None)


def test_a_name_counts_as_the_address_it_led_to(
    door: NetworkDoor, ledger: DatabaseLedger, monkeypatch: pytest.MonkeyPatch
) -> None:
    look_up = socket.getaddrinfo
    monkeypatch.setattr(socket, "getaddrinfo", lambda _host, *rest, **more: look_up("127.0.0.1", *rest, **more))
    with closing(CountingServer(answer(b"ok"))) as server, door.client("try") as client:
        client.get(server.address.replace("127.0.0.1", "here.test"))
    (entry,) = ledger.entries()
    assert (entry.host, entry.destination) == ("here.test", Destination.THIS_COMPUTER)


def test_each_hop_of_a_redirect_is_a_request_of_its_own(door: NetworkDoor, ledger: DatabaseLedger) -> None:
    with closing(CountingServer(answer(BODY))) as there:
        moved = answer(b"", status="302 Found", head=f"Location: {there.address.replace('127.0.0.1', 'localhost')}\r\n")
        with closing(CountingServer(moved)) as here, door.client("try") as client:
            client.get(here.address, follow_redirects=True)
            assert [each.received for each in ledger.entries()] == [*here.sent, *there.sent]
    assert [each.host for each in ledger.entries()] == ["127.0.0.1", "localhost"]


def test_a_cut_answer_stands_as_failed_with_what_came(door: NetworkDoor, ledger: DatabaseLedger) -> None:
    with closing(CountingServer(answer(BODY, length=len(BODY) + 1))) as server, door.client("try") as client:
        with pytest.raises(NetworkError):
            client.get(server.address)
        (entry,) = ledger.entries()
        assert (entry.outcome, entry.sent, entry.received) == (Outcome.FAILED, server.received[0], server.sent[0])


def test_where_nobody_answers_nothing_left(door: NetworkDoor, ledger: DatabaseLedger) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))  # not listening
        with door.client("try") as client, pytest.raises(NetworkError):
            client.get(f"http://127.0.0.1:{taken.getsockname()[1]}/")
    assert [(each.outcome, each.sent) for each in ledger.entries()] == [(Outcome.FAILED, 0)]


def test_what_is_left_unread_ends_too(door: NetworkDoor, ledger: DatabaseLedger) -> None:
    with closing(CountingServer(answer(BODY))) as server:
        with door.client("try") as client, client.stream("GET", server.address) as response:
            next(response.iter_raw(10))
        (entry,) = ledger.entries()
        assert (entry.outcome, entry.sent) == (Outcome.DONE, server.received[0])
    assert 0 < entry.received <= server.sent[0]


def test_a_request_under_way_stands_as_begun_and_a_stopped_one_says_so(
    door: NetworkDoor, ledger: DatabaseLedger
) -> None:
    stop = Stop()
    with closing(CountingServer(answer(BODY, length=len(BODY) * 2))) as server:
        with door.client("try", stop=stop) as client, client.stream("GET", server.address) as response:
            assert [each.outcome for each in ledger.entries()] == [Outcome.BEGUN]
            stop.request()
            with pytest.raises(Stopped):
                list(response.iter_raw())
        assert [(each.outcome, each.sent) for each in ledger.entries()] == [(Outcome.STOPPED, server.received[0])]


def test_the_switch_refuses_and_the_ledger_says_so(ledger: DatabaseLedger) -> None:
    door = NetworkDoor(offline=lambda: True, ledger=lambda: ledger)
    with door.client("try") as client, pytest.raises(OfflineError):
        client.get("http://hub.test/")
    (entry,) = ledger.entries()
    assert (entry.host, entry.reason, entry.outcome, entry.sent) == ("hub.test", "try", Outcome.REFUSED, 0)
    assert door.traffic.refused == 1


def test_a_transfer_that_the_switch_ends_stands_as_refused_with_what_passed(ledger: DatabaseLedger) -> None:
    offline = False
    door = NetworkDoor(offline=lambda: offline, ledger=lambda: ledger)
    with closing(CountingServer(answer(BODY * 10))) as server, door.client("try") as client:
        response = client.send(client.build_request("GET", server.address), stream=True)
        offline = True
        with pytest.raises(OfflineError):
            response.read()
    (entry,) = ledger.entries()
    assert entry.outcome is Outcome.REFUSED
    assert entry.sent > 0


def test_what_can_not_be_recorded_does_not_leave(tmp_path: Path) -> None:
    (tmp_path / "localassist.db").write_bytes(b"no database" * 1_000)
    ledger = DatabaseLedger(Database(tmp_path / "localassist.db"))
    door = NetworkDoor(offline=lambda: False, ledger=lambda: ledger)
    with closing(CountingServer(answer(b"ok"))) as server, door.client("try") as client:
        with pytest.raises(UnrecordedError, match="could not be recorded"):
            client.get(server.address)
        assert not server.told.is_set()
    assert (door.traffic.sent, door.traffic.received) == (0, 0)


def test_an_end_that_can_not_be_written_leaves_it_begun(ledger: DatabaseLedger, database: Database) -> None:
    door = NetworkDoor(offline=lambda: False, ledger=lambda: ledger)
    with closing(CountingServer(answer(b"ok"))) as server, door.client("try") as client:
        with client.stream("GET", server.address) as response, database.writing() as connection:
            connection.execute("DELETE FROM ledger_end")
        assert response.is_closed
    assert [each.outcome for each in ledger.entries()] == [Outcome.BEGUN]


def test_what_the_guard_refuses_is_recorded(door: NetworkDoor, ledger: DatabaseLedger, database: Database) -> None:
    with database.writing(), pytest.raises(OutsideDoorError):  # a library that connects at the worst moment
        door._watch("socket.connect", (None, ("203.0.113.5", 443)))
    door.close()
    (entry,) = ledger.entries()
    assert (entry.host, entry.reason, entry.outcome) == ("203.0.113.5", PAST_THE_DOOR, Outcome.REFUSED)
    with pytest.raises(OutsideDoorError):  # refused, if no longer recorded
        door._watch("socket.connect", (None, ("203.0.113.5", 443)))


def test_a_process_that_dies_in_between_leaves_a_row(home: Path) -> None:
    home.mkdir(exist_ok=True)
    path = home / "localassist.db"
    with closing(CountingServer(answer(b"half", length=8))) as server:
        program = f"""
import os
from pathlib import Path
from localassist.adapters.database import Database, DatabaseLedger
from localassist.adapters.network import NetworkDoor
ledger = DatabaseLedger(Database(Path({str(path)!r})))
door = NetworkDoor(offline=lambda: False, ledger=lambda: ledger)
with door.client("try") as client, client.stream("GET", {server.address!r}) as response:
    os.kill(os.getpid(), 9)
"""
        assert subprocess.run([sys.executable, "-c", program], check=False, timeout=60).returncode != 0
    database = Database(path)
    ledger = DatabaseLedger(database)
    assert [(each.outcome, each.reason) for each in ledger.entries()] == [(Outcome.BEGUN, "try")]
    assert ledger.seal().problem == ""
    database.close()
