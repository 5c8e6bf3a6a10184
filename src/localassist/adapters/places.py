"""Where the files that the app owns live."""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Mapping

CHOOSE_ANOTHER = "Make it writable, or set LOCALASSIST_HOME to a folder of your own."


@dataclass(frozen=True, slots=True)
class Places:
    """Absolute folders: `data` can't be made again, `cache` can; `config` holds the settings, `logs` the logs."""

    data: Path
    config: Path
    cache: Path
    logs: Path

    @classmethod
    def find(cls, environment: Mapping[str, str]) -> Places:
        """All in one folder where LOCALASSIST_HOME names it, else where the platform keeps such files."""
        if named := environment.get("LOCALASSIST_HOME"):
            home = Path(named).expanduser().absolute()
            return cls(home, home, home / "cache", home / "logs")
        import platformdirs

        usual = platformdirs.PlatformDirs("localassist", appauthor=False)
        return cls(usual.user_data_path, usual.user_config_path, usual.user_cache_path, usual.user_log_path)

    @property
    def database(self) -> Path:
        """The SQLite file."""
        return self.data / "localassist.db"

    @property
    def settings(self) -> Path:
        """The TOML file of the settings."""
        return self.config / "settings.toml"

    @property
    def vectors(self) -> Path:
        """The folder of the vector index."""
        return self.cache / "vectors"

    @property
    def words(self) -> Path:
        """The folder of the index of large collections' words."""
        return self.cache / "words"

    @property
    def prepared(self) -> Path:
        """The folder of the embedding models made ready to run."""
        return self.data / "prepared"

    @property
    def models(self) -> Path:
        """The folder of the models that were downloaded."""
        return self.data / "models"

    @property
    def model_moves(self) -> Path:
        """What remembers a move of that folder that was cut short."""
        return self.data / "models-move.json"

    @property
    def downloads(self) -> Path:
        """What remembers the downloads that were asked for."""
        return self.data / "downloads.json"

    @property
    def verified(self) -> Path:
        """What remembers which model files were compared with their published hash."""
        return self.cache / "verified.json"

    @property
    def bandwidth(self) -> Path:
        """What remembers how fast this computer's memory is."""
        return self.cache / "bandwidth.json"

    @property
    def own(self) -> frozenset[str]:
        """All of the folders, as text."""
        return frozenset(map(str, (self.data, self.config, self.cache, self.logs)))

    def make(self) -> None:
        """Make the missing folders, for this user only. Raises `StorageError` naming one that can't be used."""
        for folder in (self.data, self.config, self.cache, self.logs):
            try:
                folder.mkdir(mode=0o700, parents=True, exist_ok=True)
            except OSError as error:
                raise StorageError(f"The folder {folder} can't be made: {error.strerror}.", CHOOSE_ANOTHER) from error
            if not os.access(folder, os.W_OK | os.X_OK):
                raise StorageError(f"The folder {folder} is read-only.", CHOOSE_ANOTHER)
