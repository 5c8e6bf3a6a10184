"""Where conversations are kept."""

from __future__ import annotations

from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from localassist.domain.chat import Conversation, Evidence, Message, MessageStatus, Sources


class ConversationStore(Protocol):
    """Conversations. Every method commits before it returns; safe to call from any thread.

    All raise `StorageError` when the disk is full or read-only and `NotFoundError` for unknown ids.
    """

    @property
    def lasts(self) -> bool:
        """Whether what is stored here outlives the program; if not, it is to leave no trace anywhere."""

    def create(self, title: str, system_prompt: str) -> Conversation:
        """A new, empty conversation."""

    def get(self, conversation_id: int) -> Conversation:
        """One conversation."""

    def recent(self, matching: str = "") -> tuple[Conversation, ...]:
        """Conversations, the latest first; with `matching`, those whose title or messages hold its words."""

    def rename(self, conversation_id: int, title: str) -> None:
        """Give it another title."""

    def keep_sources(self, conversation_id: int, sources: Sources) -> None:
        """Keep which documents it asks; documents and collections that go later stay named in it."""

    def delete(self, conversation_id: int) -> None:
        """Delete it and its messages."""

    def branch(self, head_id: int | None) -> tuple[Message, ...]:
        """The messages from the first to `head_id`, in order; empty for None."""

    def message(self, message_id: int) -> Message:
        """One message."""

    def ask(self, conversation_id: int, parent_id: int | None, text: str) -> tuple[Message, Message]:
        """Store a question after `parent_id` and an empty, streaming answer after it; both in one commit.

        The answer becomes the conversation's head.
        """

    def store_question(self, conversation_id: int, parent_id: int | None, text: str) -> Message:
        """Store a question alone, to be answered later by `answer_again`; it becomes the conversation's head."""

    def answers(self, question_id: int) -> tuple[Message, ...]:
        """All answers to a question, the oldest first."""

    def siblings(self, question_ids: Sequence[int]) -> Mapping[int, tuple[int, ...]]:
        """The ids of all answers to each of these questions that has several, the oldest first; unknown ids have none.

        It takes one reading, however many questions there are.
        """

    def choose_head(self, conversation_id: int, message_id: int) -> None:
        """Put the branch on show that goes through that message, to the newest message that follows it."""

    def discard_answer(self, answer_id: int) -> Message:
        """Delete an answer that nothing was written of: what was on show before it is again.

        That is the answer before it with what followed, else the question; returns the last message of it. An answer
        that holds a word, or is followed by a message, is kept: `NotFoundError`.
        """

    def answer_again(self, question_id: int) -> Message:
        """A further empty, streaming answer to a stored question; it becomes the conversation's head."""

    def grow(self, answer_id: int, text: str) -> None:
        """Store what there is of a streaming answer so far."""

    def finish(
        self, answer_id: int, text: str, status: MessageStatus, evidence: Evidence, problem: str = ""
    ) -> Message:
        """Store the whole answer with how it ended and what stands behind it."""

    def mark_interrupted(self) -> int:
        """Mark every answer left streaming by a process that died; returns how many."""
