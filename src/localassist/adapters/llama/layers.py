"""The layers of a model as its header describes them: what each keeps, and the largest results between them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from localassist.adapters.llama.files.gguf_file import Header

MICRO_BATCH: Final = 512
FLOAT16: Final = 2
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
_BASE, _A_LAYER, _A_TOKEN, _A_MERGE = 1_800_000, 120_000, 210, 130
"""Bytes beside weights, cache and results: of any model, of a layer's graph, of a token and a merge of its vocabulary.

Measured with llama-cpp-python 0.3.36 on models of 512 to 152,000 tokens and 1 to 36 layers.
"""


class Layers:
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
        longest = max(self._numbers("feed_forward_length"), default=0)
        queries = max(self._heads, default=0) * (self._number("attention.key_length") or self._usual_length)
        attending = 3 * width + queries
        attending = attending + max(3 * longest, experts) if self._header.gated else max(attending, width + 2 * longest)
        scanning = 2 * width + 6 * self._number("ssm.inner_size")
        return MICRO_BATCH * _FLOAT32 * max(attending, scanning)

    @property
    def beside(self) -> int:
        """Bytes of vocabulary and graph, and of a micro-batch's inputs to the largest matrix at 8 bits."""
        lists = self._header.lists
        words = lists.get("tokenizer.ggml.tokens", 0) * _A_TOKEN + lists.get("tokenizer.ggml.merges", 0) * _A_MERGE
        inputs = max(self._numbers("feed_forward_length"), default=0) * MICRO_BATCH
        return _BASE + self.count * _A_LAYER + words + inputs

    @property
    def expert_share(self) -> float:
        """How many of its experts a token uses, 0 to 1."""
        used, experts = self._number("expert_used_count"), self._number("expert_count")
        return min(used / experts, 1.0) if used and experts else 1.0

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
        return (self._kv_heads[layer] * (key + value) + self._number("attention.indexer.key_length")) * FLOAT16

    def sharers(self, layer: int) -> int:
        """How many heads use each key."""
        return max(self._heads[layer] // max(self._kv_heads[layer], 1), 1)

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
