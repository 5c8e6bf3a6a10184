"""ZIP archives opened only after their directory was found harmless, and inflated no further than it says."""

from __future__ import annotations

import zipfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.unreadable import UnreadableError

if TYPE_CHECKING:
    from collections.abc import Iterator

MAX_MEMBERS: Final = 20_000
MAX_UNPACKED_BYTES: Final = 1_000_000_000
_MAX_RATIO: Final = 200
_RATIO_COUNTS_ABOVE: Final = 50_000_000
_ENCRYPTED: Final = 0x1
_BLOCK_BYTES: Final = 1 << 20
_BOMB_HINT: Final = "It was not opened: such files are made to harm programs."

PROTECTED: Final = (
    "is protected by a password",
    "Open it in its own program, save a copy without the password and add that one.",
)
"""Why an office file is refused that can only be read with its password, and what to do."""


@contextmanager
def open_archive(path: str, damaged: tuple[str, str]) -> Iterator[zipfile.ZipFile]:
    """An archive that passed `check_directory`.

    What `zipfile` raises over a damaged one, here or while it is in use, becomes an `UnreadableError` of the
    predicate and hint in `damaged`.
    """
    try:
        with zipfile.ZipFile(path) as archive:
            check_directory(archive, Path(path).stat().st_size)
            yield archive
    except BROKEN_ARCHIVE as error:
        raise UnreadableError(*damaged) from error


def check_directory(archive: zipfile.ZipFile, packed: int) -> None:
    """Refuse what would unpack to far more than a document needs, by what the directory says.

    `packed` is the archive's size in bytes. Members that share their packed bytes, as bombs do, are refused too.
    Raises `UnreadableError`.
    """
    members = archive.infolist()
    if len(members) > MAX_MEMBERS:
        raise UnreadableError(f"holds {len(members):,} files, far more than can be read", "Unpack it into a folder.")
    unpacked = sum(member.file_size for member in members)
    ratio_counts = unpacked > _RATIO_COUNTS_ABOVE
    if unpacked > MAX_UNPACKED_BYTES or (ratio_counts and unpacked > _MAX_RATIO * packed):
        raise UnreadableError(f"would unpack to {unpacked / 1e6:,.0f} MB, far more than a document needs", _BOMB_HINT)
    if sum(member.compress_size for member in members) > packed:
        raise UnreadableError("claims to hold more than its own size", _BOMB_HINT)


def check_office_file(path: str, damaged: tuple[str, str]) -> None:
    """Check an archive that a library opens by itself. Raises `UnreadableError` with `PROTECTED` if it is locked."""
    with open_archive(path, damaged) as archive:
        if any(member.flag_bits & _ENCRYPTED for member in archive.infolist()):
            raise UnreadableError(*PROTECTED)


def read_member(archive: zipfile.ZipFile, name: str, limit: int) -> bytes:
    """The first `limit` bytes of a member, inflated. Raises `KeyError` and what `BROKEN_ARCHIVE` names."""
    with archive.open(name) as member:
        return member.read(limit)


def read_tags(archive: zipfile.ZipFile, name: str) -> Iterator[bytes]:
    """A member of XML, inflated piece by piece, each of whole tags; what follows the last tag's beginning is left out.

    Raises what `read_member` does.
    """
    rest = b""
    with archive.open(name) as member:
        while block := member.read(_BLOCK_BYTES):
            data = rest + block
            end = max(data.rfind(b"<"), 0)
            yield data[:end]
            rest = data[end:]
