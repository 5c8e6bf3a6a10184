"""The list of model files is never lost: by another process that writes it, by a full disk, by damage."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from localassist.adapters.llama.files.remembered import Content, RememberedFiles
from localassist.domain.errors import StorageError
from localassist.domain.keeping import Against
from localassist.domain.models import ModelFile

PROCESS = Path(__file__).with_name("adding_process.py")
FILE = ModelFile("one", "/one.gguf", 1, licence="mit")


@pytest.fixture
def remembered(tmp_path: Path) -> RememberedFiles:
    return RememberedFiles(tmp_path / "home" / "models.json")


def test_what_is_known_of_a_file_moves_and_goes_with_it(remembered: RememberedFiles) -> None:
    expected = Content("0" * 64, Against.HUB, "1:2", "2026-01-01T00:00:00+00:00")
    remembered.add(FILE)
    remembered.note_content(FILE.path, expected)
    remembered.note_used(FILE.path, "2026-01-02T00:00:00+00:00")
    remembered.move({FILE.path: "/disk/one.gguf", "/unknown": "/disk/unknown"})
    assert [file.path for file in remembered.added()] == ["/disk/one.gguf"]
    assert remembered.content("/disk/one.gguf") == expected
    assert remembered.last_used("/disk/one.gguf") == "2026-01-02T00:00:00+00:00"
    assert remembered.content(FILE.path) is None
    remembered.forget("/disk/one.gguf")
    assert remembered.added() == ()
    assert remembered.content("/disk/one.gguf") is None


def test_processes_that_add_at_once_lose_nothing(remembered: RememberedFiles) -> None:
    commands = [[sys.executable, str(PROCESS), str(remembered._path), name, "25"] for name in ("a", "b", "c")]
    children = [subprocess.Popen(command) for command in commands]
    assert [child.wait(60) for child in children] == [0, 0, 0]
    assert len(remembered.added()) == 75


def test_a_list_that_can_not_be_read_just_now_is_not_replaced_by_an_empty_one(
    remembered: RememberedFiles, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered.add(FILE)

    def refuse(_path: Path) -> bytes:
        raise PermissionError(13, "Permission denied")

    with monkeypatch.context() as patch:
        patch.setattr(Path, "read_bytes", refuse)
        with pytest.raises(StorageError, match="can't be written"):
            remembered.add(ModelFile("two", "/two.gguf", 1))
    assert [file.name for file in remembered.added()] == ["one"]


def test_a_full_disk_leaves_the_list_as_it_was(remembered: RememberedFiles, monkeypatch: pytest.MonkeyPatch) -> None:
    remembered.add(FILE)

    def full(_descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(StorageError, match="No space left"):
        remembered.add(ModelFile("two", "/two.gguf", 1))
    remembered.note_used(FILE.path, "2026-01-02T00:00:00+00:00")  # costs only that it is not known
    assert [file.name for file in remembered.added()] == ["one"]
    assert not list(remembered._path.parent.glob(".models-*"))


@pytest.mark.parametrize("content", ["", "[]", "{", '{"added": 5, "contents": {"/one.gguf": 7}}'])
def test_a_damaged_list_is_an_empty_one(remembered: RememberedFiles, content: str) -> None:
    remembered._path.parent.mkdir()
    remembered._path.write_text(content, encoding="utf-8")
    assert remembered.added() == ()
    assert remembered.contents() == {}
    remembered.add(FILE)
    assert [file.licence for file in remembered.added()] == ["mit"]


@pytest.mark.parametrize("facts", [[1], "text", {"size": "much"}, None])
def test_what_somebody_changed_into_no_model_file_keeps_no_other_from_being_listed(
    tmp_path: Path, facts: object
) -> None:
    path = tmp_path / "models.json"
    RememberedFiles(path).add(ModelFile("good", "/good.gguf", 4000))
    content = json.loads(path.read_text())
    content["added"]["/bad.gguf"] = facts
    path.write_text(json.dumps(content))
    assert [file.name for file in RememberedFiles(path).added()] == ["good"]


def test_a_list_that_nests_without_end_is_an_empty_one(tmp_path: Path) -> None:
    (tmp_path / "models.json").write_text("[" * 100_000)
    assert RememberedFiles(tmp_path / "models.json").added() == ()
