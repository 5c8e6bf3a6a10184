"""Connects a conversation on show with the use cases: questions become jobs, events become calls of the view."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Final

from PySide6.QtCore import QObject, Signal

from localassist.domain.chat import Conversation, Message
from localassist.domain.events import Asked, Finished, ModelReady, Retrieved, Routed, Undecided
from localassist.ui.chat.asking import Asking, Put
from localassist.ui.chat.elsewhere import Elsewhere
from localassist.ui.chat.opening import OpeningConversation
from localassist.ui.chat.other_answers import OtherAnswers
from localassist.ui.chat.reading_ahead import QuietReading
from localassist.ui.chat.running import RunningAnswer
from localassist.ui.chat.shown import Shown
from localassist.ui.chat.sources import SourcesKeeper
from localassist.ui.errors import describe

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from localassist.domain.chat import Sources
    from localassist.domain.documents import Document, Scope
    from localassist.domain.stopping import Stop
    from localassist.ui.chat.view import ChatView
    from localassist.ui.jobs import Jobs
    from localassist.usecases.services import Services

EDITING: Final = "Editing your last question. Sending it begins another branch; Esc keeps the old one."


class ChatPresenter(QObject):
    """Shows one conversation and runs its answers, which go on when another conversation is shown.

    `conversation_shown` carries a conversation's id (None: a new one) and its title, `conversation_stored` the id
    that a new one on show has now; `conversations_changed` says that the list of them is another; `answer_shown`
    carries the answer whose evidence belongs on show (None: none) and `citation_chosen` the answer and a citation's
    number; `model_ready` says where a model runs; `passages_found` carries what an answer under way may rest on;
    `sources_recalled` carries a stored conversation, which will be on show, and the documents that its sources name.
    `elsewhere` says what is asked of models elsewhere.
    """

    conversation_shown = Signal(object, str)
    conversation_stored = Signal(int)
    conversations_changed = Signal()
    answer_shown = Signal(object)
    citation_chosen = Signal(object, int)
    model_ready = Signal(object)
    passages_found = Signal(object)
    sources_recalled = Signal(object, tuple)

    def __init__(self, services: Services, jobs: Jobs, view: ChatView) -> None:
        super().__init__(view)
        self._services = services
        self._jobs = jobs
        self._view = view
        self._shown = Shown()
        self._opening = OpeningConversation(services.conversations, services.documents, jobs, self)
        self._running: list[RunningAnswer] = []
        self._editing: Message | None = None
        self._asks = SourcesKeeper(services.conversations, jobs, self)
        self._asking = Asking(services)
        self.elsewhere = Elsewhere(services, jobs, view, self, self._shown)
        self._reading = QuietReading(services.read_ahead, jobs, self)
        self._others = OtherAnswers(services.conversations, jobs, view.transcript.controls, self)
        self._others.chosen.connect(self.open)
        self._others.failed.connect(view.composer.complain)
        self._asks.failed.connect(view.composer.complain)
        self.elsewhere.failed.connect(view.composer.complain)
        self.elsewhere.changed.connect(self._read_ahead)
        self._opening.succeeded.connect(self._show)
        self._opening.failed.connect(self._on_not_read)
        view.question_asked.connect(self.ask)
        view.stop_requested.connect(self.stop)
        view.again_requested.connect(self._on_again_requested)
        view.local_chosen.connect(self.answer_here)
        view.edit_last_requested.connect(self._on_edit_last_requested)
        view.citation_clicked.connect(self._on_citation_clicked)

    def use_sources(self, sources: Sources) -> None:
        """Ask these documents from now on."""
        self._asks.use(sources)

    def begin(self) -> None:
        """Show a new conversation; it is stored with its first question."""
        self._show(None, ())

    def open(self, conversation_id: int) -> None:
        """Show a stored conversation."""
        self._opening.begin(conversation_id)

    def leave_alone(self, conversation_id: int) -> None:
        """A conversation is about to be deleted: nothing may read it any more."""
        if conversation_id == self._shown.conversation_id:
            self._reading.leave()

    def let_go(self, conversation_id: int) -> None:
        """A conversation is gone: stop what is written in it, and show a new one if it was on show."""
        for running in self._running:
            if running.conversation_id == conversation_id:
                running.job.stop()
        if conversation_id == self._shown.conversation_id:
            self.begin()

    def ask(self, text: str) -> None:
        """Ask after what is on show, or in place of the question that is being edited."""
        if self.is_busy:
            return
        parent_id = self._shown.next_parent_id
        if self._editing is not None:
            parent_id, self._editing = self._editing.parent_id, None
        put = Put(self._shown.conversation_id, parent_id, text, self._asks.sources, self.elsewhere.pending)
        self.start(partial(self._asking.ask, put), text)
        self._asks.note_asked()

    def answer_here(self, question_id: int) -> None:
        """Answer a question on show on this computer, as the user decided."""
        if not self.is_busy:
            self.start(partial(self._asking.here, question_id, self.scope))

    def stop(self) -> None:
        """Stop the answer on show; or let go of the edit, if there is none."""
        running = self._current()
        if running is not None:
            running.job.stop()
        elif self._editing is not None:
            self._editing = None
            self._view.composer.say_nothing()
            self._view.composer.field.clear()

    @property
    def scope(self) -> Scope:
        """The documents that are asked now."""
        return self._asks.sources.scope

    @property
    def is_busy(self) -> bool:
        """Whether something is under way in the conversation on show."""
        return self._current() is not None

    def start(self, work: Callable[[Stop], Iterator[object]], draft: str = "") -> RunningAnswer:
        """Run work on an answer of the conversation on show; `draft` is what is given back if it can't be stored."""
        self._reading.leave()
        job = self._jobs.prepare(work)
        running = RunningAnswer(job, self._shown.conversation_id, draft)
        self._running.append(running)
        job.progressed.connect(partial(self._on_progressed, running))
        job.failed.connect(partial(self._on_failed, running))
        job.ended.connect(partial(self._on_ended, running))
        self._show_progress(running)
        job.start()
        return running

    def _on_progressed(self, running: RunningAnswer, happening: object) -> None:
        on_show = self._is_on_show(running)
        running.take(happening)
        if on_show:
            self._show_event(running, happening)
            self._show_progress(running)
        if isinstance(happening, Conversation | Asked):
            self.conversations_changed.emit()

    def _show_event(self, running: RunningAnswer, happening: object) -> None:
        match happening:
            case Conversation():
                self._shown.conversation_id = happening.id
                self._asks.show(happening.id, happening.sources)
                self.elsewhere.note_stored()
                self.conversation_stored.emit(happening.id)
                self.conversation_shown.emit(happening.id, happening.title)
            case Asked(question, answer):
                self._put(question, answer)
            case Undecided(question, reason):
                self.elsewhere.offer(question.id, reason)
                self._put(question)
            case Routed(route):
                self._view.composer.show_destination(route.destination, route.reason, running.asked_elsewhere)
            case Retrieved(passages, 0):  # told again when some have no room: somebody may be reading one by then
                self.passages_found.emit(passages)
            case ModelReady(model):
                self.model_ready.emit(model)
            case Finished(answer):
                self._finish(answer)
            case _:
                running.show_words(self._view.transcript, happening)

    def _put(self, *messages: Message) -> None:
        """Show a question, and the answer that begins to be written if there is one."""
        self._shown.put(messages)
        self._view.put(messages)

    def _finish(self, answer: Message) -> None:
        self._shown.finish(answer)
        self._view.transcript.finish(answer)
        self._others.look(self._shown.messages)
        self.answer_shown.emit(answer)

    def _on_failed(self, running: RunningAnswer, error: BaseException) -> None:
        problem = describe(error).text
        answer = running.failed_answer(problem)
        if running.sent is not None and not running.said:
            self.elsewhere.note_not_sent(running.sent, error)
        elif answer is None:
            self._view.composer.give_back("" if running.question else running.draft)
            self._view.composer.complain(problem)
        elif self._is_on_show(running):
            self._finish(answer)

    def _on_ended(self, running: RunningAnswer) -> None:
        on_show = self._is_on_show(running)
        self._running.remove(running)
        self.elsewhere.note_ended(running)
        if on_show:
            self._view.show_busy(busy=False)
            self.elsewhere.take_up(running.review)
        if running.answer and running.answer.conversation_id in {self._opening.wanted, *self._shown.half_read}:
            self.open(running.answer.conversation_id)
        self._read_ahead()
        self.conversations_changed.emit()

    def _read_ahead(self) -> None:
        """While the model has nothing else to do it may read what is on show."""
        conversation_id = self._shown.conversation_id
        if conversation_id is None or self._running or self.elsewhere.choices.chosen:
            self._reading.leave()
        else:
            self._reading.begin(conversation_id)

    def _show_progress(self, running: RunningAnswer) -> None:
        self._view.show_busy(busy=True)
        if running.status:
            self._view.status.say(running.status, running.fraction)
        else:
            self._view.status.clear()

    def _is_on_show(self, running: RunningAnswer) -> bool:
        return running.conversation_id == self._shown.conversation_id

    def _current(self) -> RunningAnswer | None:
        return next((r for r in self._running if self._is_on_show(r)), None)

    def _on_not_read(self, error: BaseException) -> None:
        self._view.composer.complain(describe(error).text)
        self.conversations_changed.emit()

    def _show(
        self, conversation: Conversation | None, messages: tuple[Message, ...], documents: tuple[Document, ...] = ()
    ) -> None:
        self._shown.conversation_id = conversation.id if conversation else None
        self._opening.leave()
        self._editing = None
        self._shown.messages = list(messages)
        running = self._current()
        streaming = running.answer.id if running and running.answer else None
        self._view.show_messages([message for message in messages if message.id != streaming])
        self._view.composer.say_nothing()
        self._view.show_busy(busy=running is not None)
        if running and running.answer:
            running.show_all(self._view.transcript)
            self._show_progress(running)
        self.elsewhere.show_conversation()
        self._tell_shown(conversation, documents)
        self._others.look(messages)
        self.answer_shown.emit(self._shown.last_answer)
        if running and running.found is not None:
            self.passages_found.emit(running.found)
        self._view.composer.field.setFocus()
        self._read_ahead()

    def _tell_shown(self, conversation: Conversation | None, documents: tuple[Document, ...]) -> None:
        self._asks.show(None, None)  # what is recalled is no change of the conversation before
        if conversation is None:
            self.conversation_shown.emit(None, "")
            return
        self.sources_recalled.emit(conversation, documents)
        self.conversation_shown.emit(conversation.id, conversation.title)
        self._asks.show(conversation.id, conversation.sources)

    def _on_again_requested(self, answer_id: int) -> None:
        if self._shown.message(answer_id) is not None and not self.is_busy:
            self.start(partial(self._asking.again, self._shown.question_of(answer_id), self.scope))

    def _on_edit_last_requested(self) -> None:
        last = self._shown.last_question
        if last is not None and not self.is_busy:
            self._editing = last
            self._view.composer.write(last.text)
            self._view.composer.say(EDITING)

    def _on_citation_clicked(self, message_id: int, n: int) -> None:
        message = self._shown.message(message_id)
        if message is not None:
            self.citation_chosen.emit(message, n)
