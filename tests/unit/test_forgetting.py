"""What is forgotten is found nowhere any more, nor in the index."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fakes import (
    FakeChatModel,
    FakeChatModels,
    FakeConversationStore,
    FakeDocumentStore,
    FakeEmbedder,
    FakePassageIndex,
    FakeSettingsStore,
)
from localassist.domain.chat import Evidence, MessageStatus
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.errors import LocalAssistError
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases.forgetting import ForgetConversation, ForgetDocuments
from localassist.usecases.reading_ahead import ReadAhead

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from localassist.domain.chat import Turn
    from localassist.domain.ports.chat_model import Framing


class Shelf:
    def __init__(self) -> None:
        self.embedder = FakeEmbedder()
        self.store = FakeDocumentStore()
        self.index = FakePassageIndex(self.store)
        self.model = FakeChatModel()
        self.models = FakeChatModels(self.model)
        self.conversations = FakeConversationStore()
        self.reading = ReadAhead(self.conversations, self.store, self.models, FakeSettingsStore())
        self.forget = ForgetDocuments(self.store, self.index, self.models, self.reading)
        self.forget_conversation = ForgetConversation(self.conversations, self.models, self.reading)

    def put(self, path: str, text: str) -> int:
        vectors = self.embedder.embed_passages([text], Stop())
        document, chunk_ids = self.store.save(
            FoundFile(path, len(text), 1.0), text, ("r", "e"), StructuredText(text, ()), [Chunk(0, len(text))], vectors
        )
        self.index.add(chunk_ids, vectors)
        return document.id

    def indexed(self) -> int:
        return len(self.index._vectors)


def test_a_forgotten_document_is_in_neither_store_nor_index() -> None:
    shelf = Shelf()
    gone, kept = shelf.put("/a", "apples"), shelf.put("/b", "pears")
    shelf.forget.document(gone)
    assert shelf.store.find_document("/a") is None
    assert shelf.store.find_document("/b") is not None
    assert shelf.indexed() == 1
    assert [
        s.chunk_id for s in shelf.index.nearest(shelf.embedder.embed_query("pears"), 5, Scope(document_ids=(kept,)))
    ]


def test_a_forgotten_collection_takes_its_own_documents_along() -> None:
    shelf = Shelf()
    shared, own = shelf.put("/shared", "shared"), shelf.put("/own", "own")
    first, second = shelf.store.add_collection("first", ["/"]), shelf.store.add_collection("second", ["/"])
    shelf.store.assign([shared, own], first.id)
    shelf.store.assign([shared], second.id)
    shelf.forget.collection(first.id)
    assert shelf.store.find_document("/own") is None
    assert shelf.store.find_document("/shared") is not None
    assert shelf.indexed() == 1


def test_what_models_keep_of_conversations_goes_with_documents_and_conversations() -> None:
    shelf = Shelf()
    shelf.forget.document(shelf.put("/a", "apples"))
    assert shelf.models.forgot

    shelf = Shelf()
    shelf.forget.collection(shelf.store.add_collection("first", ["/"]).id)
    assert shelf.models.forgot

    shelf = Shelf()
    made, kept = shelf.conversations.create("Lease", ""), shelf.conversations.create("Other", "")
    shelf.forget_conversation(made.id)
    assert shelf.conversations.recent() == (kept,)
    assert shelf.models.forgot


@pytest.mark.parametrize(
    "forget",
    [
        lambda shelf, document_id, _: shelf.forget.document(document_id),
        lambda shelf, _, conversation_id: shelf.forget_conversation(conversation_id),
    ],
)
def test_what_is_being_read_ahead_ends_before_models_forget(
    monkeypatch: pytest.MonkeyPatch, forget: Callable[[Shelf, int, int], None]
) -> None:
    shelf = Shelf()
    document_id, conversation = shelf.put("/a", "apples"), shelf.conversations.create("Fruit", "")
    _, answer = shelf.conversations.ask(conversation.id, None, "Which fruit?")
    shelf.conversations.finish(answer.id, "Apples.", MessageStatus.COMPLETE, Evidence())
    list(shelf.model.load(Stop()))
    ended = []

    def prefill(_turns: Sequence[Turn], stop: Stop, _framing: Framing) -> None:
        monkeypatch.setattr(shelf.models, "forget_conversations", lambda: ended.append(stop.requested))
        forget(shelf, document_id, conversation.id)

    monkeypatch.setattr(shelf.model, "prefill", prefill)
    shelf.reading(conversation.id, Stop())
    assert ended == [True]

    later = Stop()
    monkeypatch.setattr(shelf.model, "prefill", lambda *_: None)
    shelf.reading(conversation.id, later)
    assert not later.requested


def test_a_file_inside_another_one_cant_be_forgotten_alone() -> None:
    shelf = Shelf()
    mail = shelf.put("/mail.eml", "See the annex.")
    text = StructuredText("The annex.", ())
    annex, _ = shelf.store.save(
        FoundFile("/mail.eml/annex.txt", 1, 1.0), "h", ("r", "e"), text, [Chunk(0, 10)], container_id=mail
    )
    with pytest.raises(LocalAssistError, match="part of another file"):
        shelf.forget.document(annex.id)
    shelf.forget.document(mail)
    assert shelf.store.find_document("/mail.eml/annex.txt") is None
