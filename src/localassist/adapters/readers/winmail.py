"""What Outlook packs into winmail.dat beside a mail: the files that were attached to it.

The format is Microsoft's MS-OXTNEF: a signature and a key, then attributes one after the other.
"""

from __future__ import annotations

import struct
from functools import partial
from typing import TYPE_CHECKING, Final

from localassist.adapters.readers.assembly import TextAssembly
from localassist.adapters.readers.decoding import decode
from localassist.adapters.readers.text import add_paragraphs, read_bytes
from localassist.adapters.readers.unreadable import UnreadableError
from localassist.domain.documents import BlockKind

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.adapters.readers.parts import Parts
    from localassist.domain.documents import StructuredText

_START: Final = 6
_HEAD: Final = struct.Struct("<BII")
_CHECKSUM: Final = 2
_BODY: Final = 0x0002800C
_NEXT_FILE: Final = 0x00069002
_NAME: Final = 0x00018010
_DATA: Final = 0x0006800F


def read(path: str, parts: Parts) -> StructuredText:
    """The names of the files inside, as a list, and the mail's text where it is plain; the files go to `parts`."""
    assembly = TextAssembly()
    files: list[dict[int, bytes]] = []
    for attribute, value in _attributes(read_bytes(path)):
        if attribute == _NEXT_FILE:
            files.append({})
        elif attribute == _BODY:
            add_paragraphs(assembly, _text(value))
        elif files:
            files[-1][attribute] = value
    held = [(_text(file.get(_NAME, b"")), file[_DATA]) for file in files if file.get(_DATA)]
    for name, _ in held:
        assembly.add(BlockKind.LIST_ITEM, name)
    for name, data in held:
        parts.add(name, partial(bytes, data))
    return assembly.finish()


def _attributes(data: bytes) -> Iterator[tuple[int, bytes]]:
    """The attributes with their values, up to where the file ends or makes no sense."""
    position = _START
    while position + _HEAD.size <= len(data):
        _, attribute, size = _HEAD.unpack_from(data, position)
        position += _HEAD.size
        if position + size > len(data):
            return
        yield attribute, data[position : position + size]
        position += size + _CHECKSUM


def _text(value: bytes) -> str:
    try:
        return decode(value.rstrip(b"\0"))
    except UnreadableError:
        return ""
