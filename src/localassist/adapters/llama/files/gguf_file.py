"""What a GGUF file says of itself, read in plain Python with every count and offset held against its length.

The format: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md
"""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final, NamedTuple, Protocol

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
_TABLES: Final = frozenset(
    {"token_embd.weight", "position_embd.weight", "token_types.weight", "per_layer_token_embd.weight", "output.weight"}
)
"""Tensors of which a token may need one row alone; the last takes the place of the first as a matrix."""
_EXPERTS: Final = b"_exps."

Value = str | int | float | bool | list[bytes] | list[int]


class Readable(Protocol):
    """What a header is read from: any binary file, or something as far away as a hub."""

    def read(self, count: int, /) -> bytes:
        """The next `count` bytes."""

    def seek(self, position: int, /) -> int:
        """Go to a place, in bytes from the beginning."""


@dataclass(frozen=True, slots=True)
class Header:
    """A checked header: its plain values and kept arrays by key, and how many tensors stand in the file.

    `size` is the file's length, `tensor_bytes` what the tensors take of it and `expert_bytes` those among them that
    hold all experts of a layer; `tables` are the bytes of tensors by name of which a token may read one row alone.
    `length` is where the tensors begin, `lists` how many texts each list holds; `gated` says that a layer's way forward
    multiplies two matrices' results, unless it has the biases of the simpler way and no gate.
    """

    values: dict[str, Value]
    tensor_count: int
    size: int
    tensor_bytes: int = 0
    expert_bytes: int = 0
    tables: dict[str, int] = field(default_factory=dict)
    length: int = 0
    lists: dict[str, int] = field(default_factory=dict)
    gated: bool = True

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
            return header_from(file, name, file.seek(0, 2))
    except IsADirectoryError as error:
        raise ModelError(f"{name} is a folder, not a model file.", "Choose the GGUF file inside it.") from error
    except FileNotFoundError as error:
        raise ModelError(f"There is no file {path}.", "Check the name, or whether its drive is connected.") from error
    except OSError as error:
        raise ModelError(f"{name} can't be read: {error.strerror}.", "Check the file's permissions.") from error


def header_from(file: Readable, name: str, size: int) -> Header:
    """The same for a file of `size` bytes that may be elsewhere; raises `ModelError`, and what reading it raises."""
    file.seek(0)
    recognise(file.read(min(64, size)), name, size)
    return _Parser(file, name, size).header()


class _Tensor(NamedTuple):
    """Where a tensor begins and ends, in bytes from the beginning of the data."""

    name: bytes
    begin: int
    end: int

    @property
    def size(self) -> int:
        return self.end - self.begin


class _Parser:
    def __init__(self, file: Readable, name: str, size: int) -> None:
        self._file = file
        self._name = name
        self._size = size
        self._position = 0
        self._lists: dict[str, int] = {}
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
        found = [self._tensor() for _ in range(tensors)]
        start = self._check_data(values, found)
        tables = ((tensor.name.decode("utf-8", errors="replace"), tensor.size) for tensor in found)
        return Header(
            values=values,
            tensor_count=tensors,
            size=self._size,
            tensor_bytes=sum(tensor.size for tensor in found),
            expert_bytes=sum(tensor.size for tensor in found if _EXPERTS in tensor.name),
            tables={name: size for name, size in tables if name in _TABLES},
            length=start,
            lists=self._lists,
            gated=_is_gated([tensor.name for tensor in found]),
        )

    def _entry(self) -> tuple[str, Value]:
        key = self._string().decode("utf-8", errors="replace")
        (kind,) = self._unpack("I")
        if kind == _ARRAY:
            return key, self._array(key)
        if kind == _STRING:
            return key, self._string().decode("utf-8", errors="replace")
        value: Value = self._unpack(self._scalar(kind))[0]
        return key, value

    def _array(self, key: str) -> list[bytes] | list[int]:
        kind, count = self._unpack("IQ")
        if kind == _STRING:
            if count > _MAX_ITEMS:
                raise self._absurd(f"a list of {count:,} texts")
            self._lists[key] = count
            items = [self._string() for _ in range(count)]
            return items if key in _KEPT_ARRAYS else []
        layout = self._scalar(kind)
        if kind in _WHOLE_KINDS and count <= _KEPT_NUMBERS:
            return list(self._unpack(f"{count}{layout}"))
        self._take(count * struct.calcsize(f"<{layout}"), skip=True)
        return []

    def _tensor(self) -> _Tensor:
        name = self._string()
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
        return _Tensor(name, offset, offset + math.prod(shape) // weights * block)

    def _check_data(self, values: dict[str, Value], tensors: list[_Tensor]) -> int:
        """Where the data begin, once all of it is known to be there."""
        alignment = values.get("general.alignment", 32)
        if not isinstance(alignment, int) or alignment < 1 or alignment & (alignment - 1) or alignment > 2**20:
            raise self._absurd("an impossible alignment")
        start = -(-self._position // alignment) * alignment
        if any(tensor.begin % alignment for tensor in tensors):
            raise self._absurd("a tensor at an impossible place")
        missing = start + max((tensor.end for tensor in tensors), default=0) - self._size
        if missing > 0 and tensors:
            raise ModelError(
                f"{self._name} is incomplete: {missing:,} of {missing + self._size:,} bytes are missing.",
                DOWNLOAD_AGAIN,
            )
        return start

    def _string(self) -> bytes:
        return self._take(int.from_bytes(self._take(8), "little"))

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


def _is_gated(names: list[bytes]) -> bool:
    return any(b".ffn_gate" in name for name in names) or not any(b".ffn_up.bias" in name for name in names)
