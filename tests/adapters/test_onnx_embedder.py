"""Embedding models prepared for onnxruntime: the same vectors as the original, sooner, and never code from a folder."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from typing import TYPE_CHECKING, Any

import numpy as np
import pytest
from tiny_embedders import WIDTH, write_embedder

from localassist.adapters.catalog import Catalog
from localassist.adapters.embedding.onnx_embedder import OnnxEmbedder
from localassist.adapters.embedding.opening import open_embedder, why_slow
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.embedding.sentence_transformer import SentenceTransformersEmbedder
from localassist.adapters.resources import resource
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    from pathlib import Path

    from localassist.domain.models import EmbeddingModel
    from localassist.domain.vectors import Vectors

TEXTS = [
    "The lease ends with sixty days' notice.",
    "miete ist am ersten fällig, день, ひらがな",
    "rent",
    "the lease ends " * 30,
    "",
]


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(resource("models.toml"), tmp_path / "verified.json")


def an_embedder(tmp_path: Path, model: EmbeddingModel, *, quantised: bool = False, workers: int = 2) -> OnnxEmbedder:
    prepared = PreparedModels(tmp_path / "prepared")
    return OnnxEmbedder(model, prepared, lambda _: None, lambda: workers, quantised=quantised)


def rows(vectors: Vectors) -> np.ndarray:
    return np.array(vectors.data).reshape(-1, vectors.dimension)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("kind", "pooling", "settings"),
    [
        ("bert", "mean", {}),
        ("bert", "cls", {"prompts": {"query": "query: ", "document": "passage: "}}),
        ("bert", "max", {"truncate_dim": 8}),
        ("bert", "cls", {"truncate_dim": 8}),
        ("xlm-roberta", "mean", {"prompts": {"query": "query: "}, "default_prompt_name": "query"}),
    ],
)
def test_vectors_are_those_of_sentence_transformers(
    tmp_path: Path, catalog: Catalog, kind: str, pooling: str, settings: dict[str, Any]
) -> None:
    folder = write_embedder(tmp_path / "tiny", kind=kind, pooling=pooling, **settings)
    model = catalog.embedding_model(str(folder))
    ours, theirs = an_embedder(tmp_path, model), SentenceTransformersEmbedder(model, lambda _: None)
    assert ours.name == theirs.name
    assert ours.dimension == theirs.dimension == (settings.get("truncate_dim") or WIDTH)
    passages = rows(ours.embed_passages(TEXTS, Stop())), rows(theirs.embed_passages(TEXTS, Stop()))
    queries = rows(ours.embed_query(TEXTS[0])), rows(theirs.embed_query(TEXTS[0]))
    for one, other in (passages, queries):
        assert one.shape == other.shape
        assert (one * other).sum(axis=1).min() > 1 - 1e-3
    if "query" in settings.get("prompts", {}) and "document" in settings.get("prompts", {}):
        assert (queries[0] @ passages[0][0]).item() < 1 - 1e-3  # each has its own prompt


def test_whole_numbers_give_nearly_the_same_vectors_under_a_name_of_their_own(tmp_path: Path, catalog: Catalog) -> None:
    model = catalog.embedding_model()
    exact, whole = an_embedder(tmp_path, model), an_embedder(tmp_path, model, quantised=True)
    assert exact.name == model.name
    assert whole.name != model.name
    texts = [
        "The lease ends with sixty days' notice.",
        "Store the reagent at four degrees.",
        "Wer zahlt die Reparatur?",
    ]
    one, other = (rows(embedder.embed_passages(texts, Stop())) for embedder in (exact, whole))
    assert (one * other).sum(axis=1).min() > 0.99


def test_a_vector_does_not_depend_on_what_it_is_embedded_with(tmp_path: Path, catalog: Catalog) -> None:
    embedder = an_embedder(tmp_path, catalog.embedding_model(), quantised=True)
    together = rows(embedder.embed_passages(TEXTS, Stop()))
    alone = np.concatenate([rows(embedder.embed_passages([text], Stop())) for text in TEXTS])
    np.testing.assert_array_equal(together, alone)


def test_many_threads_get_each_its_own_vectors(tmp_path: Path, catalog: Catalog) -> None:
    embedder = an_embedder(tmp_path, catalog.embedding_model(str(write_embedder(tmp_path / "tiny"))))
    expected = rows(embedder.embed_passages(TEXTS, Stop()))
    fresh = an_embedder(tmp_path, catalog.embedding_model(str(tmp_path / "tiny")))
    found: list[np.ndarray] = []
    threads = [
        threading.Thread(target=lambda: found.append(rows(fresh.embed_passages(TEXTS, Stop())))) for _ in range(8)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8
    for one in found:
        np.testing.assert_array_equal(one, expected)


def test_a_stop_ends_the_work(tmp_path: Path, catalog: Catalog) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        an_embedder(tmp_path, catalog.embedding_model()).embed_passages(["text"], stop)


def test_the_limit_leaves_room_for_the_prompt(tmp_path: Path, catalog: Catalog) -> None:
    folder = write_embedder(tmp_path / "tiny", prompts={"passage": "passage the lease"})
    assert an_embedder(tmp_path, catalog.embedding_model(str(folder))).max_tokens == 16 - 3


def test_a_damaged_preparation_is_made_again(tmp_path: Path, catalog: Catalog) -> None:
    model = catalog.embedding_model(str(write_embedder(tmp_path / "tiny")))
    before = rows(an_embedder(tmp_path, model).embed_query("lease"))
    (weights,) = (tmp_path / "prepared").glob("*/weights.bin")
    whole = weights.read_bytes()
    weights.write_bytes(whole[: len(whole) // 2])
    np.testing.assert_array_equal(rows(an_embedder(tmp_path, model).embed_query("lease")), before)
    assert weights.read_bytes() == whole


def test_what_is_prepared_is_not_made_twice(tmp_path: Path, catalog: Catalog) -> None:
    model = catalog.embedding_model(str(write_embedder(tmp_path / "tiny")))
    an_embedder(tmp_path, model).embed_query("lease")
    (graph,) = (tmp_path / "prepared").glob("*/model.onnx")
    made = graph.stat().st_mtime_ns
    an_embedder(tmp_path, model).embed_query("lease")
    assert graph.stat().st_mtime_ns == made
    assert not list((tmp_path / "prepared").glob("*.part"))


@pytest.mark.parametrize(
    "content", [b"", b"not the weights at all", b"\x10\0\0\0\0\0\0\0{}"], ids=["empty", "text", "cut"]
)
def test_damaged_weights_are_a_sentence(tmp_path: Path, catalog: Catalog, content: bytes) -> None:
    folder = write_embedder(tmp_path / "tiny")
    (folder / "model.safetensors").write_bytes(content)
    with pytest.raises(ModelError, match="could not be prepared"):
        an_embedder(tmp_path, catalog.embedding_model(str(folder))).embed_query("lease")


def test_only_safetensors_are_read(tmp_path: Path, catalog: Catalog) -> None:
    folder = write_embedder(tmp_path / "tiny")
    (folder / "model.safetensors").rename(folder / "pytorch_model.bin")
    assert "no model.safetensors" in catalog.embedding_model(str(folder)).problem


def test_code_that_a_model_brings_is_never_run(tmp_path: Path, catalog: Catalog) -> None:
    folder = write_embedder(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "auto_map": {"AutoModel": "evil.Model"}}))
    assert "code of its own" in catalog.embedding_model(str(folder)).problem


def test_a_part_of_another_library_is_refused(tmp_path: Path, catalog: Catalog) -> None:
    folder = write_embedder(tmp_path / "tiny")
    (folder / "modules.json").write_text(json.dumps([{"idx": 0, "name": "0", "path": "", "type": "os.system"}]))
    assert "not run here" in catalog.embedding_model(str(folder)).problem


def test_a_folder_without_a_model_says_so_when_it_is_asked(tmp_path: Path, catalog: Catalog) -> None:
    model = catalog.embedding_model(str(tmp_path / "nothing"))
    embedder = open_embedder(model, PreparedModels(tmp_path), catalog.verify, lambda: 1)
    with pytest.raises(ModelError, match="nothing"):
        embedder.embed_query("lease")


def test_a_model_that_cant_be_prepared_goes_through_sentence_transformers(tmp_path: Path, catalog: Catalog) -> None:
    folder = write_embedder(tmp_path / "tiny")
    config = json.loads((folder / "config.json").read_text())
    (folder / "config.json").write_text(json.dumps({**config, "hidden_act": "relu"}))
    model = catalog.embedding_model(str(folder))
    embedder = open_embedder(model, PreparedModels(tmp_path), catalog.verify, lambda: 1)
    assert isinstance(embedder, SentenceTransformersEmbedder)
    assert "relu" in why_slow(model)


def test_another_prompt_makes_it_another_model(tmp_path: Path, catalog: Catalog) -> None:
    plain = catalog.embedding_model(str(write_embedder(tmp_path / "tiny")))
    asked = catalog.embedding_model(str(write_embedder(tmp_path / "tiny", prompts={"query": "query: "})))
    assert plain.name != asked.name


@pytest.mark.slow
def test_a_question_is_embedded_without_torch(tmp_path: Path, catalog: Catalog) -> None:
    an_embedder(tmp_path, catalog.embedding_model(), quantised=True).embed_query("prepare it")
    code = f"""
import sys
from pathlib import Path
from localassist.adapters.catalog import Catalog
from localassist.adapters.embedding.opening import open_embedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.resources import resource
catalog = Catalog(resource("models.toml"), Path({str(tmp_path / "verified.json")!r}))
prepared = PreparedModels(Path({str(tmp_path / "prepared")!r}))
embedder = open_embedder(catalog.embedding_model(), prepared, catalog.verify, lambda: 1)
assert embedder.embed_query("How early must notice be given?").count == 1
print(sorted({{"torch", "transformers", "sentence_transformers", "onnx"}} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.stdout.strip() == "[]", done.stderr
