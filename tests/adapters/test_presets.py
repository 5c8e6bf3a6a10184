"""Settings of a model are kept beside the others, and shared as files of which nothing is believed."""

from __future__ import annotations

import tomllib
from typing import TYPE_CHECKING

import pytest

from localassist.adapters.presets import TomlPresetFiles
from localassist.adapters.settings_file import TomlSettingsStore
from localassist.domain.errors import SettingsError
from localassist.domain.settings import ModelSettings, Preset, Settings

if TYPE_CHECKING:
    from pathlib import Path

EVERYTHING = ModelSettings(
    system_prompt='You are "terse".\nSay \\ less.\x7f 🙂',
    temperature=0.6,
    top_k=20,
    top_p=0.95,
    min_p=0.0,
    repeat_penalty=1.05,
    max_answer_tokens=2000,
    max_reasoning_tokens=0,
    context_length=16384,
    gpu_layers=12,
    template="{% for message in messages %}{{ message['content'] }}{% endfor %}",
)


@pytest.fixture
def store(tmp_path: Path) -> TomlSettingsStore:
    return TomlSettingsStore(tmp_path / "settings.toml")


def text_of(store: TomlSettingsStore) -> str:
    return store._path.read_text(encoding="utf-8")


def test_a_model_without_choices_has_none(store: TomlSettingsStore) -> None:
    assert store.for_model("qwen") == ModelSettings()
    assert ModelSettings().over(Settings()) == Settings()


def test_choices_of_a_model_last_and_touch_nothing_else(store: TomlSettingsStore) -> None:
    store._path.write_text('# mine\ntheme = "dark"\n\n[later]\nn = 1\n', encoding="utf-8")
    store.change_model('qwen3:0.6b "x"', temperature=0.6, adapters=("/a.gguf@0.5",))
    store.change_model("gemma", top_k=5)
    assert store.for_model('qwen3:0.6b "x"') == ModelSettings(temperature=0.6, adapters=("/a.gguf@0.5",))
    assert store.load() == Settings(theme="dark")
    store.change(theme="light")
    store.change_model("gemma", top_k=None)
    assert store.for_model("gemma") == ModelSettings()
    assert "gemma" not in text_of(store)
    assert "# mine" in text_of(store)
    assert tomllib.loads(text_of(store))["later"] == {"n": 1}
    assert store.for_model('qwen3:0.6b "x"').temperature == 0.6
    store.change_model('qwen3:0.6b "x"', temperature=None, adapters=None)
    assert "models" not in text_of(store)


def test_a_models_choices_go_before_the_settings() -> None:
    settings = EVERYTHING.over(Settings(theme="dark", temperature=1.0))
    assert (settings.temperature, settings.context_length, settings.theme) == (0.6, 16384, "dark")
    assert settings.max_reasoning_tokens == 0


@pytest.mark.parametrize(
    "values",
    [
        {"temperature": 3.0},
        {"temperature": float("nan")},
        {"temperature": "warm"},
        {"temperature": True},
        {"top_k": 1.5},
        {"top_p": 1.01},
        {"gpu_layers": -1},
        {"adapters": "/a.gguf"},
        {"adapters": (1,)},
        {"template": 5},
    ],
)
def test_a_value_that_can_not_be_is_refused_and_changes_nothing(
    store: TomlSettingsStore, values: dict[str, object]
) -> None:
    store.change_model("qwen", top_k=7)
    before = text_of(store)
    with pytest.raises(SettingsError, match=next(iter(values))):
        store.change_model("qwen", **values)
    assert text_of(store) == before


@pytest.mark.parametrize("text", ["models = 5\n", "[models]\nqwen = 5\n", "[models.qwen]\ntop_k = 'many'\n"])
def test_what_people_wrote_wrong_is_said_with_the_model(store: TomlSettingsStore, text: str) -> None:
    store._path.write_text(text, encoding="utf-8")
    with pytest.raises(SettingsError, match="qwen") as refusal:
        store.for_model("qwen")
    assert refusal.value.hint


def test_weights_of_adapters_are_told_from_their_paths() -> None:
    own = ModelSettings(adapters=("/a.gguf", "/b.gguf@0.5", "/me@home/c.gguf"))
    assert own.weighed_adapters == (("/a.gguf", 1.0), ("/b.gguf", 0.5), ("/me@home/c.gguf", 1.0))


def test_a_preset_comes_back_as_it_was_written(tmp_path: Path) -> None:
    path = tmp_path / "terse.toml"
    TomlPresetFiles().write(str(path), Preset("qwen3:0.6b", EVERYTHING))
    assert TomlPresetFiles().read(str(path)) == Preset("qwen3:0.6b", EVERYTHING)
    assert "How freely it chooses words" in path.read_text(encoding="utf-8")
    with pytest.raises(SettingsError, match="already a file"):
        TomlPresetFiles().write(str(path), Preset("other", ModelSettings()))


def test_a_preset_tells_nothing_of_the_files_of_this_computer(tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    TomlPresetFiles().write(str(path), Preset("qwen", ModelSettings(top_k=5, adapters=("/home/me/secret.gguf",))))
    assert "secret" not in path.read_text(encoding="utf-8")
    assert TomlPresetFiles().read(str(path)).settings == ModelSettings(top_k=5)


def test_what_a_preset_holds_besides_is_named(tmp_path: Path) -> None:
    path = tmp_path / "preset.toml"
    path.write_text(
        'preset = 1\nmodel = "qwen"\n[settings]\ntop_k = 5\nmagic = 1\nadapters = ["/etc/x"]\ndraft_model = "tiny"\n'
        '"\\u001b[31mred" = 1\n',
        encoding="utf-8",
    )
    preset = TomlPresetFiles().read(str(path))
    assert preset.settings == ModelSettings(top_k=5)
    said = " ".join(preset.unknown)
    assert "magic was left out" in said
    assert "draft models are not run here" in said
    assert "adapters are files of one computer" in said
    assert "\x1b" not in said


@pytest.mark.parametrize(
    ("data", "said"),
    [
        (b'preset = 1\nmodel = "x"\n[settings]\ntemperature = 9.0\n', "temperature"),
        (b'preset = 1\nmodel = "x"\n[settings]\ntop_k = "5"\n', "top_k"),
        (b'preset = 2\nmodel = "x"\n[settings]\n', "newer version"),
        (b'model = "x"\n[settings]\n', "not a preset"),
        (b'preset = 1\nmodel = "x"\nsettings = 5\n', "not a preset"),
        (b"preset = ", "not valid TOML"),
        (b"\xff\xfe\x00", "not valid TOML"),
        (b"a = " + b"[" * 100_000, "not valid TOML"),
        (b"#" * 1_000_001, "too long"),
    ],
)
def test_a_file_that_is_no_preset_is_refused_with_a_sentence(tmp_path: Path, data: bytes, said: str) -> None:
    path = tmp_path / "preset.toml"
    path.write_bytes(data)
    with pytest.raises(SettingsError, match=said) as refusal:
        TomlPresetFiles().read(str(path))
    assert refusal.value.hint


def test_a_preset_that_is_not_there_says_so(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="can't be read"):
        TomlPresetFiles().read(str(tmp_path / "nowhere.toml"))
    with pytest.raises(SettingsError, match="can't be written"):
        TomlPresetFiles().write(str(tmp_path / "nowhere" / "x.toml"), Preset("x", ModelSettings()))
