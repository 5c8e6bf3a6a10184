"""Where the user's choices are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from localassist.domain.settings import ModelSettings, Preset, Settings


class SettingsStore(Protocol):
    """The settings; safe to call from any thread."""

    def load(self) -> Settings:
        """What is set, defaults for the rest. Raises `SettingsError` naming the file, the line and the range."""

    def change(self, **values: object) -> Settings:
        """Set some values and keep everything else in the file, comments too. Raises `SettingsError`."""

    def for_model(self, name: str) -> ModelSettings:
        """What is chosen for the chat model of that name, nothing for most. Raises `SettingsError` as `load`."""

    def change_model(self, name: str, **values: object) -> ModelSettings:
        """Choose values for one chat model; None takes a choice back. Raises `SettingsError` as `change`."""


class PresetFiles(Protocol):
    """Settings of a model as files that people share."""

    def write(self, path: str, preset: Preset) -> None:
        """Write a file that is not there yet. Raises `SettingsError`."""

    def read(self, path: str) -> Preset:
        """What a file holds, each value checked. Raises `SettingsError` naming the value that is wrong."""
