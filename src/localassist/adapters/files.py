"""The file system as ingesting sees it: every readable file once, and a sentence for what is passed over."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.adapters.ignoring import IgnoreRules, is_passing
from localassist.adapters.readers.formats import NO_READER_HINT
from localassist.adapters.readers.telling import may_be_readable
from localassist.domain.errors import DocumentError
from localassist.domain.ports.documents import FileSource, FoundFile, Skipped, SkippedFile

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from localassist.domain.stopping import Stop

_BLOCK_BYTES: Final = 1 << 20

_MOUNT_FOLDERS: Final = ("/mnt", "/media", "/run/media", "/Volumes")
"""Where drives appear: an empty folder there is what stays when one is taken away."""

_Identity = tuple[int, int]
_Entry = FoundFile | SkippedFile | os.stat_result | None


class DiskFiles(FileSource):
    """Files on disk. Hidden files, the folders of programs and their passing files are passed over without a word.

    So are the `own` folders: what this app writes there while it reads would have it read again without end.
    """

    def __init__(self, own: frozenset[str] = frozenset()) -> None:
        self._own = own

    @override
    def scan(
        self, paths: Sequence[str], stop: Stop, only: frozenset[str] | None = None
    ) -> Iterator[FoundFile | SkippedFile]:
        walk = _Walk(stop, only, self._own)
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

    def __init__(self, stop: Stop, only: frozenset[str] | None, own: frozenset[str]) -> None:
        self._stop = stop
        self._own = own
        self._seen: set[_Identity] = set()
        self._only = only
        self._towards = {parent for path in only or () for parent in _parents(path)}

    def named(self, path: str) -> Iterator[FoundFile | SkippedFile]:
        """What a path that the user named stands for; a file of any kind, its content may tell the format."""
        if not _is_text(path):
            yield _nameless(path)
            return
        if not (self._is_whole(path) or path in self._towards):
            return
        try:
            status = os.stat(path)  # noqa: PTH116  a Path for each of a million files costs seconds
        except (OSError, ValueError) as error:
            kind = Skipped.ON_PURPOSE if _is_plainly_gone(path, error) else Skipped.UNREACHABLE
            yield SkippedFile(path, f"It can't be opened: {_reason(error)}.", kind)
            return
        if not stat.S_ISDIR(status.st_mode):
            yield from self._file(path, status)
        elif _may_be_unplugged(path):
            yield SkippedFile(path, "The folder is empty, as when its drive is not connected.", Skipped.UNREACHABLE)
        elif (status.st_dev, status.st_ino) not in self._seen:
            yield from self._folder(path, status)

    def _folder(self, path: str, status: os.stat_result) -> Iterator[FoundFile | SkippedFile]:
        """Everything in a folder and below, by name, without recursion: trees are as deep as they like."""
        ahead = [(path, status, IgnoreRules.above(path))]
        while ahead:
            folder, status, rules = ahead.pop()
            if not self._is_new(status):
                yield SkippedFile(folder, "It is a folder that has been looked through already.", Skipped.LINKED)
                continue
            try:
                names = sorted(os.listdir(folder))  # noqa: PTH208  a Path for each of a million files costs seconds
            except OSError as error:
                yield SkippedFile(folder, f"The folder can't be opened: {_reason(error)}.", Skipped.UNREACHABLE)
                continue
            rules = rules.within(folder, names)
            below = []
            for entry, found in self._entries(folder, names, rules):
                if isinstance(found, os.stat_result):
                    below.append((entry, found, rules))
                elif found is not None:
                    yield found
            ahead.extend(reversed(below))

    def _entries(self, folder: str, names: list[str], rules: IgnoreRules) -> Iterator[tuple[str, _Entry]]:
        """What stands directly in a folder, each with its path."""
        whole = self._is_whole(folder)
        for name in names:
            self._stop.raise_if_requested()
            if is_passing(name):
                continue
            path = os.path.join(folder, name)  # noqa: PTH118  a Path for each of a million files costs seconds
            if path not in self._own and (whole or path in self._towards or self._is_whole(path)):
                yield path, self._entry(path, rules)

    def _entry(self, path: str, rules: IgnoreRules) -> _Entry:
        """A file in a folder; the status of a folder in it, which is yet to be walked; None for what is known."""
        if not _is_text(path):
            return _nameless(path)
        try:
            status = os.stat(path)  # noqa: PTH116  a Path for each of a million files costs seconds
        except OSError as error:
            # One that went since the folder was listed is just gone.
            kind = Skipped.ON_PURPOSE if isinstance(error, FileNotFoundError) else Skipped.UNREACHABLE
            return SkippedFile(path, f"It can't be opened: {_reason(error)}.", kind)
        is_folder = stat.S_ISDIR(status.st_mode)
        if reason := rules.reason(path, is_folder=is_folder):
            return SkippedFile(path, reason)
        if is_folder:
            return self._linked(path) or status
        if stat.S_ISREG(status.st_mode) and not _may_be_readable(path):
            return SkippedFile(path, f"There is no reader for files of this kind. {NO_READER_HINT}")
        return next(self._file(path, status), None)

    def _linked(self, path: str) -> SkippedFile | None:
        """Where only a part is walked: that a folder is a link, which makes a walk of the whole necessary."""
        if self._only is None or not os.path.islink(path):  # noqa: PTH114  see above
            return None
        return SkippedFile(path, "It links to a folder.", Skipped.LINKED)

    def _is_whole(self, path: str) -> bool:
        """Whether all below a path is wanted."""
        return self._only is None or path in self._only or any(parent in self._only for parent in _parents(path))

    def _file(self, path: str, status: os.stat_result) -> Iterator[FoundFile | SkippedFile]:
        if not stat.S_ISREG(status.st_mode):
            yield SkippedFile(path, "It is not a file with content of its own (a device or a pipe).")
        elif not os.access(path, os.R_OK):
            yield SkippedFile(path, "You may not read it.", Skipped.UNREACHABLE)
        elif self._is_new(status):
            yield FoundFile(path, status.st_size, status.st_mtime)

    def _is_new(self, status: os.stat_result) -> bool:
        identity = (status.st_dev, status.st_ino)
        if identity in self._seen:
            return False
        self._seen.add(identity)
        return True


def _parents(path: str) -> Iterator[str]:
    """The folders above a path, nearest first."""
    while (parent := os.path.dirname(path)) != path:  # noqa: PTH120  a Path for each of a million files costs seconds
        yield parent
        path = parent


def _is_plainly_gone(path: str, error: OSError | ValueError) -> bool:
    """Whether a path that was named does not exist any more, while the folder it stood in does."""
    folder = os.path.dirname(path)  # noqa: PTH120  as above
    return isinstance(error, FileNotFoundError) and os.path.isdir(folder) and not _may_be_unplugged(folder)  # noqa: PTH112  a Path for each of a million files costs seconds


def _may_be_unplugged(folder: str) -> bool:
    """Whether a folder is empty and stands where drives appear, so that its files may be on one that is away."""
    parents = [folder, *_parents(folder)][1:3]
    if not any(parent in _MOUNT_FOLDERS for parent in parents) or os.path.ismount(folder):
        return False
    try:
        return not os.listdir(folder)  # noqa: PTH208  as above
    except OSError:
        return True


def _is_text(path: str) -> bool:
    """Whether a path is text; other bytes in it come as lone surrogates, which nothing can store or show."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def _may_be_readable(path: str) -> bool:
    try:
        return may_be_readable(path)
    except OSError:
        return True  # why it can't be opened is said of it later


def _nameless(path: str) -> SkippedFile:
    return SkippedFile(path.encode("utf-8", "replace").decode(), "Its name is no valid text. Rename it to add it.")


def _reason(error: OSError | ValueError) -> str:
    if isinstance(error, FileNotFoundError):
        return "it is not there"
    if isinstance(error, PermissionError):
        return "you may not read it"
    return (getattr(error, "strerror", None) or "its name is not one this system can have").lower()
