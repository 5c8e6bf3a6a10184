"""What there is to run models on, and a graphics processor that nobody uses."""

import json
from pathlib import Path

import pytest

from localassist.adapters import hardware
from localassist.adapters.children import ChildDied, ChildPool, Death
from localassist.domain.errors import ModelError
from localassist.domain.models import Device

CPU = Device("CPU", "a processor", "cpu", 0, 0)
GPU = Device("CUDA0", "a graphics processor", "gpu", 8, 4)


@pytest.fixture(autouse=True)
def no_gpu_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "_UNUSED_HERE", ())


def recorded(folder: Path, **choice: str) -> Path:
    (folder / hardware.SETUP_RECORD).write_text(json.dumps(choice), encoding="utf-8")
    return folder


def test_the_computer_has_cores_and_memory() -> None:
    here = hardware.computer()
    assert here.cores >= 1
    assert 0 < here.memory_available <= here.memory_total


def test_llama_names_the_processor_from_a_child_process() -> None:
    pool = ChildPool()
    try:
        assert "cpu" in {device.kind for device in hardware.devices(pool)}
    finally:
        pool.close()


def test_a_library_that_crashes_is_a_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    pool = ChildPool()

    def crash(*_arguments: object) -> None:
        raise ChildDied(Death.CRASH, "SIGILL")

    monkeypatch.setattr(pool, "call", crash)
    with pytest.raises(ModelError, match="crashes on this computer") as refusal:
        hardware.devices(pool)
    assert "make setup" in refusal.value.hint


def test_set_up_s_reason_and_remedy_are_told(tmp_path: Path) -> None:
    folder = recorded(tmp_path, wanted="auto", found="RTX", installed="none", reason="RTX is not used.", remedy="Do.")
    told = hardware.unused_gpu((CPU,), folder)
    assert told == hardware.UnusedGpu("RTX is not used.", "Do.")


def test_one_that_is_used_or_was_not_wanted_is_no_news(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(hardware, "_UNUSED_HERE", ((str(tmp_path), "cuda", "an NVIDIA GPU"),))
    assert hardware.unused_gpu((CPU, GPU), tmp_path) is None
    assert hardware.unused_gpu((CPU,), recorded(tmp_path, wanted="none", found="RTX", installed="none")) is None


@pytest.mark.parametrize("record", ["", "[1]", "{"])
def test_a_device_that_set_up_did_not_see_is_found(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, record: str
) -> None:
    (tmp_path / hardware.SETUP_RECORD).write_text(record, encoding="utf-8")
    assert hardware.unused_gpu((CPU,), tmp_path) is None
    monkeypatch.setattr(hardware, "_UNUSED_HERE", ((str(tmp_path), "cuda", "an NVIDIA GPU"),))
    told = hardware.unused_gpu((CPU,), tmp_path)
    assert told is not None
    assert told.remedy == "make setup GPU=cuda"
