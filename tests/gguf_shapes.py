"""Writes model files in the shapes of published models, of random weights in the quantised types that people use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gguf
import numpy as np
from gguf import GGMLQuantizationType

from gguf_files import CHATML, CONTROLS, byte_tokens

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

_AT_ONCE = 1 << 24


@dataclass(frozen=True)
class Shape:
    """A model's size, under the names of its configuration; `tied`: its output matrix is that of its embeddings."""

    architecture: str
    layers: int
    width: int
    heads: int
    key_heads: int
    head_width: int
    feed_forward: int
    vocabulary: int
    tied: bool
    experts: int = 0
    experts_used: int = 0


SHAPES = {
    "llama-1b": Shape("llama", 16, 2048, 32, 8, 64, 8192, 128_256, tied=True),
    "llama-3b": Shape("llama", 28, 3072, 24, 8, 128, 8192, 128_256, tied=True),
    "llama-8b": Shape("llama", 32, 4096, 32, 8, 128, 14_336, 128_256, tied=False),
    "qwen-1b": Shape("qwen3", 28, 2048, 16, 8, 128, 6144, 151_936, tied=True),
    "qwen-3b": Shape("qwen3", 36, 2560, 32, 8, 128, 9728, 151_936, tied=True),
    "qwen-8b": Shape("qwen3", 36, 4096, 32, 8, 128, 12_288, 151_936, tied=False),
    "experts-1b": Shape("llama", 12, 1024, 16, 8, 64, 2816, 32_000, tied=False, experts=8, experts_used=2),
}
"""The sizes of Llama 3.2 1B and 3B and 3.1 8B, of Qwen3 1.7B, 4B and 8B, and a small Mixtral's."""


def write_shaped_model(path: Path, shape: Shape, kind: GGMLQuantizationType, seed: int = 0) -> Path:
    """A model of that shape; its matrices are random blocks of `kind`, its vocabulary as long as the real one."""
    writer = gguf.GGUFWriter(str(path), shape.architecture)
    _describe(writer, shape)
    tensors = list(_tensors(shape))
    for name, lengths in tensors:
        used = GGMLQuantizationType.F32 if len(lengths) == 1 else kind
        block, size = gguf.GGML_QUANT_SIZES[used]
        weights = int(np.prod(lengths))
        writer.add_tensor_info(name, lengths, np.dtype(np.float32), weights // block * size, used)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_ti_data_to_file()
    chance = np.random.default_rng(seed)
    blocks = _random_blocks(kind, chance)
    block, size = gguf.GGML_QUANT_SIZES[kind]
    for _, lengths in tensors:
        if len(lengths) == 1:
            writer.write_tensor_data(np.ones(lengths, np.float32))
        else:
            writer.write_tensor_data(np.resize(blocks, int(np.prod(lengths)) // block * size))
    writer.close()
    return path


def _describe(writer: gguf.GGUFWriter, shape: Shape) -> None:
    writer.add_context_length(131_072)
    writer.add_embedding_length(shape.width)
    writer.add_block_count(shape.layers)
    writer.add_feed_forward_length(shape.feed_forward)
    writer.add_head_count(shape.heads)
    writer.add_head_count_kv(shape.key_heads)
    writer.add_key_length(shape.head_width)
    writer.add_value_length(shape.head_width)
    writer.add_rope_dimension_count(shape.head_width)
    writer.add_layer_norm_rms_eps(1e-5)
    if shape.experts:
        writer.add_expert_count(shape.experts)
        writer.add_expert_used_count(shape.experts_used)
    tokens = byte_tokens()
    tokens += [f"w{number:07}" for number in range(shape.vocabulary - len(tokens))]
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(tokens)
    kinds = [gguf.TokenType.CONTROL if token in CONTROLS else gguf.TokenType.NORMAL for token in tokens]
    writer.add_token_types(kinds)
    writer.add_token_merges([f"x{number:07} y" for number in range(2 * shape.vocabulary)])
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(258)
    writer.add_add_bos_token(False)
    writer.add_chat_template(CHATML)


def _tensors(shape: Shape) -> Iterator[tuple[str, tuple[int, ...]]]:
    yield "token_embd.weight", (shape.vocabulary, shape.width)
    yield "output_norm.weight", (shape.width,)
    if not shape.tied:
        yield "output.weight", (shape.vocabulary, shape.width)
    for layer in range(shape.layers):
        block = f"blk.{layer}"
        yield f"{block}.attn_norm.weight", (shape.width,)
        yield f"{block}.ffn_norm.weight", (shape.width,)
        yield f"{block}.attn_q.weight", (shape.heads * shape.head_width, shape.width)
        yield f"{block}.attn_k.weight", (shape.key_heads * shape.head_width, shape.width)
        yield f"{block}.attn_v.weight", (shape.key_heads * shape.head_width, shape.width)
        yield f"{block}.attn_output.weight", (shape.width, shape.heads * shape.head_width)
        if shape.architecture == "qwen3":
            yield f"{block}.attn_q_norm.weight", (shape.head_width,)
            yield f"{block}.attn_k_norm.weight", (shape.head_width,)
        if shape.experts:
            yield f"{block}.ffn_gate_inp.weight", (shape.experts, shape.width)
            yield f"{block}.ffn_gate_exps.weight", (shape.experts, shape.feed_forward, shape.width)
            yield f"{block}.ffn_up_exps.weight", (shape.experts, shape.feed_forward, shape.width)
            yield f"{block}.ffn_down_exps.weight", (shape.experts, shape.width, shape.feed_forward)
        else:
            yield f"{block}.ffn_gate.weight", (shape.feed_forward, shape.width)
            yield f"{block}.ffn_up.weight", (shape.feed_forward, shape.width)
            yield f"{block}.ffn_down.weight", (shape.width, shape.feed_forward)


def _random_blocks(kind: GGMLQuantizationType, chance: np.random.Generator) -> np.ndarray:
    """About 16 MB of blocks whose scales, the first float16 of each, are small numbers."""
    _, size = gguf.GGML_QUANT_SIZES[kind]
    blocks = chance.integers(0, 256, (_AT_ONCE // size, size), dtype=np.uint8)
    scales = chance.normal(0, 0.002, len(blocks)).astype(np.float16)
    blocks[:, :2] = scales.view(np.uint8).reshape(-1, 2)
    return blocks.reshape(-1)
