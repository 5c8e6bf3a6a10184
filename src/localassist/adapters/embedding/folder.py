"""What the files of a sentence-transformers folder say of how its model is asked."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from localassist.domain.errors import ModelError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

GRAPH_FILE: Final = "model.onnx"
WEIGHTS_FILE: Final = "weights.bin"
"""What a prepared model consists of."""
FAMILIES: Final = {"bert": "bert.", "roberta": "roberta.", "xlm-roberta": "roberta."}
"""The kinds of model that can be prepared, and what the names of their weights may begin with."""
_MODULES: Final = frozenset({"Transformer", "Pooling", "Normalize", "Dense"})
_PASSAGE_PROMPTS: Final = ("document", "passage", "corpus")
_MEASURES: Final = {"cls": "cls_token", "mean": "mean_tokens", "max": "max_tokens", "lasttoken": "lasttoken"}
_MOST_TOKENS: Final = 1_000_000  # tokenizers write a number beyond all bounds where there is none


class UnpreparableError(Exception):
    """The model is one that the graph builder does not know; the text says what it does not know."""


@dataclass(frozen=True, slots=True)
class Layer:
    """A linear layer behind the pooling: the file of its weights, and whether tanh follows."""

    weights: Path
    tanh: bool


@dataclass(frozen=True, slots=True)
class ModelFolder:
    """A model in its folder. `config` is the transformer's own; `dimension` is after `truncated` (0: it is whole).

    `query_prompt` and `passage_prompt` stand before each text. `unknown` names what only sentence-transformers
    can carry out, empty where there is nothing of that kind.
    """

    weights: Path
    config: Mapping[str, Any]
    max_tokens: int
    lower_case: bool = False
    pooling: str = "mean"
    layers: tuple[Layer, ...] = ()
    query_prompt: str = ""
    passage_prompt: str = ""
    dimension: int = 0
    truncated: int = 0
    unknown: str = ""
    _read: tuple[Path, ...] = field(default=(), repr=False)

    @property
    def tokenizer(self) -> Path:
        """The tokenizer's file."""
        return self.weights.parent / "tokenizer.json"

    def digest(self, weights_sha256: str) -> str:
        """Hex SHA-256 over the weights' hash and all that decides a vector besides."""
        digest = hashlib.sha256(weights_sha256.encode())
        for path in (*self._read, self.tokenizer, *(layer.weights for layer in self.layers)):
            if path.is_file():
                digest.update(path.read_bytes())
        return digest.hexdigest()


def describe(folder: Path) -> ModelFolder:
    """Read the files of an embedding model as sentence-transformers reads them.

    Raises `ModelError` for a folder without such a model, one whose weights are not safetensors, or one that
    brings code of its own.
    """
    files = _Files(folder)
    modules = files.read("modules.json", [])
    if not modules:
        raise ModelError(
            f"The folder {folder.name} holds no sentence-transformers model (no modules.json).",
            "Name the folder of an embedding model as its makers published it.",
        )
    kinds = {str(module["type"]).rpartition(".")[2]: str(module["path"]) for module in modules}
    if strange := set(kinds) - _MODULES:
        raise ModelError(
            f"The model in {folder.name} has a part that is not run here ({min(strange)}).",
            f"Choose one that is made of {', '.join(sorted(_MODULES))}.",
        )
    top = kinds.get("Transformer", "")
    config = files.read(f"{top}/config.json", {})
    sentence = files.read(f"{top}/sentence_bert_config.json", {})
    settings = files.read("config_sentence_transformers.json", {})
    pooling, unknown = _pooling(files.read(f"{kinds.get('Pooling', '')}/config.json", {}))
    layers, width = _layers(files, modules, int(config.get("hidden_size", 0)))
    prompts = settings.get("prompts") or {}
    default = prompts.get(settings.get("default_prompt_name") or "", "")
    truncated = int(settings.get("truncate_dim") or 0)
    return ModelFolder(
        weights=_weights(folder / top),
        config=config,
        max_tokens=_max_tokens(config, sentence, files.read(f"{top}/tokenizer_config.json", {})),
        lower_case=bool(sentence.get("do_lower_case")),
        pooling=pooling,
        layers=layers,
        query_prompt=prompts.get("query", default),
        passage_prompt=next((prompts[name] for name in _PASSAGE_PROMPTS if name in prompts), default),
        dimension=min(truncated or width, width),
        truncated=truncated,
        unknown=unknown,
        _read=tuple(files.seen),
    )


def describe_classifier(folder: Path) -> ModelFolder:
    """Read the files of a cross-encoder: a model that gives one number for a pair of texts. Raises `ModelError`."""
    files = _Files(folder)
    config = files.read("config.json", {})
    architecture = str((config.get("architectures") or [""])[0])
    if not architecture.endswith("ForSequenceClassification") or len(config.get("id2label", {"0": "", "1": ""})) != 1:
        raise ModelError(
            f"The folder {folder.name} holds no reranker (a sequence classifier with one label).",
            "Name the folder of a cross-encoder as its makers published it.",
        )
    tokens = _max_tokens(config, {}, files.read("tokenizer_config.json", {}))
    return ModelFolder(_weights(folder), config, tokens, _read=tuple(files.seen))


def check_preparable(model: ModelFolder) -> None:
    """Raise `UnpreparableError` for a model that is built or used in a way the graph builder does not know."""
    config = model.config
    kind = config.get("model_type")
    if model.unknown:
        raise UnpreparableError(model.unknown)
    if kind not in FAMILIES:
        raise UnpreparableError(f"the kind of model {kind}")
    if config.get("hidden_act", "gelu") != "gelu":
        raise UnpreparableError(f"the activation {config['hidden_act']}")
    if config.get("position_embedding_type", "absolute") != "absolute" or config.get("is_decoder"):
        raise UnpreparableError("its kind of attention")


class _Files:
    """The JSON files of a folder; `seen` are those that were there."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self.seen: list[Path] = []

    def read(self, name: str, default: Any) -> Any:
        path = self._folder / name.lstrip("/")
        if not path.is_file():
            return default
        try:
            found = json.loads(path.read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise ModelError(f"The file {name} of the model in {self._folder.name} can't be read.") from error
        if not isinstance(found, type(default)):
            raise ModelError(f"The file {name} of the model in {self._folder.name} is not what it should be.")
        if isinstance(found, dict) and "auto_map" in found:
            raise ModelError(
                f"The model in {self._folder.name} brings code of its own, which is never run here.",
                "Choose one that needs none.",
            )
        self.seen.append(path)
        return found


def _weights(folder: Path) -> Path:
    path = folder / "model.safetensors"
    if not path.is_file():
        raise ModelError(
            f"The folder {folder.name} has no model.safetensors.",
            "Weights in any other form could run code when they are read; get the model in this one.",
        )
    return path


def _max_tokens(config: Mapping[str, Any], sentence: Mapping[str, Any], tokenizer: Mapping[str, Any]) -> int:
    if sentence.get("max_seq_length"):
        return int(sentence["max_seq_length"])
    positions = int(config.get("max_position_embeddings") or _MOST_TOKENS)
    if config.get("model_type") in {"roberta", "xlm-roberta"}:
        positions -= int(config.get("pad_token_id", 1)) + 1  # positions are counted from behind the padding's
    return min(int(tokenizer.get("model_max_length") or _MOST_TOKENS), positions)


def _pooling(config: Mapping[str, Any]) -> tuple[str, str]:
    """How tokens become one vector, and what of it is unknown here."""
    modes = config.get("pooling_mode") or [mode for mode, key in _MEASURES.items() if config.get(f"pooling_mode_{key}")]
    modes = [modes] if isinstance(modes, str) else list(modes)
    others = any(config.get(f"pooling_mode_{key}") for key in ("mean_sqrt_len_tokens", "weightedmean_tokens"))
    if len(modes) != 1 or modes[0] not in _MEASURES or others:
        return "mean", "its way of pooling"
    return modes[0], "" if config.get("include_prompt", True) else "pooling without the prompt"


def _layers(files: _Files, modules: list[Any], width: int) -> tuple[tuple[Layer, ...], int]:
    layers = []
    for module in modules:
        if str(module["type"]).endswith(".Dense"):
            config = files.read(f"{module['path']}/config.json", {})
            activation = str(config.get("activation_function", "")).rpartition(".")[2]
            layers.append(Layer(_weights(files.seen[-1].parent), tanh=activation == "Tanh"))
            width = int(config["out_features"])
    return tuple(layers), width
