"""The real embedding model through sentence-transformers."""

import dataclasses
import logging
import math
from pathlib import Path

import pytest
from tiny_embedders import write_embedder

from localassist.adapters.catalog import Catalog
from localassist.adapters.embedding.sentence_transformer import SentenceTransformersEmbedder
from localassist.adapters.resources import resource
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.stopping import Stop
from localassist.domain.vectors import Vectors


@pytest.fixture(scope="module")
def catalog(tmp_path_factory: pytest.TempPathFactory) -> Catalog:
    return Catalog(resource("models.toml"), tmp_path_factory.mktemp("home") / "verified.json")


@pytest.fixture(scope="module")
def embedder(catalog: Catalog) -> SentenceTransformersEmbedder:
    return SentenceTransformersEmbedder(catalog.embedding_model(), catalog.verify)


def dot(a: Vectors, b: Vectors) -> float:
    return sum(x * y for x, y in zip(a.data, b.data, strict=True))


@pytest.mark.slow
def test_related_text_is_nearer_than_unrelated(embedder: SentenceTransformersEmbedder) -> None:
    query = embedder.embed_query("How early must a renter announce moving out?")
    passages = embedder.embed_passages(
        ["Sixty days' written notice ends the lease.", "The reagent is stored at four degrees Celsius."], Stop()
    )
    assert passages.count == 2
    assert passages.data.format == "f"
    assert dot(query, passages.row(0)) > dot(query, passages.row(1))
    assert math.isclose(dot(query, query), 1.0, abs_tol=1e-5)


@pytest.mark.slow
def test_warnings_of_the_library_are_not_printed(
    embedder: SentenceTransformersEmbedder, capfd: pytest.CaptureFixture[str]
) -> None:
    embedder.embed_query("load it")
    logging.getLogger("transformers.tokenization_utils").warning("too long: the patient's name is Ada")
    assert "Ada" not in capfd.readouterr().err


def test_tokens_are_counted_beyond_the_models_limit(embedder: SentenceTransformersEmbedder) -> None:
    short, long = embedder.count_tokens(["one", "word " * 1000])
    assert short == 3  # with the two special tokens
    assert long == 1002


def test_nothing_to_embed_gives_no_vectors(embedder: SentenceTransformersEmbedder) -> None:
    assert embedder.embed_passages([], Stop()).count == 0


def test_a_stop_ends_the_work(embedder: SentenceTransformersEmbedder) -> None:
    stop = Stop()
    stop.request()
    with pytest.raises(Stopped):
        embedder.embed_passages(["text"], stop)


def test_a_missing_model_says_what_to_do(catalog: Catalog) -> None:
    absent = dataclasses.replace(catalog.embedding_model(), path="", problem="The embedding model is not installed.")
    with pytest.raises(ModelError, match="make setup"):
        SentenceTransformersEmbedder(absent, catalog.verify).embed_query("anything")


def test_weights_that_are_not_the_published_ones_are_never_loaded(catalog: Catalog, tmp_path: Path) -> None:
    other = write_embedder(tmp_path) / "model.safetensors"
    other.write_bytes(b"not the weights")
    model = dataclasses.replace(catalog.embedding_model(), path=str(other))
    with pytest.raises(ModelError, match="not the one its makers published"):
        SentenceTransformersEmbedder(model, catalog.verify).embed_query("anything")


@pytest.mark.parametrize("content", ["", "{}", None], ids=["empty", "not a tokenizer", "missing"])
def test_a_damaged_tokenizer_is_a_sentence(catalog: Catalog, tmp_path: Path, content: str | None) -> None:
    if content is not None:
        (tmp_path / "tokenizer.json").write_text(content)
    model = dataclasses.replace(catalog.embedding_model(), path=str(tmp_path / "model.safetensors"))
    with pytest.raises(ModelError, match=r"could not be loaded.*make setup"):
        SentenceTransformersEmbedder(model, catalog.verify).count_tokens(["anything"])
