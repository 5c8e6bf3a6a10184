"""What a failing database means, in words for people."""

from __future__ import annotations

import errno
from typing import TYPE_CHECKING, Final

import apsw

from localassist.domain.errors import StorageError

if TYPE_CHECKING:
    from pathlib import Path

_FULL: Final = ("the disk is full.", "Make room on the disk and try again; what was stored before is safe.")
_READ_ONLY: Final = (
    "it is read-only.",
    "Make it and its folder writable, or set LOCALASSIST_HOME to a folder of your own.",
)
_CLOSED: Final = (
    "it can't be opened.",
    "See that its folder exists and is yours, or set LOCALASSIST_HOME to a folder of your own.",
)
_DAMAGED: Final = (
    "it is damaged, or no database of this app.",
    "Put a backup in its place, or move it elsewhere: the app then starts with an empty one. Your own files are safe.",
)
_BUSY: Final = ("another process keeps it locked.", "Close other windows and commands of this app and try again.")
_DEVICE: Final = ("the disk reports an error.", "See that the disk is connected and sound, then try again.")
_LARGE: Final = ("a text is larger than a database can hold.", "Split the file into smaller ones.")
_MEMORY: Final = ("there is not enough memory.", "Close some programs and try again.")

_MEANINGS: Final[dict[type[apsw.Error], tuple[str, str]]] = {
    apsw.FullError: _FULL,
    apsw.ReadOnlyError: _READ_ONLY,
    apsw.PermissionsError: _READ_ONLY,
    apsw.CantOpenError: _CLOSED,
    apsw.NotADBError: _DAMAGED,
    apsw.CorruptError: _DAMAGED,
    apsw.BusyError: _BUSY,
    apsw.LockedError: _BUSY,
    apsw.ProtocolError: _BUSY,
    apsw.IOError: _DEVICE,
    apsw.TooBigError: _LARGE,
    apsw.NoMemError: _MEMORY,
}

_FULL_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT)
_READ_ONLY_ERRORS: Final = (errno.EROFS, errno.EACCES, errno.EPERM)


def of_database(path: Path | None, error: apsw.Error) -> StorageError | None:
    """What to tell people about an error of SQLite; None for a mistake of this program's own."""
    for kind, meaning in _MEANINGS.items():
        if isinstance(error, kind):
            return _told(path, meaning)
    return None


def of_system(path: Path, error: OSError) -> StorageError:
    """What to tell people when the database's file or folder can't be made."""
    if error.errno in _FULL_ERRORS:
        return _told(path, _FULL)
    if error.errno in _READ_ONLY_ERRORS:
        return _told(path, _READ_ONLY)
    return _told(path, _CLOSED)


def newer(path: Path | None) -> StorageError:
    """What to tell people when a later version of the app has written the database."""
    return StorageError(
        f"The database {path} was written by a newer version of this app. Nothing in it was changed.",
        "Install that version again, or set LOCALASSIST_HOME to another folder to start afresh there.",
    )


def _told(path: Path | None, meaning: tuple[str, str]) -> StorageError:
    what = f"The database {path}" if path else "The database in memory"
    return StorageError(f"{what} can't be used: {meaning[0]}", meaning[1])
