"""The catalogue vouches for files before they are used."""

import dataclasses
import hashlib
from pathlib import Path

import pytest

from localassist.adapters.catalog import Catalog
from localassist.adapters.resources import resource
from localassist.domain.errors import ModelError, NotFoundError
from localassist.domain.models import ModelFile


@pytest.fixture
def catalog(tmp_path: Path) -> Catalog:
    return Catalog(resource("models.toml"), tmp_path / "verified.json")


def a_model(path: Path, content: bytes) -> ModelFile:
    path.write_bytes(content)
    return ModelFile("m", str(path), len(content), sha256=hashlib.sha256(content).hexdigest())


def test_the_starter_models_are_the_published_ones(catalog: Catalog) -> None:
    (chat,) = catalog.chat_models()
    embedder = catalog.embedding_model()
    catalog.verify(chat)
    catalog.verify(embedder)
    assert chat.licence == "Apache-2.0"
    assert chat.context_length == 8192
    assert (embedder.dimension, embedder.max_tokens, embedder.problem) == (384, 256, "")


def test_a_changed_file_is_refused_with_what_to_do(catalog: Catalog, tmp_path: Path) -> None:
    model = a_model(tmp_path / "model.gguf", b"published")
    (tmp_path / "model.gguf").write_bytes(b"something else")
    with pytest.raises(ModelError, match=r"model\.gguf is not the one.*make setup"):
        catalog.verify(model)


def test_a_file_changed_after_it_was_verified_is_compared_again(catalog: Catalog, tmp_path: Path) -> None:
    model = a_model(tmp_path / "model.gguf", b"published")
    catalog.verify(model)
    (tmp_path / "model.gguf").write_bytes(b"published, then changed")
    with pytest.raises(ModelError):
        catalog.verify(model)


def test_a_verified_file_is_not_read_again(catalog: Catalog, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    model = a_model(tmp_path / "model.gguf", b"published")
    catalog.verify(model)
    monkeypatch.setattr(hashlib, "file_digest", None)
    catalog.verify(model)


def test_a_damaged_memory_costs_only_a_comparison(catalog: Catalog, tmp_path: Path) -> None:
    (tmp_path / "verified.json").write_text("{not json")
    catalog.verify(a_model(tmp_path / "model.gguf", b"published"))


def test_a_missing_file_says_what_to_do(catalog: Catalog, tmp_path: Path) -> None:
    model = a_model(tmp_path / "model.gguf", b"published")
    gone = dataclasses.replace(model, path=str(tmp_path / "gone.gguf"))
    with pytest.raises(ModelError, match=r"gone\.gguf can't be read.*make setup"):
        catalog.verify(gone)


def test_a_file_that_can_not_be_read_says_what_to_do(catalog: Catalog, tmp_path: Path) -> None:
    model = a_model(tmp_path / "model.gguf", b"published")
    (tmp_path / "model.gguf").unlink()
    (tmp_path / "model.gguf").mkdir()
    with pytest.raises(ModelError, match=r"model\.gguf can't be read.*make setup"):
        catalog.verify(model)


def test_a_model_is_found_by_its_id(catalog: Catalog) -> None:
    assert catalog.entry("smollm2-135m-instruct-q4_1") == catalog.entries()[0]
    assert len(catalog.entries()) > len(catalog.chat_models()) + len(catalog.embedding_models())


def test_a_model_that_the_catalogue_does_not_know_is_a_sentence(catalog: Catalog) -> None:
    with pytest.raises(NotFoundError, match=r"no model gpt-99.*list of models"):
        catalog.entry("gpt-99")
