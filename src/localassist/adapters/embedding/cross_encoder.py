"""A cross-encoder through onnxruntime: how well each of some passages answers a question."""

from __future__ import annotations

import math
import threading
import time
from typing import TYPE_CHECKING, Any

from typing_extensions import override

from localassist.adapters.embedding.folder import ModelFolder, describe_classifier
from localassist.domain.errors import ModelError
from localassist.domain.ports.reranker import Reranker

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import Path

    from localassist.adapters.embedding.encoder import Encoder
    from localassist.adapters.embedding.prepared import PreparedModels
    from localassist.domain.stopping import Stop


class CrossEncoder(Reranker):
    """The cross-encoder in a folder, loaded on first use; `hash_of` gives the SHA-256 of its weights.

    It reads question and passage together (Nogueira and Cho, "Passage Re-ranking with BERT", 2019).
    """

    def __init__(self, folder: Path, prepared: PreparedModels, hash_of: Callable[[Path], str]) -> None:
        self._folder = folder
        self._prepared = prepared
        self._hash_of = hash_of
        self._lock = threading.Lock()
        self._loaded: tuple[Any, Encoder] | None = None

    @property
    @override
    def name(self) -> str:
        return self._folder.name

    @override
    def scores(self, query: str, texts: Sequence[str], seconds: float, stop: Stop) -> tuple[float, ...]:
        tokenizer, encoder = self._load()
        ends = time.monotonic() + seconds
        scores: list[float] = []
        for text in texts:
            stop.raise_if_requested()
            if time.monotonic() >= ends:
                break
            encoding = tokenizer.encode(query, text)
            logit = float(encoder.run(encoding.ids, encoding.type_ids)[0])
            scores.append(0.5 + 0.5 * math.tanh(logit / 2))  # the logistic function, without its overflow
        return tuple(scores)

    def _load(self) -> tuple[Any, Encoder]:
        from localassist.adapters.embedding.encoder import Encoder, read_tokenizer

        with self._lock:
            if self._loaded is None:
                model = describe_classifier(self._folder)
                tokenizer = read_tokenizer(model, self._folder.name)
                tokenizer.enable_truncation(model.max_tokens)
                graph = self._prepared.find(self._name(model), model, lambda: None, quantised=True, classifier=True)
                self._loaded = tokenizer, Encoder(graph, model)
            return self._loaded

    def _name(self, model: ModelFolder) -> str:
        try:
            return f"{self._folder.name}@{model.digest(self._hash_of(model.weights))[:12]}"
        except OSError as error:
            raise ModelError(f"The model in {self._folder.name} can't be read: {error.strerror}.") from error
