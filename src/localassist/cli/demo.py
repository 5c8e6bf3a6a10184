"""`demo`: three questions about the sample documents, answered here, with proof."""

from __future__ import annotations

from typing import TYPE_CHECKING

from localassist.cli import answers
from localassist.cli.documents import ingest
from localassist.cli.interrupts import INTERRUPTED, stopped_by_ctrl_c
from localassist.cli.progress import progress_line
from localassist.cli.telling import answered_here
from localassist.domain.chat import MessageStatus, Question
from localassist.domain.documents import Scope
from localassist.domain.events import Finished

if TYPE_CHECKING:
    import argparse

    from localassist.cli.console import Console
    from localassist.domain.chat import Message
    from localassist.domain.stopping import Stop
    from localassist.usecases.services import Services


def demo(_arguments: argparse.Namespace, services: Services, console: Console) -> int:
    """Read the samples, ask about them, print each answer with its quotes and what left this computer."""
    with stopped_by_ctrl_c() as stop:
        console.print(f"Reading the sample documents in {services.samples} ...")
        documents = ingest([services.samples], "", services, console, stop).documents
        scope = Scope(document_ids=tuple(document.id for document in documents))
        console.print(f"{len(documents)} documents are ready to be asked about.")
        for question in services.demo_questions:
            console.print(f"\nQ: {question}")
            answer = _answer(question, scope, services, console, stop)
            console.print(f"A: {answers.marked_text(answer)}\n")
            for line in answers.evidence_lines(answer):
                console.print(f"   {line}")
            if answer.status is MessageStatus.STOPPED:
                return INTERRUPTED
    traffic = services.traffic()
    console.print(f"\n{traffic.sent} bytes left this computer.")
    return 0


def _answer(text: str, scope: Scope, services: Services, console: Console, stop: Stop) -> Message:
    conversation = services.unrecorded_conversations.create("", services.settings.load().system_prompt)
    question = Question(conversation.id, None, text, scope)
    answer = None
    for event in answered_here(services.answer_unrecorded, question, stop):
        console.progress(progress_line(event) or "Answering ...")
        if isinstance(event, Finished):
            answer = event.answer
    assert answer is not None, "answering ends with Finished or raises"
    return answer
