"""FitModels: how well model files, here or on the hub, fit this computer as it is now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from typing_extensions import override

from localassist.domain.errors import LocalAssistError
from localassist.domain.fitting import Demand, fit_of
from localassist.domain.ports.fitting import Footprint
from localassist.usecases.predicting import Speeds

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.domain.fitting import Capacity
    from localassist.domain.library import CatalogEntry, Fit, Repository, Suitability, Variant
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.fitting import Footprints, Paces, Surroundings
    from localassist.domain.stopping import Stop

USUAL_CONTEXT: Final = 8192
"""Tokens of a conversation over documents, where nobody chose a length."""

_LEAST_CONTEXT: Final = 1024
_LEAST_BITS: Final = 8
_FIRST_CONTEXT: Final = 4096
"""A loaded model gives back at least what it takes with so many: contexts begin there and grow when they must."""
_USUAL_DEPTH: Final = 2048
"""Tokens of prompt and answer before an average token of an answer about documents."""


_A_NUMBER: Final = 0.6
"""Bytes: 4.8 bits, as Q4_K_M has."""
_A_TOKEN: Final = 20e-6
"""A token's keys and values as a share of the weights: 16 bits for 8 of 32 heads in Llama 3 8B are 131 kB of 5 GB."""


@dataclass(frozen=True, slots=True)
class _Likely(Footprint):
    """What a model of so many parameters is likely to take."""

    trained: int
    parameters: int
    active: int

    @property
    @override
    def context_length(self) -> int:
        return self.trained

    @override
    def memory(self, context_length: int, *, kv_bits: int = 16) -> int:
        weights = self.parameters * _A_NUMBER
        return int(weights * (1 + _A_TOKEN * context_length * kv_bits / 16))

    @override
    def read(self, depth: int) -> int:
        return int(self.active * _A_NUMBER * (1 + _A_TOKEN * depth))

    @override
    def share_on_gpu(self, free: int, context_length: int) -> float:
        return min(max(free, 0) / self.memory(context_length), 1.0)


class FitModels:
    """Looks at this computer once a call, and gives a `Judge` for as many files as there are to be judged."""

    def __init__(
        self,
        footprints: Footprints,
        surroundings: Surroundings,
        paces: Paces,
        models: ChatModels,
        loaded: Callable[[], Sequence[str]],
    ) -> None:
        """`loaded` tells the paths of the models that are in memory and would leave it for another."""
        self._footprints = footprints
        self._surroundings = surroundings
        self._paces = paces
        self._models = models
        self._loaded = loaded

    def __call__(self) -> Judge:
        """A judge of what fits now. Takes a second or two; raises `ModelError` where no model can run at all."""
        capacity = self._surroundings.capacity()
        known = {file.name: file.path for file in self._models.files()}
        paces = self._paces.recent()
        seen = {name: self._look(known[name]) for name in {pace.model for pace in paces} & known.keys()}
        speeds = Speeds(capacity, paces, {name: found for name, found in seen.items() if found is not None})
        given_back = {path: self._given_back(path) for path in self._loaded()}
        return Judge(self._footprints, capacity, speeds, {path: name for name, path in known.items()}, given_back)

    def _given_back(self, path: str) -> int:
        footprint = self._look(path)
        return footprint.memory(min(_FIRST_CONTEXT, footprint.context_length)) if footprint is not None else 0

    def _look(self, path: str) -> Footprint | None:
        try:
            return self._footprints.of_file(path)
        except LocalAssistError:
            return None  # gone or damaged since: it neither ran like this nor holds memory worth counting


class Judge:
    """Says of files how they fit the computer as it was found; to be made anew when a model came or went."""

    def __init__(
        self,
        footprints: Footprints,
        capacity: Capacity,
        speeds: Speeds,
        names: dict[str, str],
        given_back: dict[str, int],
    ) -> None:
        """`names` and `given_back` (bytes) are by path."""
        self.capacity = capacity
        self._footprints = footprints
        self._speeds = speeds
        self._names = names
        self._given_back = given_back

    def file(self, path: str, context_length: int = 0) -> Fit:
        """Of a file on this computer, with a context of so many tokens (0: a usual one). Raises `ModelError`."""
        return self._fit(self._footprints.of_file(path), self._names.get(path, _stem(path)), context_length)

    def variant(self, repository: Repository, variant: Variant, stop: Stop, context_length: int = 0) -> Fit:
        """Of one on the hub, before it is downloaded. Raises `ModelError`, what `Hub` raises, and `Stopped`."""
        footprint = self._footprints.of_remote(repository, variant.files, stop)
        return self._fit(footprint, _stem(variant.files[0].path), context_length, variant.size)

    def guess(self, entry: CatalogEntry, context_length: int = 0) -> Suitability | None:
        """Of an entry of the catalogue at about five bits a number, without asking anybody; None if it says too little.

        To be used for many entries at once, until `variant` knows better.
        """
        fit = self.likely(entry, context_length)
        return fit.suitability if fit is not None else None

    def likely(self, entry: CatalogEntry, context_length: int = 0) -> Fit | None:
        """As `guess`, with what it is guessed from."""
        if entry.kind != "chat" or not entry.parameters:
            return None
        likely = _Likely(entry.context_length, entry.parameters, entry.active_parameters or entry.parameters)
        return self._fit(likely, entry.id, context_length)

    def _fit(self, footprint: Footprint, name: str, context_length: int, download: int = 0) -> Fit:
        wanted = context_length or USUAL_CONTEXT
        length = min(wanted, footprint.context_length or wanted)
        given_back = sum(self._given_back.values())
        capacity = _without_loaded(self.capacity, given_back)
        on_gpu = footprint.share_on_gpu(capacity.gpu_free, length) if capacity.gpu_total else 0.0
        speed = self._speeds.of(footprint, name, min(_USUAL_DEPTH, length), on_gpu)
        demand = Demand(
            context_length=length,
            needed=footprint.memory(length),
            least=footprint.memory(min(_LEAST_CONTEXT, length), kv_bits=_LEAST_BITS),
            download=download,
            given_back=given_back,
            tokens_per_second=speed.tokens_per_second,
            measured=speed.measured,
        )
        return fit_of(demand, self.capacity)


def _without_loaded(capacity: Capacity, given_back: int) -> Capacity:
    """As it is once the loaded models have left: first the graphics memory, as far as it is in use, empties."""
    on_gpu = min(given_back, capacity.gpu_total - capacity.gpu_free)
    return replace(
        capacity, gpu_free=capacity.gpu_free + on_gpu, memory_free=capacity.memory_free + given_back - on_gpu
    )


def _stem(path: str) -> str:
    """The name that a file has in the list of models unless it was given another."""
    name = path.replace("\\", "/").rpartition("/")[2]
    return name.rpartition(".")[0] or name
