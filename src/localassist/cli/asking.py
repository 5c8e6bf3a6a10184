"""Commands that answer and search: `ask`, `search` and `chat`."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

from localassist.cli import answers
from localassist.cli.documents import scope_given
from localassist.cli.elsewhere import ask_at, offer_line
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.cli.talking import Talk
from localassist.cli.telling import answered_here, tell
from localassist.domain.chat import MessageStatus, Question
from localassist.domain.errors import LocalAssistError
from localassist.domain.events import Retrieved
from localassist.domain.settings import NO_MODEL

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.documents import Passage, Scope
    from localassist.usecases.services import Services

PASSAGES_FOUND = 10
CHAT_COMMANDS = (
    "/new starts another conversation, /at PROVIDER/MODEL asks a model elsewhere, /at this computer again, /quit ends; "
    "Ctrl-C stops an answer."
)


def ask(arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """`ask`: one question, in no history; the answer as it comes, then what it rests on. With `--at`: `ask_at`."""
    text = question_text(arguments.question)
    if arguments.at:
        return ask_at(arguments, text, services, console)
    with stopped_by_ctrl_c() as stop:
        scope = scope_given(arguments, services, console, stop)
        conversations = services.unrecorded_conversations
        conversation = conversations.create("", services.settings.load().system_prompt)
        model = NO_MODEL if arguments.quotes else arguments.model
        question = Question(conversation.id, None, text, scope, model)
        told = tell(answered_here(services.answer_unrecorded, question, stop), console)
    answer = told.written
    if console.as_json:
        console.object({**answers.answer_object(answer), "offered": told.offered})
    if told.offered:
        how = f"`localassist ask --at {services.settings.load().cloud_model}` asks it."
        console.print(offer_line(told.offered, how))
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
            case _ if text.startswith("/") and text.partition(" ")[0] != "/at":
                console.print(CHAT_COMMANDS)
            case _:
                _turn(talk, text, console)


def _scope_of_chat(arguments: argparse.Namespace, services: Services, console: Console) -> Scope | None:
    """What was named; None where nothing was."""
    if not arguments.docs and not arguments.collection:
        return None
    with stopped_by_ctrl_c() as stop:
        return scope_given(arguments, services, console, stop)


def _turn(talk: Talk, text: str, console: Console) -> None:
    """One question of a chat, or the choice of a model elsewhere; one that fails doesn't end it."""
    command, _, name = text.partition(" ")
    try:
        if command == "/at":
            talk.choose(name.strip(), console)
        else:
            talk.ask(question_text([text]), console)
    except LocalAssistError as error:
        console.fail(error)


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
