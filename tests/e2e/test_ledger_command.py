"""`localassist ledger`: what somebody reads who wants to know what left this computer."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest

from hub_server import running_hub
from localassist.adapters.database import DatabaseConversationStore, DatabaseLedger
from localassist.adapters.places import Places
from localassist.app import App
from localassist.cli import running
from localassist.domain.errors import OfflineError
from localassist.domain.library import ModelSearch
from localassist.domain.privacy import Destination, Outcome, Purpose
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

CLOUD = Destination.CLOUD


@pytest.fixture
def app(home: Path) -> Iterator[App]:
    made = App(Places.find({"LOCALASSIST_HOME": str(home)}), lambda *_: {})
    yield made
    made.close()


@pytest.fixture
def filled(app: App) -> App:
    """Yesterday's request, and of today one out, one to this computer and one that never ended."""
    app.places.make()
    time = datetime.now(UTC) - timedelta(days=1)
    ledger = DatabaseLedger(app.database, lambda: time)
    ledger.end(ledger.begin("hub.test", "search for models", CLOUD), Outcome.DONE, CLOUD, 7, 70)
    time = datetime.now(UTC)
    ledger.end(ledger.begin("hub.test", "look at a model", CLOUD), Outcome.DONE, CLOUD, 200, 3_000)
    ledger.end(ledger.begin("::1", "look at a model", CLOUD), Outcome.DONE, Destination.THIS_COMPUTER, 90, 1)
    ledger.begin("files.test", "download a model", CLOUD)
    return app


def run(app: App, capfd: pytest.CaptureFixture[str], *arguments: str) -> tuple[int, str]:
    code = running.run(["ledger", *arguments], app)
    return code, capfd.readouterr().out


def test_where_nothing_left_it_says_so(app: App, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(app, capfd) == (0, "0 bytes left this computer today.\nThe ledger is empty.\n")


def test_it_says_what_left_today_and_what_is_not_known(filled: App, capfd: pytest.CaptureFixture[str]) -> None:
    code, said = run(filled, capfd)
    lines = said.splitlines()
    assert code == 0
    assert lines[0] == "200 bytes left this computer today."
    assert "1 request" in lines[1]
    assert lines[2].startswith("The ledger is whole; its row 7 ends in ")
    assert sum("search for models" in line for line in lines) == 1


def test_totals_are_by_day_and_host(filled: App, capfd: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(filled, capfd, "--json")[1])
    assert (told["left_today"], told["unknown_today"], told["whole"], told["rows"]) == (200, 1, True, 7)
    assert [(each["host"], each["requests"], each["sent"]) for each in told["totals"]] == [
        ("hub.test", 1, 7),
        ("hub.test", 1, 200),
        ("::1", 1, 90),
        ("files.test", 1, 0),
    ]
    assert len(told["entries"]) == 4


def test_it_is_narrowed_by_host_and_day(filled: App, capfd: pytest.CaptureFixture[str]) -> None:
    today = datetime.now().astimezone().date().isoformat()
    table = run(filled, capfd, "--csv", "--host", "hub.test", "--since", today)[1]
    (row,) = csv.DictReader(io.StringIO(table))
    assert (row["reason"], row["sent"], row["received"], row["outcome"]) == ("look at a model", "200", "3000", "done")
    assert datetime.fromisoformat(row["time"]).utcoffset() == timedelta(0)


@pytest.mark.parametrize("host", ["=cmd|' /C calc'!A0", "+1", "-1", "@SUM(A1)"])
def test_no_host_is_a_formula_in_a_spreadsheet(app: App, capfd: pytest.CaptureFixture[str], host: str) -> None:
    app.places.make()
    DatabaseLedger(app.database).begin(host, "tried to connect past the door", CLOUD)
    (row,) = csv.DictReader(io.StringIO(run(app, capfd, "--csv")[1]))
    assert row["host"] == f"'{host}"


SENT_TEXT = '{"said": "Grüße"}\r\n\x1b[31m\u202e'


@pytest.fixture
def escalated(filled: App) -> App:
    """A question that was sent for a conversation, and one for another that is deleted."""
    ledger = DatabaseLedger(filled.database)
    for title, body in (("Lease", SENT_TEXT), ("Tax", "taxes")):
        made = DatabaseConversationStore(filled.database).create(title, "")
        purpose = Purpose(made.id, "reviewed at noon", keep_body=True)
        ledger.end(ledger.begin("cloud.test", "ask a model", CLOUD, purpose, body.encode()), Outcome.DONE, CLOUD, 50, 5)
    DatabaseConversationStore(filled.database).delete(2)
    return filled


def test_what_a_request_sent_is_printed_to_the_letter(
    escalated: App, capfdbinary: pytest.CaptureFixture[bytes]
) -> None:
    assert running.run(["ledger", "--body", "8"], escalated) == 0
    assert capfdbinary.readouterr().out == SENT_TEXT.encode()
    assert running.run(["ledger", "--body", "8", "--json"], escalated) == 0
    told = capfdbinary.readouterr().out
    assert json.loads(told) == {"number": 8, "body": SENT_TEXT}
    assert b"\x1b" not in told


@pytest.mark.parametrize("number", ["1", "10"])
def test_what_was_not_kept_or_is_erased_can_not_be_printed(
    escalated: App, capfd: pytest.CaptureFixture[str], number: str
) -> None:
    assert running.run(["ledger", "--body", number], escalated) == 1
    told = capfd.readouterr()
    assert told.out == ""
    assert f"what request {number} sent" in told.err


@pytest.mark.parametrize("number", ["99", "1001", str(2**63 - 1)])
def test_a_request_that_there_is_not_is_told_apart_from_one_that_was_not_kept(
    escalated: App, capfd: pytest.CaptureFixture[str], number: str
) -> None:
    assert running.run(["ledger", "--body", number], escalated) == 1
    assert f"There is no request {number} in the ledger." in capfd.readouterr().err


@pytest.mark.parametrize("number", ["0", "-1", "two", str(2**63)])
def test_what_can_be_no_number_of_a_request_is_wrong_usage(
    app: App, capfd: pytest.CaptureFixture[str], number: str
) -> None:
    assert run(app, capfd, f"--body={number}")[0] == 2
    assert run(app, capfd, f"--conversation={number}")[0] == 2


@pytest.mark.parametrize(
    ("narrowed", "words"),
    [
        (["--host", "nosuch.test"], "to nosuch.test"),
        (["--conversation", "7"], "of conversation 7"),
        (["--since", "2999-01-31", "--host", "hub.test"], "since 2999-01-31 to hub.test"),
    ],
)
def test_where_nothing_is_what_was_looked_for_it_says_so(
    filled: App, capfd: pytest.CaptureFixture[str], narrowed: list[str], words: str
) -> None:
    code, said = run(filled, capfd, *narrowed)
    assert code == 0
    assert said.splitlines()[-1] == f"It has no request {words}."


def test_it_is_narrowed_by_conversation_as_json_lines(escalated: App, capfd: pytest.CaptureFixture[str]) -> None:
    code, lines = run(escalated, capfd, "--jsonl", "--conversation", "1")
    assert code == 0
    (row,) = [json.loads(line) for line in lines.splitlines()]
    assert (row["number"], row["conversation"], row["consent"], row["body"]) == (8, 1, "reviewed at noon", "kept")
    (erased,) = run(escalated, capfd, "--jsonl", "--conversation", "2")[1].splitlines()
    assert json.loads(erased)["body"] == "erased"


def test_totals_are_by_destination_too(escalated: App, capfd: pytest.CaptureFixture[str]) -> None:
    told = json.loads(run(escalated, capfd, "--json")[1])
    assert told["destinations"] == [
        {"destination": "this computer", "requests": 1, "sent": 90, "received": 1},
        {"destination": "cloud", "requests": 5, "sent": 307, "received": 3_080},
    ]


def test_a_day_that_is_none_is_wrong_usage(app: App, capfd: pytest.CaptureFixture[str]) -> None:
    assert run(app, capfd, "--since", "yesterday")[0] == 2


def test_what_was_taken_out_shows_in_every_form(filled: App, capfd: pytest.CaptureFixture[str]) -> None:
    with filled.database.writing() as connection:
        connection.execute("DELETE FROM ledger WHERE number = 3")
    code, said = run(filled, capfd)
    assert code == 1
    assert "The ledger is not whole: Row 3 is missing." in said
    assert run(filled, capfd, "--csv")[0] == 1
    assert json.loads(run(filled, capfd, "--json")[1])["whole"] is False


def test_the_door_of_the_app_writes_to_it(app: App, capfd: pytest.CaptureFixture[str]) -> None:
    app.places.make()
    with app.door.client("try") as client, pytest.raises(OfflineError):  # as settings are at first
        client.get("http://hub.test/")
    (entry,) = json.loads(run(app, capfd, "--json")[1])["entries"]
    assert (entry["host"], entry["reason"], entry["outcome"], entry["sent"]) == ("hub.test", "try", "refused", 0)


def test_all_that_the_library_of_models_asks_stands_there_with_its_reason(
    app: App, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    weights = bytes(500_000)
    with running_hub() as server:
        server.add("maker/Small-GGUF", {"small-Q4_K_M.gguf": weights, "README.md": b"# Small"})
        monkeypatch.setenv("HF_ENDPOINT", server.endpoint)
        app.services().settings.change(offline=False)
        library = app.services().library()
        (found,) = library.hub.search(ModelSearch("small"), Stop())
        repository = library.hub.repository(found.name, Stop())
        library.hub.card(repository, Stop())
        file = next(each for each in repository.files if each.path.endswith(".gguf"))
        library.hub.read(repository, file, 0, 1_000, Stop())
        library.downloads.enqueue(repository, (file,), str(app.places.models))
        for _ in library.downloads.run(Stop()):
            pass
    told = json.loads(run(app, capfd, "--json")[1])
    assert list(dict.fromkeys(each["reason"] for each in told["entries"])) == [
        "search for models",
        "look at a model",
        "read what its makers say of a model",
        "read the header of a model file",
        "download a model",
    ]
    assert {each["outcome"] for each in told["entries"]} == {"done"}
    assert told["left_today"] == 0  # the hub of this test is on this computer
    passed = app.door.traffic
    assert sum(each["sent"] for each in told["entries"]) == passed.sent
    assert sum(each["received"] for each in told["entries"]) == passed.received > len(weights)
    assert told["whole"]
