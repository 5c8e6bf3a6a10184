"""The layers of BERT and its kin (RoBERTa, XLM-RoBERTa), as a graph for onnxruntime."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from localassist.adapters.embedding.folder import FAMILIES, UnpreparableError

if TYPE_CHECKING:
    from collections.abc import Mapping

    from numpy.typing import NDArray

    from localassist.adapters.embedding.graph import GraphWriter

TEXTS: Final = ("texts", "tokens")
INPUTS: Final = (("input_ids", TEXTS), ("position_ids", ("tokens",)), ("token_type_ids", TEXTS))
"""All texts of a run have the same number of tokens, so nothing is padded and nothing needs a mask."""

_LEAST_GELU: Final = 0.17  # GELU is nowhere below -0.17
_NEEDLESS: Final = ("pooler.", "embeddings.position_ids", "cls.", "lm_head.", "classifier.")


def first_position(config: Mapping[str, Any]) -> int:
    """The position of a text's first token: RoBERTa counts from behind its padding token's number."""
    return 0 if config["model_type"] == "bert" else int(config.get("pad_token_id", 1)) + 1


class BertLayers:
    """Writes the layers of one model. Raises `UnpreparableError` for a model that is built in another way."""

    def __init__(self, writer: GraphWriter, config: Mapping[str, Any], tensors: Mapping[str, NDArray[Any]]) -> None:
        prefix = FAMILIES[config["model_type"]]
        self._writer = writer
        self._config = config
        self._tensors = {name.removeprefix(prefix): values for name, values in tensors.items()}
        self._used: set[str] = set()
        self._epsilon = float(config.get("layer_norm_eps", 1e-12))

    @property
    def width(self) -> int:
        """How many numbers a token has."""
        return int(self._config["hidden_size"])

    def write(self) -> str:
        """Write all layers; gives the name of the last hidden state, of shape (texts, tokens, width)."""
        state = self._embeddings()
        for layer in range(int(self._config["num_hidden_layers"])):
            state = self._block(state, f"encoder.layer.{layer}")
        left = [name for name in self._tensors if name not in self._used and not name.startswith(_NEEDLESS)]
        if left:
            raise UnpreparableError(f"the weights {min(left)}")
        return state

    def write_pooling(self, state: str, pooling: str) -> str:
        """Write how the tokens of a text become one vector, of shape (texts, width)."""
        import numpy as np

        if pooling == "mean":
            return self._writer.node("ReduceMean", [state], "pooled", axes=[1], keepdims=0)
        if pooling == "max":
            return self._writer.node("ReduceMax", [state], "pooled", axes=[1], keepdims=0)
        position = np.array(-1 if pooling == "lasttoken" else 0, np.int64)
        return self._writer.node("Gather", [state, self._writer.constant("place", position)], "pooled", axis=1)

    def write_classifier(self, state: str) -> str:
        """Write the head that gives one number for each pair of texts, of shape (texts, 1)."""
        first = self.write_pooling(state, "cls")
        bert = self._config["model_type"] == "bert"
        inner, outer = ("pooler.dense", "classifier") if bert else ("classifier.dense", "classifier.out_proj")
        return self._dense(self._writer.node("Tanh", [self._dense(first, inner)], "tanh"), outer)

    def _embeddings(self) -> str:
        writer = self._writer
        parts = []
        for table, numbers in zip(("word", "position", "token_type"), (name for name, _ in INPUTS), strict=True):
            name = f"embeddings.{table}_embeddings"
            rows = writer.constant(f"{name}.table", self._tensor(f"{name}.weight"))
            parts.append(writer.node("Gather", [rows, numbers], name))
        words, positions, types = parts
        places = writer.node("Add", [types, positions], "embeddings.places")
        return self._norm(writer.node("Add", [words, places], "embeddings.sum"), "embeddings.LayerNorm")

    def _block(self, state: str, block: str) -> str:
        import numpy as np

        writer, attention = self._writer, f"{block}.attention"
        parts = [f"{attention}.self.{part}" for part in ("query", "key", "value")]
        projected = [writer.linear(state, part, self._tensor(f"{part}.weight")) for part in parts]
        biases = np.concatenate([self._tensor(f"{part}.bias") for part in parts])
        seen = writer.fused(
            "MultiHeadAttention",
            [*projected, writer.constant(f"{attention}.bias", biases)],
            f"{attention}.seen",
            num_heads=int(self._config["num_attention_heads"]),
        )
        output = f"{attention}.output"
        product = writer.linear(seen, f"{output}.dense", self._tensor(f"{output}.dense.weight"))
        state = self._joined(product, state, output)
        inner, output = f"{block}.intermediate.dense", f"{block}.output"
        wide = writer.linear(state, inner, self._tensor(f"{inner}.weight"))
        wide = writer.fused("BiasGelu", [wide, self._constant(f"{inner}.bias")], f"{inner}.gelu")
        product = writer.linear_by_row(wide, f"{output}.dense", self._tensor(f"{output}.dense.weight"), _LEAST_GELU)
        return self._joined(product, state, output)

    def _joined(self, product: str, state: str, output: str) -> str:
        biased = self._writer.node("Add", [product, self._constant(f"{output}.dense.bias")], f"{output}.biased")
        return self._norm(self._writer.node("Add", [biased, state], f"{output}.sum"), f"{output}.LayerNorm")

    def _norm(self, source: str, name: str) -> str:
        scale, shift = self._constant(f"{name}.weight"), self._constant(f"{name}.bias")
        return self._writer.node("LayerNormalization", [source, scale, shift], name, axis=-1, epsilon=self._epsilon)

    def _dense(self, source: str, name: str) -> str:
        weight = self._writer.constant(f"{name}.weight", self._tensor(f"{name}.weight").T)
        product = self._writer.node("MatMul", [source, weight], f"{name}.product")
        return self._writer.node("Add", [product, self._constant(f"{name}.bias")], name)

    def _constant(self, name: str) -> str:
        return self._writer.constant(name, self._tensor(name))

    def _tensor(self, name: str) -> NDArray[Any]:
        if name not in self._tensors:
            raise UnpreparableError(f"a model without {name}")
        self._used.add(name)
        return self._tensors[name]
