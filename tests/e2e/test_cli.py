"""The command line as people and programs use it: real processes, models, embedder and files."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from e2e.commands import COMMAND, SAMPLES, Home, assert_sentence, only_object

OBJECT = {
    "answer",
    "reasoning",
    "ended",
    "sentences",
    "unused",
    "citations",
    "passages",
    "route",
    "sent",
    "offered",
    "timings",
    "usage",
    "searched",
    "coverage",
    "cautions",
}
NOTICE = "How much notice must the tenant of flat 7A give before moving out?"
LEASE_7A = SAMPLES / "lease-flat-7a.pdf"
LEASE_4B = SAMPLES / "lease-flat-4b.pdf"


@pytest.fixture
def here(home: Path) -> Home:
    return Home(home)


def few_words(home: Home) -> None:
    """Let the model say little, where what it says is not what a test is about."""
    home.folder.mkdir(exist_ok=True)
    (home.folder / "settings.toml").write_text("max_answer_tokens = 32\n", encoding="utf-8")


@pytest.fixture(scope="module")
def lasting(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """One home for the tests that only read, so that the samples are embedded once."""
    return Home(tmp_path_factory.mktemp("lasting") / "home")


def test_help_and_version_are_printed(here: Home) -> None:
    assert "QUESTION" in here.run("ask", "--help").stdout
    shown = here.run("--version")
    assert (shown.returncode, shown.stdout.split()[0]) == (0, "localassist")
    assert not here.folder.exists()


def kept(home: Home, text: str) -> bool:
    """Whether a text stands in any file of a home: database, logs or cache."""
    return any(text.encode() in path.read_bytes() for path in home.folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("arguments", [["bogus"], ["ask"], ["docs"], ["ask", "--bogus", "x"], ["models", "add"]])
def test_wrong_usage_is_exit_code_2(here: Home, arguments: list[str]) -> None:
    assert_sentence(here.run(*arguments), "--help", code=2)


def test_wrong_usage_with_json_is_an_object_too(here: Home) -> None:
    ran = here.run("ask", "--json")
    assert ran.returncode == 2
    assert "QUESTION" in only_object(ran)["error"]["message"]


def test_without_a_display_the_window_says_why_not(here: Home) -> None:
    assert_sentence(here.run(), "no display", "localassist demo")


def test_lists_load_nothing_heavy() -> None:
    program = """
import sys
from localassist.__main__ import main
sys.argv = ["localassist", "docs", "list"]
assert main() == 0
sys.argv = ["localassist", "models", "list"]
assert main() == 0
heavy = {"torch", "sentence_transformers", "transformers", "chromadb", "llama_cpp", "numpy", "httpx2", "PySide6"}
print(sorted(heavy & set(sys.modules)))
"""
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True, timeout=60)
    assert ran.stdout.splitlines()[-1] == "[]"


def test_the_starter_model_is_listed_and_chosen(here: Home) -> None:
    listed = here.run("models", "list").stdout
    assert listed.startswith("* smollm2-135m-instruct")
    assert "  98 MB, " in listed


@pytest.mark.slow
def test_doctor_reports_every_area(here: Home) -> None:
    ran = here.run("doctor", "--json")
    report = only_object(ran)
    assert ran.returncode == 0, report
    assert report["ok"] is True
    areas = {finding["area"] for finding in report["findings"]}
    assert areas >= {"Python", "Libraries", "Files", "Settings", "Database", "Models", "Devices", "Window", "Keyring"}
    assert all(finding["remedy"] for finding in report["findings"] if finding["state"] != "good")
    assert ran.stderr == ""


@pytest.mark.slow
def test_ask_gives_one_object_with_the_cited_page(lasting: Home) -> None:
    ran = lasting.run("ask", "--docs", LEASE_7A, "--docs", LEASE_4B, "--json", NOTICE)
    assert (ran.returncode, ran.stderr) == (0, "")
    found = only_object(ran)
    assert set(found) == OBJECT
    first = found["citations"][0]
    assert set(first) == {"n", "path", "page", "place", "heading", "quote", "char_start", "char_end", "scores"}
    assert set(first["scores"]) == {"score", "words", "meaning", "rerank"}
    assert found["searched"]["documents"]
    assert first["n"] == 1
    assert len(first["quote"]) == first["char_end"] - first["char_start"]
    places = {(Path(item["path"]).name, item["page"]) for item in found["citations"] + found["passages"]}
    assert ("lease-flat-7a.pdf", 3) in places
    assert set(found["route"]) == {"destination", "model", "reason"}
    assert found["route"]["destination"] == "this computer"
    assert found["usage"]["answer_tokens"] > 0
    assert all(seconds >= 0 for seconds in found["timings"].values())


@pytest.mark.slow
def test_ask_prints_the_answer_then_its_proof_and_leaves_no_trace(lasting: Home) -> None:
    ran = lasting.run("ask", "--docs", LEASE_7A, NOTICE)
    assert (ran.returncode, ran.stderr) == (0, "")
    assert "[1] lease-flat-7a.pdf, page 3: “" in ran.stdout
    assert "tokens/s" in ran.stdout
    assert "No documents yet" in lasting.run("docs", "list").stdout
    assert not kept(lasting, NOTICE)


@pytest.mark.slow
def test_search_finds_the_place_and_a_dash_reads_standard_input(lasting: Home) -> None:
    ran = lasting.run("search", "--docs", LEASE_7A, "--json", "-", said=f"{NOTICE}\n")
    passages = only_object(ran)["passages"]
    assert (Path(passages[0]["path"]).name, passages[0]["page"]) == ("lease-flat-7a.pdf", 3)
    told = {"path", "page", "place", "heading", "text", "char_start", "char_end", "score", "words", "meaning", "rerank"}
    assert set(passages[0]) == told


@pytest.mark.slow
def test_documents_are_added_listed_asked_and_forgotten(here: Home, tmp_path: Path) -> None:
    folder = tmp_path / "Contracts"
    folder.mkdir()
    (folder / "cat.txt").write_text("The cat of the house is called Momo and is eleven years old.")
    (folder / "dog.md").write_text("# Dog\n\nThe dog of the house is called Bosko.\n")
    added = here.run("docs", "add", folder)
    assert added.returncode == 0, added.stderr
    assert "indexed cat.txt" in " ".join(added.stdout.split())
    listed = here.run("docs", "list").stdout
    assert "Contracts: 2 documents" in listed
    assert "indexed dog.md 1 chunk" in " ".join(listed.split())
    (tmp_path / "bird.txt").write_text("The parrot of the house is called Coco.")
    found = here.run("search", "--docs", tmp_path / "bird.txt", "--keep", "What is the parrot called?")
    assert found.stdout.startswith("1. bird.txt")
    assert "bird.txt: 1 document," in here.run("docs", "list").stdout
    assert here.run("docs", "remove", "bird.txt").returncode == 0
    assert "dog.md" in here.run("docs", "remove", folder / "dog.md").stdout
    assert "Contracts: 1 document," in here.run("docs", "list").stdout
    assert "The files are untouched" in here.run("docs", "remove", "Contracts").stdout
    assert "No documents yet" in here.run("docs", "list").stdout
    assert (folder / "cat.txt").exists()


@pytest.mark.slow
def test_ctrl_c_keeps_what_there_is(lasting: Home) -> None:
    running = lasting.start("ask", "Count from one to one thousand in words.")
    assert running.stdout is not None
    assert running.stdout.read(1)
    running.send_signal(signal.SIGINT)
    out, err = running.communicate(timeout=60)
    assert running.returncode == 130, err
    assert "Stopped" in err
    assert "smollm2" in out


@pytest.mark.slow
def test_ctrl_c_while_it_closes_ends_it_without_a_traceback(lasting: Home) -> None:
    running = lasting.start("ask", "Count from one to one thousand in words.")
    assert running.stdout is not None
    assert running.stderr is not None
    assert running.stdout.read(1)
    running.send_signal(signal.SIGINT)
    assert "Stopped" in running.stderr.readline()
    running.send_signal(signal.SIGINT)
    _, err = running.communicate(timeout=60)
    assert running.returncode in (130, -signal.SIGINT), err
    assert "Traceback" not in err


@pytest.mark.slow
def test_chat_keeps_its_history(here: Home) -> None:
    few_words(here)
    ran = here.run("chat", said="Say hello.\n/new\nSay goodbye.\n/quit\n")
    assert ran.returncode == 0, ran.stderr
    assert kept(here, "Say hello.")
    assert kept(here, "Say goodbye.")


@pytest.mark.slow
def test_the_demo_proves_itself(lasting: Home) -> None:
    ran = lasting.run("demo")
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("\nQ: ") == 3
    assert ran.stdout.count("[1] ") >= 3
    assert "lease-flat-7a.pdf, page 3" in ran.stdout
    assert ran.stdout.count(" tokens/s") == 3
    assert ran.stdout.rstrip().endswith("0 bytes left this computer.")


@pytest.mark.slow
def test_a_reader_that_has_enough_is_no_error(lasting: Home) -> None:
    line = f"{subprocess.list2cmdline(COMMAND)} doctor | head -1"
    ran = subprocess.run(
        ["sh", "-c", line], check=False, capture_output=True, text=True, timeout=60, env=lasting.environment()
    )
    assert (ran.stdout, ran.stderr) == ("Python\n", "")


def test_json_is_utf8_whatever_the_locale(here: Home) -> None:
    ran = here.run(
        "search", "--json", "größe", environment={"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    )
    assert ran.returncode == 1
    assert json.loads(ran.stdout)["error"]["hint"]
