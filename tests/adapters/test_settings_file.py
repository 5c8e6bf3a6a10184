"""The settings file: what people wrote in it stays, what they wrote wrong is said with its line."""

import os
from pathlib import Path

import pytest

from localassist.adapters.settings_file import TomlSettingsStore
from localassist.domain.errors import SettingsError
from localassist.domain.settings import Settings


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "config" / "settings.toml"


def written(path: Path, text: str) -> TomlSettingsStore:
    path.parent.mkdir(exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return TomlSettingsStore(path)


def test_no_file_means_the_defaults_and_makes_none(path: Path) -> None:
    assert TomlSettingsStore(path).load() == Settings()
    assert not path.exists()


def test_a_change_lasts_and_explains_itself(path: Path) -> None:
    changed = TomlSettingsStore(path).change(temperature=0.9, chat_model='a "quoted" näme')
    assert changed.temperature == 0.9
    assert TomlSettingsStore(path).load() == changed
    assert "How freely the model chooses words" in path.read_text(encoding="utf-8")


def test_a_change_keeps_comments_order_and_unknown_keys(path: Path) -> None:
    text = '# mine\nfuture = "x"  # from a newer version\ntheme = "dark"  # easier on the eyes\n\n[later]\nn = 1\n'
    store = written(path, text)
    assert store.load().theme == "dark"
    store.change(theme="light", passages=3)
    after = path.read_text(encoding="utf-8")
    for kept in ("# mine", 'future = "x"  # from a newer version', "# easier on the eyes", "[later]\nn = 1"):
        assert kept in after
    assert store.load() == Settings(theme="light", passages=3)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ('theme = "dark"\noffline = maybe\n', "line 2"),
        ('theme = "dark"\n\ntemperature = 9.0\n', "line 3"),
        ("passages = true\n", "line 1"),
        ('"theme" = "pink"\n', "line 1"),
    ],
)
def test_a_wrong_file_is_told_by_line_and_never_overwritten(path: Path, text: str, told: str) -> None:
    store = written(path, text)
    with pytest.raises(SettingsError) as refusal:
        store.load()
    assert told in refusal.value.message
    assert str(path) in refusal.value.message
    assert refusal.value.hint
    with pytest.raises(SettingsError):
        store.change(theme="light")
    assert path.read_text(encoding="utf-8") == text


def test_a_file_that_is_not_text_is_a_sentence(path: Path) -> None:
    path.parent.mkdir()
    path.write_bytes(b"theme = '\xff\xfe'")
    with pytest.raises(SettingsError, match="UTF-8"):
        TomlSettingsStore(path).load()


def test_a_mark_at_the_beginning_is_no_mistake(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(b"\xef\xbb\xbfoffline = true\n")
    assert TomlSettingsStore(path).load().offline is True


def test_a_linked_file_is_changed_where_it_is(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    elsewhere = path.parent / "dotfiles.toml"
    elsewhere.write_text("# mine\n")
    path.symlink_to(elsewhere)
    TomlSettingsStore(path).change(offline=True)
    assert path.is_symlink()
    assert elsewhere.read_text().startswith("# mine\noffline = true")


def test_a_refused_value_changes_nothing(path: Path) -> None:
    store = written(path, "passages = 3\n")
    with pytest.raises(SettingsError, match="passages"):
        store.change(passages=99)
    assert path.read_text(encoding="utf-8") == "passages = 3\n"


def test_a_failed_write_leaves_the_old_file_and_no_litter(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = written(path, "passages = 3\n")

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(SettingsError, match="No space left"):
        store.change(passages=4)
    assert path.read_text(encoding="utf-8") == "passages = 3\n"
    assert [entry.name for entry in path.parent.iterdir()] == ["settings.toml"]
