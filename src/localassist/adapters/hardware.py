"""What this computer has to run models on: processor, memory and graphics processors, used or not."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.bandwidth import MemoryBandwidth
from localassist.adapters.children import ChildDied, Limits
from localassist.adapters.llama.devices import usable_of
from localassist.adapters.llama.memory import free_memory
from localassist.domain.errors import ModelError
from localassist.domain.fitting import Capacity
from localassist.domain.models import Device
from localassist.domain.ports.fitting import Surroundings
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from localassist.adapters.children import ChildPool

REINSTALL: Final = "Run `make setup` to build it for this computer."
SETUP_RECORD: Final = "localassist-gpu.json"
"""What set-up decided about the graphics processor, in the folder of the environment."""
_ASKING: Final = Limits(seconds=30, memory_bytes=64_000_000_000, output_bytes=1_000_000)
_QUICK: Final = frozenset({"AVX2", "NEON", "VSX"})
"""Without one of these instructions arithmetic takes far longer than memory does, and nobody measured how far."""
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
    return tuple(Device(**entry) for entry in _ask(children)["devices"])


class SystemSurroundings(Surroundings):
    """This computer. Its bandwidth is measured once in its life, its devices are listed once in ours unless a GPU is.

    `folder` is where downloads go, `bandwidth` the small file that keeps what was measured.
    """

    def __init__(self, children: ChildPool, folder: Path, bandwidth: Path) -> None:
        self._children = children
        self._folder = folder
        self._bandwidth = MemoryBandwidth(bandwidth, computer().cores)
        self._reply: dict[str, Any] | None = None

    @override
    def capacity(self) -> Capacity:
        here = computer()
        reply = self._reply or _ask(self._children)
        gpus = usable_of(tuple(Device(**entry) for entry in reply["devices"])) if reply["offload"] else ()
        self._reply = None if gpus else reply  # how much is free of theirs changes
        shared = sys.platform == "darwin" or all(gpu.kind == "integrated" for gpu in gpus)
        return Capacity(
            memory_total=here.memory_total,
            memory_free=free_memory(),
            disk_free=_free_disk(self._folder),
            cores=here.cores,
            bandwidth=self._bandwidth.bytes_per_second(),
            gpu_total=sum(gpu.memory_total for gpu in gpus),
            gpu_free=sum(gpu.memory_free for gpu in gpus),
            shared=bool(gpus) and shared,
            quick=not _QUICK.isdisjoint(reply["instructions"]),
        )


def _ask(children: ChildPool) -> dict[str, Any]:
    try:
        reply: Any = children.call("llama.devices:report", {}, _ASKING, Stop()).value
    except ChildDied as death:
        raise ModelError("The library that runs models (llama.cpp) crashes on this computer.", REINSTALL) from death
    found: dict[str, Any] = reply
    return found


def _free_disk(folder: Path) -> int:
    """Bytes, on the disk where the folder is or will be."""
    for place in (folder, *folder.parents):
        with suppress(OSError):
            return shutil.disk_usage(place).free
    return 0


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
