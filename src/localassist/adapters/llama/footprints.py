"""What model files take, told from their headers: of files here, and of those on the hub from their beginning."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING

from typing_extensions import override

from localassist.adapters.llama.files.gguf_file import header_from
from localassist.adapters.llama.files.ranged_file import RangedFile
from localassist.adapters.llama.memory import need_of
from localassist.adapters.llama.planning import layers_for_gpu, longest_allowed
from localassist.adapters.llama.probe import check_contents, read_headers
from localassist.domain.errors import ModelError
from localassist.domain.ports.fitting import Footprint, Footprints
from localassist.domain.quantisations import without_quantisation

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.files.gguf_file import Header
    from localassist.adapters.llama.memory import Need
    from localassist.domain.library import RemoteFile, Repository
    from localassist.domain.ports.hub import Hub
    from localassist.domain.stopping import Stop


@dataclass(frozen=True, slots=True)
class HeaderFootprint(Footprint):
    """A model by its need; of its files' bytes `stored` are weights, and `length` everything else."""

    need: Need
    trained: int
    stored: int
    length: int

    @property
    @override
    def context_length(self) -> int:
        return self.trained

    @override
    def memory(self, context_length: int, *, kv_bits: int = 16) -> int:
        return self.need.total(context_length, kv_bits=kv_bits)

    @override
    def read(self, depth: int) -> int:
        return self.need.read(depth)

    @override
    def share_on_gpu(self, free: int, context_length: int) -> float:
        layers = layers_for_gpu(self.need, free, context_length)
        return 1.0 if layers < 0 else layers / (self.need.layers + 1)

    def resized(self, size: int) -> HeaderFootprint:
        """The same model in another quantisation, whose files have so many bytes."""
        stored = max(size - self.length, 0)
        weights, active = (part * stored // max(self.stored, 1) for part in (self.need.weights, self.need.active))
        return replace(self, need=replace(self.need, weights=weights, active=active), stored=stored)


class HeaderFootprints(Footprints):
    """Remembers what it saw: a file by its size and time, a model on the hub by its revision.

    The quantisations of a model differ in their weights alone, so the header of one tells of all.
    """

    def __init__(self, hub: Hub | None = None) -> None:
        """Without a `hub` only files here can be looked at."""
        self._hub = hub
        self._lock = threading.Lock()
        self._files: dict[tuple[str, int, int], HeaderFootprint] = {}
        self._remote: dict[tuple[str, str, str], HeaderFootprint] = {}

    @override
    def of_file(self, path: str) -> Footprint:
        try:
            facts = Path(path).stat()
        except OSError:
            return _footprint(read_headers(path), path)  # says what is wrong with it
        key = (path, facts.st_size, facts.st_mtime_ns)
        with self._lock:
            known = self._files.get(key)
        if known is None:
            known = _footprint(read_headers(path), path)
            with self._lock:
                self._files[key] = known
        return known

    @override
    def of_remote(self, repository: Repository, files: Sequence[RemoteFile], stop: Stop) -> Footprint:
        key = (repository.name, repository.revision, without_quantisation(files[0].path))
        with self._lock:
            known = self._remote.get(key)
        if known is None:
            known = _footprint([self._header(repository, file, stop) for file in files], files[0].path)
            with self._lock:
                self._remote[key] = known
        return known.resized(sum(file.size for file in files))

    def _header(self, repository: Repository, file: RemoteFile, stop: Stop) -> Header:
        hub = self._hub
        if hub is None:
            raise ModelError(f"{file.path} is not on this computer.", "Download it first.")

        def fetch(start: int, length: int) -> bytes:
            stop.raise_if_requested()
            return hub.read(repository, file, start, length, stop)

        return header_from(RangedFile(file.path, file.size, fetch), file.path, file.size)


def _footprint(headers: Sequence[Header], path: str) -> HeaderFootprint:
    """Raises `ModelError` for what could not be chatted with."""
    check_contents(headers, path.replace("\\", "/").rpartition("/")[2])
    first, *parts = headers
    need = need_of(first, parts)
    trained = max(first.number(f"{first.text('general.architecture')}.context_length"), 0)
    size, stored = sum(header.size for header in headers), sum(header.tensor_bytes for header in headers)
    return HeaderFootprint(need, longest_allowed(first, trained), stored, size - stored)
