"""Where the user's choices are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from localassist.domain.settings import Settings


class SettingsStore(Protocol):
    """The settings; safe to call from any thread."""

    def load(self) -> Settings:
        """What is set, defaults for the rest. Raises `SettingsError` naming the file, the line and the range."""

    def change(self, **values: object) -> Settings:
        """Set some values and keep everything else in the file, comments too. Raises `SettingsError`."""
