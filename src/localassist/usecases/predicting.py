"""How fast a model will write here: from what it reads of the memory, and from how fast others wrote.

Writing one token reads all active weights and the cache of what stands before, so the memory's bandwidth bounds it
(https://github.com/vllm-project/vllm/issues/7379, https://github.com/ggml-org/llama.cpp/pull/1642); where cores are
few, arithmetic is the tighter bound.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from math import log
from statistics import median
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.fitting import Capacity, Pace
    from localassist.domain.ports.fitting import Footprint

A_CORE: Final = 12e9
"""Bytes of weights that a core works through in a second: 11 to 26 GB were measured on one of a server, by type."""

_STEP: Final = 0.0001
"""Seconds that a token takes however small its model is."""

_LATEST: Final = 5
"""Answers of a model that count: older ones may tell of another time of this computer."""

_ON_CPU: Final = "CPU"
_IN_PART: Final = "others on the CPU"


@dataclass(frozen=True, slots=True)
class Prediction:
    """Tokens a second, None where nothing tells; `measured` says that the model itself wrote here."""

    tokens_per_second: float | None
    measured: bool = False


class Speeds:
    """Predicts for one computer from what it has and from how fast models wrote on it.

    What is measured corrects what was calculated by a factor: a model's own one where it has one, else that of the
    model on the same kind of device which reads the most alike.
    """

    def __init__(self, capacity: Capacity, paces: Sequence[Pace], footprints: Mapping[str, Footprint]) -> None:
        """`footprints` are those of models by the name that their answers have; others are no help."""
        self._capacity = capacity
        self._own: dict[tuple[str, str], float] = {}
        self._read: dict[tuple[str, str], int] = {}
        slower = defaultdict(list)
        for pace in paces:
            if pace.model in footprints and pace.tokens_per_second > 0:
                read = footprints[pace.model].read(pace.depth)
                slower[pace.model, _kind(pace.device)].append(1 / pace.tokens_per_second / self._calculated(read))
        for key, factors in slower.items():
            self._own[key] = median(factors[:_LATEST])
            self._read[key] = footprints[key[0]].read(0)

    def of(self, footprint: Footprint, name: str, depth: int, on_gpu: float) -> Prediction:
        """Of a model of that name after `depth` tokens, of which the share `on_gpu` is on graphics processors."""
        seconds = self._calculated(footprint.read(depth))
        kind = _CPU if on_gpu <= 0 else _GPU if on_gpu >= 1 else _PART
        if (name, kind) in self._own:
            return Prediction(1 / (seconds * self._own[name, kind]), measured=True)
        on_cpu, on_cards = self._factor(footprint, _CPU), self._factor(footprint, _GPU)
        if on_cpu is None and self._capacity.quick:
            on_cpu = 1.0
        if on_cards is None:
            # Memory of their own is many times as fast: beside layers on the CPU the others hardly count.
            on_cards = 1.0 if self._capacity.shared else 0.0 if kind == _PART else None
        parts = ((1 - on_gpu, on_cpu), (on_gpu, on_cards))
        if any(share > 0 and factor is None for share, factor in parts):
            return Prediction(None)
        return Prediction(1 / (seconds * sum(share * factor for share, factor in parts if factor is not None)))

    def _calculated(self, read: int) -> float:
        """Seconds for so many bytes on this computer's processor."""
        return read / min(self._capacity.bandwidth, self._capacity.cores * A_CORE) + _STEP

    def _factor(self, footprint: Footprint, kind: str) -> float | None:
        near = [key for key in self._own if key[1] == kind]
        if not near:
            return None
        return self._own[min(near, key=lambda key: abs(log(max(self._read[key], 1) / max(footprint.read(0), 1))))]


_CPU, _GPU, _PART = "cpu", "gpu", "part"


def _kind(device: str) -> str:
    if device.startswith(_ON_CPU):
        return _CPU
    return _PART if _IN_PART in device else _GPU
