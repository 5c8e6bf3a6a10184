import os

import pytest

from localassist.adapters.whole_files import write_whole


def test_a_text_takes_the_place_of_a_file_and_makes_its_folders(tmp_path):
    path = tmp_path / "new" / "list.json"
    write_whole(path, "one")
    write_whole(path, "two é")
    assert path.read_text(encoding="utf-8") == "two é"
    assert [each.name for each in path.parent.iterdir()] == ["list.json"]


@pytest.mark.parametrize("failing", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_file_before_and_nothing_else(tmp_path, monkeypatch, failing):
    path = tmp_path / "list.json"
    write_whole(path, "before")

    def full(*_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, failing, full)
    with pytest.raises(OSError, match="No space"):
        write_whole(path, "after")
    monkeypatch.undo()
    assert path.read_text(encoding="utf-8") == "before"
    assert list(tmp_path.iterdir()) == [path]
