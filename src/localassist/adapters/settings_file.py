"""The settings file: TOML that people may edit too, so their comments and unknown keys stay."""

from __future__ import annotations

import os
import re
import tempfile
import threading
import tomllib
from dataclasses import fields
from pathlib import Path
from typing import Any

from typing_extensions import override

from localassist.domain.errors import SettingsError
from localassist.domain.ports.settings import SettingsStore
from localassist.domain.settings import Settings


class TomlSettingsStore(SettingsStore):
    """The settings in one TOML file; a missing file means the defaults, a wrong one is never overwritten."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()

    @override
    def load(self) -> Settings:
        text = self._read()
        return self._check(text, self._parse(text))

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
        """Replace the file whole: a crash or a full disk at any moment leaves the old one."""
        scratch = ""
        try:
            path = self._path.resolve()  # people keep such files elsewhere and link to them
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(
                "w", encoding="utf-8", dir=path.parent, prefix=".settings-", delete=False
            ) as file:
                scratch = file.name
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            Path(scratch).replace(path)
        except OSError as error:
            if scratch:
                Path(scratch).unlink(missing_ok=True)
            raise SettingsError(
                f"The settings could not be written to {self._path}: {error.strerror}.",
                "Free some space or make the folder writable; the settings are as before.",
            ) from error


def _known(values: dict[str, Any]) -> dict[str, Any]:
    return {item.name: values[item.name] for item in fields(Settings) if item.name in values}


def _line_of_wrong_value(text: str, values: dict[str, Any]) -> int:
    """The line (1-based) of the first value that alone is refused; 1 where the key is written in an unusual way."""
    for name, value in values.items():
        try:
            Settings(**{name: value})
        except SettingsError:
            found = re.search(rf"""^\s*["']?{name}["']?\s*=""", text, re.MULTILINE)
            return text.count("\n", 0, found.end()) + 1 if found else 1
    return 1
