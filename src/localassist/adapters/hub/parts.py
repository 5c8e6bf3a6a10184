"""The beginning of a file on the disk: what is known of it, its hash as far as it goes, and its end."""

from __future__ import annotations

import hashlib
import json
import os
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.hub.disk import beside, put_in_place, refused, reserve
from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.library import RemoteFile
    from localassist.domain.stopping import Stop

BLOCK: Final = 1 << 19
"""Bytes read and written at once; a mark is made after each block, and a sudden end costs a few of them."""
_NOTES: Final = ".jsonl"


class Part:
    """A file that is not whole yet: `safe` bytes of it are on the disk, hashed and noted.

    The notes beside it begin with what the whole is to be; then each line is a mark: a length, and the hash of the file
    up to there. Data is written before its mark, so a mark whose hash is right vouches for all before it, also where
    the power failed and a page that was never written back is nothing but zeros.
    """

    def __init__(self, final: Path, file: RemoteFile) -> None:
        self._final = final
        self._file = file
        self._hash = fresh_hash(file)
        self._data = -1
        self._notes = -1
        self._written = 0
        self.safe = 0

    def take_up(self, stop: Stop) -> Iterator[int]:
        """Open what is there and find out how much of it is good, yielding how far it is; begin where there is nothing.

        Raises `StorageError` where the disk won't have the file.
        """
        flags = os.O_RDWR | os.O_CREAT | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOFOLLOW", 0)
        try:
            self._data = os.open(beside(self._final), flags, 0o666)
            self._notes = os.open(beside(self._final, _NOTES), flags, 0o666)
            yield from self._check(stop)
            self._reserve(stop)
            self._written = self.safe
        except OSError as error:
            raise self._refused(error) from error

    def write(self, block: bytes | bytearray) -> None:
        """Put a block onto the disk; it counts once it is noted. Raises `StorageError` where the disk won't have it."""
        try:
            _write_all(self._data, block, self._written)
        except OSError as error:
            raise self._refused(error) from error
        self._written += len(block)

    def note(self, block: bytes | bytearray) -> None:
        """Hash a block that was written and note it: from now on it is safe. Blocks come in order, on any one thread.

        Raises `StorageError` where the disk won't have the note, or nobody could find the file any more.
        """
        try:
            self._hash.update(block)
            self.safe += len(block)
            self._mark({"length": self.safe, "hash": self._hash.hexdigest()})
            self._require_found()
        except OSError as error:
            raise self._refused(error) from error

    def finish(self) -> None:
        """Verify the whole and give it its name. Raises `StorageError` if it is not what the hub announced.

        Then nothing of it stays.
        """
        if self._hash.hexdigest() != (self._file.sha256 or self._file.git_sha1):
            self.close()
            drop(self._final)
            raise StorageError(
                f"{self._final.name} did not arrive as its maker made it: its hash is wrong. It was deleted.",
                "Start the download again; if that happens again, something on the way changes what you get.",
            )
        try:
            os.fsync(self._data)
            self._require_found()
            self.close()
            if self._final.exists():
                raise StorageError(*taken_already(self._final))
            put_in_place(beside(self._final), self._final)
            drop(self._final)
        except OSError as error:
            raise self._refused(error) from error

    def close(self) -> None:
        """Let go of the files."""
        for descriptor in (self._data, self._notes):
            if descriptor >= 0:
                os.close(descriptor)
        self._data = self._notes = -1

    def _check(self, stop: Stop) -> Iterator[int]:
        """Read what is there, as far as its marks are right; what comes after the last right one counts for nothing."""
        first, *lines = _lines(self._notes) or [b""]
        whole = _announced(self._file)
        kept = len(first)
        if _parsed(first) != whole:
            kept, lines = 0, []
        best = self._hash.copy()
        for line in lines:
            mark = _parsed(line)
            if not self._read_up_to(mark.get("length"), stop) or self._hash.hexdigest() != mark.get("hash"):
                break
            best, kept, self.safe = self._hash.copy(), kept + len(line), mark["length"]
            yield self.safe
        self._hash = best
        os.ftruncate(self._notes, kept)
        os.lseek(self._notes, kept, os.SEEK_SET)
        if not kept:
            self._mark(whole)

    def _reserve(self, stop: Stop) -> None:
        """Set room aside for all of it; where there is too little, for no more than there is already."""
        os.ftruncate(self._data, min(os.fstat(self._data).st_size, self._file.size))
        try:
            reserve(self._data, self._file.size, stop)
        except OSError:
            os.ftruncate(self._data, self.safe)
            raise

    def _read_up_to(self, length: object, stop: Stop) -> bool:
        """Hash what lies between what is safe and a length; whether it was there."""
        if not isinstance(length, int) or not self.safe < length <= self._file.size:
            return False
        place = self.safe
        os.lseek(self._data, place, os.SEEK_SET)
        while place < length:
            stop.raise_if_requested()
            block = os.read(self._data, min(BLOCK, length - place))
            if not block:
                return False
            self._hash.update(block)
            place += len(block)
        return True

    def _mark(self, line: dict[str, Any]) -> None:
        os.write(self._notes, json.dumps(line).encode() + b"\n")

    def _require_found(self) -> None:
        """Raise unless our file still stands under its name: a folder can be deleted, another file put there."""
        found, ours = beside(self._final).stat(), os.fstat(self._data)
        if (found.st_dev, found.st_ino) != (ours.st_dev, ours.st_ino):
            raise StorageError(
                f"{beside(self._final)} was replaced by another file while it was downloaded.", "Start it again."
            )

    def _refused(self, error: OSError) -> StorageError:
        return refused(self._final.name, self._final.parent, error)


def fresh_hash(file: RemoteFile) -> Any:
    """What verifies a file: SHA-256, or Git's name of a small one. Raises `StorageError` where the hub has neither."""
    if file.sha256:
        return hashlib.sha256()
    if file.git_sha1:
        # Git's object format: a blob's name is the SHA-1 of "blob", its length and its content.
        return hashlib.sha1(b"blob %d\0" % file.size, usedforsecurity=False)
    raise StorageError(
        f"The hub has no hash of {file.path}, so nobody could tell whether it arrives whole.", "Get another file."
    )


def noted(final: Path, file: RemoteFile) -> int:
    """How much of a file there is, by its notes alone."""
    try:
        first, *lines = beside(final, _NOTES).read_bytes().splitlines()
    except (OSError, ValueError):
        return 0
    marks = [_parsed(line).get("length") for line in lines[-2:]] if _parsed(first) == _announced(file) else []
    return max((length for length in marks if isinstance(length, int)), default=0)


def is_whole(final: Path, file: RemoteFile, stop: Stop) -> bool:
    """Whether the file of that name is the one that is wanted. Raises `OSError` where it can't be read."""
    if final.stat().st_size != file.size:
        return False
    digest = fresh_hash(file)
    with final.open("rb") as data:
        while block := data.read(BLOCK):
            stop.raise_if_requested()
            digest.update(block)
    return bool(digest.hexdigest() == (file.sha256 or file.git_sha1))


def drop(final: Path) -> None:
    """Delete what was begun of a file."""
    for ending in ("", _NOTES):
        beside(final, ending).unlink(missing_ok=True)


def taken_already(final: Path) -> tuple[str, str]:
    """That another file has the name, and what to do."""
    return f"There is another file called {final.name} in {final.parent}.", "Move it away or choose another folder."


def _announced(file: RemoteFile) -> dict[str, Any]:
    return {"size": file.size, "sha256": file.sha256, "git_sha1": file.git_sha1}


def _parsed(line: bytes) -> dict[str, Any]:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _lines(descriptor: int) -> list[bytes]:
    """All lines with their ends; one that was torn off counts for nothing."""
    size = os.fstat(descriptor).st_size
    os.lseek(descriptor, 0, os.SEEK_SET)
    with os.fdopen(os.dup(descriptor), "rb") as notes:
        return [line for line in notes.read(size).splitlines(keepends=True) if line.endswith(b"\n")]


def _write_all(descriptor: int, block: bytes | bytearray, place: int) -> None:
    """Write a block at its place."""
    os.lseek(descriptor, place, os.SEEK_SET)
    written = 0
    while written < len(block):
        written += os.write(descriptor, memoryview(block)[written:])
