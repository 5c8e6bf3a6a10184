"""Reading a conversation ahead: what the next prompt begins with goes into the model's cache while it is idle."""

from __future__ import annotations

import threading
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING

from localassist.domain.chat import MessageStatus
from localassist.domain.errors import LocalAssistError, Stopped
from localassist.usecases.prompting import Material, framing_for, reads_lines, write_beginning
from localassist.usecases.quoting import fence_of
from localassist.usecases.retelling import retell
from localassist.usecases.tuning import tuned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.ports.chat_model import ChatModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.documents import DocumentStore
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop


class ReadAhead:
    """Has a loaded model read what is known of the next prompt, so that the answer to come starts sooner."""

    def __init__(
        self,
        conversations: ConversationStore,
        documents: DocumentStore,
        models: ChatModels,
        settings: SettingsStore,
    ) -> None:
        self._conversations = conversations
        self._documents = documents
        self._models = models
        self._settings = settings
        self._lock = threading.Lock()
        self._under_way: list[Stop] = []

    def __call__(self, conversation_id: int, stop: Stop, model: str = "") -> None:
        """Read the branch on show up to its last answer; to be called after `Finished`, on a thread that may wait.

        `model` is the one that will be asked (empty: the one of the settings). Does nothing where it is not
        loaded, gives way to whoever asks, and never raises what a person would have to be told: the question
        itself will tell.
        """
        with self._known(stop), suppress(LocalAssistError, Stopped):
            self._read(conversation_id, stop, model)

    def end(self) -> None:
        """Stop all reading that is under way: what it reads is forgotten. Returns at once."""
        with self._lock:
            under_way = list(self._under_way)
        for stop in under_way:
            stop.request()

    @contextmanager
    def _known(self, stop: Stop) -> Iterator[None]:
        with self._lock:
            self._under_way.append(stop)
        try:
            yield
        finally:
            with self._lock:
                self._under_way.remove(stop)

    def _read(self, conversation_id: int, stop: Stop, reference: str) -> None:
        model = self._models.open(reference) if reference else self._models.default()
        if model is None or not model.description.context_length:
            return
        conversation = self._conversations.get(conversation_id)
        messages = self._conversations.branch(conversation.head_id)
        if not messages or messages[-1].status is MessageStatus.STREAMING:
            return
        asked = tuned(self._settings, model)
        material = Material(
            asked.system_prompt(conversation),
            retell(messages, self._documents),
            lines=() if reads_lines(model, self._models.files()) else None,
            fence=fence_of(conversation),
        )
        stop.raise_if_requested()
        framing = framing_for(asked.settings, kept=self._conversations.lasts)
        model.prefill(write_beginning(material), stop, framing)
