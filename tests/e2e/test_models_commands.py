"""`models ...` as people type it: real processes over a home of their own and a hub on this computer."""

import json
import signal
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from e2e.commands import COMMAND, Home, assert_sentence, only_object
from gguf_files import write_talking_model
from hub_server import HubServer, running_hub

pytestmark = pytest.mark.slow

QWEN = "unsloth/Qwen3-4B-GGUF"


@pytest.fixture(scope="module")
def model(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    return write_talking_model(tmp_path_factory.mktemp("model") / "model.gguf", [b"Good", b" morning"]).read_bytes()


@pytest.fixture
def hub(model: bytes) -> Iterator[HubServer]:
    with running_hub() as server:
        names = ("Qwen3-4B-Q4_K_M.gguf", "Qwen3-4B-Q8_0.gguf", "Qwen3-4B-BF16.gguf")
        server.add(
            QWEN, dict.fromkeys(names, model) | {"README.md": b"---\nlicense: x\n---\n# Card \x1b[31m"}, downloads=9
        )
        server.add("maker/Gated-GGUF", {"g-Q8_0.gguf": model}, gated=True, tags=("gguf", "license:llama3.1"))
        yield server


class Shell:
    """A home whose commands talk to the hub of the test."""

    def __init__(self, home: Home, hub: HubServer, user: Path) -> None:
        self.home = home
        self.more = {"HF_ENDPOINT": hub.endpoint, "HOME": str(user), "HF_TOKEN": ""}
        self.settings = home.folder / "settings.toml"
        home.folder.mkdir()
        self.settings.write_text("offline = false\n", encoding="utf-8")

    def models(self, *words: str | Path, **more: str) -> subprocess.CompletedProcess[str]:
        return self.home.run("models", *words, environment=self.more | more)

    def ask(self, *words: str) -> subprocess.CompletedProcess[str]:
        return self.home.run("ask", *words, environment=self.more)


@pytest.fixture
def shell(home: Path, hub: HubServer, tmp_path: Path) -> Shell:
    return Shell(Home(home), hub, tmp_path)


def test_found_shown_judged_downloaded_listed_and_asked(shell: Shell, hub: HubServer) -> None:
    searched = shell.models("search", "qwen3-4b")
    assert "  qwen3-4b " in searched.stdout
    assert f"  {QWEN}  9 downloads, 0 likes, changed 2026-01-01, apache-2.0" in searched.stdout
    shown = shell.models("show", "qwen3-4b", "--card").stdout
    assert "business use allowed" in shown
    assert "Q8_0" in shown
    assert shown.endswith("# Card \N{REPLACEMENT CHARACTER}[31m\n")
    judged = shell.models("fit", "qwen3-4b:q8_0").stdout.splitlines()
    assert judged[1].startswith("  Q8_0 ")
    assert "fits well. Needs " in judged[1]

    got = shell.models("download", "qwen3-4b")
    assert got.returncode == 0, got.stderr
    said = [
        "Qwen3 4B, a chat model",
        "licence: Apache License 2.0, business use allowed",
        "Q8_0 is taken: of all that fit",
    ]
    said += [
        "on this computer: fits well. Needs ",
        "disk: it takes ",
        " came, and are what the hub says",
        "--model Qwen3",
    ]
    places = [got.stdout.index(words) for words in said]
    assert places == sorted(places)
    assert "Qwen3-4B-Q8_0" in shell.models("list").stdout
    assert "Good morning" in shell.ask("--model", "Qwen3-4B-Q8_0", "hello").stdout
    already = shell.models("download", "https://huggingface.co/unsloth/Qwen3-4B-GGUF/tree/main", "--json")
    assert (only_object(already)["state"], only_object(already)["model"]) == ("done", "Qwen3-4B-Q8_0")
    assert len({asked.path for asked in hub.on_cdn() if asked.path.endswith("gguf")}) <= 3


def test_ctrl_c_pauses_and_the_same_command_goes_on(shell: Shell, hub: HubServer, model: bytes) -> None:
    large = model + bytes(24_000_000)
    hub.add("maker/Large-GGUF", {"large-Q8_0.gguf": large, "large-Q2_K.gguf": model})
    stalled = hub.go_wrong("large-Q8_0.gguf", on_cdn=True, times=9, stall_after=17_000_000)
    started = subprocess.Popen(
        [*COMMAND, "models", "download", "maker/Large-GGUF:Q8_0"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=shell.home.environment(**shell.more),
    )
    folder = shell.home.folder / "models" / "maker" / "Large-GGUF"
    _wait_until(lambda: any(asked.sent >= 17_000_000 for asked in hub.on_cdn()))
    started.send_signal(signal.SIGINT)
    _, told = started.communicate(timeout=60)
    assert started.returncode == 130
    assert "of 29 MB are on the disk. The same command goes on from there." in told
    assert not (folder / "large-Q8_0.gguf").exists()
    hub.troubles.remove(stalled)
    hub.released.set()

    before = len(hub.on_cdn())
    again = shell.models("download", "maker/Large-GGUF", "--json")
    assert only_object(again)["quantisation"] == "Q8_0"
    assert (folder / "large-Q8_0.gguf").read_bytes() == large
    assert [asked.start > 8_000_000 for asked in hub.on_cdn()[before:]] == [True]


def test_offline_nothing_is_looked_up_and_each_command_says_how_to_change_that(shell: Shell, hub: HubServer) -> None:
    shell.settings.write_text("", encoding="utf-8")
    for words in (["search", "nothing-like-it"], ["fit", "maker/Gated-GGUF"], ["download", "qwen3-4b"]):
        assert_sentence(shell.models(*words), "offline switch is on", "`offline = false`", "settings")
    able = only_object(shell.models("search", "--can", "vision", "--fits", "--json"))
    assert able["hub_asked"] is False
    assert "smolvlm-256m-instruct" in {entry["id"] for entry in able["catalogue"]}
    assert all("vision" in entry["capabilities"] for entry in able["catalogue"])
    for words in (["search", "qwen3-4b"], ["show", "qwen3-4b"], ["fit"]):
        ran = shell.models(*words)
        assert ran.returncode == 0, ran.stderr
        assert "`offline = false`" in ran.stderr
    assert shell.models("list").stderr == ""
    assert hub.asked == []


def test_a_file_is_judged_where_it_lies_and_its_name_never_leaves(
    shell: Shell, hub: HubServer, model: bytes, tmp_path: Path
) -> None:
    folder = tmp_path / "My Models"
    folder.mkdir()
    file = folder / "Mine-Q8_0.GGUF"
    file.write_bytes(model)
    judged = shell.models("fit", file).stdout.splitlines()
    assert judged[0].startswith("Mine-Q8_0.GGUF, for a conversation of")
    assert ". Needs " in judged[1]
    assert_sentence(shell.models("show", file), "not in the list of models", "models add FILE")
    shell.models("add", file)
    assert shell.models("show", file).stdout.startswith("Mine-Q8_0 is on this computer:")
    assert_sentence(shell.models("download", file), "is on this computer already")
    for verb in ("fit", "show", "download"):
        assert_sentence(shell.models(verb, "/models/none.gguf"), "no model or file")
    assert hub.asked == []


def test_gated_models_say_their_terms_and_what_a_token_is_good_for(shell: Shell) -> None:
    refused = shell.models("download", "maker/Gated-GGUF")
    assert "Llama 3.1 Community License, business use on conditions" in refused.stdout
    assert "agree to them at\n    https://huggingface.co/maker/Gated-GGUF" in refused.stdout
    assert_sentence(refused, "agreed to its terms", "models token", "HF_TOKEN")
    assert_sentence(shell.models("download", "maker/Gated-GGUF", HF_TOKEN="hf_bad"), "does not accept the token")
    assert shell.models("download", "maker/Gated-GGUF", HF_TOKEN="hf_good").returncode == 0
    assert_sentence(shell.home.run("models", "token", said="\n", environment=shell.more), "no token was typed")


def test_what_goes_wrong_is_a_sentence_and_leaves_nothing_that_passes_for_a_model(
    shell: Shell, hub: HubServer, model: bytes
) -> None:
    folder = shell.home.folder / "models"
    assert_sentence(shell.models("download", "nobody/nothing"), "no model called nobody/nothing", "models token")
    assert_sentence(shell.models("download", "qwen3-4"), "Did you mean qwen3-4b?")
    assert_sentence(shell.models("download", "qwen3-4b:Q3_K"), "has no Q3_K", "It has: ", "Q8_0")
    unreachable = shell.models("download", "qwen3-4b", HF_ENDPOINT="http://127.0.0.1:9")
    assert_sentence(unreachable, "connection to 127.0.0.1 failed")
    assert "qwen3-4b" in shell.models("search", "qwen3-4b", HF_ENDPOINT="http://127.0.0.1:9").stdout
    hub.go_wrong("/api/models", body=b"<html>Please sign in</html>")
    assert_sentence(shell.models("show", QWEN), "is no answer of a hub", "sign in")
    hub.add("maker/Other-GGUF", {"o-Q4_0.gguf": bytes(5000)})
    assert_sentence(shell.models("download", "maker/Other-GGUF"), "is of use on this computer", "not a GGUF model file")
    hub.add("maker/Flipped-GGUF", {"f-Q4_0.gguf": model})
    flip = {"on_cdn": True, "times": 99, "change": lambda content: bytes(content[:-1]) + bytes([content[-1] ^ 1])}
    hub.go_wrong("f-Q4_0.gguf", **flip)
    assert_sentence(shell.models("download", "maker/Flipped-GGUF"), "its hash is wrong")
    hub.add("maker/Cut-GGUF", {"c-Q4_0.gguf": model + bytes(20_000_000)})
    hub.go_wrong("c-Q4_0.gguf", on_cdn=True, times=99, change=lambda content: bytes(content[:9_000_000]))
    assert_sentence(shell.models("download", "maker/Cut-GGUF:Q4_0"), "another file", "as long as the hub said")
    (folder / "unsloth").write_bytes(b"")
    assert_sentence(shell.models("download", "qwen3-4b"), "a file stands where its folder should be")
    assert list(folder.rglob("*.gguf")) == []


def test_models_are_verified_moved_packed_unpacked_and_removed(shell: Shell, tmp_path: Path, home: Path) -> None:
    assert shell.models("download", "qwen3-4b").returncode == 0
    file = home / "models" / QWEN / "Qwen3-4B-Q8_0.gguf"
    verified = shell.models("verify", "Qwen3-4B-Q8_0")
    assert "as it should be. It is what the hub published when it was downloaded." in verified.stdout

    pack = tmp_path / "carried.pack"
    assert shell.models("pack", "Qwen3-4B-Q8_0", "--to", pack).returncode == 0
    moved = shell.models("move", tmp_path / "elsewhere", "--json")
    assert only_object(moved)["to"] == str(tmp_path / "elsewhere")
    assert not file.exists()
    removed = shell.models("remove", "Qwen3-4B-Q8_0")
    assert_sentence(removed, "will be deleted", "nobody agreed", "--yes")
    assert only_object(shell.models("remove", "Qwen3-4B-Q8_0", "--yes", "--json"))["removed"]["deleted"] is True
    assert list((tmp_path / "elsewhere").rglob("*.gguf")) == []

    shell.settings.write_text("", encoding="utf-8")  # offline again, and the folder its own
    (added,) = only_object(shell.models("unpack", pack, "--json"))["unpacked"]
    assert (added["name"], added["problem"]) == ("Qwen3-4B-Q8_0", "")
    content = Path(added["path"]).read_bytes()
    Path(added["path"]).write_bytes(content[:-1] + bytes([content[-1] ^ 1]))
    wrong = shell.models("verify", "--json")
    assert wrong.returncode == 1
    assert {each["name"]: each["ok"] for each in only_object(wrong)["verified"]}["Qwen3-4B-Q8_0"] is False
    assert_sentence(shell.ask("--model", "Qwen3-4B-Q8_0", "hello"), "exchanged or damaged")
    pack.write_bytes(pack.read_bytes()[:-100])
    assert_sentence(shell.models("unpack", pack), "not unpacked")


def test_what_other_programs_keep_is_found_and_used_where_it_lies(shell: Shell, tmp_path: Path, model: bytes) -> None:
    theirs = tmp_path / ".lmstudio" / "models" / "maker" / "theirs" / "theirs-Q8_0.gguf"
    theirs.parent.mkdir(parents=True)
    theirs.write_bytes(model)
    (found,) = only_object(shell.models("found", "--json"))["found"]
    assert (found["path"], found["place"], found["known_as"]) == (str(theirs), "LM Studio", "")
    assert only_object(shell.models("add", theirs, "--json"))["model"]["name"] == "theirs-Q8_0"
    assert "here as theirs-Q8_0" in shell.models("found").stdout
    removed = shell.models("remove", "theirs-Q8_0", "--yes")
    assert "files untouched" in removed.stdout
    assert theirs.read_bytes() == model
    assert_sentence(shell.models("found", tmp_path / "nowhere"), "There is no folder")


def test_chat_asks_the_model_that_is_named(shell: Shell) -> None:
    assert_sentence(shell.home.run("chat", "--model", "nobody"), "no chat model named 'nobody'")
    assert shell.models("download", "qwen3-4b").returncode == 0
    talked = shell.home.run("chat", "--model", "Qwen3-4B-Q8_0", said="hello\n", environment=shell.more)
    assert "Good morning" in talked.stdout


def test_errors_of_commands_for_programs_are_objects(shell: Shell) -> None:
    for words in (["download", "nobody/nothing"], ["remove", "nobody"], ["download"]):
        error = json.loads(shell.models(*words, "--json").stdout)["error"]
        assert error["message"]
        assert error["hint"]


def _wait_until(holds: Callable[[], bool]) -> None:
    end = time.monotonic() + 60
    while not holds():
        assert time.monotonic() < end, "it did not come so far within a minute"
