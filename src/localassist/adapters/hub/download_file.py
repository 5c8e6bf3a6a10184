"""The list of downloads in a file, so that they go on after a restart."""

from __future__ import annotations

import json
from dataclasses import asdict, fields
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.whole_files import write_whole
from localassist.domain.errors import StorageError
from localassist.domain.library import Download, DownloadState, RemoteFile
from localassist.domain.ports.hub import DownloadList

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path


_TYPES: Final[dict[str, type | tuple[type, ...]]] = {"str": str, "int": int, "float": (int, float)}
"""What JSON may hold for a field of a type."""


class DownloadFile(DownloadList):
    """The list in one JSON file; one that is damaged is an empty list, as what was begun lies beside its models."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @override
    def load(self) -> tuple[Download, ...]:
        try:
            return tuple(_download(values) for values in json.loads(self._path.read_text(encoding="utf-8")))
        except (OSError, ValueError, TypeError, KeyError, RecursionError):
            return ()

    @override
    def save(self, downloads: Sequence[Download]) -> None:
        text = json.dumps([asdict(download) for download in downloads], indent=1)
        try:
            write_whole(self._path, text)
        except OSError as error:
            raise StorageError(
                f"The list of downloads could not be written to {self._path}: {error.strerror}.",
                "Free some space or make the folder writable; downloads go on, but are not known after a restart.",
            ) from error


class NoDownloadFile(DownloadList):
    """No list: a command's downloads are its own, and the command goes on with what lies beside the models."""

    @override
    def load(self) -> tuple[Download, ...]:
        return ()

    @override
    def save(self, downloads: Sequence[Download]) -> None:
        pass


def _download(values: dict[str, Any]) -> Download:
    files = tuple(RemoteFile(**file) for file in values["files"])
    download = Download(**values | {"files": files, "state": DownloadState(values["state"])})
    _require_right(download)
    for file in files:
        _require_right(file)
    return download


def _require_right(value: Download | RemoteFile) -> None:
    for item in fields(value):
        if not isinstance(getattr(value, item.name), _TYPES.get(str(item.type), object)):
            raise TypeError(item.name)
