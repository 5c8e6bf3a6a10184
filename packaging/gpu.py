"""Which graphics processor this computer has, and which prebuilt llama.cpp would use it."""

import ctypes.util
import platform
import re
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

KINDS = ("auto", "cuda", "vulkan", "metal", "none")
WHEELS = "https://abetlen.github.io/llama-cpp-python/whl"
CUDA_WHEELS = ((11, 8), (12, 1), (12, 2), (12, 3), (12, 4), (12, 5), (13, 0), (13, 2))  # published by upstream
NEEDS = {"cuda": "with the CUDA runtime installed", "vulkan": "with a Vulkan driver", "metal": "on macOS 14 or newer"}
TIMEOUT_S = 10


@dataclass(frozen=True)
class Gpu:
    """A graphics processor that llama.cpp could use: how, its name, the wheels for it, what stands in the way."""

    kind: str
    name: str
    index: str
    obstacle: str = ""  # half a sentence; empty when it can be used
    remedy: str = ""  # a sentence


def output_of(*command: str) -> str:
    """What a command prints, or nothing when it is not there, fails or hangs."""
    if shutil.which(command[0]) is None:
        return ""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=TIMEOUT_S, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout if done.returncode == 0 else ""


def cuda_wheels(nvidia_smi: str) -> str | None:
    """The newest of upstream's CUDA wheels that the driver described by `nvidia-smi` can run."""
    version = re.search(r"CUDA (?:UMD )?Version:\s*(\d+)\.(\d+)", nvidia_smi)
    if version is None:
        return None
    driver = (int(version[1]), int(version[2]))
    runnable = [wheel for wheel in CUDA_WHEELS if wheel <= driver]
    return f"cu{runnable[-1][0]}{runnable[-1][1]}" if runnable else None


def vulkan_device(vulkaninfo: str) -> str | None:
    """The first real device in `vulkaninfo --summary`; a software renderer on the CPU is none."""
    for block in re.split(r"^GPU\d+:", vulkaninfo, flags=re.MULTILINE)[1:]:
        name = re.search(r"deviceName\s*=\s*(.+)", block)
        if name and "PHYSICAL_DEVICE_TYPE_CPU" not in block:
            return name[1].strip()
    return None


def detect() -> list[Gpu]:
    """The graphics processors of this computer, the fastest way to use each first."""
    if platform.system() == "Darwin":
        return [Gpu("metal", "Apple GPU", "metal")] if platform.machine() == "arm64" else []
    return [gpu for gpu in (_nvidia(), _vulkan()) if gpu is not None]


def _nvidia() -> Gpu | None:
    name = output_of("nvidia-smi", "--query-gpu=name", "--format=csv,noheader").strip()
    if not name:
        return None
    wheels = cuda_wheels(output_of("nvidia-smi"))
    if wheels is None:
        return Gpu("cuda", name.splitlines()[0], "", "its driver is older than CUDA 11.8", "Update the NVIDIA driver.")
    return Gpu("cuda", name.splitlines()[0], wheels)


def _vulkan() -> Gpu | None:
    device = vulkan_device(output_of("vulkaninfo", "--summary"))
    if device is not None:
        return Gpu("vulkan", device, "vulkan")
    if not list(Path("/dev/dri").glob("renderD*")) or shutil.which("vulkaninfo"):
        return None
    if ctypes.util.find_library("vulkan"):
        return Gpu("vulkan", "a graphics processor with Vulkan", "vulkan")
    return Gpu(
        "vulkan",
        "a graphics processor",
        "vulkan",
        "its Vulkan driver is missing",
        "Install it (Debian, Ubuntu: sudo apt-get install libvulkan1 mesa-vulkan-drivers).",
    )


def worth_another_try(before: "Choice") -> bool:
    """Whether a processor that was not used when `before` was decided may be usable now."""
    return before.installed == "none" and before.wanted != "none" and bool(detect())


def to_try(wanted: str, found: list[Gpu]) -> list[Gpu]:
    """Which of the processors found to try, in order, when the user asked for `wanted` (one of KINDS)."""
    if wanted == "auto":
        return [gpu for gpu in found if not gpu.obstacle]
    return [gpu for gpu in found if gpu.kind == wanted and not gpu.obstacle]


@dataclass(frozen=True)
class Choice:
    """What set-up decided about the graphics processor; `doctor` reads it beside the environment.

    wanted and installed are kinds; found is the name of the processor that is there ("" if none); reason and
    remedy are sentences, empty when the processor found is used or none was wanted.
    """

    wanted: str
    found: str
    installed: str
    reason: str = ""
    remedy: str = ""


def on_cpu(wanted: str, found: list[Gpu]) -> Choice:
    """The choice when llama.cpp ends up on the CPU: what is not used, why, and what would change that."""
    if wanted == "none":
        return Choice(wanted, found[0].name if found else "", "none")
    matching = [gpu for gpu in found if wanted in ("auto", gpu.kind)]
    if not matching:
        if wanted == "auto":
            return Choice(wanted, "", "none")
        reason = f"No graphics processor for {wanted} was found."
        return Choice(wanted, "", "none", reason, "To take what there is: make setup GPU=auto")
    gpu = matching[0]
    again = f"make setup GPU={wanted}"
    if gpu.obstacle:
        return Choice(
            wanted, gpu.name, "none", f"{gpu.name} is not used: {gpu.obstacle}.", f"{gpu.remedy} Then: {again}"
        )
    return Choice(
        wanted,
        gpu.name,
        "none",
        f"{gpu.name} is not used: no llama.cpp for {gpu.kind} that runs here came from {WHEELS}/{gpu.index}.",
        f"With access to that address, and {NEEDS[gpu.kind]}: {again}",
    )
