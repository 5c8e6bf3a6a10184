"""How fast a file comes over loopback, verified, and in how much memory, against curl."""

from __future__ import annotations

import hashlib
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from contextlib import contextmanager
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Final

from localassist.bench.report import Result
from localassist.domain.errors import NotFoundError
from localassist.domain.library import RemoteFile

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

_SIZES: Final = (200, 600)
_ROUNDS: Final = 7
_FILE: Final = "model.gguf"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108  a folder in memory: what is measured is not the disk


def run() -> Iterator[Result]:
    """Alternate ours and curl over the same file of the same server and report medians of their ratios."""
    if shutil.which("curl") is None:
        raise NotFoundError("There is no curl here to compare with.", "Install curl, then run this again.")
    with tempfile.TemporaryDirectory() as folder:
        yield from _onto_disk(Path(folder))
    is_roomy = _MEMORY.is_dir() and shutil.disk_usage(_MEMORY).free > 3_000_000 * _SIZES[1]
    with tempfile.TemporaryDirectory(dir=_MEMORY if is_roomy else None) as folder:
        yield from _into_memory(Path(folder))
        yield from _growth(Path(folder))


def _onto_disk(folder: Path) -> Iterator[Result]:
    """Until the file is safe from a power cut, which curl leaves to chance."""
    with _served(folder, _SIZES[0]) as (address, file), _ours(address, folder, file) as fetch:
        curls, ours = _alternate(lambda: _curl(address, folder / "curl", then=_flush), fetch)
    ratio = median(curl / own for curl, own in zip(curls, ours, strict=True))
    reference = f"curl, then flushed, {_SIZES[0] / median(curls):.0f} MB/s"
    yield Result("download onto the disk, verified, ratio", ratio, "x", reference, "at least 0.9", ratio >= 0.9)


def _into_memory(folder: Path) -> Iterator[Result]:
    """What the line and the processor allow: hashing takes a core of its own, and the server has one too."""
    size = _SIZES[1]
    with _served(folder, size) as (address, file), _ours(address, folder, file) as fetch:
        target = folder / "curl"
        curls, hashed, doubles, ours = _alternate(
            lambda: _curl(address, target),
            lambda: _curl(address, target, then=_hash),
            lambda: _two_curls(address, folder, file.size),
            fetch,
        )
    name = "download in memory, verified"
    yield Result(name, size / median(ours), "MB/s", f"curl, {size / median(curls):.0f} MB/s")
    for reference, seconds in (("curl, which verifies nothing", curls), ("curl, then its file hashed", hashed)):
        ratio = median(curl / own for curl, own in zip(seconds, ours, strict=True))
        yield Result(f"{name}, ratio", ratio, "x", reference)
    gain = median(one / two for one, two in zip(curls, doubles, strict=True))
    yield Result("two streams of one file at once, ratio", gain, "x", "curl with one stream")


def _alternate(*calls: Callable[[], object]) -> list[list[float]]:
    """The seconds that each takes, in turn, so that each suffers alike from whatever else runs."""
    rounds = [[_seconds(call) for call in calls] for _ in range(_ROUNDS)]
    return [list(times) for times in zip(*rounds, strict=True)]


def _growth(folder: Path) -> Iterator[Result]:
    """What three times as large a file takes in memory beyond the small one."""
    if sys.platform != "linux":
        return
    peaks = []
    for size in _SIZES:
        with _served(folder, size) as (address, file), _ours(address, folder, file) as fetch:
            peaks.append(fetch() / 1024)
    growth = peaks[1] - peaks[0]
    reference = f"{_SIZES[0]} MB, {peaks[0]:.0f} MiB in all"
    yield Result(f"memory that {_SIZES[1]} MB take beyond", growth, "MiB", reference, "at most 8 MiB", growth <= 8)


@contextmanager
def _ours(address: str, folder: Path, file: RemoteFile) -> Iterator[Callable[[], int]]:
    """Downloads the file in a process of its own, whose peak of memory (KiB) it gives.

    Of its own, as this one may be guarded by the app's door, which lets no other pass.
    """
    arguments = (address, str(folder / "ours"), file.path, str(file.size), file.sha256)
    command = [sys.executable, "-m", "localassist.bench.fetching", *arguments]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as child:  # noqa: S603  our own
        asks, answers = child.stdin, child.stdout
        assert asks is not None
        assert answers is not None

        def fetch() -> int:
            asks.write("again\n")
            asks.flush()
            return int(answers.readline())

        yield fetch


@contextmanager
def _served(folder: Path, megabytes: int) -> Iterator[tuple[str, RemoteFile]]:
    """A file of so many megabytes at an address, and what a hub would say of it."""
    source = folder / "source"
    draw, digest = random.Random(1), hashlib.sha256()  # noqa: S311  bytes that don't compress
    with source.open("wb") as file:
        for _ in range(megabytes // 10):
            block = draw.randbytes(10_000_000)
            digest.update(block)
            file.write(block)
    command = [sys.executable, "-m", "localassist.bench.file_server", str(source)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as server:  # noqa: S603  our own
        try:
            assert server.stdout is not None
            address = f"http://127.0.0.1:{int(server.stdout.readline())}"
            yield address, RemoteFile(_FILE, megabytes * 1_000_000, digest.hexdigest())
        finally:
            server.kill()
            source.unlink()


def _curl(address: str, target: Path, then: Callable[[Path], object] | None = None) -> None:
    command = ["curl", "--silent", "--fail", "--noproxy", "*", "--output", str(target), f"{address}/{_FILE}"]
    subprocess.run(command, check=True, timeout=120)  # noqa: S603  what is measured against
    if then:
        then(target)
    target.unlink()


def _flush(path: Path) -> None:
    with path.open("rb+") as file:
        os.fsync(file.fileno())


def _hash(path: Path) -> None:
    with path.open("rb") as file:
        hashlib.file_digest(file, "sha256")


def _two_curls(address: str, folder: Path, size: int) -> None:
    """Both halves of the file at the same time."""
    halves = (f"0-{size // 2 - 1}", f"{size // 2}-")
    running = []
    for half in halves:
        command = ["curl", "--silent", "--fail", "--noproxy", "*", "--range", half, "--output", str(folder / half)]
        running.append(subprocess.Popen([*command, f"{address}/{_FILE}"]))  # noqa: S603  as above
    for curl, half in zip(running, halves, strict=True):
        curl.wait(120)
        (folder / half).unlink()


def _seconds(call: Callable[[], object]) -> float:
    started = time.monotonic()
    call()
    return time.monotonic() - started
