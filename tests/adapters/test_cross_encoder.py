"""Rerankers prepared for onnxruntime: the original's scores, within a time budget."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from tiny_embedders import write_embedder, write_reranker

from localassist.adapters.catalog import Catalog
from localassist.adapters.embedding.cross_encoder import CrossEncoder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.resources import resource
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from pathlib import Path

QUERY = "the lease ends with notice"
TEXTS = ["the lease ends", "rent is paid on first day of month", "notice " * 40]


def a_reranker(folder: Path, home: Path) -> CrossEncoder:
    catalog = Catalog(resource("models.toml"), home / "verified.json")
    return CrossEncoder(folder, PreparedModels(home / "prepared"), catalog.hash_of)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["bert", "xlm-roberta"])
def test_scores_are_those_of_sentence_transformers(tmp_path: Path, kind: str) -> None:
    from sentence_transformers import CrossEncoder as Original

    folder = write_reranker(tmp_path / "tiny", kind=kind)
    ours = a_reranker(folder, tmp_path).scores(QUERY, TEXTS, 60.0, Stop())
    theirs = Original(str(folder), device="cpu", local_files_only=True).predict([(QUERY, text) for text in TEXTS])
    assert ours == pytest.approx(theirs.tolist(), abs=0.02)  # in whole numbers
    assert len({round(score, 3) for score in ours}) == len(TEXTS)


def test_when_the_time_is_over_the_first_scores_are_given(tmp_path: Path) -> None:
    reranker = a_reranker(write_reranker(tmp_path / "tiny"), tmp_path)
    assert reranker.scores(QUERY, TEXTS, 0.0, Stop()) == ()
    assert len(reranker.scores(QUERY, TEXTS, 60.0, Stop())) == len(TEXTS)


def test_a_stop_ends_the_work(tmp_path: Path) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        a_reranker(write_reranker(tmp_path / "tiny"), tmp_path).scores(QUERY, TEXTS, 60.0, stop)


def test_an_embedding_model_is_no_reranker(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="no reranker"):
        a_reranker(write_embedder(tmp_path / "tiny"), tmp_path).scores(QUERY, TEXTS, 60.0, Stop())
