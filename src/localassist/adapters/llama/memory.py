"""How much memory a model takes, told from its header alone, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from localassist.adapters.llama.layers import FLOAT16, MICRO_BATCH, Layers

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.files.gguf_file import Header

_CELLS: Final = 256
"""llama.cpp rounds contexts up to a multiple of this."""

_EMBEDDING, _OUTPUT = "token_embd.weight", "output.weight"
_ON_THE_DISK: Final = "per_layer_token_embd.weight"
"""Some GB in Gemma 3n and 4, of which a token needs one row: it stays a mapped file of which little is ever touched.

https://github.com/ggml-org/llama.cpp/pull/14400 keeps it off graphics processors for that.
"""
_MEMBERSHIP: Final = Path("/proc/self/cgroup")
_GROUPS: Final = Path("/sys/fs/cgroup")
_UNLIMITED: Final = 2**50
"""Bytes; a control group without a limit names about 2**63, rounded down to a page."""


@dataclass(frozen=True, slots=True)
class Need:
    """What running a model takes, in bytes; `total` adds it up.

    `weights` are the tensors that get used, `kv_per_token` what a token takes in the layers that see the whole
    context, at 16 bit. `state` does not grow (recurrent layers). `compute` is for micro-batches of 512 tokens of
    which one has its logits computed (`n_outputs_max` 1), before what grows with the context. `windowed_per_token`
    is taken only by tokens within the last `window`, a micro-batch more. `beside` is what does not depend on the
    context either: the vocabulary and the graph. `active` are the weights that each written token reads; of the
    cache it reads what its layers keep, a key as often as heads share it: `attended_per_token` and, within the
    window, `attended_windowed`.
    """

    weights: int
    kv_per_token: int
    state: int
    compute: int
    layers: int
    windowed_per_token: int = 0
    window: int = 0
    beside: int = 0
    active: int = 0
    attended_per_token: int = 0
    attended_windowed: int = 0

    def kv(self, context_length: int, *, kv_bits: int = 16) -> int:
        """What a context of so many tokens takes; below 16 bit with the scales of ggml's 8 and 4 bit types."""
        cells = _rounded(context_length)
        windowed = _rounded(min(cells, self.window + MICRO_BATCH))
        at_16_bit = cells * self.kv_per_token + windowed * self.windowed_per_token
        return at_16_bit if kv_bits >= 16 else at_16_bit * (2 * kv_bits + 1) // 32

    def total(self, context_length: int, *, kv_bits: int = 16) -> int:
        """Everything, for a context of so many tokens. The attention mask is float16 for each of a micro-batch."""
        batch = min(MICRO_BATCH, context_length)
        masks = _rounded(context_length) * batch * FLOAT16
        fixed = self.weights + self.state + self.beside
        return fixed + self.compute * batch // MICRO_BATCH + masks + self.kv(context_length, kv_bits=kv_bits)

    def read(self, depth: int) -> int:
        """Bytes that a token written after `depth` others reads: its weights, and what is kept of those tokens.

        That heads which share a key read it each for themselves was measured: after 2,000 tokens SmolLM2 takes 2.2
        times as long as after 64.
        """
        attended = depth * self.attended_per_token + min(depth, self.window) * self.attended_windowed
        return self.active + self.state + attended


def need_of(header: Header, parts: Sequence[Header] = ()) -> Need:
    """What the model of this header needs; `parts` are the headers of the other files of a split one.

    After llama.cpp's llama-hparams.cpp and llama-kv-cache.cpp. What a header does not say counts as nothing.
    """
    layers = Layers(header)
    everywhere = windowed = state = attended = attended_windowed = 0
    for layer in range(layers.count):
        if layers.recurrent(layer):
            state += layers.state
        if layers.attends(layer):
            if layers.windowed(layer):
                windowed += layers.cell(layer)
                attended_windowed += layers.cell(layer) * layers.sharers(layer)
            else:
                everywhere += layers.cell(layer)
                attended += layers.cell(layer) * layers.sharers(layer)
    every = (header, *parts)
    return Need(
        weights=sum(part.tensor_bytes - part.tables.get(_ON_THE_DISK, 0) for part in every),
        kv_per_token=everywhere,
        state=state,
        compute=layers.compute,
        layers=layers.count,
        windowed_per_token=windowed,
        window=layers.window,
        beside=layers.beside,
        active=_active(every, layers.expert_share),
        attended_per_token=attended,
        attended_windowed=attended_windowed,
    )


def _active(headers: Sequence[Header], expert_share: float) -> int:
    """Of the weights, those that a token reads: one row of a table, which is nothing, and the experts it chooses."""
    tables = {name: size for header in headers for name, size in header.tables.items()}
    matrix = tables.pop(_OUTPUT, None)
    if matrix is not None or _EMBEDDING not in tables:
        looked_up = sum(tables.values())
    else:  # without a matrix of its own for the output the model uses its embeddings
        looked_up = sum(tables.values()) - tables[_EMBEDDING]
    experts = sum(header.expert_bytes for header in headers)
    return sum(header.tensor_bytes for header in headers) - looked_up - int(experts * (1 - expert_share))


def longest_context(need: Need, free: int, *, kv_bits: int = 16) -> int:
    """The longest context, in tokens, that fits `free` bytes with the weights; 0 if not even these fit."""
    shortest, longest = 0, _rounded(2**30) // _CELLS
    while shortest < longest:
        middle = (shortest + longest + 1) // 2
        if need.total(middle * _CELLS, kv_bits=kv_bits) <= free:
            shortest = middle
        else:
            longest = middle - 1
    return shortest * _CELLS


def free_memory() -> int:
    """Bytes that a model can take now without swapping and without pushing out a model that is loaded here.

    Weights are files mapped into memory, which Linux counts as available even while they are used.
    """
    import psutil

    free = int(psutil.virtual_memory().available)
    mapped = int(getattr(psutil.Process().memory_info(), "shared", 0))
    return max(min(free, _left_in_groups()) - mapped, 0)


def _left_in_groups() -> int:
    """Bytes left to this process by the control groups it is in, without what can be dropped from the file cache.

    The files: https://docs.kernel.org/admin-guide/cgroup-v2.html and cgroup-v1/memory.html.
    """
    try:
        lines = _MEMBERSHIP.read_text(encoding="utf-8").splitlines()
    except OSError:
        return _UNLIMITED
    left = _UNLIMITED
    for line in lines:
        _, kinds, group = [*line.split(":", 2), "", ""][:3]
        if not kinds:
            names, top = ("memory.max", "memory.current", "inactive_file"), _GROUPS
        elif "memory" in kinds.split(","):
            names, top = ("memory.limit_in_bytes", "memory.usage_in_bytes", "total_inactive_file"), _GROUPS / "memory"
        else:
            continue
        inside = Path(group.lstrip("/"))
        left = min(left, *(_left_in_folder(top / folder, names) for folder in (inside, *inside.parents)))
    return left


def _left_in_folder(folder: Path, names: tuple[str, str, str]) -> int:
    limit_file, usage_file, cached = names
    try:
        limit, usage = (int((folder / name).read_text(encoding="ascii")) for name in (limit_file, usage_file))
        facts = dict(line.split() for line in (folder / "memory.stat").read_text(encoding="ascii").splitlines())
        return max(limit - usage + int(facts.get(cached, 0)), 0) if limit < _UNLIMITED else _UNLIMITED
    except (OSError, ValueError):  # no such group, or "max": no limit
        return _UNLIMITED


def _rounded(tokens: int) -> int:
    return -(-tokens // _CELLS) * _CELLS
