"""Files that are often taken for a GGUF file, told by their first bytes."""

from __future__ import annotations

from typing import Final

from localassist.domain.errors import ModelError

GET_GGUF: Final = "Choose a file that ends in .gguf; most models are offered in that format too."

_OLD_MAGICS: Final = (b"lmgg", b"fmgg", b"tjgg")
_SHORTEST: Final = 24


def recognise(beginning: bytes, name: str, size: int) -> None:
    """Raise `ModelError` saying what a file is, unless its first bytes are those of a GGUF file.

    `size` is the whole file's length in bytes.
    """
    if not size:
        raise ModelError(f"{name} is empty.", "Download it again.")
    if beginning.startswith(b"GGUF"):
        if size < _SHORTEST:
            raise ModelError(f"{name} has only {size} bytes: the download broke off.", "Download it again.")
        if int.from_bytes(beginning[4:8], "little") > 0xFFFF:
            raise ModelError(f"{name} was made for computers of another byte order.", GET_GGUF)
        return
    lowered = beginning.lstrip().lower()
    if lowered.startswith((b"<!doctype", b"<html", b"<?xml", b'{"error', b"not found")):
        raise ModelError(
            f"{name} is a web page, not a model: the download was answered with a page.",
            "Open the model's page in a browser, sign in if it asks you to, and download the file from there.",
        )
    if beginning.startswith(b"version https://git-lfs"):
        raise ModelError(
            f"{name} is a Git LFS pointer: a note that stands for the model, which was not fetched.",
            "Run `git lfs pull` in its folder, or download the file from the model's page.",
        )
    if beginning[:4] in _OLD_MAGICS:
        raise ModelError(f"{name} is in the old GGML format, which nothing reads since 2023.", GET_GGUF)
    raise ModelError(f"{name} is {_format(beginning)}, not a GGUF model file.", GET_GGUF)


def _format(beginning: bytes) -> str:
    if beginning.startswith(b"PK\x03\x04"):
        return "an archive or PyTorch file"
    if beginning[8:10] == b'{"':
        return "a safetensors file"
    return "something else"
