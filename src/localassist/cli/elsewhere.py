"""Asking a model elsewhere from the terminal: what would be sent is shown, and sent when the user says so."""

from __future__ import annotations

from enum import Enum
from typing import TYPE_CHECKING, Final

from localassist.cli import answers
from localassist.cli.console import one_line
from localassist.cli.documents import scope_given
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.cli.reviews import recipient, review_lines, review_object, waiting_line
from localassist.cli.telling import tell
from localassist.domain.chat import MessageStatus
from localassist.domain.errors import BudgetError, ConsentNeededError, LocalAssistError
from localassist.domain.outbound import Target
from localassist.domain.reviewing import Review

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterable

    from localassist.cli.console import Console
    from localassist.domain.events import AnswerEvent
    from localassist.usecases.services import Escalation, Services

_ASKED_FOR: Final = "You asked for this model."


class Word(Enum):
    """What the user says to a review."""

    SEND = "send"
    ALWAYS = "send, and need not ask again in this conversation"
    HERE = "answer here"
    NO = "send nothing"


_ANSWERS: Final = {"y": Word.SEND, "yes": Word.SEND, "a": Word.ALWAYS, "h": Word.HERE}


def target_of(name: str, escalation: Escalation) -> Target:
    """The model that is meant by PROVIDER/MODEL. Raises `NotFoundError` for an unknown provider."""
    provider, _, model = name.partition("/")
    if not model:
        raise LocalAssistError(
            f"{name} does not say which model at which provider.",
            "Write PROVIDER/MODEL; `localassist cloud models PROVIDER` lists what a provider has.",
        )
    escalation.providers.get(provider)
    return Target(provider, model)


def review_of(events: Iterable[AnswerEvent | Review], console: Console) -> Review:
    """The review at the end of its making, whose progress is shown."""
    review = None
    for event in events:
        if isinstance(event, Review):
            review = event
        else:
            console.progress(progress_line(event))
    console.end_progress()
    if review is None:
        raise LocalAssistError("Nothing was sent: there is nothing to review.", "Ask again.")
    return review


def show(review: Review, console: Console) -> None:
    """Print a review. Raises `BudgetError` where it can't be sent as it is."""
    for line in review_lines(review):
        console.print(line)
    if review.obstacle:
        raise BudgetError(f"Nothing was sent. {review.obstacle}", "Change that, or answer on this computer.")


def word_on(review: Review, console: Console, *, in_chat: bool) -> Word:
    """What the user says to a review that was shown. Raises `ConsentNeededError` where there is nobody to ask."""
    if not console.has_terminal or console.as_json:
        raise ConsentNeededError(
            "Nothing was sent: there is no terminal to ask whether it may.",
            "" if in_chat else "Give `--yes` to say so beforehand.",
        )
    choices = "[y]es, [a]lways in this conversation, [h]ere instead, [N]o" if in_chat else "[y/N]"
    try:
        said = console.read_line(f"Send this to {recipient(review)}? {choices} ").strip().casefold()
    except (EOFError, KeyboardInterrupt):
        return Word.NO
    word = _ANSWERS.get(said, Word.NO)
    return word if in_chat or word is Word.SEND else Word.NO


def ask_at(arguments: argparse.Namespace, text: str, services: Services, console: Console) -> int:
    """`ask --at`: one question to a model elsewhere, in no history; what was sent is in the ledger.

    Exit code 1 where nothing was sent.
    """
    escalation = services.escalation()
    target = target_of(arguments.at, escalation)
    with stopped_by_ctrl_c() as stop:
        scope = scope_given(arguments, services, console, stop)
        conversation = services.unrecorded_conversations.create("", services.settings.load().system_prompt)
        question = services.unrecorded_conversations.store_question(conversation.id, None, text)
        review = review_of(escalation.prepare_unrecorded(question.id, scope, target, _ASKED_FOR, stop), console)
    if console.as_json and (review.obstacle or not arguments.yes):
        console.object({"sent": None, "review": review_object(review)})
    show(review, console)
    if not arguments.yes and word_on(review, console, in_chat=False) is not Word.SEND:
        console.warn("Nothing was sent.")
        return 1
    console.print()
    with stopped_by_ctrl_c() as stop:
        console.progress(waiting_line(review))
        answer = tell(escalation.send_unrecorded(review, stop), console).written
    if console.as_json:
        console.object({**answers.answer_object(answer), "review": review_object(review)})
    return INTERRUPTED if answer.status is MessageStatus.STOPPED else 0


def offer_line(reason: str, how: str) -> str:
    """That a model elsewhere might do better, why, and how it is asked."""
    return one_line(f"A model elsewhere might do better: {reason} {how} You see what would be sent before it is.")
