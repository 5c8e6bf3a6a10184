"""The conversation on show: which one it is, and its messages."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from localassist.domain.chat import MessageStatus, Role

if TYPE_CHECKING:
    from collections.abc import Sequence

    from localassist.domain.chat import Message


@dataclass(slots=True)
class Shown:
    """`conversation_id` is None for a conversation that is not stored yet; `messages` are in order."""

    conversation_id: int | None = None
    messages: list[Message] = field(default_factory=list)

    @property
    def last(self) -> Message | None:
        """The last message."""
        return self.messages[-1] if self.messages else None

    @property
    def last_answer(self) -> Message | None:
        """The last message, where that is an answer which is not being written."""
        last = self.last
        return last if last and last.role is Role.ASSISTANT and last.status is not MessageStatus.STREAMING else None

    @property
    def last_question(self) -> Message | None:
        """The last question."""
        return next((each for each in reversed(self.messages) if each.role is Role.USER), None)

    @property
    def next_parent_id(self) -> int | None:
        """What the next question follows: one that was left without an answer gives way to it."""
        last = self.last
        if last is None:
            return None
        return last.parent_id if last.role is Role.USER else last.id

    @property
    def half_read(self) -> set[int]:
        """The conversation, where it was read while an answer in it was still written."""
        return {each.conversation_id for each in self.messages if each.status is MessageStatus.STREAMING}

    def message(self, message_id: int) -> Message | None:
        """One of its messages."""
        return next((each for each in self.messages if each.id == message_id), None)

    def question_of(self, message_id: int) -> int:
        """The id of the question that a message answers; a question's own."""
        message = self.message(message_id)
        answers = message is not None and message.role is Role.ASSISTANT
        return message.parent_id or message_id if message and answers else message_id

    def put(self, messages: Sequence[Message]) -> None:
        """These take the place of what followed what the first of them follows."""
        ids = [each.id for each in self.messages]
        before = messages[0].parent_id
        self.messages[ids.index(before) + 1 if before in ids else 0 :] = messages

    def finish(self, answer: Message) -> None:
        """An answer is as it was stored."""
        self.messages = [answer if each.id == answer.id else each for each in self.messages]
