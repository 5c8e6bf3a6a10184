"""Commands that answer and search: `ask`, `search` and `chat`."""

from __future__ import annotations

import sys
import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from localassist.cli import answers
from localassist.cli.documents import scope_given
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.domain.chat import MessageStatus, Question
from localassist.domain.documents import Scope
from localassist.domain.errors import LocalAssistError
from localassist.domain.events import Finished, Retrieved, TokenDelta
from localassist.domain.settings import NO_MODEL
from localassist.domain.stopping import Stop

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

    from localassist.cli.console import Console
    from localassist.domain.chat import Message
    from localassist.domain.documents import Passage
    from localassist.usecases.answering import AnswerQuestion
    from localassist.usecases.services import Services

PASSAGES_FOUND = 10
CHAT_COMMANDS = "/new starts another conversation, /quit ends; Ctrl-C stops an answer."


def ask(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`ask`: one question, in no history; the answer as it comes, then what it rests on."""
    text = question_text(arguments.question)
    with stopped_by_ctrl_c() as stop:
        scope = scope_given(arguments, services, console, stop)
        conversations = services.unrecorded_conversations
        conversation = conversations.create("", services.settings.load().system_prompt)
        model = NO_MODEL if arguments.quotes else arguments.model
        question = Question(conversation.id, None, text, scope, model)
        answer = stream(services.answer_unrecorded, question, console, stop)
    if console.as_json:
        console.object(answers.answer_object(answer))
    return INTERRUPTED if answer.status is MessageStatus.STOPPED else 0


def search(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`search`: the passages that answer a query best."""
    query = question_text(arguments.query)
    passages: tuple[Passage, ...] = ()
    with stopped_by_ctrl_c() as stop:
        scope = scope_given(arguments, services, console, stop)
        if scope.is_empty:
            raise LocalAssistError(
                "There are no documents to search.",
                "Name some with --docs, or add some: `localassist docs add FOLDER`.",
            )
        for event in services.search(query, scope, PASSAGES_FOUND, stop):
            console.progress(progress_line(event))
            if isinstance(event, Retrieved):
                passages = event.passages
    if console.as_json:
        console.object({"passages": [answers.passage_object(passage) for passage in passages]})
    for position, passage in enumerate(passages, 1):
        for line in answers.passage_lines(passage, position):
            console.print(line)
    if not passages:
        console.print("Nothing was found.")
    return 0


def chat(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`chat`: questions and answers by turns, kept in the history like those of the window."""
    import_line_editing()
    if arguments.model:
        services.models.open(arguments.model)  # told now rather than after the first question
    scope = _scope_of_chat(arguments, services, console)
    console.print(CHAT_COMMANDS)
    talk = Talk(services, scope=scope, model=arguments.model)
    while True:
        try:
            with talk.read_ahead():
                text = console.read_line("> ").strip()
        except (EOFError, KeyboardInterrupt):
            console.print()
            return 0
        match text:
            case "":
                continue
            case "/quit":
                return 0
            case "/new":
                talk = Talk(services, scope=scope, model=arguments.model)
            case _ if text.startswith("/"):
                console.print(CHAT_COMMANDS)
            case _:
                _turn(talk, text, console)


def _scope_of_chat(arguments: argparse.Namespace, services: Services, console: Console) -> Scope | None:
    """What was named; None where nothing was."""
    if not arguments.docs and not arguments.collection:
        return None
    with stopped_by_ctrl_c() as stop:
        return scope_given(arguments, services, console, stop)


@dataclass(slots=True)
class Talk:
    """One conversation of `chat`, made with its first question; `scope` None asks all collections there are.

    `model` is the name or file of the one that is asked; "" takes the settings' one.
    """

    services: Services
    conversation_id: int | None = None
    head_id: int | None = None
    scope: Scope | None = None
    model: str = ""

    def ask(self, text: str, console: Console, stop: Stop) -> None:
        """Ask and print the answer."""
        services = self.services
        if self.conversation_id is None:
            self.conversation_id = services.conversations.create("", services.settings.load().system_prompt).id
        scope = self.scope
        if scope is None:
            scope = Scope.everything() if services.documents.collections() else Scope()
        question = Question(self.conversation_id, self.head_id, text, scope, self.model)
        self.head_id = stream(services.answer, question, console, stop).id

    @contextmanager
    def read_ahead(self) -> Iterator[None]:
        """Around what a person takes time for: meanwhile the model reads what the next question will follow."""
        if self.head_id is None:
            yield
            return
        stop = Stop()
        reading = threading.Thread(
            target=self.services.read_ahead,
            args=(self.conversation_id, stop, self.model),
            daemon=True,
            name="reading ahead",
        )
        reading.start()
        try:
            yield
        finally:
            stop.request()
            reading.join()


def _turn(talk: Talk, text: str, console: Console) -> None:
    """One question of a chat; one that fails doesn't end it."""
    with stopped_by_ctrl_c() as stop:
        try:
            talk.ask(question_text([text]), console, stop)
        except LocalAssistError as error:
            console.fail(error)


def stream(answering: AnswerQuestion, question: Question, console: Console, stop: Stop) -> Message:
    """Print the answer as it comes, then with its marks and what stands behind it; gives the stored answer."""
    answer = None
    streamed = ""
    for event in answering(question, stop):
        if isinstance(event, TokenDelta):
            console.write(event.text)
            streamed += event.text
        elif isinstance(event, Finished):
            answer = event.answer
        elif line := progress_line(event):
            console.progress(line)
    if answer is None:
        console.end_line()
        raise LocalAssistError("The answer ended without a result.", "Ask again.")
    console.write(answers.marks_behind(streamed, answer))
    console.end_line()
    console.print()
    for line in answers.evidence_lines(answer):
        console.print(line)
    if answer.status is MessageStatus.STOPPED:
        console.warn("Stopped; this is what there was.")
    return answer


def question_text(words: list[str]) -> str:
    """The question as typed, or from standard input when it is `-`. Raises `LocalAssistError` when it is empty."""
    text = _standard_input() if words == ["-"] else " ".join(words)
    # Arguments that are no text in the system's encoding carry lone surrogates, which nothing can store.
    text = text.encode("utf-8", errors="replace").decode("utf-8").strip()
    if not text:
        raise LocalAssistError("The question is empty.", "Write it in quotes after the command.")
    return text


def _standard_input() -> str:
    """All of it; "" where the command was started without."""
    return sys.stdin.buffer.read().decode("utf-8", errors="replace") if sys.stdin else ""


def import_line_editing() -> None:
    """Let arrow keys work while typing, where the system has that."""
    try:
        import readline  # noqa: F401  importing it is what makes `input` edit
    except ImportError:
        return
