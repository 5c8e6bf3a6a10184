"""onnxruntime: texts to vectors on the processor, without torch."""

from __future__ import annotations

import threading
from collections import deque
from concurrent.futures import ThreadPoolExecutor
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from typing_extensions import override

from localassist.adapters.embedding.folder import ModelFolder, describe
from localassist.domain.errors import ModelError
from localassist.domain.ports.embedder import Embedder
from localassist.domain.vectors import Vectors

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.adapters.embedding.prepared import PreparedModels
    from localassist.domain.models import EmbeddingModel
    from localassist.domain.stopping import Stop

QUANTISED: Final = "-int8"
"""What the name of vectors ends in that were made of whole numbers; those of 32 bits are the original's."""


class OnnxEmbedder(Embedder):
    """A prepared embedding model, loaded on first use and prepared before that where it has to be.

    `verify` compares the weights with the published ones before they are prepared. `workers` is asked before each
    text how many threads may work on passages now; a question is embedded on the thread that asks.
    """

    def __init__(
        self,
        model: EmbeddingModel,
        prepared: PreparedModels,
        verify: Callable[[EmbeddingModel], None],
        workers: Callable[[], int],
        *,
        quantised: bool = True,
    ) -> None:
        self._model = model
        self._prepared = prepared
        self._verify = verify
        self._workers = workers
        self._quantised = quantised
        self._lock = threading.RLock()
        self._loaded: _Loaded | None = None

    @property
    @override
    def name(self) -> str:
        return self._model.name + QUANTISED * self._quantised

    @property
    @override
    def dimension(self) -> int:
        return self._model.dimension

    @property
    @override
    def max_tokens(self) -> int:
        if self._model.problem:
            return self._model.max_tokens
        return self._model.max_tokens - self._tokens_of_prompt

    @override
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        tokenizer = self._tokenizer
        return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]

    @override
    def embed_passages(self, texts: Sequence[str], stop: Stop) -> Vectors:
        stop.raise_if_requested()
        loaded = self._load()
        prompt = self._folder.passage_prompt
        most = min(self._workers(), len(texts))
        # The longest first: what is left at the end is short, and no thread waits long for another.
        left = deque(sorted(range(len(texts)), key=lambda position: -len(texts[position])))
        rows = loaded.room(len(texts))

        def work(number: int) -> None:
            while not stop.requested and (number == 0 or number < self._workers()):
                try:
                    position = left.popleft()
                except IndexError:
                    return
                rows[position] = loaded.vector(prompt + texts[position])

        if most > 1:
            with ThreadPoolExecutor(most - 1, "embedding") as others:
                helping = [others.submit(work, number) for number in range(1, most)]
                work(0)
            for helper in helping:
                helper.result()
        else:
            work(0)
        stop.raise_if_requested()
        return Vectors(rows.reshape(-1).data, self.dimension)

    @override
    def embed_query(self, text: str) -> Vectors:
        vector = self._load().vector(self._folder.query_prompt + text)
        return Vectors(vector.data, self.dimension)

    @cached_property
    def _folder(self) -> ModelFolder:
        if self._model.problem:
            raise ModelError(self._model.problem, "Run `make setup` to install it; until then only words are searched.")
        return describe(Path(self._model.path).parent)

    @cached_property
    def _tokenizer(self) -> Any:
        from localassist.adapters.embedding.encoder import read_tokenizer  # a tenth of a second, the whole model more

        with self._lock:
            return read_tokenizer(self._folder, self._model.name)

    @cached_property
    def _tokens_of_prompt(self) -> int:
        prompt = self._folder.passage_prompt
        return len(self._tokenizer.encode(prompt, add_special_tokens=False).ids) if prompt else 0

    def _load(self) -> _Loaded:
        with self._lock:
            if self._loaded is None:
                folder = self._folder
                self._loaded = _Loaded(folder, self._graph(folder), self._tokenizer, self.dimension)
            return self._loaded

    def _graph(self, folder: ModelFolder) -> Path:
        return self._prepared.find(
            self._model.name, folder, lambda: self._verify(self._model), quantised=self._quantised
        )


class _Loaded:
    """The model in memory, and how one text becomes a vector."""

    def __init__(self, folder: ModelFolder, graph: Path, tokenizer: Any, dimension: int) -> None:
        import numpy as np

        from localassist.adapters.embedding.encoder import Encoder
        from localassist.adapters.embedding.weights import read_tensors

        self._np = np
        self._folder = folder
        self._encoder = Encoder(graph, folder)
        self._tokenizer = tokenizer
        self._most = folder.max_tokens - tokenizer.num_special_tokens_to_add(is_pair=False)
        self._dimension = dimension
        self._layers = [(read_tensors(layer.weights), layer.tanh) for layer in folder.layers]

    def room(self, count: int) -> Any:
        """Rows for so many vectors."""
        return self._np.empty((count, self._dimension), self._np.float32)

    def vector(self, text: str) -> Any:
        """The unit-length vector of a text, cut at the model's limit."""
        np = self._np
        encoding = self._tokenizer.encode(text.lower() if self._folder.lower_case else text, add_special_tokens=False)
        encoding.truncate(self._most)
        encoding = self._tokenizer.post_process(encoding)
        row = self._encoder.run(encoding.ids, encoding.type_ids)
        for tensors, tanh in self._layers:
            row = tensors["linear.weight"] @ row + tensors.get("linear.bias", np.float32(0))
            row = np.tanh(row) if tanh else row
        row = row[: self._dimension]
        length = float(np.linalg.norm(row))
        return np.ascontiguousarray(row / length if length else row, np.float32)
