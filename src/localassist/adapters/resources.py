"""Where the files that ship with the program are: inside the installed package, or beside its source."""

from __future__ import annotations

from pathlib import Path

from localassist.domain.errors import StorageError


def resource(name: str) -> Path:
    """The file or folder `name` ("models.toml", "assets") that ships with the program.

    Raises `StorageError` when the installation lacks it.
    """
    package = Path(__file__).resolve().parents[1]
    for folder in (package, package.parents[1]):
        if (folder / name).exists():
            return folder / name
    raise StorageError(f"The file {name} that comes with localassist is missing.", "Install localassist again.")
