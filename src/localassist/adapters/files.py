"""The file system as ingesting sees it: every readable file once, and a sentence for what is passed over."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.readers.formats import NO_READER_HINT, readable_suffix
from localassist.domain.errors import DocumentError
from localassist.domain.ports.documents import FileSource, FoundFile, SkippedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.stopping import Stop

_PROGRAM_FOLDERS: Final = frozenset({"node_modules", "__pycache__", "site-packages", "venv"})
"""Folders that programs fill and nobody reads."""

_BLOCK_BYTES: Final = 1 << 20

_Identity = tuple[int, int]
_Entry = FoundFile | SkippedFile | os.stat_result | None


class DiskFiles(FileSource):
    """Files on disk. Hidden files and the folders of programs are passed over without a word."""

    @override
    def scan(self, paths: Sequence[str], stop: Stop) -> Iterator[FoundFile | SkippedFile]:
        walk = _Walk(stop)
        for path in paths:
            yield from walk.named(os.path.abspath(path))  # noqa: PTH100  `resolve` would hide the name people know

    @override
    def content_hash(self, path: str, stop: Stop) -> str:
        digest = hashlib.sha256()
        try:
            with Path(path).open("rb") as file:
                before = os.fstat(file.fileno())
                left = before.st_size  # a file that grows as fast as it is read would never end
                while left > 0 and (block := file.read(min(left, _BLOCK_BYTES))):
                    stop.raise_if_requested()
                    digest.update(block)
                    left -= len(block)
                after = os.fstat(file.fileno())
        except OSError as error:
            raise DocumentError(
                f"{Path(path).name} could not be read: {_reason(error)}.",
                "Check that it is still there and that you may read it.",
            ) from error
        if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
            raise DocumentError(f"{Path(path).name} changed while it was read.", "Add it again when it is saved.")
        return digest.hexdigest()


class _Walk:
    """One scan: remembers what it has seen, so that links can neither double a file nor lead in circles."""

    def __init__(self, stop: Stop) -> None:
        self._stop = stop
        self._seen: set[_Identity] = set()

    def named(self, path: str) -> Iterator[FoundFile | SkippedFile]:
        """What a path that the user named stands for; a file of any kind, its content may tell the format."""
        if not _is_text(path):
            yield _nameless(path)
            return
        try:
            status = os.stat(path)  # noqa: PTH116  a Path for each of a million files costs seconds
        except (OSError, ValueError) as error:
            yield SkippedFile(path, f"It can't be opened: {_reason(error)}.")
            return
        if stat.S_ISDIR(status.st_mode):
            yield from self._folder(path, status)
        else:
            yield from self._file(path, status)

    def _folder(self, path: str, status: os.stat_result) -> Iterator[FoundFile | SkippedFile]:
        """Everything in a folder and below, by name, without recursion: trees are as deep as they like."""
        ahead = [(path, status)]
        while ahead:
            folder, status = ahead.pop()
            if not self._is_new(status):
                if os.path.islink(folder):  # noqa: PTH114  a Path for each of a million files costs seconds
                    yield SkippedFile(folder, "It links to a folder that has been looked through already.")
                continue
            below = []
            for entry, found in self._entries(folder):
                if isinstance(found, os.stat_result):
                    below.append((entry, found))
                elif found is not None:
                    yield found
            ahead.extend(reversed(below))

    def _entries(self, folder: str) -> Iterator[tuple[str, _Entry]]:
        """What stands directly in a folder, by name, each with its path."""
        try:
            names = sorted(os.listdir(folder))  # noqa: PTH208  a Path for each of a million files costs seconds
        except OSError as error:
            yield folder, SkippedFile(folder, f"The folder can't be opened: {_reason(error)}.")
            return
        for name in names:
            self._stop.raise_if_requested()
            if not name.startswith(".") and name not in _PROGRAM_FOLDERS:
                path = os.path.join(folder, name)  # noqa: PTH118  a Path for each of a million files costs seconds
                yield path, self._entry(path)

    def _entry(self, path: str) -> _Entry:
        """A file in a folder; the status of a folder in it, which is yet to be walked; None for what is known."""
        if not _is_text(path):
            return _nameless(path)
        try:
            status = os.stat(path)  # noqa: PTH116  a Path for each of a million files costs seconds
        except OSError as error:
            return SkippedFile(path, f"It can't be opened: {_reason(error)}.")
        if stat.S_ISDIR(status.st_mode):
            return status
        if not readable_suffix(path):
            return SkippedFile(path, f"There is no reader for files of this kind. {NO_READER_HINT}")
        return next(self._file(path, status), None)

    def _file(self, path: str, status: os.stat_result) -> Iterator[FoundFile | SkippedFile]:
        if not stat.S_ISREG(status.st_mode):
            yield SkippedFile(path, "It is not a file with content of its own (a device or a pipe).")
        elif not os.access(path, os.R_OK):
            yield SkippedFile(path, "You may not read it.")
        elif self._is_new(status):
            yield FoundFile(path, status.st_size, status.st_mtime)

    def _is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True


def _is_text(path: str) -> bool:
    """Whether a path is text; other bytes in it come as lone surrogates, which nothing can store or show."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _nameless(path: str) -> SkippedFile:
    return SkippedFile(path.encode("utf-8", "replace").decode(), "Its name is no valid text. Rename it to add it.")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    if isinstance(error, PermissionError):
        return "you may not read it"
    return (getattr(error, "strerror", None) or "its name is not one this system can have").lower()
