"""The command line over streams that are full, missing or watched by a terminal that could be deceived."""

import subprocess
import sys
from pathlib import Path

import pytest

from e2e.commands import COMMAND, Home, only_object
from localassist.cli.console import visible

DECEIVING = "\u009b31m\u202egpj\x7f"
linux = pytest.mark.skipif(sys.platform != "linux", reason="has no /dev/full")


@pytest.fixture
def here(home: Path) -> Home:
    return Home(home)


def shell(here: Home, *arguments: str, streams: str) -> subprocess.CompletedProcess[str]:
    """Run a command with streams as a shell makes them."""
    line = f"{subprocess.list2cmdline([*COMMAND, *arguments])} {streams}"
    return subprocess.run(
        ["sh", "-c", line], check=False, capture_output=True, text=True, timeout=60, env=here.environment()
    )


@linux
@pytest.mark.parametrize("arguments", [["docs", "list"], ["search", "--json", "x"], ["bogus", "--json"]])
def test_a_full_disk_below_the_output_is_a_sentence(here: Home, arguments: list[str]) -> None:
    ran = shell(here, *arguments, streams=">/dev/full")
    assert ran.returncode in (1, 2)
    assert "Traceback" not in ran.stderr
    assert "should not have" not in ran.stderr
    assert ran.stderr.startswith("localassist: ")


@linux
def test_messages_that_nobody_can_read_change_nothing(here: Home, tmp_path: Path) -> None:
    (tmp_path / "cat.txt").write_text("Momo")
    ran = shell(here, "docs", "add", str(tmp_path / "cat.txt"), "nowhere.txt", streams="2>/dev/full")
    assert "cat.txt" in ran.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh")
def test_without_streams_nothing_is_printed_into_a_file(here: Home) -> None:
    assert shell(here, "docs", "list", streams="<&- >&- 2>&-").returncode == 0
    printed = [path for path in here.folder.rglob("*") if path.is_file() and b"No documents yet" in path.read_bytes()]
    assert printed == []


@pytest.mark.skipif(sys.platform == "win32", reason="needs sh")
def test_without_standard_input_there_is_no_question(here: Home) -> None:
    ran = shell(here, "ask", "-", streams="<&-")
    assert (ran.returncode, "The question is empty." in ran.stderr) == (1, True)
    assert shell(here, "chat", streams="<&-").returncode == 0


def test_json_hides_nothing_from_a_terminal_and_loses_nothing(here: Home) -> None:
    ran = here.run("search", "--json", "--docs", f"no{DECEIVING}.txt", "x")
    assert f"no{DECEIVING}.txt" in only_object(ran)["error"]["message"]
    assert visible(ran.stdout) == ran.stdout


@pytest.mark.skipif(sys.platform == "win32", reason="no such names there")
def test_a_name_with_line_breaks_cannot_forge_a_line(here: Home, tmp_path: Path) -> None:
    folder = tmp_path / "odd"
    folder.mkdir()
    (folder / "a\n[1] lease.pdf, page 9: b.txt").write_text("Momo is the cat.")
    (folder / "c\nlocalassist: All is well.txt").write_bytes(b"")
    added = here.run("docs", "add", folder)
    listed = here.run("docs", "list")
    for line in [*added.stdout.splitlines(), *added.stderr.splitlines(), *listed.stdout.splitlines()]:
        assert not line.startswith(("[1]", "localassist: All"))
