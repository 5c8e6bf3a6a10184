"""Settings of a model as TOML files that people share, believed in nothing."""

from __future__ import annotations

import json
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from typing_extensions import override

from localassist.domain.errors import SettingsError
from localassist.domain.ports.settings import PresetFiles
from localassist.domain.settings import ModelSettings, Preset

_VERSION: Final = 1
_LONGEST: Final = 1_000_000
_PRIVATE: Final = frozenset({"adapters"})
"""They name files of this computer: shared they would tell of it, and mean nothing elsewhere."""

_WHY_NOT: Final = {
    "adapters": "adapters are files of one computer; choose those of this one",
    "draft_model": "draft models are not run here",
}


class TomlPresetFiles(PresetFiles):
    """Presets in TOML: `preset` is the version of the form, `model` a name, `[settings]` what was chosen."""

    @override
    def write(self, path: str, preset: Preset) -> None:
        chosen = {name: value for name, value in preset.settings.chosen.items() if name not in _PRIVATE}
        lines = [f"preset = {_VERSION}", f"model = {_toml(preset.model)}", "", "[settings]"]
        meanings = {item.name: item.metadata["meaning"] for item in fields(ModelSettings)}
        lines += [f"{name} = {_toml(value)}  # {meanings[name]}" for name, value in chosen.items()]
        try:
            with Path(path).expanduser().open("x", encoding="utf-8", newline="\n") as file:
                file.write("\n".join([*lines, ""]))
        except FileExistsError as error:
            raise SettingsError(f"There is already a file {path}.", "Choose another name, or delete it.") from error
        except OSError as error:
            raise SettingsError(
                f"The preset can't be written to {path}: {error.strerror}.", "Choose another folder."
            ) from error

    @override
    def read(self, path: str) -> Preset:
        name = Path(path).name
        content = _parsed(Path(path).expanduser(), name)
        version, model, values = (content.get(key) for key in ("preset", "model", "settings"))
        if not isinstance(version, int) or not isinstance(model, str) or not isinstance(values, dict):
            raise SettingsError(f"{name} is not a preset of a model.", "Choose a file that was written as one.")
        if version > _VERSION:
            raise SettingsError(f"{name} was written by a newer version of the app.", "Update the app.")
        known = {item.name for item in fields(ModelSettings)} - _PRIVATE
        try:
            settings = ModelSettings(**{key: value for key, value in values.items() if key in known})
        except SettingsError as error:
            raise SettingsError(f"In {name}: {error.message}", error.hint) from error
        return Preset(model, settings, tuple(_left_out(key) for key in values if key not in known))


def _parsed(path: Path, name: str) -> dict[str, Any]:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST + 1)
        if len(data) > _LONGEST:
            raise SettingsError(f"{name} is too long for a preset.", "Choose a file that was written as one.")
        return tomllib.loads(data.decode("utf-8-sig"))
    except OSError as error:
        raise SettingsError(f"{name} can't be read: {error.strerror}.", "Check the name.") from error
    except (ValueError, RecursionError) as error:
        raise SettingsError(f"{name} is not valid TOML.", "Choose a file that was written as a preset.") from error


def _left_out(key: str) -> str:
    shown = key[:60] if key.isprintable() else ascii(key)[:60]
    return f"{shown} was left out: {_WHY_NOT.get(key, 'this version does not know it')}."


def _toml(value: object) -> str:
    """JSON's texts, numbers and lists are TOML's, but for one character that JSON writes plainly."""
    return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
