"""What this computer has to run models on: processor, memory and graphics processors, used or not."""

from __future__ import annotations

import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.children import ChildDied, Limits
from localassist.domain.errors import ModelError
from localassist.domain.models import Device
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from localassist.adapters.children import ChildPool

REINSTALL: Final = "Run `make setup` to build it for this computer."
SETUP_RECORD: Final = "localassist-gpu.json"
"""What set-up decided about the graphics processor, in the folder of the environment."""
_ASKING: Final = Limits(seconds=30, memory_bytes=64_000_000_000, output_bytes=1_000_000)
_UNUSED_HERE: Final = (("/dev/nvidiactl", "cuda", "an NVIDIA GPU"), ("/dev/dri/renderD128", "vulkan", "a GPU"))


@dataclass(frozen=True, slots=True)
class Computer:
    """`cores` are physical ones; memory is bytes."""

    cores: int
    memory_total: int
    memory_available: int


@dataclass(frozen=True, slots=True)
class UnusedGpu:
    """A graphics processor that models do not run on: why, and what to do, as sentences."""

    reason: str
    remedy: str


def computer() -> Computer:
    """Cores and memory, as the system counts them now."""
    import psutil

    memory = psutil.virtual_memory()
    return Computer(psutil.cpu_count(logical=False) or psutil.cpu_count() or 1, memory.total, memory.available)


def devices(children: ChildPool) -> tuple[Device, ...]:
    """What llama.cpp can run on here, asked in a child process: one built for another processor dies on import.

    Raises `ModelError` when it can't be used at all.
    """
    try:
        reply: Any = children.call("llama.devices:report", {}, _ASKING, Stop()).value
    except ChildDied as death:
        raise ModelError("The library that runs models (llama.cpp) crashes on this computer.", REINSTALL) from death
    return tuple(Device(**entry) for entry in reply["devices"])


def unused_gpu(found: tuple[Device, ...], environment: Path | None = None) -> UnusedGpu | None:
    """A graphics processor that is there and not among the devices found; None when none is, or none was wanted.

    `environment` is the folder of the Python environment, where set-up leaves its record.
    """
    if any(device.kind in {"gpu", "integrated"} for device in found):
        return None
    record = _setup_record(environment or Path(sys.prefix))
    if record.get("wanted") == "none":
        return None
    if record.get("reason"):
        return UnusedGpu(str(record["reason"]), str(record.get("remedy", "")))
    for path, kind, name in _UNUSED_HERE:
        if Path(path).exists():
            return UnusedGpu(f"There is {name}, and models run without it.", f"make setup GPU={kind}")
    return None


def _setup_record(environment: Path) -> dict[str, Any]:
    try:
        record = json.loads((environment / SETUP_RECORD).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}  # installed in another way
    return record if isinstance(record, dict) else {}
