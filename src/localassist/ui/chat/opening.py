"""Reads stored conversations to show them, off the GUI thread."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal

from localassist.domain.documents import Scope

if TYPE_CHECKING:
    from localassist.domain.chat import Conversation, Message
    from localassist.domain.documents import Document
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore
    from localassist.ui.jobs import Jobs

    _Read = tuple[Conversation, tuple[Message, ...], tuple[Document, ...]]


class OpeningConversation(QObject):
    """Reads one conversation at a time: `succeeded` carries it, its messages and the documents that it asks, `failed`
    the error. Only the last one that was asked for is told of; `wanted` is its id while it is being read.
    """

    succeeded = Signal(object, tuple, tuple)
    failed = Signal(object)

    def __init__(self, conversations: ConversationStore, documents: DocumentStore, jobs: Jobs, parent: QObject) -> None:
        super().__init__(parent)
        self._conversations = conversations
        self._documents = documents
        self._jobs = jobs
        self._readings = 0
        self.wanted: int | None = None

    def begin(self, conversation_id: int) -> None:
        """Read this one, and no other."""
        self.leave()
        self.wanted = conversation_id
        read = partial(self._read, conversation_id)
        self._jobs.call(read, partial(self._on_read, self._readings), partial(self._on_not_read, self._readings))

    def leave(self) -> None:
        """What is still being read comes too late."""
        self.wanted = None
        self._readings += 1

    def _read(self, conversation_id: int) -> _Read:
        """On a worker."""
        conversation = self._conversations.get(conversation_id)
        messages = self._conversations.branch(conversation.head_id)
        named = conversation.sources.named if conversation.sources else ()
        return conversation, messages, self._documents.documents(Scope(document_ids=named))

    def _on_read(self, reading: int, read: _Read) -> None:
        if reading == self._readings:
            self.leave()
            self.succeeded.emit(*read)

    def _on_not_read(self, reading: int, error: BaseException) -> None:
        if reading == self._readings:
            self.leave()
            self.failed.emit(error)
