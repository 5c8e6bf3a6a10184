"""A model is asked as its own settings say, and as the others say where it has none."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from fakes import FakeChatModel, FakeSettingsStore
from localassist.adapters.presets import TomlPresetFiles
from localassist.domain.chat import Conversation
from localassist.domain.errors import NotFoundError, SettingsError
from localassist.domain.keeping import KeptModel
from localassist.domain.settings import DEFAULT_SYSTEM_PROMPT, ModelSettings, Settings
from localassist.usecases.tuning import TuneModel, tuned

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.usecases.keeping import ListModels


class Kept:
    """A chat model and an embedder."""

    def one(self, reference: str) -> KeptModel:
        for name, kind in (("qwen", "chat"), ("minilm", "embedder")):
            if reference == name:
                return KeptModel(name, kind, f"/{name}", (), 0, own=True)
        raise NotFoundError(f"There is no model {reference}.", "Look at the list.")


@pytest.fixture
def settings() -> FakeSettingsStore:
    return FakeSettingsStore(Settings(temperature=0.7, max_answer_tokens=500))


@pytest.fixture
def tune(settings: FakeSettingsStore) -> TuneModel:
    kept: ListModels = Kept()  # type: ignore[assignment]
    return TuneModel(kept, settings, TomlPresetFiles())


def conversation(system_prompt: str) -> Conversation:
    return Conversation(1, "", system_prompt, None, 0.0, 0.0)


def test_without_choices_a_model_is_asked_as_the_settings_say(settings: FakeSettingsStore) -> None:
    asked = tuned(settings, FakeChatModel(name="qwen"))
    assert asked.settings == settings.load()
    assert (asked.sampling.temperature, asked.sampling.repeat_penalty) == (0.7, 1.1)


def test_a_models_choices_hold_for_it_alone(settings: FakeSettingsStore) -> None:
    settings.change_model("qwen", temperature=0.0, top_k=5, min_p=0.2, repeat_penalty=1.0, max_answer_tokens=99)
    asked = tuned(settings, FakeChatModel(name="qwen"))
    assert (asked.sampling.temperature, asked.sampling.top_k, asked.sampling.min_p) == (0.0, 5, 0.2)
    assert (asked.sampling.repeat_penalty, asked.settings.max_answer_tokens) == (1.0, 99)
    other = tuned(settings, FakeChatModel(name="other"))
    assert replace(other.sampling, temperature=0.0) != asked.sampling
    assert other.settings.max_answer_tokens == 500


def test_a_conversations_own_words_to_the_model_go_before_the_models(settings: FakeSettingsStore) -> None:
    settings.change_model("qwen", system_prompt="Speak as a pirate.")
    asked = tuned(settings, FakeChatModel(name="qwen"))
    assert asked.system_prompt(conversation(DEFAULT_SYSTEM_PROMPT)) == "Speak as a pirate."
    assert asked.system_prompt(conversation("")) == "Speak as a pirate."
    assert asked.system_prompt(conversation("Speak as a judge.")) == "Speak as a judge."
    assert tuned(settings, FakeChatModel(name="other")).system_prompt(conversation("")) == DEFAULT_SYSTEM_PROMPT


def test_only_chat_models_that_are_here_have_settings(tune: TuneModel) -> None:
    with pytest.raises(NotFoundError):
        tune.change("llama", top_k=5)
    with pytest.raises(SettingsError, match="no chat model"):
        tune.change("minilm", top_k=5)
    with pytest.raises(SettingsError, match="no setting magic") as refusal:
        tune.change("qwen", magic=5)
    assert "top_k" in refusal.value.hint


def test_a_preset_is_carried_from_one_model_to_another(
    tune: TuneModel, settings: FakeSettingsStore, tmp_path: Path
) -> None:
    tune.change("qwen", temperature=0.1, top_k=5)
    tune.save_preset("qwen", str(tmp_path / "calm.toml"))
    tune.change("qwen", temperature=None, top_k=9, min_p=0.3)
    assert tune.load_preset("qwen", str(tmp_path / "calm.toml")).unknown == ()
    assert tune.of("qwen") == ModelSettings(temperature=0.1, top_k=5, min_p=0.3)


def test_a_preset_with_a_wrong_value_changes_nothing(tune: TuneModel, tmp_path: Path) -> None:
    tune.change("qwen", top_k=5)
    (tmp_path / "hot.toml").write_text('preset = 1\nmodel = "x"\n[settings]\ntop_k = 7\ntemperature = 99.0\n')
    with pytest.raises(SettingsError, match="temperature"):
        tune.load_preset("qwen", str(tmp_path / "hot.toml"))
    assert tune.of("qwen") == ModelSettings(top_k=5)
