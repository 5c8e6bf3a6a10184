"""Headers damaged on purpose: each is read or is a sentence, soon, and none that passes harms more than a child."""

from __future__ import annotations

import random
import struct
import time
import tracemalloc
from collections import Counter
from typing import TYPE_CHECKING

import pytest

import gguf_architectures as architectures
from gguf_files import write_random_model, write_talking_model
from localassist.adapters.llama.files.gguf_file import Header, read_header
from localassist.adapters.llama.files.remembered import RememberedFiles
from localassist.adapters.llama.memory import need_of
from localassist.adapters.llama.probe import FileCheck
from localassist.domain.errors import ModelError
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from localassist.adapters.children import ChildPool

MUTANTS = 5_000
SLOWEST_READ = 0.5
"""Seconds; a whole one takes about a millisecond."""

MOST_MEMORY = 32 * 2**20
LENGTHS = (0, 1, 7, 0xFF, 2**16, 2**31 - 1, 2**31, 2**32 - 1, 2**40, 2**62, 2**63 - 1, 2**63, 2**64 - 1)

KEYS = (b"embedding_length", b"block_count", b"head_count", b"context_length", b"feed_forward", b"sliding", b"ssm")


@pytest.fixture(scope="module")
def originals(tmp_path_factory: pytest.TempPathFactory) -> list[bytes]:
    folder = tmp_path_factory.mktemp("originals")
    writers: list[Callable[[Path], Path]] = [
        write_random_model,
        lambda path: write_talking_model(path, [b"ok"]),
        architectures.write_gemma3_model,
        architectures.write_mamba_model,
        architectures.write_lfm2_model,
        architectures.write_mixtral_model,
    ]
    return [write(folder / f"{number}.gguf").read_bytes() for number, write in enumerate(writers)]


class Mutator:
    """Damages the part of a file before its weights, each time in another of the ways that files get damaged."""

    def __init__(self, originals: list[bytes], seed: int) -> None:
        self._originals = originals
        self._random = random.Random(seed)

    def mutant(self) -> bytes:
        """The next damaged file."""
        content = bytearray(self._random.choice(self._originals))
        end = content.rfind(b".weight", 0, 40_000) + 40
        for _ in range(self._random.choice((1, 1, 1, 2, 5))):
            self._random.choice((self._flip, self._overwrite, self._swap, self._claim, self._rename, self._cut))(
                content, min(end, len(content))
            )
        return bytes(content)

    def _place(self, end: int) -> int:
        """Anywhere, but as often where the values stand as where the long vocabulary does."""
        return self._random.randrange(4, max(min(end, self._random.choice((100, 800, end))), 5))

    def _flip(self, content: bytearray, end: int) -> None:
        if place := self._place(end):
            content[min(place, len(content) - 1)] ^= 1 << self._random.randrange(8)

    def _overwrite(self, content: bytearray, end: int) -> None:
        place = self._place(end)
        content[place : place + self._random.randrange(1, 9)] = self._random.randbytes(8)

    def _swap(self, content: bytearray, end: int) -> None:
        """Two eight-byte fields change places, lengths among them."""
        one, other = self._place(end), self._place(end)
        first, second = content[one : one + 8], content[other : other + 8]
        content[one : one + 8], content[other : other + 8] = second, first

    def _claim(self, content: bytearray, end: int) -> None:
        """A count or a length says something else."""
        place = self._random.choice((8, 16, self._place(end)))
        content[place : place + 8] = struct.pack("<Q", self._random.choice(LENGTHS))

    def _rename(self, content: bytearray, end: int) -> None:
        """A known key gets another value: the structure stays whole, the sense goes."""
        words = (
            b"embedding_length",
            b"block_count",
            b"head_count",
            b"context_length",
            b"feed_forward",
            b"rope",
            b"eps",
        )
        found = content.find(self._random.choice(words), 0, end)
        if found > 0:
            place = found + self._random.randrange(4, 34)
            content[place : place + 4] = struct.pack("<I", self._random.choice(LENGTHS) & 0xFFFFFFFF)

    def _cut(self, content: bytearray, end: int) -> None:
        del content[self._place(end) + 20 :]


@pytest.mark.slow
def test_five_thousand_damaged_headers_are_read_or_refused(originals: list[bytes], tmp_path: Path) -> None:
    mutator, path, ends = Mutator(originals, seed=1), tmp_path / "m.gguf", Counter[str]()
    hints, slowest = set[str](), 0.0
    tracemalloc.start()
    for _ in range(MUTANTS):
        path.write_bytes(mutator.mutant())
        started = time.perf_counter()
        try:
            header = read_header(str(path))
            assert isinstance(header, Header)
            need_of(header).total(8192)
            ends["read"] += 1
        except ModelError as error:
            hints.add(error.hint)
            ends["refused"] += 1
        slowest = max(slowest, time.perf_counter() - started)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert all(hints)
    assert slowest < SLOWEST_READ
    assert peak < MOST_MEMORY
    assert min(ends["read"], ends["refused"]) > MUTANTS / 20, ends


def try_mutants(count: int, seed: int, originals: list[bytes], folder: Path, children: ChildPool) -> Counter[str]:
    """How files whose header reads end in a trial of their own."""
    mutator, path, ends = Mutator(originals, seed), folder / "m.gguf", Counter[str]()
    while ends.total() < count:
        path.write_bytes(mutator.mutant())
        try:
            read_header(str(path))
        except ModelError:
            continue
        checks = FileCheck(children, RememberedFiles(folder / "models.json"))
        try:
            checks.check(str(path), Stop())
            ends["runs"] += 1
        except ModelError as error:
            ends["without a hint"] += not error.hint
            ends["crashed" if str(path) in checks.quarantined() else "refused"] += 1
        (folder / "models.json").unlink(missing_ok=True)
    assert ends["without a hint"] == 0
    return ends


@pytest.mark.slow
def test_damaged_models_that_read_end_in_a_verdict(originals: list[bytes], tmp_path: Path, children: ChildPool) -> None:
    ends = try_mutants(60, 2, originals, tmp_path, children)
    assert ends["refused"] + ends["crashed"] > 0, ends


@pytest.mark.soak
def test_thousands_of_damaged_models_end_in_a_verdict(
    originals: list[bytes], tmp_path: Path, children: ChildPool
) -> None:
    ends = try_mutants(MUTANTS, 3, originals, tmp_path, children)
    print(dict(ends))
    assert ends["crashed"] > 0, ends
    assert ends["runs"] > 0, ends
