"""The messages between the app and its child processes: length-prefixed JSON with raw bytes after it."""

from __future__ import annotations

import json
import struct
from collections.abc import Mapping, Sequence
from typing import IO, Final, TypeAlias

JSON: TypeAlias = Mapping[str, "JSON"] | Sequence["JSON"] | str | int | float | bool | None

_HEADER: Final = struct.Struct("!QQ")


class BrokenMessageError(Exception):
    """What came is not a message: the other side died in the middle of it, or never meant to send one."""


class OversizedMessageError(Exception):
    """A message is announced as larger than the receiver allows."""


def send(stream: IO[bytes], value: JSON, blob: bytes = b"", limit: int | None = None) -> None:
    """Write one message and flush it. Raises `OversizedMessageError`, before a byte is written, above `limit` bytes."""
    # Paths may hold what is no Unicode, as lone surrogates; `json.loads` takes them back.
    body = json.dumps(value, ensure_ascii=False).encode("utf-8", "surrogatepass")
    if limit is not None and len(body) + len(blob) > limit:
        raise OversizedMessageError
    stream.write(_HEADER.pack(len(body), len(blob)))
    stream.write(body)
    stream.write(blob)
    stream.flush()


def receive(stream: IO[bytes], limit: int) -> tuple[JSON, bytes] | None:
    """Read one message of at most `limit` bytes; None when the stream ends before one.

    Raises `OversizedMessageError` or `BrokenMessageError`; the stream is of no use after either.
    """
    header = stream.read(_HEADER.size)
    if not header:
        return None
    if len(header) < _HEADER.size:
        raise BrokenMessageError
    body_size, blob_size = _HEADER.unpack(header)
    if body_size + blob_size > limit:
        raise OversizedMessageError
    body, blob = stream.read(body_size), stream.read(blob_size)
    if len(body) < body_size or len(blob) < blob_size:
        raise BrokenMessageError
    try:
        value: JSON = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise BrokenMessageError from error
    return value, blob
