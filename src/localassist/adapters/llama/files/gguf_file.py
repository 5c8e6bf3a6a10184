"""What a GGUF file says of itself, read in plain Python with every count and offset held against its length.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Final

from localassist.adapters.llama.files.foreign_files import recognise
from localassist.domain.errors import ModelError

DOWNLOAD_AGAIN: Final = "Download it again; a complete file has the size that its page names."

_SCALARS: Final = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
_STRING: Final = 8
_ARRAY: Final = 9

_BLOCKS: Final = {
    0: (1, 4), 1: (1, 2), 2: (32, 18), 3: (32, 20), 6: (32, 22), 7: (32, 24), 8: (32, 34), 9: (32, 36),
    10: (256, 84), 11: (256, 110), 12: (256, 144), 13: (256, 176), 14: (256, 210), 15: (256, 292), 16: (256, 66),
    17: (256, 74), 18: (256, 98), 19: (256, 50), 20: (32, 18), 21: (256, 110), 22: (256, 82), 23: (256, 136),
    24: (1, 1), 25: (1, 2), 26: (1, 4), 27: (1, 8), 28: (1, 8), 29: (256, 56), 30: (1, 2), 34: (256, 54),
    35: (256, 66), 39: (32, 17), 40: (64, 36), 41: (128, 18), 42: (64, 18),
}  # fmt: skip
"""Weights and bytes in one block of each ggml_type, from ggml's type traits."""

_MAX_ENTRIES: Final = 65_536
_MAX_ITEMS: Final = 4_000_000
_MAX_DIMENSIONS: Final = 4
_KEPT_ARRAYS: Final = ("tokenizer.ggml.tokens",)
_KEPT_NUMBERS: Final = 1024
"""Lists of whole numbers up to this length are kept: llama.cpp reads values for up to 512 layers."""

_WHOLE_KINDS: Final = frozenset({0, 1, 2, 3, 4, 5, 7, 10, 11})

Value = str | int | float | bool | list[bytes] | list[int]


@dataclass(frozen=True, slots=True)
class Header:
    """A checked header: its plain values and kept arrays by key, and how many tensors stand in the file.

    `size` is the file's length, `tensor_bytes` what the tensors take of it.
    """

    values: dict[str, Value]
    tensor_count: int
    size: int
    tensor_bytes: int = 0

    def text(self, key: str) -> str:
        """A text value, empty if there is none."""
        value = self.values.get(key, "")
        return value if isinstance(value, str) else ""

    def number(self, key: str) -> int:
        """A whole number, 0 if there is none."""
        value = self.values.get(key, 0)
        return value if isinstance(value, int) else 0

    def numbers(self, key: str, count: int, default: int = 0) -> tuple[int, ...]:
        """`count` whole numbers, one a layer: from a list, or one number that holds for all; none below 0."""
        value = self.values.get(key, default)
        if isinstance(value, list):
            found = [item for item in value if isinstance(item, int)]
            return tuple(max(item, 0) for item in [*found, *[default] * count][:count])
        return (max(value, 0) if isinstance(value, int) else default,) * count


def read_header(path: str) -> Header:
    """Check a file's structure without any native code. Raises `ModelError` saying what the file is instead."""
    name = Path(path).name
    try:
        with Path(path).open("rb") as file:
            size = file.seek(0, 2)
            file.seek(0)
            recognise(file.read(64), name, size)
            return _Parser(file, name, size).header()
    except IsADirectoryError as error:
        raise ModelError(f"{name} is a folder, not a model file.", "Choose the GGUF file inside it.") from error
    except FileNotFoundError as error:
        raise ModelError(f"There is no file {path}.", "Check the name, or whether its drive is connected.") from error
    except OSError as error:
        raise ModelError(f"{name} can't be read: {error.strerror}.", "Check the file's permissions.") from error


class _Parser:
    def __init__(self, file: IO[bytes], name: str, size: int) -> None:
        self._file = file
        self._name = name
        self._size = size
        self._position = 0
        file.seek(0)

    def header(self) -> Header:
        _magic, version, tensors, entries = self._unpack("4sIQQ")
        if version not in {2, 3}:
            raise ModelError(
                f"{self._name} is written in version {version} of GGUF; this app reads 2 and 3.",
                "Take a newer conversion of the model.",
            )
        if tensors > _MAX_ENTRIES or entries > _MAX_ENTRIES:
            raise self._absurd(f"{max(tensors, entries):,} entries")
        values = dict(self._entry() for _ in range(entries))
        ends = [self._tensor() for _ in range(tensors)]
        self._check_data(values, ends)
        return Header(values, tensors, self._size, sum(end - begin for begin, end in ends))

    def _entry(self) -> tuple[str, Value]:
        key = self._string().decode("utf-8", errors="replace")
        (kind,) = self._unpack("I")
        if kind == _ARRAY:
            return key, self._array(keep=key in _KEPT_ARRAYS)
        if kind == _STRING:
            return key, self._string().decode("utf-8", errors="replace")
        value: Value = self._unpack(self._scalar(kind))[0]
        return key, value

    def _array(self, *, keep: bool) -> list[bytes] | list[int]:
        kind, count = self._unpack("IQ")
        if kind == _STRING:
            if count > _MAX_ITEMS:
                raise self._absurd(f"a list of {count:,} texts")
            items = [self._string() for _ in range(count)]
            return items if keep else []
        layout = self._scalar(kind)
        if kind in _WHOLE_KINDS and count <= _KEPT_NUMBERS:
            return list(self._unpack(f"{count}{layout}"))
        self._take(count * struct.calcsize(f"<{layout}"), skip=True)
        return []

    def _tensor(self) -> tuple[int, int]:
        """Where a tensor begins and ends, in bytes from the beginning of the data."""
        self._string()
        (dimensions,) = self._unpack("I")
        if not 1 <= dimensions <= _MAX_DIMENSIONS:
            raise self._absurd(f"a tensor of {dimensions:,} dimensions")
        shape = self._unpack(f"{dimensions}Q")
        kind, offset = self._unpack("IQ")
        if kind not in _BLOCKS:
            raise ModelError(
                f"{self._name} keeps its weights in a form ({kind}) that this version can't read.",
                "Update the app, or take another quantisation of the model.",
            )
        weights, block = _BLOCKS[kind]
        if shape[0] % weights:
            raise self._absurd("a tensor that does not consist of whole blocks")
        return offset, offset + math.prod(shape) // weights * block

    def _check_data(self, values: dict[str, Value], tensors: list[tuple[int, int]]) -> None:
        alignment = values.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1) or alignment > 2**20:
            raise self._absurd("an impossible alignment")
        start = -(-self._position // alignment) * alignment
        if any(offset % alignment for offset, _ in tensors):
            raise self._absurd("a tensor at an impossible place")
        missing = start + max((end for _, end in tensors), default=0) - self._size
        if missing > 0 and tensors:
            raise ModelError(
                f"{self._name} is incomplete: {missing:,} of {missing + self._size:,} bytes are missing.",
                DOWNLOAD_AGAIN,
            )

    def _string(self) -> bytes:
        (length,) = self._unpack("Q")
        return self._take(length)

    def _unpack(self, layout: str) -> tuple[int, ...]:
        layout = f"<{layout}"
        return struct.unpack(layout, self._take(struct.calcsize(layout)))

    def _take(self, count: int, *, skip: bool = False) -> bytes:
        if count > self._size - self._position:
            raise ModelError(
                f"{self._name} is incomplete or damaged: it ends after {self._size:,} bytes, within its description.",
                DOWNLOAD_AGAIN,
            )
        self._position += count
        if skip:
            self._file.seek(self._position)
            return b""
        return self._file.read(count)

    def _scalar(self, kind: int) -> str:
        if kind not in _SCALARS:
            raise self._absurd(f"a value of type {kind:,}")
        return _SCALARS[kind]

    def _absurd(self, claim: str) -> ModelError:
        return ModelError(f"{self._name} is damaged or not a model: it claims to hold {claim}.", DOWNLOAD_AGAIN)
