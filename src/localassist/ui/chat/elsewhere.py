"""Models elsewhere in a conversation: which one it is for, kept and said in the composer; and where one is offered."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Final, Protocol

from PySide6.QtCore import QObject, Signal

from localassist.domain.chat import MessageStatus, Role
from localassist.domain.errors import ConsentNeededError
from localassist.domain.privacy import Destination
from localassist.ui.chat.asking import Asking
from localassist.ui.chat.destination import Choices
from localassist.ui.chat.offers import Offer
from localassist.ui.chat.standing import read_choices
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.documents import Scope
    from localassist.domain.outbound import Target
    from localassist.domain.reviewing import Review
    from localassist.domain.stopping import Stop
    from localassist.ui.chat.running import RunningAnswer
    from localassist.ui.chat.shown import Shown
    from localassist.ui.chat.view import ChatView
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

HERE: Final = "No question leaves this computer unless you send it."
ELSEWHERE: Final = "You chose this model for this conversation. You see what would be sent before anything is."
UNANSWERED: Final = "This question has no answer yet."
ASKED: Final = "You asked for an answer of this model."


class Stage(Protocol):
    """The conversation on show, in which work is begun."""

    @property
    def scope(self) -> Scope:
        """The documents that are asked now."""

    @property
    def is_busy(self) -> bool:
        """Whether something is under way in the conversation on show."""

    def start(self, work: Callable[[Stop], Iterator[object]], draft: str = "") -> RunningAnswer:
        """Run work on an answer of the conversation on show."""

    def open(self, conversation_id: int) -> None:
        """Show a stored conversation as it is stored."""


class Elsewhere(QObject):
    """What is asked of models elsewhere in the conversation on show; nothing is sent but what was reviewed.

    `review_ready` carries what would be sent, and whether there is an answer to the question already;
    `other_requested` a question that is to be put to a model which is still to be chosen; `failed` a sentence.
    `changed` says that the conversation is for another model, or that others can be asked.
    """

    review_ready = Signal(object, bool)
    other_requested = Signal(int)
    failed = Signal(str)
    changed = Signal()

    def __init__(self, services: Services, jobs: Jobs, view: ChatView, stage: Stage, shown: Shown) -> None:
        super().__init__(view)
        self._stage = stage
        self._shown = shown
        self._asking = Asking(services)
        self._services = services
        self._jobs = jobs
        self._view = view
        self._readings = 0
        self._offers: dict[int, Offer] = {}  # by question
        self.pending: Target | None = None
        self.choices = Choices()
        view.composer.destination.target_chosen.connect(self.choose)
        view.composer.destination.opened.connect(self.refresh)
        view.other_requested.connect(self._on_other_requested)
        view.offer_taken.connect(self._on_offer_taken)

    def show_conversation(self) -> None:
        """Another conversation is on show; one that is not stored yet is for this computer's model."""
        self.pending = None
        self._show(replace(self.choices, chosen=None))
        self.refresh()

    def note_stored(self) -> None:
        """The conversation on show is stored now, with the model that was chosen before."""
        self.pending = None

    def refresh(self) -> None:
        """Read again what can be chosen, and what is."""
        self._readings += 1
        read = partial(read_choices, self._services, self._shown.conversation_id, self.pending)
        self._jobs.call(read, partial(self._on_read, self._readings), partial(self._on_not_read, self._readings))

    def choose(self, target: Target | None) -> None:
        """Put the questions of this conversation to that model from now on; None: to this computer's."""
        if self._shown.conversation_id is None:
            self.pending = target
            self.refresh()
        else:
            keep = partial(self._keep, self._shown.conversation_id, target)
            self._jobs.call(keep, lambda _: self.refresh(), self._on_failed)

    def _keep(self, conversation_id: int, target: Target | None) -> None:
        """On a worker."""
        self._services.escalation().store.choose_target(conversation_id, target)

    def _on_read(self, reading: int, choices: Choices) -> None:
        if reading == self._readings:
            self._show(choices)

    def _on_not_read(self, reading: int, error: BaseException) -> None:
        if reading == self._readings:  # else it may be a conversation that is deleted by now
            self._on_failed(error)

    def _on_failed(self, error: BaseException) -> None:
        self.failed.emit(describe(error).text)

    def _show(self, choices: Choices) -> None:
        self.choices = choices
        self._view.composer.destination.show_choices(choices)
        self._show_destination()
        self._show_offers()
        self.changed.emit()

    def _show_destination(self) -> None:
        """Say in the composer where the next question goes."""
        chosen = self.choices.chosen
        if chosen is None:
            self._view.composer.show_destination(Destination.THIS_COMPUTER, HERE)
        else:
            where, reason = chosen.provider.destination, chosen.obstacle or ELSEWHERE
            self._view.composer.show_destination(where, reason, chosen.name)

    def offer(self, question_id: int, reason: str, problem: str = "") -> None:
        """Offer a model elsewhere below this question or its answer, while the window is open."""
        self._offers[question_id] = Offer(reason, problem=problem)

    def ask(self, question_id: int, target: Target, reason: str) -> None:
        """Prepare what would be sent of a question on show; `reason` is a sentence."""
        if not self._stage.is_busy:
            self._stage.start(partial(self._asking.elsewhere, question_id, self._stage.scope, target, reason))

    def ask_other(self, question_id: int, target: Target) -> None:
        """Prepare what would be sent of a question on show to a model that was chosen for it."""
        self.ask(question_id, target, ASKED)

    def send(self, review: Review, remember: bool, *, reviewed: bool = True) -> None:  # noqa: FBT001  a slot
        """Send what was reviewed, or what a consent from before covers."""
        if review.conversation_id == self._shown.conversation_id and not self._stage.is_busy:
            self._stage.start(partial(self._asking.send, review, remember, reviewed)).sent = review

    def note_not_sent(self, review: Review, error: BaseException) -> None:
        """Nothing came: the answer from before stands, as it is stored, with a note of what went wrong."""
        self.offer(review.question_id, review.reason, describe(error).text)
        if review.conversation_id == self._shown.conversation_id:
            self._stage.open(review.conversation_id)
            if isinstance(error, ConsentNeededError):
                self._tell_review(review)

    def note_ended(self, running: RunningAnswer) -> None:
        """Work ended: what it says of models elsewhere goes for its question from now on."""
        if running.question and running.answer and (running.sent is None or running.said):
            self._offers.pop(running.question.id, None)
            if running.offered:
                self.offer(running.question.id, running.offered)

    def take_up(self, review: Review | None) -> None:
        """The work on show ended. Have what it would send reviewed, or send it where a consent covers all of it."""
        self._show_destination()
        self._show_offers()
        if review is None:
            return
        if review.remembered and not (review.withheld or review.obstacle):
            self.send(review, remember=False, reviewed=False)
        else:
            self._tell_review(review)

    def _tell_review(self, review: Review) -> None:
        answered = any(message.parent_id == review.question_id for message in self._shown.messages)
        self.review_ready.emit(review, answered)

    def _on_other_requested(self, message_id: int) -> None:
        self.other_requested.emit(self._shown.question_of(message_id))

    def _on_offer_taken(self, message_id: int) -> None:
        question_id, best = self._shown.question_of(message_id), self.choices.best
        if best is None:
            self.other_requested.emit(question_id)
        else:
            made = self._offers.get(question_id)
            self.ask(question_id, best.target, made.reason if made else ASKED)

    def _show_offers(self) -> None:
        """Show below the last message what is offered for it, nothing while an answer is written."""
        messages = self._shown.messages
        if not messages or self._stage.is_busy:
            return
        last = messages[-1]
        question_id = self._shown.question_of(last.id)
        made = self._offers.get(question_id)
        if last.role is Role.USER:
            made = replace(made or Offer(UNANSWERED), undecided=True)
        best = self.choices.best
        if made is None or last.status is MessageStatus.STREAMING:
            self._view.transcript.offer(last.id, None)
        else:
            model, obstacle = (best.name, best.obstacle) if best else ("", self.choices.obstacle)
            self._view.transcript.offer(last.id, replace(made, model=model, obstacle=obstacle))
