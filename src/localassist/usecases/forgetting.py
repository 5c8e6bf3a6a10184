"""Forgetting: documents out of the store and the index, conversations with their messages, and what models keep."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError, NotFoundError
from localassist.domain.ports.documents import SkippedFile
from localassist.usecases.comparing import TAKEN_OUT, is_within

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.documents import Document
    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore, PassageIndex
    from localassist.usecases.reading_ahead import ReadAhead


class ForgetDocuments:
    """Removes what was added; the files themselves stay. Raises `NotFoundError` and `StorageError`.

    What models keep of conversations goes too, and what they are reading just now ends: passages of the documents
    are read with the questions.
    """

    def __init__(self, store: DocumentStore, index: PassageIndex, models: ChatModels, reading: ReadAhead) -> None:
        self._store = store
        self._index = index
        self._models = models
        self._reading = reading

    def collection(self, collection_id: int) -> None:
        """Forget a collection and the documents that are in no other."""
        self._forget(self._store.remove_collection(collection_id))

    def document(self, document_id: int) -> None:
        """Forget one document in every collection; where a folder of one holds its file, that stays out.

        Raises `LocalAssistError` for a file inside another one, which goes with that alone.
        """
        document = self._named(document_id)
        if document.container_id is not None:
            raise LocalAssistError(
                "This is a part of another file, which would bring it back.", "Remove the file that it is in."
            )
        self._forget(self._store.remove_document(document_id))
        for collection in self._store.collections():
            if is_within(document.path, collection.roots):
                self._store.ignore([SkippedFile(document.path, TAKEN_OUT)], collection.id)

    def _named(self, document_id: int) -> Document:
        for document in self._store.documents(Scope(document_ids=(document_id,))):
            if document.id == document_id:
                return document
        raise NotFoundError(f"There is no document {document_id}.", "It may have been removed.")

    def documents(self, document_ids: Sequence[int]) -> None:
        """Forget documents whose files are gone, in every collection."""
        if document_ids:
            self._forget(self._store.remove_documents(document_ids))

    def _forget(self, chunk_ids: tuple[int, ...]) -> None:
        self._reading.end()  # what is read from now on holds nothing of them any more
        self._index.remove(chunk_ids)
        self._models.forget_conversations()


class ForgetConversation:
    """Deletes a conversation and all that models keep of any. Raises `NotFoundError` and `StorageError`."""

    def __init__(self, conversations: ConversationStore, models: ChatModels, reading: ReadAhead) -> None:
        self._conversations = conversations
        self._models = models
        self._reading = reading

    def __call__(self, conversation_id: int) -> None:
        """Delete it for good."""
        self._conversations.delete(conversation_id)
        self._reading.end()
        self._models.forget_conversations()
