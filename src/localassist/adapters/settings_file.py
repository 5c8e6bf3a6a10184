"""The settings file: TOML that people may edit too, so their comments and unknown keys stay."""

from __future__ import annotations

import re
import threading
import tomllib
from dataclasses import fields
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.whole_files import write_whole
from localassist.domain.errors import SettingsError
from localassist.domain.ports.settings import SettingsStore
from localassist.domain.settings import ModelSettings, Settings

if TYPE_CHECKING:
    from pathlib import Path

    from tomlkit import TOMLDocument

_MODELS: Final = "models"
"""The table of tables that hold what was chosen for single models."""


class TomlSettingsStore(SettingsStore):
    """The settings in one TOML file; a missing file means the defaults, a wrong one is never overwritten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self._seen: tuple[str, Settings] | None = None

    @override
    def load(self) -> Settings:
        text, seen = self._read(), self._seen
        if seen is not None and seen[0] == text:  # asked before every few bytes that come from elsewhere
            return seen[1]
        settings = self._check(text, self._parse(text))
        self._seen = text, settings
        return settings

    @override
    def change(self, **values: object) -> Settings:
        import tomlkit  # slow to import, and most runs only read

        with self._lock:
            text = self._read()
            current = self._parse(text)
            self._check(text, current)
            changed = Settings(**{**_known(current), **values})
            document = tomlkit.parse(text)
            meanings = {item.name: item.metadata["meaning"] for item in fields(Settings)}
            for name, value in values.items():
                if name in document:
                    document[name] = value
                else:
                    item = tomlkit.item(value)
                    item.comment(meanings[name])
                    document[name] = item
            self._write(tomlkit.dumps(document))
            return changed

    @override
    def for_model(self, name: str) -> ModelSettings:
        return self._of_model(self._parse(self._read()), name)

    @override
    def change_model(self, name: str, **values: object) -> ModelSettings:
        import tomlkit

        with self._lock:
            text = self._read()
            current = self._parse(text)
            self._check(text, current)
            changed = ModelSettings(**{**self._of_model(current, name).chosen, **values})
            document = tomlkit.parse(text)
            _choose(document, name, values)
            self._write(tomlkit.dumps(document))
            return changed

    def _of_model(self, values: dict[str, Any], name: str) -> ModelSettings:
        tables = values.get(_MODELS, {})
        found = tables.get(name, {}) if isinstance(tables, dict) else None
        if not isinstance(found, dict):
            raise SettingsError(
                f"In {self._path}, the settings of {name} are not a table.", f'It begins with [{_MODELS}."{name}"].'
            )
        try:
            return ModelSettings(**_known_of_model(found))
        except SettingsError as error:
            raise SettingsError(f"In {self._path}, of the model {name}: {error.message}", error.hint) from error

    def _read(self) -> str:
        try:
            return self._path.read_text(encoding="utf-8-sig")  # some editors begin a file with a mark
        except FileNotFoundError:
            return ""
        except UnicodeDecodeError as error:
            raise SettingsError(f"The settings file {self._path} is not UTF-8 text.", "Save it as UTF-8.") from error
        except OSError as error:
            raise SettingsError(
                f"The settings file {self._path} can't be read: {error.strerror}.", "Check its permissions."
            ) from error

    def _parse(self, text: str) -> dict[str, Any]:
        try:
            return tomllib.loads(text)
        except tomllib.TOMLDecodeError as error:
            raise SettingsError(
                f"The settings file {self._path} is not valid TOML: {error}.", "Mend that line, or delete the file."
            ) from error

    def _check(self, text: str, values: dict[str, Any]) -> Settings:
        try:
            return Settings(**_known(values))
        except SettingsError as error:
            line = _line_of_wrong_value(text, _known(values))
            raise SettingsError(f"In {self._path}, line {line}: {error.message}", error.hint) from error

    def _write(self, text: str) -> None:
        try:
            write_whole(self._path.resolve(), text)  # people keep such files elsewhere and link to them
        except OSError as error:
            raise SettingsError(
                f"The settings could not be written to {self._path}: {error.strerror}.",
                "Free some space or make the folder writable; the settings are as before.",
            ) from error


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {item.name: values[item.name] for item in fields(Settings) if item.name in values}


def _known_of_model(values: dict[str, Any]) -> dict[str, Any]:
    found = {item.name: values[item.name] for item in fields(ModelSettings) if item.name in values}
    return {name: tuple(value) if isinstance(value, list) else value for name, value in found.items()}


def _choose(document: TOMLDocument, name: str, values: dict[str, object]) -> None:
    """Put values into a model's table and take out those that are None; an empty table goes."""
    import tomlkit

    models = document.setdefault(_MODELS, tomlkit.table(is_super_table=True))
    table = models.setdefault(name, tomlkit.table())
    for key, value in values.items():
        if value is not None:
            table[key] = list(value) if isinstance(value, tuple) else value
        elif key in table:
            del table[key]
    if not table:
        del models[name]
    if not models:
        del document[_MODELS]


def _line_of_wrong_value(text: str, values: dict[str, Any]) -> int:
    """The line (1-based) of the first value that alone is refused; 1 where the key is written in an unusual way."""
    for name, value in values.items():
        try:
            Settings(**{name: value})
        except SettingsError:
            found = re.search(rf"""^\s*["']?{name}["']?\s*=""", text, re.MULTILINE)
            return text.count("\n", 0, found.end()) + 1 if found else 1
    return 1
