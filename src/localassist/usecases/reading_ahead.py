"""Reading a conversation ahead: what the next prompt begins with goes into the model's cache while it is idle."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from localassist.domain.chat import MessageStatus
from localassist.domain.errors import LocalAssistError, Stopped
from localassist.domain.ports.chat_model import Framing
from localassist.usecases.prompting import Material, reads_lines, write_beginning
from localassist.usecases.retelling import retell

if TYPE_CHECKING:
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

    def __call__(self, conversation_id: int, stop: Stop, model: str = "") -> None:
        """Read the branch on show up to its last answer; to be called after `Finished`, on a thread that may wait.

        `model` is the one that will be asked (empty: the one of the settings). Does nothing where it is not
        loaded, gives way to whoever asks, and never raises what a person would have to be told: the question
        itself will tell.
        """
        with suppress(LocalAssistError, Stopped):
            self._read(conversation_id, stop, model)

    def _read(self, conversation_id: int, stop: Stop, reference: str) -> None:
        model = self._models.open(reference) if reference else self._models.default()
        if model is None or not model.description.context_length:
            return
        conversation = self._conversations.get(conversation_id)
        messages = self._conversations.branch(conversation.head_id)
        if not messages or messages[-1].status is MessageStatus.STREAMING:
            return
        material = Material(
            conversation.system_prompt or self._settings.load().system_prompt,
            retell(messages, self._documents),
            lines=() if reads_lines(model, self._models.files()) else None,
        )
        stop.raise_if_requested()
        model.prefill(write_beginning(material), stop, Framing(kept=self._conversations.lasts))
