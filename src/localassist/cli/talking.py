"""One conversation of `chat`: its questions go to the model here, or to one elsewhere that was chosen for it."""

from __future__ import annotations

import threading
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from localassist.cli import elsewhere
from localassist.cli.console import one_line
from localassist.cli.elsewhere import Word
from localassist.cli.interrupts import stopped_by_ctrl_c
from localassist.cli.reviews import recipient, waiting_line
from localassist.cli.telling import tell
from localassist.domain.chat import Question
from localassist.domain.documents import Scope
from localassist.domain.stopping import Stop
from localassist.usecases.answering import title_of

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.cli.console import Console
    from localassist.domain.chat import Message
    from localassist.domain.events import Undecided
    from localassist.domain.outbound import Target
    from localassist.domain.reviewing import Review
    from localassist.usecases.services import Services

_CHOSEN: Final = "You chose this model for this conversation."


@dataclass(slots=True)
class Talk:
    """One conversation of `chat`, made with its first question; `scope` None asks all collections there are.

    `model` is the name or file of the one that is asked here; "" takes the settings' one. `target` is the one elsewhere
    that is asked instead.
    """

    services: Services
    conversation_id: int | None = None
    head_id: int | None = None
    scope: Scope | None = None
    model: str = ""
    target: Target | None = None

    def choose(self, name: str, console: Console) -> None:
        """Ask PROVIDER/MODEL from now on, "": this computer. Raises `LocalAssistError` for what is none."""
        escalation = self.services.escalation()
        self.target = elsewhere.target_of(name, escalation) if name else None
        if self.conversation_id is not None:
            escalation.store.choose_target(self.conversation_id, self.target)
        where = f"{self.target.name}; you see what would be sent before it is" if self.target else "this computer"
        console.print(one_line(f"The questions of this conversation go to {where}."))

    def ask(self, text: str, console: Console) -> None:
        """Ask and print the answer. Raises `LocalAssistError`."""
        conversation_id = self._conversation(text)
        if self.target is not None:
            stored = self.services.conversations.store_question(conversation_id, self.head_id, text)
            self._ask_elsewhere(stored, self.target, _CHOSEN, console)
            return
        with stopped_by_ctrl_c() as stop:
            question = Question(conversation_id, self.head_id, text, self._scope(), self.model)
            told = tell(self.services.answer(question, stop), console)
        if told.undecided is not None:
            self._decide(told.undecided, console)
            return
        self.head_id = told.written.id
        if told.offered:
            how = f"`/at {self.services.settings.load().cloud_model}` has this conversation ask it."
            console.print(elsewhere.offer_line(told.offered, how))

    def _conversation(self, text: str) -> int:
        if self.conversation_id is None:
            made = self.services.conversations.create(title_of(text), self.services.settings.load().system_prompt)
            self.conversation_id = made.id
            if self.target is not None:
                self.services.escalation().store.choose_target(made.id, self.target)
        return self.conversation_id

    def _scope(self) -> Scope:
        if self.scope is not None:
            return self.scope
        return Scope.everything() if self.services.documents.collections() else Scope()

    def _decide(self, undecided: Undecided, console: Console) -> None:
        """Where to answer what the settings say to ask about before."""
        target = elsewhere.target_of(self.services.settings.load().cloud_model, self.services.escalation())
        console.print(one_line(f"{undecided.reason} A model elsewhere might do better."))
        if console.has_terminal and _agreed(f"See what would be sent to {one_line(target.name)}? [y/N] ", console):
            self._ask_elsewhere(undecided.question, target, undecided.reason, console)
        else:
            self._answer_here(undecided.question, console)

    def _ask_elsewhere(self, question: Message, target: Target, reason: str, console: Console) -> None:
        with stopped_by_ctrl_c() as stop:
            prepare = self.services.escalation().prepare
            review = elsewhere.review_of(prepare(question.id, self._scope(), target, reason, stop), console)
        if review.remembered is not None and not review.obstacle:
            given = review.remembered.given.astimezone().strftime("%Y-%m-%d %H:%M")
            console.print(f"Sent to {recipient(review)}, as you agreed for this conversation on {given}.")
            self._send(review, console, reviewed=False)
            return
        elsewhere.show(review, console)
        word = elsewhere.word_on(review, console, in_chat=True)
        if word is Word.HERE:
            self._answer_here(question, console)
        elif word is Word.NO:
            console.print("Nothing was sent.")
        else:
            self._send(review, console, remember=word is Word.ALWAYS)

    def _send(self, review: Review, console: Console, *, remember: bool = False, reviewed: bool = True) -> None:
        with stopped_by_ctrl_c() as stop:
            console.progress(waiting_line(review))
            events = self.services.escalation().send(review, stop, remember=remember, reviewed=reviewed)
            self.head_id = tell(events, console).written.id

    def _answer_here(self, question: Message, console: Console) -> None:
        with stopped_by_ctrl_c() as stop:
            events = self.services.answer.again(question.id, self._scope(), stop, self.model, decided=True)
            self.head_id = tell(events, console).written.id

    @contextmanager
    def read_ahead(self) -> Iterator[None]:
        """Around what a person takes time for: meanwhile the model here reads what the next question will follow."""
        if self.head_id is None or self.target is not None:
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


def _agreed(question: str, console: Console) -> bool:
    try:
        return console.read_line(question).strip().casefold() in {"y", "yes"}
    except (EOFError, KeyboardInterrupt):
        return False
