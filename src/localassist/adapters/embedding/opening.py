"""Which way an embedding model is run: prepared for onnxruntime, or through sentence-transformers where it must be."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from localassist.adapters.embedding.folder import UnpreparableError, check_preparable, describe
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.sentence_transformer import SentenceTransformersEmbedder

if TYPE_CHECKING:
    from collections.abc import Callable

    from localassist.adapters.embedding.prepared import PreparedModels
    from localassist.domain.models import EmbeddingModel
    from localassist.domain.ports.embedder import Embedder

log = logging.getLogger(__name__)


def open_embedder(
    model: EmbeddingModel,
    prepared: PreparedModels,
    verify: Callable[[EmbeddingModel], None],
    workers: Callable[[], int],
    *,
    quantised: bool = True,
) -> Embedder:
    """The embedder for a model; nothing is loaded yet, and a model with a problem says so when it is used.

    `verify`, `workers` and `quantised` are as in `OnnxEmbedder`.
    """
    if reason := why_slow(model):
        log.warning("The embedding model %s runs through sentence-transformers: %s", model.name, reason)
        return SentenceTransformersEmbedder(model, verify)
    return OnnxEmbedder(model, prepared, verify, workers, quantised=quantised)


def why_slow(model: EmbeddingModel) -> str:
    """Why a model can't be prepared and runs several times slower, as a sentence; "" for one that can be."""
    if model.problem:
        return ""
    folder = describe(Path(model.path).parent)
    try:
        check_preparable(folder)
    except UnpreparableError as error:
        return f"It can't be prepared, so it starts and runs several times slower: {error} is not known here."
    return ""
