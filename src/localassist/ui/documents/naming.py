"""What a collection is called that is made from what somebody dropped or chose."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Collection


def collection_name(paths: Sequence[str], collections: Sequence[Collection]) -> str:
    """The name of the folder that was added, or of the one the files are in.

    A collection that already has the folder keeps getting it; another folder of the same name is told apart by
    the folder above it.
    """
    folder = _folder(paths)
    owner = next((c.name for c in collections if str(folder) in c.roots), "")
    if owner:
        return owner
    name = folder.name or str(folder)
    if all(c.name != name or _same_folder(c, folder) for c in collections):
        return name
    return f"{name} ({folder.parent.name or folder.parent})"


def _folder(paths: Sequence[str]) -> Path:
    first = Path(paths[0])
    return first if first.is_dir() else first.parent


def _same_folder(collection: Collection, folder: Path) -> bool:
    """Whether files of this very folder were added to the collection before."""
    return any(Path(root).parent == folder for root in collection.roots)
