"""Messages for the transcript, and what it shows of them."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.domain.chat import Evidence, Message, MessageStatus, Role

if TYPE_CHECKING:
    from localassist.ui.chat.transcript import TranscriptView


def question(number: int, text: str = "What notice?") -> Message:
    """A question with that number."""
    return Message(number, 1, number - 1 or None, Role.USER, text, 0, MessageStatus.COMPLETE)


def answer(
    number: int, text: str, status: MessageStatus = MessageStatus.COMPLETE, evidence: Evidence | None = None
) -> Message:
    """An answer with that number, to the question before it."""
    return Message(number, 1, number - 1, Role.ASSISTANT, text, 0, status, "", evidence or Evidence())


def dialogue(turns: int, text: str = "Sixty days.\n\n" * 6) -> list[Message]:
    """So many questions with their answers."""
    return [part for n in range(turns) for part in (question(2 * n + 1), answer(2 * n + 2, text))]


def texts(transcript: TranscriptView, index: int) -> list[str]:
    """The texts of a message's pieces."""
    layout = transcript.items[index].layout
    assert layout is not None
    return [piece.text(0, piece.length) for piece in layout.pieces]


def at_bottom(transcript: TranscriptView) -> bool:
    """Whether the end is on show."""
    return transcript.verticalScrollBar().value() == transcript.verticalScrollBar().maximum()
