"""What there is to run models on, and a graphics processor that nobody uses."""

import json
import shutil
from dataclasses import asdict
from pathlib import Path
from types import SimpleNamespace

import pytest

from localassist.adapters import bandwidth, hardware
from localassist.adapters.children import ChildDied, ChildPool, Death
from localassist.domain.errors import ModelError
from localassist.domain.models import Device

CPU = Device("CPU", "a processor", "cpu", 0, 0)
GPU = Device("CUDA0", "a graphics processor", "gpu", 8, 4)
INSIDE = Device("Vulkan0", "a part of the processor", "integrated", 16, 9)


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


class Answering:
    """Children that say what there is, and count how often they were asked."""

    def __init__(self, *devices: Device, instructions: tuple[str, ...] = ("AVX2", "REPACK")) -> None:
        described = [asdict(device) for device in (CPU, *devices)]
        self.reply = {"offload": bool(devices), "instructions": list(instructions), "devices": described}
        self.asked = 0

    def call(self, *_arguments: object) -> SimpleNamespace:
        self.asked += 1
        return SimpleNamespace(value=self.reply)


def test_this_computer_has_what_its_parts_say(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "bandwidth.json").write_text("", encoding="utf-8")
    monkeypatch.setattr(bandwidth, "measure", lambda _threads: 30e9)
    pool = ChildPool()
    models = tmp_path / ("m" * 300)  # refused by the system as a drive is that does not answer
    try:
        here = hardware.SystemSurroundings(pool, models, tmp_path / "bandwidth.json").capacity()
    finally:
        pool.close()
    assert 0 < here.memory_free <= here.memory_total == hardware.computer().memory_total
    assert here.disk_free == pytest.approx(shutil.disk_usage(tmp_path).free, rel=0.2)
    assert (here.bandwidth, here.cores) == (30e9, hardware.computer().cores)


@pytest.mark.parametrize(
    ("gpus", "total", "shared"),
    [
        ((), 0, False),
        ((GPU, INSIDE), 8, False),
        ((INSIDE,), 16, True),
    ],
)
def test_graphics_memory_is_that_of_cards_or_the_computer_s_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, gpus: tuple[Device, ...], total: int, *, shared: bool
) -> None:
    monkeypatch.setattr(bandwidth, "measure", lambda _threads: 30e9)
    monkeypatch.setattr("sys.platform", "linux")
    children = Answering(*gpus)
    surroundings = hardware.SystemSurroundings(children, tmp_path, tmp_path / "bandwidth.json")
    found = [surroundings.capacity() for _ in range(2)][-1]
    assert (found.gpu_total, found.shared, found.quick) == (total, shared, True)
    assert children.asked == (2 if gpus else 1), "what is free on a GPU changes, a computer without one does not"


def test_a_processor_without_quick_instructions_is_told_apart(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bandwidth, "measure", lambda _threads: 30e9)
    children = Answering(instructions=("SSE3",))
    assert not hardware.SystemSurroundings(children, tmp_path, tmp_path / "bandwidth.json").capacity().quick
