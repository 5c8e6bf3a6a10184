"""Writes tiny model files of random weights in architectures that keep what they read in different ways."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np

from gguf_files import HEADS, ModelOptions, begin_file, byte_tokens, finish_file, write_random_model

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path

    Shapes = dict[str, tuple[int, ...]]

WINDOW = 32
WIDTH = 64
HEAD_WIDTH = WIDTH // HEADS
FEED_FORWARD = 2 * WIDTH
EXPERTS = 4


def write_gpt2_model(path: Path, options: ModelOptions | None = None) -> Path:
    """A GPT-2, which has a table of positions that ends with its context."""
    options = options or ModelOptions()
    writer, shapes = begin_file(path, "gpt2", byte_tokens(), options), _ends()
    shapes |= {"position_embd.weight": (options.context_length, WIDTH), "output_norm.bias": (WIDTH,)}
    for layer in range(2):
        block = f"blk.{layer}"
        matrices = {
            "attn_qkv": (3 * WIDTH, WIDTH),
            "attn_output": (WIDTH, WIDTH),
            "ffn_up": (FEED_FORWARD, WIDTH),
            "ffn_down": (WIDTH, FEED_FORWARD),
        }
        shapes |= {f"{block}.{name}.weight": shape for name, shape in matrices.items()}
        shapes |= {f"{block}.{name}.bias": shape[:1] for name, shape in matrices.items()}
        shapes |= {
            f"{block}.{norm}.{part}": (WIDTH,) for norm in ("attn_norm", "ffn_norm") for part in ("weight", "bias")
        }
    writer.add_layer_norm_eps(1e-5)
    finish_file(writer, _random(shapes))
    return path


def write_qwen3_model(path: Path, options: ModelOptions | None = None) -> Path:
    """A Qwen 3: two query heads share a key, and queries and keys are normalised."""
    writer, shapes = begin_file(path, "qwen3", byte_tokens(), options or ModelOptions()), _ends()
    for layer in range(2):
        shapes |= _attention(layer, key_heads=2) | _query_norms(layer) | _feed_forward(layer)
    writer.add_head_count_kv(2)
    writer.add_key_length(HEAD_WIDTH)
    writer.add_value_length(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-6)
    finish_file(writer, _random(shapes))
    return path


def write_gemma3_model(path: Path, options: ModelOptions | None = None) -> Path:
    """A Gemma 3: five layers see only the last `WINDOW` tokens, the sixth sees all."""
    writer, shapes = begin_file(path, "gemma3", byte_tokens(), options or ModelOptions()), _ends()
    for layer in range(6):
        shapes |= _attention(layer, key_heads=1) | _query_norms(layer) | _feed_forward(layer)
        shapes |= {f"blk.{layer}.{norm}.weight": (WIDTH,) for norm in ("post_attention_norm", "post_ffw_norm")}
    writer.add_head_count_kv(1)
    writer.add_key_length(HEAD_WIDTH)
    writer.add_value_length(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-6)
    writer.add_sliding_window(WINDOW)
    finish_file(writer, _random(shapes))
    return path


def write_phi3_model(path: Path, options: ModelOptions | None = None) -> Path:
    """A Phi 3: queries, keys and values in one matrix, gate and up in another."""
    writer, shapes = begin_file(path, "phi3", byte_tokens(), options or ModelOptions()), _ends()
    for layer in range(2):
        block = f"blk.{layer}"
        shapes |= {
            f"{block}.attn_norm.weight": (WIDTH,),
            f"{block}.attn_qkv.weight": (3 * WIDTH, WIDTH),
            f"{block}.attn_output.weight": (WIDTH, WIDTH),
            f"{block}.ffn_norm.weight": (WIDTH,),
            f"{block}.ffn_up.weight": (2 * FEED_FORWARD, WIDTH),
            f"{block}.ffn_down.weight": (WIDTH, FEED_FORWARD),
        }
    writer.add_rope_dimension_count(HEAD_WIDTH)
    writer.add_layer_norm_rms_eps(1e-5)
    finish_file(writer, _random(shapes), FEED_FORWARD)
    return path


def write_mixtral_model(path: Path, options: ModelOptions | None = None) -> Path:
    """A llama with four experts, of which each token takes two."""
    writer, shapes = begin_file(path, "llama", byte_tokens(), options or ModelOptions()), _ends()
    for layer in range(2):
        block = f"blk.{layer}"
        shapes |= _attention(layer, key_heads=HEADS) | {
            f"{block}.ffn_norm.weight": (WIDTH,),
            f"{block}.ffn_gate_inp.weight": (EXPERTS, WIDTH),
            f"{block}.ffn_gate_exps.weight": (EXPERTS, FEED_FORWARD, WIDTH),
            f"{block}.ffn_up_exps.weight": (EXPERTS, FEED_FORWARD, WIDTH),
            f"{block}.ffn_down_exps.weight": (EXPERTS, WIDTH, FEED_FORWARD),
        }
    writer.add_expert_count(EXPERTS)
    writer.add_expert_used_count(2)
    writer.add_layer_norm_rms_eps(1e-5)
    finish_file(writer, _random(shapes), FEED_FORWARD)
    return path


def write_mamba_model(path: Path, options: ModelOptions | None = None) -> Path:
    """A Mamba: no attention, only a state that each token changes."""
    inner, state, rank, kernel = 2 * WIDTH, 8, 8, 4
    writer, shapes = begin_file(path, "mamba", byte_tokens(), options or ModelOptions()), _ends()
    for layer in range(2):
        block = f"blk.{layer}"
        shapes |= {
            f"{block}.attn_norm.weight": (WIDTH,),
            f"{block}.ssm_in.weight": (2 * inner, WIDTH),
            f"{block}.ssm_conv1d.weight": (inner, kernel),
            f"{block}.ssm_conv1d.bias": (inner,),
            f"{block}.ssm_x.weight": (rank + 2 * state, inner),
            f"{block}.ssm_dt.weight": (inner, rank),
            f"{block}.ssm_dt.bias": (inner,),
            f"{block}.ssm_a": (inner, state),
            f"{block}.ssm_d": (inner,),
            f"{block}.ssm_out.weight": (WIDTH, inner),
        }
    writer.add_ssm_conv_kernel(kernel)
    writer.add_ssm_inner_size(inner)
    writer.add_ssm_state_size(state)
    writer.add_ssm_time_step_rank(rank)
    writer.add_layer_norm_rms_eps(1e-5)
    finish_file(writer, _random(shapes), 0)
    return path


def write_lfm2_model(path: Path, options: ModelOptions | None = None) -> Path:
    """An LFM2: two layers of short convolutions, which keep a state, and one of attention between them."""
    writer, shapes = begin_file(path, "lfm2", byte_tokens(), options or ModelOptions()), _ends()
    shapes["token_embd_norm.weight"] = shapes.pop("output_norm.weight")
    for layer in range(3):
        shapes |= _feed_forward(layer)
        if layer == 1:
            shapes |= _attention(layer, key_heads=2) | _query_norms(layer)
            continue
        block = f"blk.{layer}"
        shapes |= {
            f"{block}.attn_norm.weight": (WIDTH,),
            f"{block}.shortconv.conv.weight": (WIDTH, 3),
            f"{block}.shortconv.in_proj.weight": (3 * WIDTH, WIDTH),
            f"{block}.shortconv.out_proj.weight": (WIDTH, WIDTH),
        }
    writer.add_head_count_kv([0, 2, 0])
    writer.add_shortconv_l_cache(3)
    writer.add_vocab_size(len(byte_tokens()))
    writer.add_layer_norm_rms_eps(1e-5)
    finish_file(writer, _random(shapes))
    return path


ARCHITECTURES: Mapping[str, Callable[[Path, ModelOptions], Path]] = {
    "llama": write_random_model,
    "mixtral": write_mixtral_model,
    "gpt2": write_gpt2_model,
    "qwen3": write_qwen3_model,
    "phi3": write_phi3_model,
    "gemma3": write_gemma3_model,
    "mamba": write_mamba_model,
    "lfm2": write_lfm2_model,
}
"""How to write each, by name."""


def _ends() -> Shapes:
    count = len(byte_tokens())
    return {
        "token_embd.weight": (count, WIDTH),
        "output_norm.weight": (WIDTH,),
        "output.weight": (count, WIDTH),
    }


def _attention(layer: int, *, key_heads: int) -> Shapes:
    block, keys = f"blk.{layer}", key_heads * HEAD_WIDTH
    return {
        f"{block}.attn_norm.weight": (WIDTH,),
        f"{block}.attn_q.weight": (WIDTH, WIDTH),
        f"{block}.attn_k.weight": (keys, WIDTH),
        f"{block}.attn_v.weight": (keys, WIDTH),
        f"{block}.attn_output.weight": (WIDTH, WIDTH),
    }


def _query_norms(layer: int) -> Shapes:
    return {f"blk.{layer}.attn_{part}_norm.weight": (HEAD_WIDTH,) for part in ("q", "k")}


def _feed_forward(layer: int) -> Shapes:
    block = f"blk.{layer}"
    return {
        f"{block}.ffn_norm.weight": (WIDTH,),
        f"{block}.ffn_gate.weight": (FEED_FORWARD, WIDTH),
        f"{block}.ffn_up.weight": (FEED_FORWARD, WIDTH),
        f"{block}.ffn_down.weight": (WIDTH, FEED_FORWARD),
    }


def _random(shapes: Shapes) -> dict[str, np.ndarray]:
    """Weights that keep the size of what goes through: norms about one, matrices by what they add up."""
    random = np.random.default_rng(0)
    weights = {}
    for name, shape in shapes.items():
        if name.endswith("norm.weight"):
            attended = 2 if name.endswith(("q_norm.weight", "k_norm.weight")) else 1  # few tokens, each of which tells
            array = random.normal(attended, 0.2, size=shape)
        elif name.endswith("ssm_a"):
            array = -np.exp(random.normal(-4, 1.5, size=shape))  # a state fades, but not within a few tokens
        elif name.endswith("gate_inp.weight"):
            array = random.normal(0, 2, size=shape)  # so large that rounding seldom chooses another expert
        else:
            array = random.normal(0, 1.5 * shape[-1] ** -0.5 if len(shape) > 1 else 0.3, size=shape)
        weights[name] = array.astype(np.float32)
    return weights
