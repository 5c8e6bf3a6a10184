"""ZIP archives: the files inside, each read by the reader of its own format."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.archives import open_archive
from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.formats import BROKEN_ARCHIVE
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    import zipfile

    from localassist.adapters.readers.parts import Parts
    from localassist.domain.documents import StructuredText

_DAMAGED: Final = ("is damaged or no complete archive", "Unpack it with another program and add its files.")
_MAX_FILE_BYTES: Final = 200_000_000
_MAX_LISTED: Final = 5000
_ENCRYPTED: Final = 0x1
_NAMED_IN_UTF8: Final = 0x800


def read(path: str, parts: Parts) -> StructuredText:
    """The names of the files in an archive, as a list; the files go to `parts`.

    Files that systems leave there for themselves, whose names begin with a dot, are passed over.
    """
    assembly = TextAssembly()
    with open_archive(path, _DAMAGED) as archive:
        files = [entry for entry in archive.infolist() if not entry.is_dir()]
        named = [(_name(entry), entry) for entry in files]
        shown = [(name, entry) for name, entry in named if not _is_the_systems(name)]
        for name, _ in shown[:_MAX_LISTED]:
            assembly.add(BlockKind.LIST_ITEM, name)
        for name, entry in shown:
            parts.add(name, partial(_load, archive, entry))
    return assembly.finish()


def _name(entry: zipfile.ZipInfo) -> str:
    """A file's name; old programs wrote it in an encoding that the archive does not tell."""
    if entry.flag_bits & _NAMED_IN_UTF8 or entry.filename.isascii():
        return entry.filename
    raw = entry.filename.encode("cp437", "replace")
    try:
        return decode(raw)
    except UnreadableError:
        return entry.filename


def _is_the_systems(name: str) -> bool:
    pieces = name.split("/")
    return pieces[0] == "__MACOSX" or any(piece.startswith(".") and piece not in {".", ".."} for piece in pieces)


def _load(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    if entry.flag_bits & _ENCRYPTED:
        raise UnreadableError("is protected by a password", "Unpack the archive and add the file by itself.")
    if entry.file_size > _MAX_FILE_BYTES:
        raise UnreadableError("is too large to be read inside an archive", "Unpack it and add it by itself.")
    try:
        with archive.open(entry) as member:
            return member.read(_MAX_FILE_BYTES)
    except BROKEN_ARCHIVE as error:
        raise UnreadableError("is damaged inside its archive", "Unpack it with another program.") from error
