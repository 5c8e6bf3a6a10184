"""The tensors of a safetensors file, as numbers: nothing in it can run code."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from pathlib import Path

    import numpy as np
    from numpy.typing import NDArray

_LONGEST_HEADER: Final = 100_000_000  # bytes; the format's own limit
_TYPES: Final = {"F64": "<f8", "F32": "<f4", "F16": "<f2", "BF16": "<u2", "I64": "<i8", "I32": "<i4"}


def read_tensors(path: Path) -> dict[str, NDArray[Any]]:
    """Every tensor of the file by name, floating ones as float32.

    The format: eight bytes with the length of a JSON header, the header, the numbers
    (github.com/huggingface/safetensors). Raises `ValueError` for a file that is not one, and `OSError`.
    """
    import numpy as np

    with path.open("rb") as file:
        length = int.from_bytes(file.read(8), "little")
        if length > _LONGEST_HEADER:
            raise ValueError("The header is too long.")
        header = json.loads(file.read(length))
    numbers = np.memmap(path, np.uint8, "r", offset=8 + length)
    try:
        return {name: _tensor(numbers, entry) for name, entry in header.items() if name != "__metadata__"}
    except (AttributeError, KeyError, TypeError) as error:
        raise ValueError("The header is not what it should be.") from error


def _tensor(numbers: NDArray[np.uint8], entry: Any) -> NDArray[Any]:
    import numpy as np

    kind, shape, (start, end) = entry["dtype"], entry["shape"], entry["data_offsets"]
    found = numbers[start:end].view(_TYPES[kind]).reshape(shape)
    if kind == "BF16":  # the upper half of a float32
        return (found.astype(np.uint32) << 16).view(np.float32)
    return found if kind == "F32" or kind.startswith("I") else found.astype(np.float32)
