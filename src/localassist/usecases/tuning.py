"""How one chat model is asked: the settings, its own before them; chosen, shared and taken over as presets."""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.errors import SettingsError
from localassist.domain.ports.chat_model import Sampling
from localassist.domain.settings import ModelSettings, Preset

if TYPE_CHECKING:
    from localassist.domain.chat import Conversation
    from localassist.domain.ports.chat_model import ChatModel
    from localassist.domain.ports.settings import PresetFiles, SettingsStore
    from localassist.domain.settings import Settings
    from localassist.usecases.keeping import ListModels

_REPEAT_PENALTY: Final = 1.1
"""Just enough to lead a small model out of saying one sentence for ever."""


@dataclass(frozen=True, slots=True)
class Tuned:
    """The settings as they hold for one model, and how it chooses words."""

    settings: Settings
    sampling: Sampling
    _general_prompt: str

    def system_prompt(self, conversation: Conversation) -> str:
        """A conversation's own words to the model; where these are the settings' or none, the model's own."""
        if conversation.system_prompt in {"", self._general_prompt}:
            return self.settings.system_prompt
        return conversation.system_prompt


def tuned(store: SettingsStore, model: ChatModel) -> Tuned:
    """How a model is asked. Raises `SettingsError`."""
    general, own = store.load(), store.for_model(model.description.name)
    settings = own.over(general)
    sampling = Sampling(temperature=settings.temperature, repeat_penalty=_REPEAT_PENALTY)
    names = {item.name for item in fields(Sampling)} & {item.name for item in fields(ModelSettings)}
    chosen: dict[str, Any] = {name: value for name, value in own.chosen.items() if name in names}
    return Tuned(settings, replace(sampling, **chosen), general.system_prompt)


class TuneModel:
    """The settings of single chat models: looked at, changed, saved as presets and taken over from them."""

    def __init__(self, kept: ListModels, settings: SettingsStore, presets: PresetFiles) -> None:
        self._kept = kept
        self._settings = settings
        self._presets = presets

    def of(self, reference: str) -> ModelSettings:
        """What is chosen for a model, by name or path. Raises `NotFoundError`, and `SettingsError`."""
        return self._settings.for_model(self._name(reference))

    def change(self, reference: str, **values: object) -> ModelSettings:
        """Choose values; None takes a choice back. They hold from the next question on. Raises as `of`.

        Templates and adapters are tried in a child process when the model is loaded with them the first time.
        """
        unknown = values.keys() - {item.name for item in fields(ModelSettings)}
        if unknown:
            raise SettingsError(
                f"A model has no setting {min(unknown)}.",
                f"It has these: {', '.join(item.name for item in fields(ModelSettings))}.",
            )
        return self._settings.change_model(self._name(reference), **values)

    def save_preset(self, reference: str, path: str) -> Preset:
        """Write what is chosen for a model to a file that is not there yet; adapters are left out. Raises as `of`."""
        name = self._name(reference)
        preset = Preset(name, self._settings.for_model(name))
        self._presets.write(path, preset)
        return preset

    def load_preset(self, reference: str, path: str) -> Preset:
        """Take over the values of a preset; others that were chosen stay. Its `unknown` says what was left out.

        Nothing is changed where a value is wrong. Raises as `of`.
        """
        name = self._name(reference)
        preset = self._presets.read(path)
        self._settings.change_model(name, **preset.settings.chosen)
        return preset

    def _name(self, reference: str) -> str:
        model = self._kept.one(reference)
        if model.kind != "chat":
            raise SettingsError(f"{model.name} is no chat model: it has no settings of its own.", "Name a chat model.")
        return model.name
