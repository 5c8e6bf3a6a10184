"""A header is read from far away in few stretches, never more than a header can be, and whatever comes back."""

from __future__ import annotations

import struct
from typing import TYPE_CHECKING

import gguf
import pytest

from gguf_files import ModelOptions, begin_file, byte_tokens, write_random_model
from localassist.adapters.llama.files.gguf_file import Header, header_from, read_header
from localassist.adapters.llama.files.ranged_file import RangedFile
from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

MIB = 2**20
A_MODEL = 5 * 10**9


class Far:
    """Content that is far away, followed by `weights` bytes that nobody stores."""

    def __init__(self, content: bytes, weights: int = 0) -> None:
        self.content = content
        self.size = len(content) + weights
        self.asked: list[tuple[int, int]] = []

    def fetch(self, start: int, length: int) -> bytes:
        self.asked.append((start, length))
        return self.content[start : start + length].ljust(min(length, self.size - start), b"\0")

    def header(self, fetch: Callable[[int, int], bytes] | None = None) -> Header:
        return header_from(RangedFile("far.gguf", self.size, fetch or self.fetch), "far.gguf", self.size)


def test_what_is_read_far_away_is_what_is_read_here(tmp_path: Path) -> None:
    path = write_random_model(tmp_path / "m.gguf")
    far = Far(path.read_bytes())
    assert far.header() == read_header(str(path))
    assert len(far.asked) == 1


def test_a_long_vocabulary_takes_few_requests_and_no_weights(tmp_path: Path) -> None:
    """As long as that of Llama 3: 128,000 tokens and 280,000 merges are about 8 MB."""
    tokens = byte_tokens() + [f"token{number:07}" for number in range(128_000)]
    writer = begin_file(tmp_path / "m.gguf", "llama", tokens, ModelOptions())
    writer.kv_data[0]["tokenizer.ggml.merges"].value = [f"ab{number:07} cd" for number in range(280_000)]
    writer.add_tensor_info("blk.0.attn_q.weight", (4096, 4096), gguf.np.dtype("float32"), 4 * 4096**2)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    writer.close()
    far = Far((tmp_path / "m.gguf").read_bytes(), weights=A_MODEL)
    header = far.header()
    assert header.lists == {"tokenizer.ggml.tokens": len(tokens), "tokenizer.ggml.merges": 280_000}
    assert header.tensor_bytes == 4 * 4096**2
    assert 7 * MIB < header.length < 12 * MIB
    assert len(far.asked) <= 4
    assert sum(length for _, length in far.asked) < header.length + 8 * MIB
    ends = [start + length for start, length in far.asked]
    assert all(start >= end for (start, _), end in zip(far.asked[1:], ends, strict=False)), "nothing comes twice"


@pytest.mark.parametrize(
    "claim",
    [
        struct.pack("<IQ", 8, 3 * 10**9),
        struct.pack("<IIQ", 9, 8, 3_000_000) + struct.pack("<Q", 2000) * 10,
        struct.pack("<IIQ", 9, 8, 3_900_000),
    ],
    ids=["a text of 3 GB", "texts that lead anywhere", "a list of nothings"],
)
def test_a_hostile_header_gets_no_more_than_a_header_can_be(claim: bytes) -> None:
    content = struct.pack("<4sIQQQ", b"GGUF", 3, 1, 60_000, 1) + b"k" + claim
    far = Far(content, weights=A_MODEL)
    with pytest.raises(ModelError):
        far.header()
    assert sum(length for _, length in far.asked) <= 64 * MIB
    assert len(far.asked) <= 12


def test_numbers_that_are_skipped_are_not_fetched() -> None:
    content = struct.pack("<4sIQQQ", b"GGUF", 3, 0, 2, 1) + b"k" + struct.pack("<IIQ", 9, 6, 10**9)
    after = struct.pack("<Q", 1) + b"l" + struct.pack("<II", 4, 7)

    def fetch(start: int, length: int) -> bytes:
        asked.append(length)
        whole = content if start < 10**9 else after
        begin = start if start < 10**9 else start - len(content) - 4 * 10**9
        return whole[begin : begin + length].ljust(length, b"\0")

    asked: list[int] = []
    far = Far(content, weights=A_MODEL)
    assert far.header(fetch).values["l"] == 7
    assert sum(asked) <= 5 * MIB


def test_a_file_that_ends_early_is_said_to() -> None:
    whole = struct.pack("<4sIQQQ", b"GGUF", 3, 0, 1, 1) + b"k" + struct.pack("<IQ", 8, 3 * MIB)
    far = Far(whole, weights=A_MODEL)
    with pytest.raises(ModelError, match="ends before"):
        far.header(lambda start, length: far.fetch(start, length)[: MIB // 2])
