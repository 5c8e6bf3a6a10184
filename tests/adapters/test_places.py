"""Where files live: in one folder when asked, else apart where the platform wants them."""

import os
from pathlib import Path

import pytest

from localassist.adapters.places import Places
from localassist.domain.errors import StorageError


def test_one_folder_holds_everything(tmp_path: Path) -> None:
    places = Places.find({"LOCALASSIST_HOME": str(tmp_path / "home")})
    places.make()
    for path in (places.database, places.settings, places.vectors, places.words, places.verified, places.logs):
        assert path.is_relative_to(tmp_path / "home")
    assert oct(places.data.stat().st_mode & 0o077) == "0o0"


def test_a_relative_home_stays_where_it_was_meant(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    places = Places.find({"LOCALASSIST_HOME": "here"})
    monkeypatch.chdir("/")
    assert places.data == tmp_path / "here"


def test_without_a_wish_the_platform_decides() -> None:
    places = Places.find({})
    assert len({places.data, places.cache, places.logs}) == 3
    assert all("localassist" in str(path) for path in (places.data, places.config, places.cache, places.logs))


def test_a_home_that_can_not_be_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError) as refusal:
        Places.find({"LOCALASSIST_HOME": str(tmp_path / "file" / "home")}).make()
    assert str(tmp_path / "file" / "home") in refusal.value.message
    assert "LOCALASSIST_HOME" in refusal.value.hint


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_read_only_home_is_a_sentence(tmp_path: Path) -> None:
    tmp_path.chmod(0o500)
    try:
        with pytest.raises(StorageError):
            Places.find({"LOCALASSIST_HOME": str(tmp_path / "home")}).make()
    finally:
        tmp_path.chmod(0o700)
