"""`docs` in processes of its own, as people type it: passwords, what was taken out, what is read anew."""

from pathlib import Path

import pytest
from small_pdf import write_locked_pdf

from e2e.commands import Home, assert_sentence, only_object


def statuses(home: Home) -> dict[str, str]:
    """How every file stands, by its name."""
    told = only_object(home.run("docs", "status", "--json"))
    return {Path(each["path"]).name: each["status"] for made in told["collections"] for each in made["documents"]}


@pytest.mark.slow
def test_a_password_is_asked_for_and_what_it_opened_survives_being_read_anew(home: Path, tmp_path: Path) -> None:
    here, locked = Home(home), tmp_path / "locked.pdf"
    write_locked_pdf(locked, "sesame", "BT /F1 12 Tf 20 200 Td (The rent is due on the first day) Tj ET")
    refused = here.run("docs", "add", locked)
    assert refused.returncode == 1
    assert "--password-prompt" in refused.stdout
    assert here.run("docs", "add", "--password-prompt", locked, said="wrong\n").returncode == 1
    assert here.run("docs", "add", "--password-prompt", locked, said="sesame\n").returncode == 0
    assert "locked.pdf" in here.run("search", "rent first day").stdout
    assert here.run("docs", "rebuild", "--read").returncode == 0
    assert statuses(here) == {"locked.pdf": "indexed"}


@pytest.mark.slow
def test_what_was_removed_from_a_folder_stays_out_and_comes_back_by_its_name(home: Path, tmp_path: Path) -> None:
    here, folder = Home(home), tmp_path / "papers"
    folder.mkdir()
    for name, text in {"boats.md": "A sloop has one mast.", "leases.md": "The rent is 950 euros."}.items():
        (folder / name).write_text(text, encoding="utf-8")
    assert here.run("docs", "add", folder).returncode == 0
    assert "Nothing of it is left" in here.run("docs", "forget", folder / "boats.md").stdout
    for again in (("docs", "sync"), ("docs", "add", folder)):
        assert here.run(*again).returncode == 0
        assert statuses(here) == {"boats.md": "ignored", "leases.md": "indexed"}
    assert "boats.md" not in here.run("docs", "list").stdout
    assert b"sloop" not in (home / "localassist.db").read_bytes()
    assert here.run("docs", "add", folder / "boats.md").returncode == 0
    assert statuses(here) == {"boats.md": "indexed", "leases.md": "indexed"}
    assert_sentence(here.run("docs", "remove", tmp_path / "nowhere"), "nowhere")
