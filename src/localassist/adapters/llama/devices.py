"""What llama.cpp can run on here."""

from __future__ import annotations

import ctypes
import re
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.bindings import bindings
from localassist.domain.models import Device

if TYPE_CHECKING:
    from localassist.adapters.child_messages import JSON

_KINDS: Final = {0: "cpu", 1: "gpu", 2: "integrated"}
"""enum ggml_backend_dev_type: CPU, GPU, integrated GPU; accelerators and what comes later are "other"."""


def list_devices() -> tuple[Device, ...]:
    """The devices of the installed library, as it names them; imports it."""
    libraries = bindings()
    get = libraries.ggml.ggml_backend_dev_get
    get.restype, get.argtypes = ctypes.c_void_p, [ctypes.c_size_t]
    count = libraries.ggml.ggml_backend_dev_count
    count.restype, count.argtypes = ctypes.c_size_t, []
    return tuple(_describe(libraries.ggml_base, get(position)) for position in range(count()))


def report() -> tuple[JSON, bytes]:
    """`list_devices` as a task for a child process: {"offload", "instructions": [name ...], "devices": [{...} ...]}.

    `instructions` are the processor's that the library uses, in its own names (AVX2, NEON ...).

    Asking in a child keeps the library out of this process, and a build for another processor from ending it.
    """
    fields = ("name", "description", "kind", "memory_total", "memory_free")
    devices = [{name: getattr(device, name) for name in fields} for device in list_devices()]
    api = bindings().api
    said = api.llama_print_system_info().decode(errors="replace")
    used: list[JSON] = [name for name, value in re.findall(r"(\w+) = (\d+)", said) if value != "0"]
    return {"offload": bool(api.llama_supports_gpu_offload()), "instructions": used, "devices": list(devices)}, b""


def usable_gpus() -> tuple[Device, ...]:
    """The graphics processors that a model can be put on, none when the library was built without them.

    Beside a card of its own memory an integrated one is left out, as llama.cpp leaves it out.
    """
    if not bindings().api.llama_supports_gpu_offload():
        return ()
    return usable_of(list_devices())


def usable_of(devices: tuple[Device, ...]) -> tuple[Device, ...]:
    """Those of the devices that `usable_gpus` gives where the library was built with them."""
    gpus = [device for device in devices if device.kind in {"gpu", "integrated"}]
    cards = [device for device in gpus if device.kind == "gpu"]
    return tuple(cards or gpus)


def _describe(library: ctypes.CDLL, device: int) -> Device:
    name, description = library.ggml_backend_dev_name, library.ggml_backend_dev_description
    kind, memory = library.ggml_backend_dev_type, library.ggml_backend_dev_memory
    sizes = ctypes.POINTER(ctypes.c_size_t)
    name.restype = description.restype = ctypes.c_char_p
    name.argtypes = description.argtypes = kind.argtypes = [ctypes.c_void_p]
    memory.restype, memory.argtypes = None, [ctypes.c_void_p, sizes, sizes]
    free, total = ctypes.c_size_t(), ctypes.c_size_t()
    memory(device, ctypes.byref(free), ctypes.byref(total))
    return Device(
        name=name(device).decode(errors="replace"),
        description=description(device).decode(errors="replace").strip(),
        kind=_KINDS.get(kind(device), "other"),
        memory_total=total.value,
        memory_free=free.value,
    )
