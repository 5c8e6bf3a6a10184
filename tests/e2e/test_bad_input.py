"""What bad input gets: a sentence that says what happened and what to do, exit code 1, and nothing lost or hanging."""

import os
import sqlite3
import struct
import sys
from pathlib import Path

import pytest

from e2e.commands import Home, assert_sentence, only_object

LFS_POINTER = b"version https://git-lfs.github.com/spec/v1\noid sha256:4d7a2146\nsize 98362432\n"
ABSURD = b"GGUF" + struct.pack("<IQQ", 3, 2**60, 2**60)
LONG_LINE = 10_000_000


@pytest.fixture
def here(home: Path) -> Home:
    """A home whose model says little: what it says is not what these tests are about."""
    home.mkdir()
    (home / "settings.toml").write_text("max_answer_tokens = 16\n", encoding="utf-8")
    return Home(home)


def file(folder: Path, name: str, content: bytes) -> Path:
    path = folder / name
    path.write_bytes(content)
    return path


def truncated_starter(here: Home) -> bytes:
    starter = only_object(here.run("models", "list", "--json"))["models"][0]["path"]
    with Path(starter).open("rb") as whole:
        return whole.read(5_000_000)


BROKEN_MODELS = {
    "empty": b"",
    "html": b"<!DOCTYPE html><html><body>404 Not Found</body></html>",
    "pointer": LFS_POINTER,
    "absurd": ABSURD,
    "header": b"GGUF\x03\x00\x00\x00",
    "noise": bytes(range(256)) * 100,
}


@pytest.mark.parametrize("kind", BROKEN_MODELS)
def test_a_broken_model_file_is_refused_by_name(here: Home, tmp_path: Path, kind: str) -> None:
    path = file(tmp_path, f"{kind}.gguf", BROKEN_MODELS[kind])
    assert_sentence(here.run("models", "add", path), f"{kind}.gguf")
    assert f"{kind}.gguf" not in here.run("models", "list").stdout
    assert_sentence(here.run("ask", "--model", path, "Hello?"), f"{kind}.gguf")


@pytest.mark.slow
def test_a_truncated_model_file_is_refused(here: Home, tmp_path: Path) -> None:
    path = file(tmp_path, "short.gguf", truncated_starter(here))
    assert_sentence(here.run("models", "add", path), "short.gguf")
    assert_sentence(here.run("ask", "--model", path, "Hello?"), "short.gguf")


@pytest.mark.corpus
@pytest.mark.slow
def test_the_broken_models_of_the_corpus_are_refused(here: Home, corpus: Path) -> None:
    broken = sorted((corpus / "models" / "broken").iterdir())
    assert broken
    for path in broken:
        assert_sentence(here.run("models", "add", path))


def test_a_missing_model_file_is_named(here: Home) -> None:
    assert_sentence(here.run("models", "add", "nowhere.gguf"), "nowhere.gguf")
    ran = here.run("ask", "--json", "--model", "nowhere.gguf", "Hello?")
    assert_sentence(ran, "nowhere.gguf")
    assert "nowhere.gguf" in only_object(ran)["error"]["message"]


def test_a_missing_document_is_named(here: Home) -> None:
    assert_sentence(here.run("ask", "--docs", "nowhere.pdf", "Hello?"), "nowhere.pdf")
    assert_sentence(here.run("docs", "add", "nowhere.pdf"), "nowhere.pdf")
    assert "No documents yet" in here.run("docs", "list").stdout


def test_a_name_longer_than_names_can_be_is_a_sentence(here: Home) -> None:
    assert_sentence(here.run("docs", "add", "a" * 5_000), "too long")
    assert_sentence(here.run("ask", "--docs", "a" * 5_000, "Hello?"), "too long")


def test_an_empty_question_is_refused(here: Home) -> None:
    assert_sentence(here.run("ask", "  "), "empty")
    assert_sentence(here.run("ask", "-", said=""), "empty")


def test_an_empty_document_is_named(here: Home, tmp_path: Path) -> None:
    path = file(tmp_path, "nothing.txt", b"")
    ran = here.run("docs", "add", path)
    assert ran.returncode == 1
    assert "nothing.txt" in ran.stdout
    assert "empty" in ran.stdout
    assert_sentence(here.run("ask", "--docs", path, "Hello?"), "nothing.txt")


def test_a_2_gb_document_is_refused(here: Home, tmp_path: Path) -> None:
    path = tmp_path / "huge.txt"
    with path.open("wb") as sparse:
        sparse.truncate(2 * 1024**3)
    assert_sentence(here.run("ask", "--docs", path, "Hello?", within=60), "huge.txt")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read everything")
def test_an_unreadable_document_is_named(here: Home, tmp_path: Path) -> None:
    path = file(tmp_path, "secret.txt", b"words")
    path.chmod(0)
    assert_sentence(here.run("ask", "--docs", path, "Hello?"), "secret.txt")


@pytest.mark.corpus
def test_an_encrypted_document_is_named(here: Home, corpus: Path) -> None:
    encrypted = next(corpus.rglob("password-example.pdf"))
    assert_sentence(here.run("ask", "--docs", encrypted, "Hello?"), encrypted.name, "password")


@pytest.mark.slow
def test_a_folder_with_a_cycle_is_read_once(here: Home, tmp_path: Path) -> None:
    folder = tmp_path / "round"
    (folder / "in").mkdir(parents=True)
    file(folder, "cat.txt", b"The cat of the house is called Momo.")
    (folder / "in" / "back").symlink_to(folder)
    ran = here.run("docs", "add", folder, within=60)
    assert ran.stdout.count("cat.txt") == 1
    assert "back" in ran.stderr
    assert "round: 1 document," in here.run("docs", "list").stdout


@pytest.mark.skipif(sys.platform != "linux", reason="needs a folder that not even root may write to")
def test_a_read_only_home_is_a_sentence() -> None:
    here = Home(Path("/sys/localassist"))
    for command in (["docs", "list"], ["ask", "Hello?"], ["chat"], ["demo"]):
        assert_sentence(here.run(*command), "/sys/localassist", "LOCALASSIST_HOME")
    ran = here.run("doctor", "--json")
    assert ran.returncode == 1
    assert any("/sys/localassist" in finding["detail"] for finding in only_object(ran)["findings"])


def test_a_home_that_is_a_file_is_a_sentence(tmp_path: Path) -> None:
    assert_sentence(Home(file(tmp_path, "home", b"")).run("docs", "list"), str(tmp_path / "home"))


def test_a_newer_database_is_left_alone(here: Home) -> None:
    here.run("docs", "list")
    path = here.folder / "localassist.db"
    with sqlite3.connect(path) as database:
        database.execute("PRAGMA user_version = 9999")
    database.close()
    before = path.read_bytes()
    assert_sentence(here.run("docs", "list"), "newer version")
    assert here.run("doctor").returncode == 1
    assert path.read_bytes() == before


def test_a_damaged_database_is_a_sentence(here: Home) -> None:
    file(here.folder, "localassist.db", b"not a database at all" * 1000)
    assert_sentence(here.run("docs", "list"), "damaged")
    assert here.run("doctor").returncode == 1


def test_wrong_settings_are_named_by_line(here: Home) -> None:
    file(here.folder, "settings.toml", b'theme = "dark"\ntemperature = "hot"\n')
    assert_sentence(here.run("ask", "Hello?"), "settings.toml", "line 2")
    assert here.run("docs", "list").returncode == 0


@pytest.mark.slow
def test_a_full_disk_is_a_sentence_and_loses_nothing(here: Home, tmp_path: Path) -> None:
    """No file may grow much beyond what there is: writing fails as it does on a full disk."""
    assert here.run("models", "list").returncode == 0
    small = file(tmp_path, "small.txt", b"A sentence about something special.\n")
    assert here.run("docs", "add", small, within=300).returncode == 0, "the embedding model is prepared now"
    large = file(tmp_path, "large.txt", b"".join(b"Sentence %d about nothing special.\n" % n for n in range(1_500)))
    room = max(entry.stat().st_size for entry in here.folder.glob("localassist.db*")) + 50_000

    def fill() -> None:
        import resource  # not there on Windows

        resource.setrlimit(resource.RLIMIT_FSIZE, (room, room))

    assert_sentence(here.run("docs", "add", large, before=fill, within=300), "localassist.db")
    assert here.run("docs", "list").returncode == 0
    assert here.run("doctor").returncode == 0


@pytest.mark.slow
def test_a_question_longer_than_the_context_is_a_sentence(here: Home) -> None:
    ran = here.run("ask", "--json", "-", said="Why is the sky blue and the grass green? " * 4_000)
    assert_sentence(ran, "long")
    assert only_object(ran)["error"]["hint"]


@pytest.mark.slow
def test_10_mb_on_one_line_is_no_question(here: Home) -> None:
    assert_sentence(here.run("ask", "-", said="x" * LONG_LINE, within=60), "long")


@pytest.mark.slow
def test_strange_characters_in_a_question_are_answered(here: Home) -> None:
    ran = here.run("ask", "--json", "-", said="Say \x00 hello \u202e to \u2066 Momo \x1b]0;x\x07?")
    assert ran.returncode == 0, ran.stderr
    assert only_object(ran)["answer"]


@pytest.mark.slow
def test_strange_documents_are_read_or_named(here: Home, tmp_path: Path) -> None:
    folder = tmp_path / "strange"
    folder.mkdir()
    file(folder, "nul.txt", b"The cat\x00 is called\x00 Momo and lives on the third floor.\x00")
    file(folder, "bidi.txt", "The dog \u202eis called\u202c Bosko.".encode())
    file(folder, "na\u202eme.txt", b"The parrot is called Coco.")
    file(folder, "latin.txt", "Der Hamster heißt Größe.".encode("latin-1"))
    ran = here.run("docs", "add", folder)
    assert "\u202e" not in ran.stdout
    said = " ".join(ran.stdout.split())
    assert "indexed nul.txt" in said
    assert "indexed bidi.txt" in said
    assert "indexed latin.txt" in said
    found = only_object(here.run("search", "--json", "What is the cat called?"))["passages"]
    assert "Momo" in found[0]["text"]


@pytest.mark.soak
def test_10_mb_on_one_line_is_read(here: Home, tmp_path: Path) -> None:
    path = file(tmp_path, "line.txt", b"word " * (LONG_LINE // 5))
    assert "indexed " in here.run("docs", "add", path, within=1_800).stdout


@pytest.mark.skipif(sys.platform != "linux", reason="names that are no text exist on Linux only")
def test_a_name_that_is_no_text_is_shown_as_far_as_it_goes(here: Home, tmp_path: Path) -> None:
    (tmp_path / "odd").mkdir()
    path = os.fsencode(tmp_path) + b"/odd/n\xff.txt"
    with open(path, "wb") as odd:  # noqa: PTH123  a path in bytes
        odd.write(b"The cat is called Momo.")
    assert_sentence(here.run("docs", "add", tmp_path / "odd"), "n?.txt", "Rename it")
