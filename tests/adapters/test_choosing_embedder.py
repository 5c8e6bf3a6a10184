"""`docs embedder`: the models there are, and choosing one by its folder, as people do."""

from contextlib import closing
from pathlib import Path

import pytest
from tiny_embedders import write_embedder

from e2e.commands import SAMPLES, Home, only_object
from fakes import FakeActivity, FakePassageIndex, structured
from localassist.adapters.catalog import Catalog
from localassist.adapters.database import Database, DatabaseDocumentStore
from localassist.adapters.embedding.opening import open_embedder
from localassist.adapters.embedding.prepared import PreparedModels
from localassist.adapters.resources import resource
from localassist.domain.documents import Chunk
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases.embedding import EmbedPending


@pytest.mark.slow
def test_another_embedder_is_chosen_by_its_folder_and_searches_from_then_on(home: Path, tmp_path: Path) -> None:
    here = Home(home)
    listed = here.run("docs", "embedder").stdout
    assert listed.startswith("* all-minilm-l6-v2 91 MB, 384 dimensions, 256 tokens, Apache-2.0")
    folder = write_embedder(tmp_path / "tiny")
    assert here.run("docs", "embedder", folder).returncode == 0
    now, other = here.run("docs", "embedder").stdout.splitlines()
    assert now.startswith(f"* {folder}")
    assert other.startswith("  all-minilm-l6-v2")
    here.run("docs", "add", SAMPLES / "water-report-north-well.md")
    assert "water-report-north-well.md" in here.run("search", "nitrate of the well").stdout
    assert list((home / "prepared").glob("tiny-*-int8"))


def test_one_that_is_not_there_is_refused_and_nothing_changes(home: Path, tmp_path: Path) -> None:
    here = Home(home)
    refused = here.run("docs", "embedder", tmp_path / "nowhere")
    assert refused.returncode == 1
    assert "nowhere holds no sentence-transformers model" in refused.stderr
    assert here.run("docs", "embedder").stdout.startswith("* all-minilm-l6-v2")


def embed_as_before(home: Path, folder: Path) -> str:
    """A home from before whole numbers were used, of the model in that folder; gives the name of its vectors."""
    home.mkdir(parents=True, exist_ok=True)
    catalog = Catalog(resource("models.toml"), home / "verified.json")
    model = catalog.embedding_model(str(folder))
    embedder = open_embedder(model, PreparedModels(home / "prepared"), catalog.verify, lambda: 1, quantised=False)
    text = "The lease ends with sixty days notice."
    with closing(Database(home / "localassist.db")) as database:
        store = DatabaseDocumentStore(database)
        file, chunks = FoundFile("/papers/lease.md", 1, 1.0), [Chunk(0, len(text))]
        document, _ = store.save(file, "hash", ("reader", embedder.name), structured(text), chunks)
        store.assign([document.id], store.add_collection("papers", ["/papers"]).id)
        list(EmbedPending(store, embedder, FakePassageIndex(store), FakeActivity())(Stop()))
    return embedder.name


@pytest.mark.slow
def test_vectors_from_before_whole_numbers_go_on_answering(home: Path, tmp_path: Path) -> None:
    here, folder = Home(home), write_embedder(tmp_path / "tiny")
    name = embed_as_before(home, folder)
    (home / "settings.toml").write_text(f'embedding_model = "{folder}"\n', encoding="utf-8")
    found = only_object(here.run("search", "--json", "days of notice"))["passages"]
    assert found[0]["meaning"] > 0
    assert "not embedded" not in here.run("docs", "embedder").stdout
    with closing(Database(home / "localassist.db")) as database:
        store = DatabaseDocumentStore(database)
        assert store.vector_state(name)[0] == 0
        assert store.vector_state(f"{name}-int8")[0] == 1
