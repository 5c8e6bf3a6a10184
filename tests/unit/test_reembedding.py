"""Changing the embedder: the old one answers until the new one is ready, and nothing is done twice."""

from collections.abc import Iterator, Sequence

import pytest

from fakes import FakeActivity, FakeEmbedder, FakeSettingsStore
from localassist.domain.documents import Block, BlockKind, Chunk, Document, DocumentStatus, StructuredText
from localassist.domain.errors import ModelError, Stopped
from localassist.domain.events import Embedding, Reembedding
from localassist.domain.ports.embedder import Embedder
from localassist.domain.stopping import Stop
from localassist.usecases.reembedding import ChangeEmbedder

TEXT = "The lease ends with sixty days' notice."


class Shelf:
    """Documents by id, and the embedder of the chunks each has; `answers` is the one that answers."""

    def __init__(self, count: int) -> None:
        self.documents = [
            Document(number, f"/docs/{number}.md", "", f"hash {number}", 10, 0.0, 0, 1, DocumentStatus.INDEXED)
            for number in range(count)
        ]
        self.beside: dict[int, str] = {}
        self.saved: list[int] = []
        self.answers: str | None = None

    def outdated(self, embedder: str, limit: int) -> tuple[Document, ...]:
        return tuple(document for document in self.documents if self.beside.get(document.id) != embedder)[:limit]

    def content(self, document_id: int) -> StructuredText:
        return StructuredText(TEXT, (Block(BlockKind.PARAGRAPH, 0, len(TEXT)),), title=str(document_id))

    def save_beside(self, document_id: int, embedder: str, chunks: Sequence[Chunk]) -> None:
        assert chunks
        self.beside[document_id] = embedder
        self.saved.append(document_id)

    def switch(self, embedder: str) -> None:
        self.answers = embedder


class House:
    def __init__(self, count: int) -> None:
        self.shelf = Shelf(count)
        self.settings = FakeSettingsStore()
        self.embedder = FakeEmbedder("hashed words 2")
        self.embedded = 0

    def change(self) -> ChangeEmbedder:
        return ChangeEmbedder(self.shelf, self.settings, FakeActivity(), lambda _: self.embedder, self.embed)

    def embed(self, embedder: Embedder, stop: Stop) -> Iterator[Embedding]:
        assert embedder is self.embedder
        assert self.shelf.answers is None
        self.embedded += 1
        return iter(())


def test_all_documents_are_divided_and_embedded_before_the_new_one_answers() -> None:
    house = House(250)
    events = list(house.change()("other", Stop()))
    assert [event.done for event in events if isinstance(event, Reembedding)] == list(range(1, 251))
    assert house.embedded == 1
    assert house.shelf.answers == "hashed words 2"
    assert house.settings.load().embedding_model == "other"


def test_when_it_ends_early_the_old_one_answers_and_the_next_run_goes_on() -> None:
    house = House(5)
    stop = Stop()
    run = house.change()("other", stop)
    next(run)
    next(run)
    stop.request()
    with pytest.raises(Stopped):
        next(run)
    assert house.shelf.answers is None
    assert house.settings.load().embedding_model == ""
    list(house.change()("other", Stop()))
    assert house.shelf.saved == [0, 1, 2, 3, 4]
    assert house.shelf.answers is not None


def test_a_model_that_cant_be_used_changes_nothing() -> None:
    house = House(2)
    house.embedder.problem = ModelError("It is not there.", "Install it.")
    with pytest.raises(ModelError, match="not there"):
        list(house.change()("other", Stop()))
    assert house.shelf.saved == []
    assert house.settings.load().embedding_model == ""
