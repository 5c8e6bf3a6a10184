"""What is forgotten is found nowhere any more, nor in the index."""

from fakes import FakeChatModels, FakeConversationStore, FakeDocumentStore, FakeEmbedder, FakePassageIndex
from localassist.domain.documents import Chunk, Scope, StructuredText
from localassist.domain.ports.documents import FoundFile
from localassist.domain.stopping import Stop
from localassist.usecases.forgetting import ForgetConversation, ForgetDocuments


class Shelf:
    def __init__(self) -> None:
        self.embedder = FakeEmbedder()
        self.store = FakeDocumentStore()
        self.index = FakePassageIndex(self.store)
        self.models = FakeChatModels()
        self.forget = ForgetDocuments(self.store, self.index, self.models)

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

    conversations, models = FakeConversationStore(), FakeChatModels()
    made, kept = conversations.create("Lease", ""), conversations.create("Other", "")
    ForgetConversation(conversations, models)(made.id)
    assert conversations.recent() == (kept,)
    assert models.forgot
