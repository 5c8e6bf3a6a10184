"""A model goes onto the graphics processors as far as it fits, else onto the CPU, and says where it is and why.

No GPU is needed: a library without one ignores the layers it is to put there, all else is as it would be.
"""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING

import pytest

from gguf_files import ModelOptions, write_random_model
from localassist.adapters.llama import devices, loading
from localassist.adapters.llama.loading import LoadedModel, LoadOptions
from localassist.domain.errors import MemoryShortageError, ModelError
from localassist.domain.models import Device
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.adapters.llama.context import Context

GB = 10**9


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_random_model(tmp_path / "m.gguf", ModelOptions(context_length=16_384))


def gpu(free: int, kind: str = "gpu") -> Device:
    return Device("CUDA0", "NVIDIA Card", kind, memory_total=8 * GB, memory_free=free)


def load(path: Path, *gpus: Device, monkeypatch: pytest.MonkeyPatch, **options: int) -> LoadedModel:
    monkeypatch.setattr(loading, "usable_gpus", lambda: gpus)
    return LoadedModel(str(path), LoadOptions(threads=1, **options), Stop(), lambda _fraction: None)


def count_contexts(monkeypatch: pytest.MonkeyPatch, fail: int) -> list[str]:
    """Have the first `fail` contexts find no memory; notes what is made and closed."""
    make = LoadedModel._make_context
    happened: list[str] = []

    def counted(self: LoadedModel, length: int) -> Context:
        happened.append(self.device)
        if len(happened) <= fail:
            raise MemoryShortageError("There is not enough memory.", "Close other programs.")
        return make(self, length)

    monkeypatch.setattr(LoadedModel, "_make_context", counted)
    return happened


def test_a_gpu_with_room_takes_the_whole_model(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(load(path, gpu(8 * GB), monkeypatch=monkeypatch)) as loaded:
        assert loaded.device == "NVIDIA Card, 1 thread"
        assert loaded.context_length == 16_384


def test_a_model_that_does_not_fit_there_after_all_tries_fewer_layers_and_then_the_cpu(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    happened = count_contexts(monkeypatch, fail=2)
    with closing(load(path, gpu(8 * GB), monkeypatch=monkeypatch)) as loaded:
        assert happened == [
            "NVIDIA Card, 1 thread",
            "NVIDIA Card (1 of 3 layers, the others on the CPU), 1 thread",
            "CPU, 1 thread (it did not fit the graphics processor)",
        ]
        assert loaded.device == happened[-1]


def test_a_gpu_without_room_is_not_silently_unused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with closing(load(path, gpu(1000), monkeypatch=monkeypatch)) as loaded:
        assert loaded.device == "CPU, 1 thread (the graphics processor has too little memory)"


def test_what_fits_nowhere_is_an_error_with_nothing_left_behind(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    happened = count_contexts(monkeypatch, fail=9)
    with pytest.raises(ModelError, match="memory"):
        load(path, gpu(8 * GB), monkeypatch=monkeypatch)
    assert len(happened) == 3


def test_a_wish_for_more_than_there_is_memory_for_is_refused(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loading, "free_memory", lambda: 20_000_000)
    with pytest.raises(MemoryShortageError, match="16,384 tokens"):
        load(path, monkeypatch=monkeypatch, context_length=16_384)
    with closing(load(path, monkeypatch=monkeypatch)) as loaded:
        assert 512 <= loaded.context_length < 16_384


@pytest.mark.parametrize(
    ("kinds", "used"), [(["gpu", "integrated"], ["gpu"]), (["integrated"], ["integrated"]), (["cpu", "other"], [])]
)
def test_an_integrated_gpu_counts_only_where_there_is_no_card(
    kinds: list[str], used: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(devices.bindings().api, "llama_supports_gpu_offload", lambda: True)
    monkeypatch.setattr(devices, "list_devices", lambda: tuple(gpu(GB, kind) for kind in kinds))
    assert [device.kind for device in devices.usable_gpus()] == used
