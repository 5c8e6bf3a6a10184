"""What people, git and programs want passed over is passed over, as git does it."""

import subprocess
from pathlib import Path

import pytest

from localassist.adapters.files import DiskFiles
from localassist.domain.ports.documents import FoundFile, Skipped, SkippedFile
from localassist.domain.stopping import Stop


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "papers"
    folder.mkdir()
    return folder


def put(folder, *names, text="words"):
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def rules(folder, name, *lines):
    put(folder, name, text="\n".join(lines) + "\n")


def scan(folder, only=None):
    wanted = None if only is None else frozenset(str(folder / name) for name in only)
    return list(DiskFiles().scan([str(folder)], Stop(), wanted))


def found(folder, only=None):
    return [Path(i.path).relative_to(folder).as_posix() for i in scan(folder, only) if isinstance(i, FoundFile)]


def skipped(folder):
    items = [item for item in scan(folder) if isinstance(item, SkippedFile)]
    return {Path(item.path).relative_to(folder).as_posix(): item.reason for item in items}


def test_a_rule_leaves_files_out_and_says_which(folder):
    put(folder, "a.txt", "draft.txt", "sub/draft.txt")
    rules(folder, ".gitignore", "# a remark", "", "draft.txt")
    assert found(folder) == ["a.txt"]
    expected = f"The rule draft.txt in {folder / '.gitignore'} leaves it out."
    assert skipped(folder) == {"draft.txt": expected, "sub/draft.txt": expected}


def test_a_folder_that_a_rule_names_is_one_entry_however_much_it_holds(folder):
    put(folder, *(f"build/deep/{n}.txt" for n in range(50)), "kept.txt")
    rules(folder, ".gitignore", "build/")
    assert list(skipped(folder)) == ["build"]
    assert found(folder) == ["kept.txt"]


def test_own_rules_win_over_those_of_git(folder):
    put(folder, "notes/a.txt", "notes/b.txt", "secret.txt")
    rules(folder, ".gitignore", "notes/")
    rules(folder, ".localassistignore", "!notes/", "secret.txt")
    assert found(folder) == ["notes/a.txt", "notes/b.txt"]


def test_what_office_programs_and_downloads_leave_for_a_while_is_passed_over_silently(folder):
    put(folder, "~$report.docx", ".~lock.report.odt#", "a.TMP", "b.pdf.part", "c.pdf.crdownload", "d.txt~", "e.txt")
    assert found(folder) == ["e.txt"]
    assert skipped(folder) == {}


def test_a_line_that_is_no_rule_is_passed_over(folder):
    put(folder, "a.txt", "b.txt")
    rules(folder, ".gitignore", "!", "/", "a.txt")
    assert found(folder) == ["b.txt"]


def test_rules_of_the_repository_around_a_folder_hold_in_it(folder):
    put(folder, ".git/HEAD", "docs/a.txt", "docs/b.txt", "docs/sub/c.txt")
    rules(folder, ".gitignore", "/docs/b.txt", "c.txt")
    found_below = [Path(i.path).name for i in DiskFiles().scan([str(folder / "docs")], Stop()) if type(i) is FoundFile]
    assert found_below == ["a.txt"]


def test_a_part_of_a_folder_is_walked_under_the_rules_of_the_whole(folder):
    put(folder, "a.txt", "sub/b.txt", "sub/c.txt", "sub/deep/d.txt", "out/e.txt", "song.mp3")
    rules(folder, ".gitignore", "c.txt", "out/")
    assert found(folder, only=["sub"]) == ["sub/b.txt", "sub/deep/d.txt"]
    assert found(folder, only=["sub/deep/d.txt", "a.txt"]) == ["a.txt", "sub/deep/d.txt"]
    assert found(folder, only=["out/e.txt"]) == []
    assert found(folder, only=["."[:0]]) == ["a.txt", "sub/b.txt", "sub/deep/d.txt"]
    assert scan(folder, only=["gone.txt"]) == []


def test_a_part_behind_a_link_asks_for_the_whole(folder, tmp_path):
    put(tmp_path, "elsewhere/a.txt")
    (folder / "link").symlink_to(tmp_path / "elsewhere", target_is_directory=True)
    (item,) = scan(folder, only=["link/a.txt"])
    assert item.kind is Skipped.LINKED


@pytest.mark.parametrize(
    "lines",
    [
        ["*.txt", "!keep.txt"],
        ["sub/", "!sub/keep.txt"],
        ["/top.txt", "deep/**/x.txt"],
        ["sub/*", "!sub/keep.txt"],
        ["**/x.txt"],
        ["keep.tx?", "[a-c].txt"],
        ["\\!odd.txt", "trailing.txt   "],
        ["*", "!*/", "!*.md"],
    ],
)
def test_rules_mean_what_git_means_by_them(folder, lines):
    names = ["top.txt", "keep.txt", "a.txt", "z.md", "sub/keep.txt", "sub/other.txt", "sub/top.txt", "!odd.txt"]
    put(folder, *names, "deep/x.txt", "deep/er/x.txt", "trailing.txt")
    rules(folder, ".gitignore", *lines)
    rules(folder, "deep/.gitignore", "!x.txt")
    git = ["git", "-C", str(folder)]
    subprocess.run([*git, "init", "-q"], check=True)
    listed = subprocess.run(
        [*git, "ls-files", "-z", "--others", "--exclude-standard"], check=True, capture_output=True, text=True
    ).stdout
    assert sorted(found(folder)) == sorted(n for n in listed.split("\0") if n and not Path(n).name.startswith("."))
