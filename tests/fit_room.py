"""A computer, model files and answers for tests of what fits: all is what the test says it is."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.domain.errors import ModelError
from localassist.domain.fitting import Capacity, Pace
from localassist.domain.ports.fitting import Footprint, Footprints, Paces, Surroundings

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.library import RemoteFile, Repository
    from localassist.domain.stopping import Stop

GB = 10**9
LAPTOP = Capacity(16 * GB, 10 * GB, disk_free=100 * GB, cores=4, bandwidth=40e9)


@dataclass(frozen=True)
class Weights(Footprint):
    """So many bytes, and a hundredth of a MB for each token."""

    size: int
    trained: int = 32_768

    @property
    @override
    def context_length(self) -> int:
        return self.trained

    @override
    def memory(self, context_length: int, *, kv_bits: int = 16) -> int:
        return self.size + 10_000 * context_length * kv_bits // 16

    @override
    def read(self, depth: int) -> int:
        return self.size + 10_000 * depth

    @override
    def share_on_gpu(self, free: int, context_length: int) -> float:
        return min(free / self.memory(context_length), 1.0)


class Known(Footprints, Surroundings, Paces):
    """Files by their path, a computer, and answers, newest first."""

    def __init__(self, files: dict[str, int], capacity: Capacity = LAPTOP, paces: tuple[Pace, ...] = ()) -> None:
        self._files = files
        self._capacity = capacity
        self._paces = paces

    @override
    def of_file(self, path: str) -> Footprint:
        if path not in self._files:
            raise ModelError(f"There is no file {path}.", "Look for it.")
        return Weights(self._files[path])

    @override
    def of_remote(self, repository: Repository, files: Sequence[RemoteFile], stop: Stop) -> Footprint:
        stop.raise_if_requested()
        return Weights(sum(file.size for file in files))

    @override
    def capacity(self) -> Capacity:
        return self._capacity

    @override
    def recent(self) -> tuple[Pace, ...]:
        return self._paces
