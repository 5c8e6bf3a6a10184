"""Writes tiny model files: ones that say what a test wants, and ones of random weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

import gguf
import numpy as np

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

CHATML = (
    "{% for message in messages %}{{ '<|im_start|>' + message['role'] + '\n' + message['content'] + '<|im_end|>' "
    "+ '\n' }}{% endfor %}{% if add_generation_prompt %}{{ '<|im_start|>assistant\n' }}{% endif %}"
)
CONTROLS = ("<|endoftext|>", "<|im_start|>", "<|im_end|>")
END = 256 + CONTROLS.index("<|im_end|>")
HEADS = 4


@dataclass(frozen=True)
class ModelOptions:
    """What a written model is like; `context_length` is what it says it was trained for, `part` is (number, of)."""

    template: str = CHATML
    context_length: int = 512
    loops: bool = False
    part: tuple[int, int] = (0, 1)


def write_talking_model(path: Path, script: Sequence[bytes], options: ModelOptions | None = None) -> Path:
    """A llama that answers every ChatML prompt with the pieces of `script`, a token each, and ends, or `loops`.

    Each token leads to the next whatever stood before it: embeddings are one-hot, attention and feed-forward add
    nothing, and the output matrix holds the order. No piece may come twice.
    """
    assert len(set(script)) == len(script)
    options = options or ModelOptions()
    tokens = byte_tokens()
    spoken = []
    for piece in script:
        if _spell(piece) not in tokens:
            tokens.append(_spell(piece))
        spoken.append(tokens.index(_spell(piece)))
    following = dict(zip([ord("\n"), *spoken], [*spoken, spoken[0] if options.loops else END], strict=True))
    return _write_llama(path, tokens, _one_hot_weights(len(tokens), following), options)


def write_random_model(path: Path, options: ModelOptions | None = None, seed: int = 0) -> Path:
    """A llama of two layers with random weights and a vocabulary of bytes."""
    tokens = byte_tokens()
    random = np.random.default_rng(seed)
    weights = {
        name: random.normal(0, 0.3, size=shape).astype(np.float32) for name, shape in _shapes(len(tokens), 64, 2)
    }
    return _write_llama(path, tokens, weights, options or ModelOptions())


def write_wordless_model(path: Path) -> Path:
    """A llama with a SentencePiece vocabulary that knows a few letters and has no tokens for bytes."""
    tokens = ["<unk>", "<s>", "</s>", "\u2581", *"abcdefghijklmnopqrstuvwxyz"]
    writer = gguf.GGUFWriter(str(path), "llama")
    writer.add_context_length(512)
    writer.add_head_count(HEADS)
    writer.add_layer_norm_rms_eps(1e-5)
    writer.add_tokenizer_model("llama")
    writer.add_tokenizer_pre("default")
    writer.add_token_list(tokens)
    writer.add_token_scores([-float(number) for number in range(len(tokens))])
    kinds = [gguf.TokenType.UNKNOWN, gguf.TokenType.CONTROL, gguf.TokenType.CONTROL]
    writer.add_token_types([*kinds, *[gguf.TokenType.NORMAL] * (len(tokens) - len(kinds))])
    writer.add_bos_token_id(1)
    writer.add_eos_token_id(2)
    writer.add_unk_token_id(0)
    finish_file(writer, _one_hot_weights(len(tokens), {}, end=2))
    return path


def write_poisoned_model(path: Path) -> Path:
    """A llama with a weight that is not a number."""
    tokens = byte_tokens()
    weights = _one_hot_weights(len(tokens), {})
    weights["output.weight"][7, 7] = np.nan
    return _write_llama(path, tokens, weights, ModelOptions())


def write_vocabulary_only(path: Path) -> Path:
    """What is left of a model without its weights."""
    tokens = byte_tokens()
    writer = begin_file(path, "llama", tokens, ModelOptions())
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.close()
    return path


def _one_hot_weights(count: int, following: Mapping[int, int], end: int = END) -> dict[str, np.ndarray]:
    width = -(-count // 64) * 64
    weights = {name: np.zeros(shape, dtype=np.float32) for name, shape in _shapes(count, width, 1)}
    for name, array in weights.items():
        if name.endswith("norm.weight"):
            array[:] = 1
    weights["token_embd.weight"][np.arange(count), np.arange(count)] = 1
    weights["output.weight"][end, :] = 0.5
    for token, successor in following.items():
        weights["output.weight"][successor, token] = 4
    return weights


def _shapes(count: int, width: int, layers: int) -> list[tuple[str, tuple[int, ...]]]:
    shapes: list[tuple[str, tuple[int, ...]]] = [
        ("token_embd.weight", (count, width)),
        ("output_norm.weight", (width,)),
        ("output.weight", (count, width)),
    ]
    for layer in range(layers):
        block = f"blk.{layer}"
        shapes += [(f"{block}.{norm}.weight", (width,)) for norm in ("attn_norm", "ffn_norm")]
        shapes += [(f"{block}.attn_{part}.weight", (width, width)) for part in ("q", "k", "v", "output")]
        shapes += [(f"{block}.ffn_{part}.weight", (2 * width, width)) for part in ("gate", "up")]
        shapes += [(f"{block}.ffn_down.weight", (width, 2 * width))]
    return shapes


def _write_llama(path: Path, tokens: Sequence[str], weights: dict[str, np.ndarray], options: ModelOptions) -> Path:
    writer = begin_file(path, "llama", tokens, options)
    writer.add_layer_norm_rms_eps(1e-5)
    finish_file(writer, weights)
    return path


def begin_file(path: Path, architecture: str, tokens: Sequence[str], options: ModelOptions) -> gguf.GGUFWriter:
    """A file of that architecture with its vocabulary and template, still without weights."""
    writer = gguf.GGUFWriter(str(path), architecture)
    writer.add_context_length(options.context_length)
    writer.add_head_count(HEADS)
    writer.add_tokenizer_model("gpt2")
    writer.add_tokenizer_pre("gpt-2")
    writer.add_token_list(list(tokens))
    kinds = [gguf.TokenType.CONTROL if token in CONTROLS else gguf.TokenType.NORMAL for token in tokens]
    writer.add_token_types(kinds)
    writer.add_token_merges(["\u0100 \u0100"])  # there must be one; this joins two NULs
    writer.add_bos_token_id(256)
    writer.add_eos_token_id(END)
    writer.add_add_bos_token(False)
    if options.part[1] > 1:
        writer.add_uint16("split.no", options.part[0])
        writer.add_uint16("split.count", options.part[1])
    if options.template:
        writer.add_chat_template(options.template)
    return writer


def finish_file(writer: gguf.GGUFWriter, weights: Mapping[str, np.ndarray], feed_forward: int | None = None) -> None:
    """Write the weights, and what their shapes say of the model; `feed_forward` where they do not say it."""
    if feed_forward is None:
        feed_forward = weights["blk.0.ffn_up.weight"].shape[0]
    layers = 1 + max(int(name.split(".")[1]) for name in weights if name.startswith("blk."))
    writer.add_embedding_length(weights["token_embd.weight"].shape[1])
    writer.add_block_count(layers)
    writer.add_feed_forward_length(feed_forward)
    for name, array in weights.items():
        writer.add_tensor(name, array)
    writer.write_header_to_file()
    writer.write_kv_data_to_file()
    writer.write_tensors_to_file()
    writer.close()


def byte_tokens() -> list[str]:
    """A vocabulary of every byte, in order, and the control tokens of ChatML."""
    return [*(_spell(bytes([byte])) for byte in range(256)), *CONTROLS]


def _spell(piece: bytes) -> str:
    """The piece as a byte-level vocabulary writes it: bytes that don't print stand for others that do."""
    return "".join(_ALPHABET[byte] for byte in piece)


def _byte_alphabet() -> list[str]:
    printing = {*range(ord("!"), ord("~") + 1), *range(0xA1, 0xAD), *range(0xAE, 0x100)}
    others = iter(range(256, 512))
    return [chr(byte) if byte in printing else chr(next(others)) for byte in range(256)]


_ALPHABET = _byte_alphabet()
