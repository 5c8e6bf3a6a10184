"""Pictures as PNG, with nothing but zlib (PNG specification, third edition, W3C 2025)."""

from __future__ import annotations

import struct
import zlib
from typing import Final

_SIGNATURE: Final = b"\x89PNG\r\n\x1a\n"
_EIGHT_BIT_RGB: Final = b"\x08\x02\x00\x00\x00"


def encode(pixels: memoryview, width: int, height: int) -> bytes:
    """PNG bytes from `width` x `height` pixels of three bytes (red, green, blue), row by row without gaps."""
    stride = 3 * width
    rows = b"".join(b"\0" + pixels[start : start + stride] for start in range(0, stride * height, stride))
    header = struct.pack(">II", width, height) + _EIGHT_BIT_RGB
    body = ((b"IHDR", header), (b"IDAT", zlib.compress(rows, 6)), (b"IEND", b""))
    return _SIGNATURE + b"".join(_chunk(name, data) for name, data in body)


def _chunk(name: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + name + data + struct.pack(">I", zlib.crc32(name + data))
