"""The list of downloads in its file."""

import json
from pathlib import Path

import pytest

from localassist.adapters.hub.download_file import DownloadFile
from localassist.domain.errors import StorageError
from localassist.domain.library import Download, DownloadState, RemoteFile

DOWNLOAD = Download(
    "1", "maker/model", "a" * 40, (RemoteFile("ü.gguf", 10, "f" * 64), RemoteFile("c.json", 2, git_sha1="e" * 40)), "/m"
)


def test_what_is_saved_is_there_again(tmp_path: Path) -> None:
    paused = Download("2", "maker/other", "b", (), "/m", DownloadState.PAUSED, 5, 1.5, "Why.", "What to do.")
    DownloadFile(tmp_path / "new" / "downloads.json").save([DOWNLOAD, paused])
    assert DownloadFile(tmp_path / "new" / "downloads.json").load() == (DOWNLOAD, paused)
    assert [path.name for path in (tmp_path / "new").iterdir()] == ["downloads.json"]


@pytest.mark.parametrize("text", ["", "{", "[3]", '[{"id": "1"}]', '{"a": 1}', "null", '[{"files": [], "state": "x"}]'])
def test_a_damaged_list_is_an_empty_one(tmp_path: Path, text: str) -> None:
    (tmp_path / "downloads.json").write_text(text)
    assert DownloadFile(tmp_path / "downloads.json").load() == ()


@pytest.mark.parametrize(
    "wrong", [{"files": [{"path": "a.gguf", "size": "5"}]}, {"files": [{"path": 5, "size": 5}]}, {"folder": None}]
)
def test_a_list_that_somebody_changed_into_what_no_download_is_is_an_empty_one(
    tmp_path: Path, wrong: dict[str, object]
) -> None:
    file = tmp_path / "downloads.json"
    DownloadFile(file).save([DOWNLOAD])
    file.write_text(json.dumps([json.loads(file.read_text())[0] | wrong]))
    assert DownloadFile(file).load() == ()
    file.write_text("[" * 100_000)
    assert DownloadFile(file).load() == ()


def test_a_list_that_cannot_be_written_is_a_sentence_and_keeps_the_old_one(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(StorageError, match="list of downloads could not be written"):
        DownloadFile(tmp_path / "file" / "downloads.json").save([DOWNLOAD])
