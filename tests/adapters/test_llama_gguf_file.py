"""A file's structure is checked before any native code sees it, and what is wrong is said in words."""

from __future__ import annotations

import ctypes
import struct
from contextlib import suppress
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gguf_files import write_random_model
from localassist.adapters.llama.bindings import bindings
from localassist.adapters.llama.files import gguf_file
from localassist.adapters.llama.files.gguf_file import read_header
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_random_model(tmp_path_factory.mktemp("models") / "good.gguf")


def problem(path: Path, content: bytes | None = None) -> str:
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(ModelError) as caught:
        read_header(str(path))
    assert caught.value.hint
    return caught.value.message


def header(version: int = 3, tensors: int = 0, entries: int = 0) -> bytes:
    return struct.pack("<4sIQQ", b"GGUF", version, tensors, entries)


def test_reads_what_the_file_says(good: Path) -> None:
    read = read_header(str(good))
    assert read.text("general.architecture") == "llama"
    assert read.number("llama.context_length") == 512
    assert read.tensor_count == 21
    assert read.size == good.stat().st_size
    assert (read.text("no such key"), read.number("no such key")) == ("", 0)


def test_names_the_reason(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    assert "no file" in problem(path)
    assert "folder" in problem(tmp_path)
    assert "empty" in problem(path, b"")
    assert "6 bytes" in problem(path, b"GGUF\x03\x00")
    assert "web page" in problem(path, b"\n<!DOCTYPE html><html>404</html>")
    assert "Git LFS" in problem(path, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 9\n")
    assert "old GGML" in problem(path, b"tjgg" + bytes(60))
    assert "safetensors" in problem(path, b"\x40\0\0\0\0\0\0\0" + b'{"a": 1}')
    assert "PyTorch" in problem(path, b"PK\x03\x04" + bytes(60))
    assert "something else" in problem(path, b"Hello, I am a letter.")
    assert "version 1" in problem(path, header(version=1))
    assert "byte order" in problem(path, b"GGUF" + struct.pack(">IQQ", 3, 0, 0))


def test_absurd_claims_are_refused_at_once(tmp_path: Path) -> None:
    path = tmp_path / "model.gguf"
    key = struct.pack("<Q", 1) + b"k"
    assert "18,446,744,073,709,551,615" in problem(path, header(entries=2**64 - 1))
    assert "1,099,511,627,776" in problem(path, header(tensors=2**40))
    assert "within its description" in problem(path, header(entries=1) + struct.pack("<Q", 2**63))
    assert "texts" in problem(path, header(entries=1) + key + struct.pack("<IIQ", 9, 8, 2**60))
    assert "within its description" in problem(path, header(entries=1) + key + struct.pack("<IIQ", 9, 4, 2**62))
    assert "type 9" in problem(path, header(entries=1) + key + struct.pack("<IIQ", 9, 9, 1))
    assert "type 77" in problem(path, header(entries=1) + key + struct.pack("<I", 77))
    assert "dimensions" in problem(path, header(tensors=1) + key + struct.pack("<I", 4_000_000))
    huge = struct.pack("<IQQIQ", 2, 2**63, 2**63, 0, 0)
    assert "incomplete" in problem(path, header(tensors=1) + key + huge)


@pytest.mark.parametrize("share", [0.01, 0.3, 0.9, 0.999])
def test_a_truncated_file_is_incomplete(good: Path, tmp_path: Path, share: float) -> None:
    content = good.read_bytes()
    assert "incomplete" in problem(tmp_path / "part.gguf", content[: int(len(content) * share)])


def test_a_changed_header_reads_or_is_an_error(good: Path, tmp_path: Path) -> None:
    content = good.read_bytes()
    path = tmp_path / "changed.gguf"

    @settings(max_examples=300, deadline=None)
    @given(st.integers(4, 9_000), st.binary(min_size=1, max_size=9))
    def change(place: int, other: bytes) -> None:
        path.write_bytes(content[:place] + other + content[place + len(other) :])
        with suppress(ModelError):
            read_header(str(path))

    change()


def test_block_sizes_are_those_of_the_library() -> None:
    library = bindings().ggml_base
    library.ggml_blck_size.restype = ctypes.c_int64
    library.ggml_type_size.restype = ctypes.c_size_t
    kinds = range(bindings().api.GGML_TYPE_COUNT)
    blocks = {kind: (library.ggml_blck_size(kind), library.ggml_type_size(kind)) for kind in kinds}
    assert {kind: block for kind, block in blocks.items() if block[0]} == gguf_file._BLOCKS


@pytest.mark.corpus
def test_every_broken_file_has_its_own_sentence(corpus: Path) -> None:
    files = [path for path in sorted((corpus / "models/broken").iterdir()) if path.name != "vocab-only.gguf"]
    said = [problem(path).replace(path.name, "") for path in files]
    assert len(set(said)) == len(files) >= 6
