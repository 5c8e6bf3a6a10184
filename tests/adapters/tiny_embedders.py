"""Embedding models and rerankers of a few kilobytes: random weights, a real tokenizer, the files of published ones."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import numpy as np
from safetensors.numpy import save_file
from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

if TYPE_CHECKING:
    from pathlib import Path

WORDS = (
    "the lease ends with sixty days notice rent is paid on first day of month query passage miete ist am ersten fällig"
)
WIDTH, INNER, HEADS, LAYERS, POSITIONS = 32, 64, 4, 2, 64


def write_embedder(folder: Path, *, kind: str = "bert", pooling: str = "mean", **settings: Any) -> Path:
    """A sentence-transformers folder; `settings` go into config_sentence_transformers.json."""
    folder.mkdir(parents=True, exist_ok=True)
    modules = [("", "Transformer"), ("1_Pooling", "Pooling"), ("2_Normalize", "Normalize")]
    _write(
        folder / "modules.json",
        [
            {"idx": number, "name": str(number), "path": path, "type": f"sentence_transformers.models.{name}"}
            for number, (path, name) in enumerate(modules)
        ],
    )
    _write(folder / "sentence_bert_config.json", {"max_seq_length": 16, "do_lower_case": False})
    _write(folder / "config_sentence_transformers.json", settings)
    keys = {"mean": "mean_tokens", "cls": "cls_token", "max": "max_tokens"}
    modes = {f"pooling_mode_{key}": mode == pooling for mode, key in keys.items()}
    _write(folder / "1_Pooling" / "config.json", {"word_embedding_dimension": WIDTH, **modes})
    _write_transformer(folder, kind, {}, [])
    return folder


def write_reranker(folder: Path, *, kind: str = "bert") -> Path:
    """A cross-encoder's folder."""
    folder.mkdir(parents=True, exist_ok=True)
    name = {"bert": "Bert", "xlm-roberta": "XLMRoberta"}[kind]
    more = {
        "architectures": [f"{name}ForSequenceClassification"],
        "id2label": {"0": "LABEL_0"},
        "label2id": {"LABEL_0": 0},
    }
    bert = kind == "bert"
    heads = ["bert.pooler.dense", "classifier"] if bert else ["classifier.dense", "classifier.out_proj"]
    _write_transformer(folder, kind, more, heads)
    return folder


def _write_transformer(folder: Path, kind: str, more: dict[str, Any], heads: list[str]) -> None:
    vocabulary = _write_tokenizer(folder, kind)
    bert = kind == "bert"
    config = {
        "model_type": kind,
        "architectures": ["BertModel" if bert else "XLMRobertaModel"],
        "hidden_size": WIDTH,
        "intermediate_size": INNER,
        "num_attention_heads": HEADS,
        "num_hidden_layers": LAYERS,
        "max_position_embeddings": POSITIONS,
        "type_vocab_size": 2 if bert else 1,
        "vocab_size": vocabulary,
        "hidden_act": "gelu",
        "layer_norm_eps": 1e-5,
        "pad_token_id": 0 if bert else 1,
        **more,
    }
    _write(folder / "config.json", config)
    prefix = ("bert." if bert else "roberta.") if heads else ""
    save_file(
        {**_layers(prefix, vocabulary, 2 if bert else 1), **_heads(heads)},
        str(folder / "model.safetensors"),
        metadata={"format": "pt"},
    )


def _layers(prefix: str, vocabulary: int, types: int) -> dict[str, np.ndarray]:
    numbers = np.random.default_rng(7)

    def random(*shape: int) -> np.ndarray:
        return numbers.normal(0, 0.3, shape).astype(np.float32)

    found = {
        "embeddings.word_embeddings.weight": random(vocabulary, WIDTH),
        "embeddings.position_embeddings.weight": random(POSITIONS, WIDTH),
        "embeddings.token_type_embeddings.weight": random(types, WIDTH),
    }
    norms = ["embeddings.LayerNorm"]
    shapes: dict[str, tuple[int, int]] = {}
    for layer in range(LAYERS):
        block = f"encoder.layer.{layer}"
        for part in ("self.query", "self.key", "self.value", "output.dense"):
            shapes[f"{block}.attention.{part}"] = (WIDTH, WIDTH)
        shapes[f"{block}.intermediate.dense"] = (INNER, WIDTH)
        shapes[f"{block}.output.dense"] = (WIDTH, INNER)
        norms += [f"{block}.attention.output.LayerNorm", f"{block}.output.LayerNorm"]
    for name, shape in shapes.items():
        found |= {f"{name}.weight": random(*shape), f"{name}.bias": random(shape[0])}
    for name in norms:
        found |= {f"{name}.weight": 1 + random(WIDTH), f"{name}.bias": random(WIDTH)}
    return {prefix + name: values for name, values in found.items()}


def _heads(names: list[str]) -> dict[str, np.ndarray]:
    numbers = np.random.default_rng(11)
    found = {}
    for name, rows in zip(names, (WIDTH, 1), strict=False):
        found[f"{name}.weight"] = numbers.normal(0, 0.3, (rows, WIDTH)).astype(np.float32)
        found[f"{name}.bias"] = numbers.normal(0, 0.3, rows).astype(np.float32)
    return found


def _write_tokenizer(folder: Path, kind: str) -> int:
    if kind == "bert":
        special = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]
        letters = [chr(code) for code in range(97, 123)]
        pieces = [*special, *WORDS.split(), *letters, *(f"##{letter}" for letter in letters)]
        vocabulary = {piece: number for number, piece in enumerate(dict.fromkeys(pieces))}
        tokenizer = Tokenizer(models.WordPiece(vocabulary, unk_token="[UNK]"))
        tokenizer.normalizer = normalizers.BertNormalizer(lowercase=True)
        tokenizer.pre_tokenizer = pre_tokenizers.BertPreTokenizer()
        ends = [(name, vocabulary[name]) for name in ("[CLS]", "[SEP]")]
        tokenizer.post_processor = processors.TemplateProcessing("[CLS] $A [SEP]", "[CLS] $A [SEP] $B:1 [SEP]:1", ends)
        names = {"cls_token": "[CLS]", "sep_token": "[SEP]", "pad_token": "[PAD]", "unk_token": "[UNK]"}
        tokenizer_class = "BertTokenizer"
    else:  # SentencePiece's unigrams, as multilingual models have them
        special = ["<s>", "<pad>", "</s>", "<unk>"]
        scripts = [chr(code) for span in ((97, 123), (0x430, 0x450), (0x3041, 0x3097)) for code in range(*span)]
        marked = [f"\u2581{word}" for word in dict.fromkeys(WORDS.split())]
        unigrams = [(piece, 0.0) for piece in special]
        unigrams += [(piece, -5.0) for piece in ("\u2581", *marked)] + [(piece, -9.0) for piece in scripts]
        vocabulary = {piece: number for number, (piece, _) in enumerate(unigrams)}
        tokenizer = Tokenizer(models.Unigram(unigrams, unk_id=3))
        tokenizer.pre_tokenizer = pre_tokenizers.Metaspace()
        ends = [(name, vocabulary[name]) for name in ("<s>", "</s>")]
        tokenizer.post_processor = processors.TemplateProcessing("<s> $A </s>", "<s> $A </s> </s> $B </s>", ends)
        names = {"cls_token": "<s>", "sep_token": "</s>", "pad_token": "<pad>", "unk_token": "<unk>"}
        tokenizer_class = "PreTrainedTokenizerFast"
    tokenizer.add_special_tokens(special)
    tokenizer.save(str(folder / "tokenizer.json"))
    _write(folder / "tokenizer_config.json", {"tokenizer_class": tokenizer_class, "model_max_length": 24, **names})
    if kind == "bert":
        (folder / "vocab.txt").write_text("\n".join(vocabulary), encoding="utf-8")
    return len(vocabulary)


def _write(path: Path, content: object) -> None:
    path.parent.mkdir(exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")
