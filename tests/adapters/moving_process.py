"""A process that moves the models of a home to another folder, for tests that end it at any moment."""

import errno
import sys
from pathlib import Path

from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.adapters.model_files import moving
from localassist.adapters.model_files.shelf import DiskModelShelf
from localassist.adapters.settings_file import TomlSettingsStore
from localassist.domain.stopping import Stop


def shelf_of(home: Path) -> DiskModelShelf:
    settings, remembered = TomlSettingsStore(home / "settings.toml"), RememberedFiles(home / "models.json")
    return DiskModelShelf(home / "models", settings, remembered, home / "models-move.json")


def refuse(_self: Path, _target: Path) -> None:
    raise OSError(errno.EXDEV, "Invalid cross-device link")


def main() -> None:
    home, target = sys.argv[1:]
    Path.hardlink_to = refuse  # type: ignore[method-assign]  # as if the target lay on another disk
    moving.AT_ONCE = 1 << 16
    for event in shelf_of(Path(home)).move(target, lambda: print("switch", flush=True), Stop()):
        print(event.done, flush=True)


if __name__ == "__main__":
    main()
