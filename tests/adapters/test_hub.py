"""The hub as a library, against a real server that speaks its API: search, repositories, cards, looks into files."""

import gzip
import hashlib
import socket  # noqa: TID251  an address that nobody answers at
import sys
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from hub_server import HubServer, running_hub
from localassist.adapters.hub.asking import HubLine
from localassist.adapters.hub.downloader import HubDownloader
from localassist.adapters.hub.hub import HuggingFaceHub
from localassist.adapters.hub.patience import Patience
from localassist.adapters.hub.tokens import find_token
from localassist.adapters.network import NetworkDoor
from localassist.domain.errors import AccessError, LocalAssistError, NetworkError, NotFoundError, OfflineError, Stopped
from localassist.domain.library import Download, ModelSearch, RemoteFile, Repository, SortedBy
from localassist.domain.privacy import Traffic
from localassist.domain.stopping import Stop

NAME = "maker/Small-GGUF"
WEIGHTS = bytes(range(256)) * 40
QUICK = Patience(tries=3, first_s=0.001)


@pytest.fixture
def server() -> Iterator[HubServer]:
    with running_hub() as hub:
        hub.add(NAME, {"small-Q4_K_M.gguf": WEIGHTS, "README.md": b"# Small\n\nA model.", "config.json": b"{}"})
        yield hub


def hub_over(server: HubServer, token: str = "", door: NetworkDoor | None = None, **options: Any) -> HuggingFaceHub:
    door = door or NetworkDoor(offline=lambda: False)
    return HuggingFaceHub(HubLine(door, server.endpoint, lambda: token, **{"patience": QUICK} | options))


def test_a_repository_has_its_commit_and_what_verifies_each_file(server: HubServer) -> None:
    found = hub_over(server).repository(NAME, Stop())
    assert (found.name, found.revision, found.licence, found.gated) == (NAME, "a" * 40, "apache-2.0", False)
    large, readme, _ = found.files
    assert (large.path, large.size) == ("small-Q4_K_M.gguf", 10240)
    assert (large.sha256, large.git_sha1) == (hashlib.sha256(WEIGHTS).hexdigest(), "")
    # what `git hash-object` says of that text
    assert (readme.sha256, readme.git_sha1) == ("", "2b6d025b4a738b1397a3340eadf6023e89a634d5")


def test_a_search_asks_for_what_is_wanted_and_turns_pages(server: HubServer) -> None:
    for number in range(7):
        server.add(f"other/llama-{number}", {}, downloads=number, likes=-number, tags=("gguf", "license:mit"))
    server.add("other/llama-safetensors", {}, downloads=100, tags=("safetensors",))
    found = list(hub_over(server).search(ModelSearch("LLAMA", "other", "mit"), Stop()))
    assert [repository.name for repository in found] == [f"other/llama-{number}" for number in range(6, -1, -1)]
    assert len(server.asked) == 4
    assert (found[0].downloads, found[0].licence, found[0].files) == (6, "mit", ())
    liked = hub_over(server).search(ModelSearch("llama", sorted_by=SortedBy.LIKES, at_most=3), Stop())
    assert [repository.name for repository in liked] == [f"other/llama-{number}" for number in range(3)]
    everything = hub_over(server).search(ModelSearch("llama", gguf_only=False, at_most=1), Stop())
    assert next(everything).name == "other/llama-safetensors"


def test_pages_are_asked_for_as_they_are_read(server: HubServer) -> None:
    for number in range(7):
        server.add(f"other/llama-{number}", {})
    search = hub_over(server).search(ModelSearch("llama"), Stop())
    next(search)
    assert len(server.asked) == 1
    search.close()  # type: ignore[attr-defined]


def test_an_old_name_leads_to_the_new_one(server: HubServer) -> None:
    server.renamed["old/Name"] = NAME
    assert hub_over(server).repository("old/Name", Stop()).name == NAME


def test_a_card_is_its_text_or_nothing(server: HubServer) -> None:
    hub = hub_over(server)
    assert hub.card(hub.repository(NAME, Stop()), Stop()) == "# Small\n\nA model."
    server.add("maker/bare", {})
    assert hub.card(hub.repository("maker/bare", Stop()), Stop()) == ""


def test_a_look_into_a_file_fetches_no_more_than_that(server: HubServer) -> None:
    hub = hub_over(server)
    repository = hub.repository(NAME, Stop())
    assert hub.read(repository, repository.files[0], 5, 10, Stop()) == WEIGHTS[5:15]
    assert server.on_cdn()[0].sent == 10
    assert hub.read(repository, repository.files[0], 10_230, 100, Stop()) == WEIGHTS[10_230:]
    assert hub.read(repository, repository.files[0], 10_240, 100, Stop()) == b""
    server.go_wrong(on_cdn=True, ignore_range=True)
    assert hub.read(repository, repository.files[0], 5, 10, Stop()) == WEIGHTS[5:15]


def test_the_token_goes_only_where_it_is_needed_and_never_to_the_cdn(server: HubServer) -> None:
    hub = hub_over(server, "hf_good")
    repository = hub.repository(NAME, Stop())
    hub.read(repository, repository.files[0], 0, 10, Stop())
    assert not [asked for asked in server.asked if "Authorization" in asked.headers]
    server.repositories[NAME].gated = True
    assert hub.read(repository, repository.files[0], 0, 10, Stop()) == WEIGHTS[:10]
    assert [asked.on_cdn for asked in server.asked if "Authorization" in asked.headers] == [False]


@pytest.mark.parametrize(
    ("token", "says", "do"),
    [
        ("", "given only to people who agreed to its terms, and there is no token", "Agree to its terms at"),
        ("hf_wrong", "does not accept the token", "Make a new one"),
        ("hf_other", "yours are not agreed to, or not granted yet", "in a browser"),
    ],
)
def test_gated_models_are_explained(server: HubServer, token: str, says: str, do: str) -> None:
    server.tokens.add("hf_other")
    server.repositories[NAME].gated = True
    hub = hub_over(server, token)
    repository = hub.repository(NAME, Stop())
    assert repository.gated
    with pytest.raises(AccessError, match=says) as refused:
        hub.read(repository, repository.files[0], 0, 10, Stop())
    assert do in refused.value.hint
    assert not token or token not in str(refused.value)


def test_what_is_not_there_is_said(server: HubServer) -> None:
    hub = hub_over(server)
    with pytest.raises(NotFoundError, match="no model called nobody/nothing"):
        hub.repository("nobody/nothing", Stop())
    with pytest.raises(NotFoundError, match="no such version"):
        hub.repository(NAME, Stop(), "b" * 40)
    repository = hub.repository(NAME, Stop())
    with pytest.raises(NotFoundError, match="no such file"):
        hub.read(repository, RemoteFile("gone.gguf", 100), 0, 10, Stop())
    for name in ("a/../b", "a b", "https://huggingface.co/a/b", "a/b/c", ""):
        with pytest.raises(NotFoundError, match="no name of a model"):
            hub.repository(name, Stop())
    assert {asked.path for asked in server.asked if ".." in asked.path} == set()


@pytest.mark.parametrize(
    "body",
    [
        b"<html>Please sign in</html>",
        b"[]",
        b"{}",
        b'{"id": 3}',
        b'{"id": "a/b"}',
        b'{"id": "../../b", "sha": "cc"}',
        b'{"id": "a/b", "sha": "cc", "tags": 5}',
        b'{"id": "a/b", "sha": "cc", "siblings": 5}',
        b"[" * 100_000,
        b"\xff",
    ],
)
def test_answers_that_are_none_are_a_sentence(server: HubServer, body: bytes) -> None:
    server.go_wrong(body=body)
    with pytest.raises(NetworkError, match="no answer of a hub") as strange:
        hub_over(server).repository(NAME, Stop())
    assert "sign-in page" in strange.value.hint


@pytest.mark.parametrize("body", [b"<html>", b"{}", b'["text"]', b'[{"siblings": [3], "id": "a/b"}]'])
def test_lists_that_are_none_are_a_sentence(server: HubServer, body: bytes) -> None:
    server.go_wrong(body=body)
    with pytest.raises(NetworkError, match="no answer of a hub"):
        list(hub_over(server).search(ModelSearch("x"), Stop()))


@pytest.mark.parametrize("leads_to", ["/api/models/maker/Small-GGUF", "http://hub:port/", "gopher://hub/"])
def test_a_hub_that_sends_nowhere_is_a_sentence(server: HubServer, leads_to: str) -> None:
    server.go_wrong(times=100, status=302, headers={"Location": leads_to})
    with pytest.raises(NetworkError, match=r"The connection to .* failed"):
        hub_over(server).repository(NAME, Stop())


def test_an_answer_that_would_unpack_to_very_much_is_not_unpacked(server: HubServer) -> None:
    small = gzip.compress(b" " * 10_000_000)
    server.go_wrong(body=small, headers={"Content-Encoding": "gzip"})
    with pytest.raises(NetworkError, match="no answer of a hub"):
        hub_over(server).repository(NAME, Stop())
    assert server.asked[0].headers["Accept-Encoding"] == "identity"
    server.go_wrong("README.md", body=small, headers={"Content-Encoding": "gzip"})
    hub = hub_over(server)
    assert len(hub.card(hub.repository(NAME, Stop()), Stop())) <= len(small)


@pytest.mark.parametrize("endpoint", ["https://", "http://hub:port", "http://[hub", "ftp://hub", "https://me:secret@"])
def test_an_address_that_is_none_is_a_sentence_without_what_is_secret_in_it(endpoint: str) -> None:
    line = HubLine(NetworkDoor(offline=lambda: False), endpoint)
    with pytest.raises(NetworkError, match="The address of the hub is none") as raised:
        HuggingFaceHub(line).repository(NAME, Stop())
    assert "secret" not in str(raised.value)


def test_a_busy_hub_is_asked_again_a_few_times(server: HubServer) -> None:
    server.go_wrong(status=503, times=1)
    server.go_wrong(status=429, headers={"Retry-After": "0"})
    assert hub_over(server).repository(NAME, Stop()).name == NAME
    assert len(server.asked) == 3
    server.go_wrong(status=500, times=3)
    with pytest.raises(NetworkError, match=r"out of order just now \(500\)"):
        hub_over(server).repository(NAME, Stop())
    assert len(server.asked) == 6


def test_a_long_wait_that_the_hub_asks_for_is_said_and_not_waited(server: HubServer) -> None:
    server.go_wrong(status=429, headers={"Retry-After": "300"})
    with pytest.raises(NetworkError, match="too many questions") as asked:
        hub_over(server).repository(NAME, Stop())
    assert "300 seconds" in asked.value.hint


def test_a_wait_ends_on_request(server: HubServer) -> None:
    stop = Stop()
    server.go_wrong(status=429, headers={"Retry-After": "9"}, call=stop.request)
    with pytest.raises(Stopped):
        hub_over(server).repository(NAME, stop)


def test_a_hub_that_says_nothing_is_left_on_request(server: HubServer) -> None:
    stop = Stop()
    server.go_wrong(call=lambda: (stop.request(), server.released.wait(60)))
    with pytest.raises(Stopped):
        hub_over(server).repository(NAME, stop)


def test_a_hub_that_is_not_there_is_a_sentence() -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        line = HubLine(NetworkDoor(lambda: False), f"http://127.0.0.1:{taken.getsockname()[1]}", patience=QUICK)
        with pytest.raises(NetworkError, match=r"connection to 127\.0\.0\.1 failed"):
            HuggingFaceHub(line).repository(NAME, Stop())
    with pytest.raises(NetworkError, match="HF_ENDPOINT"):
        HuggingFaceHub(HubLine(NetworkDoor(lambda: False), "huggingface")).repository(NAME, Stop())


def test_with_the_offline_switch_on_nothing_is_looked_up_or_sent(tmp_path: Path) -> None:
    """By the names of connections and look-ups that Python itself reports, whoever makes them, on any thread."""
    seen: list[str] = []
    watching = [True]
    sys.addaudithook(lambda event, given: seen.append(event) if watching and event.startswith("socket.") else None)
    door = NetworkDoor(offline=lambda: True)
    line = HubLine(door, "https://hub.invalid", lambda: "hf_good", QUICK)
    hub = HuggingFaceHub(line)
    repository = Repository(NAME, "a" * 40)
    file = RemoteFile("x.gguf", 100, "f" * 64)
    download = Download("1", NAME, "a" * 40, (file,), str(tmp_path))
    for call in (
        lambda: hub.repository(NAME, Stop()),
        lambda: list(hub.search(ModelSearch("x"), Stop())),
        lambda: hub.card(repository, Stop()),
        lambda: hub.read(repository, file, 0, 10, Stop()),
        lambda: list(HubDownloader(line).fetch(download, file, Stop(), lambda: 0.0)),
    ):
        with pytest.raises(OfflineError, match="offline switch is on"):
            call()
    watching.clear()
    assert [event for event in seen if event in ("socket.getaddrinfo", "socket.connect", "socket.sendto")] == []
    assert door.traffic == Traffic(sent=0, received=0, refused=5)


def test_the_environment_names_the_hub_and_the_token(server: HubServer) -> None:
    server.repositories[NAME].gated = True
    environment = {"HF_ENDPOINT": f"{server.endpoint}/", "HF_TOKEN": "hf_good"}
    hub = HuggingFaceHub(HubLine.find(NetworkDoor(lambda: False), lambda name: None, environment))
    assert hub.card(hub.repository(NAME, Stop()), Stop()).startswith("# Small")
    assert HubLine.find(NetworkDoor(lambda: False), lambda name: None, {}).endpoint == "https://huggingface.co"


def test_where_the_token_comes_from(tmp_path: Path) -> None:
    (tmp_path / "token").write_text("hf_file\n")
    environment = {"HF_HOME": str(tmp_path), "HF_TOKEN": " hf_variable "}
    assert find_token({"huggingface": "hf_kept"}.get, environment) == "hf_kept"
    assert find_token(lambda name: None, environment) == "hf_variable"
    assert find_token(lambda name: None, {"HF_HOME": str(tmp_path)}) == "hf_file"
    assert find_token(lambda name: None, {"HF_TOKEN_PATH": str(tmp_path / "none")}) == ""


@pytest.mark.parametrize("token", ["hf_\u2019good", "hf_go\nod", "hf good"])
def test_what_can_be_no_token_is_said_and_not_shown(server: HubServer, token: str) -> None:
    server.repositories[NAME].gated = True
    line = HubLine.find(
        NetworkDoor(lambda: False), lambda name: None, {"HF_ENDPOINT": server.endpoint, "HF_TOKEN": token}
    )
    hub = HuggingFaceHub(line)
    with pytest.raises(AccessError, match="characters that no token has") as raised:
        hub.read(hub.repository(NAME, Stop()), RemoteFile("small-Q4_K_M.gguf", 10), 0, 10, Stop())
    assert token not in str(raised.value)
    assert raised.value.__cause__ is None


def test_errors_of_the_keyring_reach_who_asks_where_there_is_no_other_token(server: HubServer, tmp_path: Path) -> None:
    def locked() -> str:
        raise LocalAssistError("The system's keyring refused.", "Unlock it.")

    server.repositories[NAME].gated = True
    environment = {"HF_HOME": str(tmp_path)}
    token = partial(find_token, lambda name: locked(), environment)
    hub = HuggingFaceHub(HubLine(NetworkDoor(lambda: False), server.endpoint, token, QUICK))
    assert find_token(lambda name: locked(), {"HF_TOKEN": "hf_variable"}) == "hf_variable"
    with pytest.raises(LocalAssistError, match="keyring refused"):
        hub.read(Repository(NAME, "a" * 40), RemoteFile("small-Q4_K_M.gguf", 10240), 0, 10, Stop())
