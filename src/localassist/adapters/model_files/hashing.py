"""Files read whole for their SHA-256, and marks by which a change is seen without reading."""

from __future__ import annotations

import hashlib
from typing import TYPE_CHECKING, Final

from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from localassist.domain.stopping import Stop

AT_ONCE: Final = 4 * 2**20


def hashing(path: Path, stop: Stop) -> Iterator[int | str]:
    """Bytes read so far, and at the end the hex SHA-256. Raises `StorageError`, and `Stopped` on request."""
    digest = hashlib.sha256()
    buffer = memoryview(bytearray(AT_ONCE))
    done = 0
    try:
        with path.open("rb", buffering=0) as file:
            while count := file.readinto(buffer):
                stop.raise_if_requested()
                digest.update(buffer[:count])
                done += count
                yield done
    except OSError as error:
        raise unreadable(path, error) from error
    yield digest.hexdigest()


def hash_of(path: Path, stop: Stop) -> str:
    """The hex SHA-256 of a file. Raises like `hashing`."""
    *_, digest = hashing(path, stop)
    return str(digest)


def mark_of(path: Path) -> str:
    """Changes when the file does; empty if it is gone."""
    try:
        facts = path.stat()
    except OSError:
        return ""
    return f"{facts.st_size}:{facts.st_mtime_ns}"


def unreadable(path: Path, error: OSError) -> StorageError:
    """That a file can't be read, and why."""
    return StorageError(
        f"{path.name} can't be read: {error.strerror or 'its drive does not answer'}.",
        "Check that its drive is connected and that you may read it.",
    )
