"""A server of one's own asked from the terminal, over real connections: it gets what was shown, and nothing more."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from e2e.commands import Home, assert_sentence, only_object
from provider_server import Answer, ProviderServer, completion, listed, running

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.slow

LEASE = "The monthly rent of the flat in Harrowmere is 900 euros. Write to maria.weber@example.org with questions."
ASK = "What is the monthly rent of the flat in Harrowmere?"
KEY = "sk-canary-0123456789abcdef"


@pytest.fixture(scope="module")
def office() -> Iterator[ProviderServer]:
    """A server that answers every question."""
    with running(Answer(completion("The rent is 900 euros, ", "says [MAIL_1]. [1]"))) as made:
        yield made


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory, office: ProviderServer) -> Path:
    """A home that may go out, with a lease in the collection Contracts, which knows the server as `office`."""
    folder = tmp_path_factory.mktemp("prepared")
    made = Home(folder / "app")
    made.folder.mkdir()
    (made.folder / "settings.toml").write_text("offline = false\n")
    (folder / "Contracts").mkdir()
    (folder / "Contracts" / "lease.txt").write_text(LEASE)
    assert made.run("docs", "add", folder / "Contracts").returncode == 0
    assert made.run("cloud", "server", "add", "Office", f"{office.address}/v1").returncode == 0
    return made.folder


@pytest.fixture
def home(prepared: Path, tmp_path: Path) -> Home:
    """A copy of that home."""
    return Home(Path(shutil.copytree(prepared, tmp_path / "app")))


@pytest.fixture
def server(office: ProviderServer) -> ProviderServer:
    """The server, which has been asked nothing yet."""
    office.asked.clear()
    return office


def test_what_is_shown_is_sent_and_the_answer_put_together(home: Home, server: ProviderServer) -> None:
    ran = home.at_terminal("ask", "--at", "office/big", ASK, typed="y\n")
    assert ran.returncode == 0, ran.stderr
    assert "[MAIL_1] stands for maria.weber@example.org." in ran.stdout
    assert "says maria.weber@example.org" in ran.stdout.partition("it costs nothing")[2]
    (asked,) = server.asked
    assert b"maria.weber" not in asked.body
    sent = "\n".join(message["content"] for message in asked.json["messages"])
    shown = {line.strip() for line in ran.stdout.splitlines()}
    assert ASK in sent
    assert "The monthly rent of the flat in Harrowmere is 900 euros. Write to [MAIL_1] with questions." in shown
    assert "900 euros. Write to [MAIL_1] with questions." in sent
    ledger = only_object(home.run("ledger", "--json"))
    assert sum(entry["sent"] for entry in ledger["entries"]) > 0


def test_without_a_yes_the_server_hears_nothing(home: Home, server: ProviderServer) -> None:
    ran = home.at_terminal("ask", "--at", "office/big", ASK, typed="n\n")
    assert ran.returncode == 1
    assert "Nothing was sent." in ran.stderr
    assert server.asked == []


def test_a_yes_from_a_pipe_is_none(home: Home, server: ProviderServer) -> None:
    ran = home.run("ask", "--at", "office/big", ASK, said="y\n")
    assert_sentence(ran, "Nothing was sent", "--yes")
    assert server.asked == []


def test_what_never_leaves_stays_whatever_is_said_beforehand(home: Home, server: ProviderServer) -> None:
    assert home.run("docs", "label", "Contracts", "never").returncode == 0
    ran = home.run("ask", "--at", "office/big", "--yes", "--json", "What is the monthly rent?")
    review = only_object(ran)["review"]
    assert [each["by"] for each in review["withheld"]] == ["the collection Contracts"]
    assert all(b"900" not in asked.body for asked in server.asked)
    assert_sentence(home.run("ask", "--at", "office/big", "--yes", LEASE), "never leaves")


def test_a_chat_chooses_its_model_and_asks_again_until_it_may_always(home: Home, server: ProviderServer) -> None:
    typed = f"/at office/big\n{ASK}\na\n{ASK}\n/quit\n"
    ran = home.at_terminal("chat", typed=typed)
    assert ran.returncode == 0, ran.stderr
    assert len(server.asked) == 2
    assert "as you agreed for this conversation" in ran.stdout
    consents = only_object(home.run("cloud", "consents", "--json"))["consents"]
    assert [each["provider"] for each in consents] == ["office"]
    assert "1 consent withdrawn" in home.run("cloud", "consents", "withdraw").stdout
    spent = only_object(home.run("cloud", "spent", "--json"))
    assert [(each["model"], each["questions"], each["cost"]) for each in spent["models"]] == [("office/big", 2, 0.0)]


def test_models_and_a_refusal_are_told_in_sentences(home: Home) -> None:
    with running(listed({"id": "big"}, {"id": "small"})) as server:
        home.run("cloud", "server", "add", "Cellar", f"{server.address}/v1")
        models = only_object(home.run("cloud", "models", "cellar", "--json"))["models"]
        assert [each["name"] for each in models] == ["cellar/big", "cellar/small"]
    assert_sentence(home.run("cloud", "models", "cellar"), "Cellar", "runs")
    assert_sentence(home.run("cloud", "models", "nobody"), "nobody")
    assert_sentence(home.run("ask", "--at", "big", ASK), "provider")


def test_a_key_that_no_keyring_takes_is_not_kept_and_stands_nowhere(home: Home) -> None:
    nowhere = {"PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring", "DBUS_SESSION_BUS_ADDRESS": "unix:path=/none"}
    ran = home.run("cloud", "key", "set", "openai", said=f"{KEY}\n", environment=nowhere)
    assert_sentence(ran, "not kept")
    assert KEY not in ran.stdout + ran.stderr
    held = b"".join(path.read_bytes() for path in home.folder.rglob("*") if path.is_file())
    assert KEY.encode() not in held
    assert json.loads(home.run("cloud", "providers", "--json", environment=nowhere).stdout)["providers"]
