"""An answer printed as it comes, whoever writes it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from localassist.cli import answers
from localassist.cli.progress import progress_line
from localassist.domain.chat import MessageStatus
from localassist.domain.errors import LocalAssistError
from localassist.domain.events import Finished, Offered, TokenDelta, Undecided

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from localassist.cli.console import Console
    from localassist.domain.chat import Message, Question
    from localassist.domain.events import AnswerEvent
    from localassist.domain.stopping import Stop
    from localassist.usecases.answering import AnswerQuestion


@dataclass(frozen=True, slots=True)
class Told:
    """What came of a question: its stored answer, or that it is `undecided` where to answer it.

    `offered` is a sentence why a model elsewhere might do better, "" where none is offered.
    """

    answer: Message | None = None
    undecided: Undecided | None = None
    offered: str = ""

    @property
    def written(self) -> Message:
        """The answer. Raises `LocalAssistError` where there is none."""
        if self.answer is None:
            raise LocalAssistError("The answer ended without a result.", "Ask again.")
        return self.answer


def tell(events: Iterable[AnswerEvent], console: Console) -> Told:
    """Print the answer as it comes, then with its marks and what stands behind it."""
    answer, undecided, offered, streamed = None, None, "", ""
    for event in events:
        if isinstance(event, TokenDelta):
            console.write(event.text)
            streamed += event.text
        elif isinstance(event, Finished):
            answer = event.answer
        elif isinstance(event, Offered):
            offered = event.reason
        elif isinstance(event, Undecided):
            undecided = event
        elif line := progress_line(event):
            console.progress(line)
    console.end_progress()
    if answer is None:
        console.end_line()
    else:
        _tell_behind(answer, streamed, console)
    return Told(answer, undecided if answer is None else None, offered)


def _tell_behind(answer: Message, streamed: str, console: Console) -> None:
    console.write(answers.marks_behind(streamed, answer))
    console.end_line()
    console.print()
    for line in answers.evidence_lines(answer):
        console.print(line)
    if answer.status is MessageStatus.STOPPED:
        console.warn("Stopped; this is what there was.")


def answered_here(answering: AnswerQuestion, question: Question, stop: Stop) -> Iterator[AnswerEvent]:
    """The events of an answer that this computer writes, also where the settings say to ask before: nobody is asked."""
    undecided = None
    for event in answering(question, stop):
        if isinstance(event, Undecided):
            undecided = event
        else:
            yield event
    if undecided is not None:
        yield Offered(undecided.reason)
        yield from answering.again(undecided.question.id, question.scope, stop, question.model, decided=True)
