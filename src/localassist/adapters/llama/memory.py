"""How much memory a model takes, told from its header alone, and how much there is."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.adapters.llama.files.gguf_file import Header

_MICRO_BATCH: Final = 512
_CELLS: Final = 256
"""llama.cpp rounds contexts up to a multiple of this."""

_FLOAT16: Final = 2
_FLOAT32: Final = 4
_MOST_LAYERS: Final = 512
_WINDOWED: Final = {
    "afmoe": (4, False), "cohere2": (4, False), "cohere2moe": (4, True), "exaone-moe": (4, False),
    "exaone4": (4, False), "gemma2": (2, False), "gemma3": (6, False), "gemma3n": (5, False), "gpt-oss": (2, False),
    "laguna": (4, True), "llama4": (4, False), "mellum": (4, False), "olmo2": (4, False), "plamo3": (8, False),
    "smallthinker": (4, True),
}  # fmt: skip
"""Architectures of which one layer in so many sees everything and all others a window; True: that layer comes first.

From the `load_swa_pattern` calls in llama.cpp's src/models. Elsewhere a window that the file names is not used.
"""

_USUAL_WINDOW: Final = {"gemma2": 4096, "llama4": 8192}
_RECURRENT: Final = frozenset({"mamba", "mamba2", "rwkv6", "rwkv6qwen2", "rwkv7", "arwkv7"})
_EVERY_LAYER_BOTH: Final = frozenset({"falcon-h1"})
_INTERVALS: Final = {"qwen3next": 4, "qwen35": 4, "qwen35moe": 4, "minimax-01": 8}
"""Hybrids of which one layer in so many has attention, unless the file names another number."""

_KV_FROM_START: Final = {"gemma3n": 20}
_MEMBERSHIP: Final = Path("/proc/self/cgroup")
_GROUPS: Final = Path("/sys/fs/cgroup")
_UNLIMITED: Final = 2**50
"""Bytes; a control group without a limit names about 2**63, rounded down to a page."""


@dataclass(frozen=True, slots=True)
class Need:
    """What running a model takes, in bytes; `total` adds it up.

    `weights` are all tensors, `kv_per_token` what a token takes in the layers that see the whole context, at 16 bit.
    `state` does not grow (recurrent layers). `compute` is for micro-batches of 512 tokens of which one has its
    logits computed (`n_outputs_max` 1), before what grows with the context. `windowed_per_token` is taken only by
    tokens within the last `window`, a micro-batch more.
    """

    weights: int
    kv_per_token: int
    state: int
    compute: int
    layers: int
    windowed_per_token: int = 0
    window: int = 0

    def kv(self, context_length: int, *, kv_bits: int = 16) -> int:
        """What a context of so many tokens takes; below 16 bit with the scales of ggml's 8 and 4 bit types."""
        cells = _rounded(context_length)
        windowed = _rounded(min(cells, self.window + _MICRO_BATCH))
        at_16_bit = cells * self.kv_per_token + windowed * self.windowed_per_token
        return at_16_bit if kv_bits >= 16 else at_16_bit * (2 * kv_bits + 1) // 32

    def total(self, context_length: int, *, kv_bits: int = 16) -> int:
        """Everything, for a context of so many tokens. The attention mask is float16 for each of a micro-batch."""
        masks = _rounded(context_length) * _MICRO_BATCH * _FLOAT16
        return self.weights + self.state + self.compute + masks + self.kv(context_length, kv_bits=kv_bits)


def need_of(header: Header, parts: Sequence[Header] = ()) -> Need:
    """What the model of this header needs; `parts` are the headers of the other files of a split one.

    After llama.cpp's llama-hparams.cpp and llama-kv-cache.cpp. What a header does not say counts as nothing.
    """
    layers = _Layers(header)
    everywhere = windowed = state = 0
    for layer in range(layers.count):
        if layers.recurrent(layer):
            state += layers.state
        if layers.attends(layer):
            if layers.windowed(layer):
                windowed += layers.cell(layer)
            else:
                everywhere += layers.cell(layer)
    return Need(
        weights=sum(part.tensor_bytes for part in (header, *parts)),
        kv_per_token=everywhere,
        state=state,
        compute=layers.compute,
        layers=layers.count,
        windowed_per_token=windowed,
        window=layers.window,
    )


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


class _Layers:
    """The layers of a model as its header describes them."""

    def __init__(self, header: Header) -> None:
        self._header = header
        self._architecture = header.text("general.architecture")
        count = self._number("block_count") - self._number("nextn_predict_layers")
        self.count = min(max(count, 0), _MOST_LAYERS)
        self._heads = self._numbers("attention.head_count")
        self._kv_heads = self._numbers("attention.head_count_kv", self._heads[0] if self._heads else 0)
        self._pattern = header.values.get(self._key("attention.sliding_window_pattern"))
        self._usual_length = self._number("embedding_length") // max(self._heads[0] if self._heads else 0, 1)
        self.window = self._window()

    @property
    def state(self) -> int:
        """Bytes that a recurrent layer keeps for a conversation: convolutions and state, as float32."""
        width = self._number("embedding_length")
        if head := self._number("wkv.head_size"):
            return (self._number("token_shift_count") or 2) * width * _FLOAT32 + width * head * _FLOAT32
        if cached := self._number("shortconv.l_cache"):
            return width * (cached - 1) * _FLOAT32
        kernel, inner = self._number("ssm.conv_kernel"), self._number("ssm.inner_size")
        if head := self._number("kda.head_dim"):
            heads = max(self._heads, default=0)
            return (3 * max(kernel - 1, 0) * heads * head + head * head * heads) * _FLOAT32
        rank = self._number("ssm.state_size")
        convolved = max(kernel - 1, 0) * (inner + 2 * self._number("ssm.group_count") * rank)
        return (convolved + rank * inner) * _FLOAT32

    @property
    def compute(self) -> int:
        """Bytes of intermediate results of the hungriest layer, found from what llama.cpp reserves for many shapes."""
        width = self._number("embedding_length")
        chosen = self._number("expert_used_count")
        experts = 3 * chosen * self._number("expert_feed_forward_length") + chosen * width
        forward = max(3 * max(self._numbers("feed_forward_length"), default=0), experts)
        queries = max(self._heads, default=0) * (self._number("attention.key_length") or self._usual_length)
        attending = 3 * width + queries + forward
        scanning = 2 * width + 6 * self._number("ssm.inner_size")
        return _MICRO_BATCH * _FLOAT32 * max(attending, scanning)

    def recurrent(self, layer: int) -> bool:
        """Whether the layer keeps a state instead of all tokens, or beside them."""
        if self._architecture in _RECURRENT | _EVERY_LAYER_BOTH:
            return True
        if self._architecture in _INTERVALS:
            return not self._attends_at_interval(layer)
        return self._kv_heads[layer] == 0

    def attends(self, layer: int) -> bool:
        """Whether the layer keeps keys and values of its own."""
        shared = self._number("attention.shared_kv_layers")
        own = _KV_FROM_START.get(self._architecture, self.count - shared)
        return (
            layer < own
            and self._architecture not in _RECURRENT
            and (self._architecture not in _INTERVALS or self._attends_at_interval(layer))
        )

    def windowed(self, layer: int) -> bool:
        """Whether the layer sees only a window."""
        if not self.window:
            return False
        if isinstance(self._pattern, list):
            return layer < len(self._pattern) and bool(self._pattern[layer])
        every, first = _WINDOWED[self._architecture]
        if isinstance(self._pattern, int):
            every = self._pattern
        if every < 1:
            return True
        return layer % every != (0 if first else every - 1)

    def cell(self, layer: int) -> int:
        """Bytes of a token's key and value at 16 bit; with latent attention there is a key alone."""
        kind = "_swa" if self.windowed(layer) else ""
        key, value = (
            self._number(f"attention.{part}_length{kind}")
            or self._number(f"attention.{part}_length")
            or self._usual_length
            for part in ("key", "value")
        )
        if self._number("attention.key_length_mla"):
            value = 0
        return (self._kv_heads[layer] * (key + value) + self._number("attention.indexer.key_length")) * _FLOAT16

    def _window(self) -> int:
        if self._architecture not in _WINDOWED and not isinstance(self._pattern, list):
            return 0
        if self._architecture == "exaone4" and self.count < 64:
            return 0
        return self._number("attention.sliding_window") or _USUAL_WINDOW.get(self._architecture, 0)

    def _attends_at_interval(self, layer: int) -> bool:
        told = self._header.values.get(self._key("attention.recurrent_layers"))
        if isinstance(told, list) and layer < len(told):
            return not told[layer]
        every = self._number("full_attention_interval") or _INTERVALS[self._architecture]
        return (layer + 1) % every == 0

    def _key(self, name: str) -> str:
        return f"{self._architecture}.{name}"

    def _number(self, name: str) -> int:
        return max(self._header.number(self._key(name)), 0)

    def _numbers(self, name: str, default: int = 0) -> tuple[int, ...]:
        return self._header.numbers(self._key(name), self.count, default)


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
