"""sentence-transformers: texts to vectors on the processor."""

from __future__ import annotations

import threading
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

    from localassist.domain.models import EmbeddingModel
    from localassist.domain.stopping import Stop

# Few enough that a stop is seen within about a second on a slow laptop, enough to fill the model's batches.
TEXTS_BETWEEN_STOPS: Final = 64


class SentenceTransformersEmbedder(Embedder):
    """The embedding model in its folder, loaded on first use; one text is embedded at a time by one thread.

    `verify` compares the weights with the published ones before they are loaded.
    """

    def __init__(self, model: EmbeddingModel, verify: Callable[[EmbeddingModel], None]) -> None:
        self._model = model
        self._verify = verify
        self._lock = threading.Lock()
        self._tokenizer_lock = threading.Lock()
        self._loaded: Any = None
        self._tokenizer: Any = None

    @property
    @override
    def name(self) -> str:
        return self._model.name

    @property
    @override
    def dimension(self) -> int:
        return self._model.dimension

    @property
    @override
    def max_tokens(self) -> int:
        return self._model.max_tokens

    @override
    def count_tokens(self, texts: Sequence[str]) -> list[int]:
        tokenizer = self._load_tokenizer()
        return [len(encoding.ids) for encoding in tokenizer.encode_batch(list(texts))]

    @override
    def embed_passages(self, texts: Sequence[str], stop: Stop) -> Vectors:
        import numpy as np

        prompt = self._folder.passage_prompt
        rows = []
        for start in range(0, len(texts), TEXTS_BETWEEN_STOPS):
            stop.raise_if_requested()
            rows.append(self._encode(list(texts[start : start + TEXTS_BETWEEN_STOPS]), prompt))
        matrix = np.concatenate(rows) if rows else np.empty((0, self.dimension), np.float32)
        return self._vectors(matrix)

    @override
    def embed_query(self, text: str) -> Vectors:
        return self._vectors(self._encode([text], self._folder.query_prompt))

    def _vectors(self, matrix: Any) -> Vectors:
        import numpy as np

        return Vectors(np.ascontiguousarray(matrix, np.float32).reshape(-1).data, self.dimension)

    @cached_property
    def _folder(self) -> ModelFolder:
        self._require_installed()
        return describe(Path(self._model.path).parent)

    def _encode(self, texts: list[str], prompt: str) -> Any:
        with self._lock:
            if self._loaded is None:
                self._loaded = self._load()
            return self._loaded.encode(
                texts,
                prompt=prompt,
                batch_size=32,
                normalize_embeddings=True,
                convert_to_numpy=True,
                show_progress_bar=False,
            )

    def _load(self) -> Any:
        self._require_installed()
        self._verify(self._model)
        try:
            from sentence_transformers import SentenceTransformer
            from transformers.utils import logging as transformers_logging

            transformers_logging.disable_progress_bar()
            transformers_logging.disable_default_handler()  # it prints warnings, with what they are about
            transformers_logging.enable_propagation()
            folder = str(Path(self._model.path).parent)
            return SentenceTransformer(
                folder, device="cpu", local_files_only=True, model_kwargs={"use_safetensors": True}
            )
        except (ImportError, OSError, ValueError, RuntimeError) as error:
            raise self._unloadable(error) from error

    def _load_tokenizer(self) -> Any:
        with self._tokenizer_lock:
            if self._tokenizer is None:
                self._require_installed()
                from tokenizers import Tokenizer  # a tenth of a second, where the whole model takes seconds

                try:
                    tokenizer = Tokenizer.from_file(str(Path(self._model.path).parent / "tokenizer.json"))
                except Exception as error:  # the library has no type of its own
                    raise self._unloadable(error) from error
                # The file cuts and pads as it was trained; counting needs the true length.
                tokenizer.no_truncation()
                tokenizer.no_padding()
                self._tokenizer = tokenizer
            return self._tokenizer

    def _unloadable(self, error: Exception) -> ModelError:
        return ModelError(
            f"The embedding model {self._model.name} could not be loaded ({type(error).__name__}).",
            "Run `localassist doctor`, or `make setup` to install it again.",
        )

    def _require_installed(self) -> None:
        if self._model.problem:
            raise ModelError(self._model.problem, "Run `make setup` to install it; until then only words are searched.")
