"""The whole path of a question: stored, routed, searched for, put to a model, grounded, stored."""

from __future__ import annotations

import time
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from localassist.domain.documents import DocumentStatus
from localassist.domain.errors import ModelError
from localassist.domain.events import Generated, Offered, ReasoningDelta, Routed, TokenDelta, ToolCalled, Undecided
from localassist.domain.settings import NO_MODEL
from localassist.usecases import grounding
from localassist.usecases.citing import Grounded
from localassist.usecases.concluding import ConcludeAnswer
from localassist.usecases.covering import which_one
from localassist.usecases.drafting import Draft
from localassist.usecases.expecting import not_clearly_there, not_there
from localassist.usecases.gathering import tell_covered
from localassist.usecases.offering import OfferElsewhere
from localassist.usecases.prompting import Limits, Line, Material, framing_for, reads_lines, write_prompt
from localassist.usecases.proving import ProveAnswer
from localassist.usecases.quoting import fence_of
from localassist.usecases.reading_whole import Reader, quotes_from, read_whole
from localassist.usecases.recording import GrowingAnswer
from localassist.usecases.retelling import leans_on, retell
from localassist.usecases.retrieval import LONGEST_QUERY
from localassist.usecases.routing import choose_route
from localassist.usecases.tuning import tuned

if TYPE_CHECKING:
    from collections.abc import Iterator

    from localassist.domain.chat import Message, Question
    from localassist.domain.documents import Scope
    from localassist.domain.events import AnswerEvent
    from localassist.domain.ports.activity import Activity
    from localassist.domain.ports.chat_model import ChatModel, ChatModels
    from localassist.domain.ports.conversations import ConversationStore
    from localassist.domain.ports.settings import SettingsStore
    from localassist.domain.stopping import Stop
    from localassist.usecases.gathering import GatherMaterial
    from localassist.usecases.labelling import LabelMatter

_TITLE_CHARACTERS: Final = 60
_LINES: Final = 8
_QUOTES: Final = 3
_QUOTES_OF_ALL: Final = 12
_NO_MODEL: Final = "No chat model is in use, and there are no documents to quote from."
_ADD_A_MODEL: Final = "Add a model file with `localassist models add FILE`, or run `make setup` for the starter model."
_STEPS: Final[dict[type, str]] = {ReasoningDelta: "reasoning", TokenDelta: "answer", ToolCalled: "answer"}


class AnswerQuestion:
    """Answers questions with what the documents in scope say; a generator of events for each."""

    def __init__(
        self,
        conversations: ConversationStore,
        gather: GatherMaterial,
        models: ChatModels,
        settings: SettingsStore,
        activity: Activity,
        label: LabelMatter,
    ) -> None:
        self._conversations = conversations
        self._gather = gather
        self._prove = ProveAnswer(gather)
        self._conclude = ConcludeAnswer(conversations, self._prove, label)
        self._documents = gather.documents
        self._models = models
        self._settings = settings
        self._activity = activity
        self._offer = OfferElsewhere(settings, label)

    def __call__(self, question: Question, stop: Stop) -> Iterator[AnswerEvent]:
        """Answer a question: `Asked`, `Routed`, the search, the model's loading and its words, `Finished`.

        `Offered` comes before `Finished` where a model elsewhere might do better; `Undecided` comes instead of the
        words where the settings say to ask first.

        The question is stored before the first event, the growing answer at least every 500 ms. However it
        ends, what there is of the answer is stored with how it ended: a stop ends with `Finished`, an error is
        raised as `LocalAssistError` afterwards, and closing the generator counts as a stop.
        """
        with self._activity.answering():
            asked, answer = self._conversations.ask(question.conversation_id, question.parent_id, question.text)
            draft = self._begin(asked, answer, question.scope, question.model)
            yield from self._conclude(draft, self._work(draft, stop), stop)

    def again(
        self, question_id: int, scope: Scope, stop: Stop, model: str = "", *, decided: bool = False
    ) -> Iterator[AnswerEvent]:
        """Answer a stored question once more, on a branch of its own; events and errors as for a new one.

        `decided`: there is no answer yet, and the user said that it is to be written here.
        """
        with self._activity.answering():
            answer = self._conversations.answer_again(question_id)
            draft = self._begin(self._conversations.message(question_id), answer, scope, model)
            yield from self._conclude(draft, self._work(draft, stop, decided=True, again=not decided), stop)

    def _begin(self, question: Message, answer: Message, scope: Scope, model: str) -> Draft:
        return Draft(question, answer, scope, model, GrowingAnswer(self._conversations, answer.id))

    def _work(self, draft: Draft, stop: Stop, *, decided: bool = False, again: bool = False) -> Iterator[AnswerEvent]:
        yield from self._write(draft, stop, decided=decided)
        if not draft.is_dropped and (reason := self._offer.after(draft, again=again)):
            yield Offered(reason)

    def _write(self, draft: Draft, stop: Stop, *, decided: bool) -> Iterator[AnswerEvent]:
        self._entitle(draft.question)
        model = self._model(draft)
        route = choose_route(model, searches=not draft.scope.is_empty)
        draft.evidence = replace(draft.evidence, route=route)
        yield Routed(route)
        draft.history = retell(self._conversations.branch(draft.question.parent_id), self._documents)
        draft.before = leans_on(draft.question.text[:LONGEST_QUERY], draft.history)
        yield from self._gather(draft, stop)
        if not decided and (reason := self._offer.before(draft)):
            draft.is_dropped = True
            yield Undecided(draft.question, reason)
            return
        if model is not None and not draft.is_unanswerable:
            with draft.timed("load"):
                yield from model.load(stop)
            draft.reads_lines = reads_lines(model, self._models.files())
        # A model that loses the thread in whole passages invents an answer where none clearly stands.
        quotes = draft.reads_lines and (draft.whole or draft.evidence.matched or draft.nearest)
        if model is None or draft.is_unanswerable or quotes:
            yield from self._quote(draft, stop)
            return
        material = self._material(draft, model, stop)
        if draft.whole:
            material = yield from read_whole(draft, draft.whole, material, self._reader(model), stop)
        yield from self._generate(draft, material, model, stop)
        self._prove(draft, stop, complete=True)
        draft.check()

    def _reader(self, model: ChatModel) -> Reader:
        asked = tuned(self._settings, model)
        return Reader(model, asked.sampling, framing_for(asked.settings, kept=False))

    def _material(self, draft: Draft, model: ChatModel, stop: Stop) -> Material:
        conversation = self._conversations.get(draft.question.conversation_id)
        asked = tuned(self._settings, model)
        lines = self._lines(draft, stop)
        if lines is None and draft.passages and not draft.whole:
            self._gather.widen(draft, model, framing_for(asked.settings, kept=self._conversations.lasts))
        return Material(
            asked.system_prompt(conversation),
            draft.history,
            draft.history.as_given(draft.question.text),
            draft.passages,
            lines,
            draft.evidence.searched,
            fence_of(conversation),
        )

    def _model(self, draft: Draft) -> ChatModel | None:
        if draft.model == NO_MODEL:
            return None
        return self._models.open(draft.model) if draft.model else self._models.default()

    def _lines(self, draft: Draft, stop: Stop) -> tuple[Line, ...] | None:
        """The best lines for a model that loses the thread in whole passages, None for others."""
        if not draft.reads_lines:
            return None
        if not draft.passages:
            return ()
        with draft.timed("search"):
            return tuple(Line(*line) for line in grounding.best_lines(self._prove.material(draft, stop), _LINES))

    def _entitle(self, question: Message) -> None:
        """Name a conversation after its first question."""
        if not self._conversations.get(question.conversation_id).title:
            self._conversations.rename(question.conversation_id, title_of(question.text))

    def _quote(self, draft: Draft, stop: Stop) -> Iterator[AnswerEvent]:
        """Answer without a model, by quoting, or by saying that there is nothing to quote."""
        if draft.scope.is_empty:
            raise ModelError(_NO_MODEL, _ADD_A_MODEL)
        question = draft.question.text
        with draft.timed("grounding"):
            if draft.whole:
                draft.read = draft.passages
                grounded = quotes_from(draft.whole, question, lambda texts: self._gather.centrality(texts, stop))
            else:
                lead = not_clearly_there(question) if draft.nearest else ""
                most = _QUOTES_OF_ALL if draft.evidence.matched else _QUOTES
                grounded = grounding.answer_with_quotes(self._prove.material(draft, stop), lead, most)
        if not draft.passages:
            grounded = Grounded(
                which_one(question, draft.eligible) if draft.eligible else not_there(question, self._unread(draft))
            )
        draft.take(grounded)
        tell_covered(draft)
        draft.add(draft.text)
        yield TokenDelta(draft.text)
        self._prove.note_unused(draft)

    def _unread(self, draft: Draft) -> int:
        """How many files of the scope are still to be read."""
        standing = (document.status for document in self._documents.documents(draft.scope))
        return sum(status in {DocumentStatus.WAITING, DocumentStatus.READING} for status in standing)

    def _generate(self, draft: Draft, material: Material, model: ChatModel, stop: Stop) -> Iterator[AnswerEvent]:
        asked = tuned(self._settings, model)
        framing = framing_for(asked.settings, kept=self._conversations.lasts)
        limits = Limits(asked.settings.max_answer_tokens, asked.settings.max_reasoning_tokens)
        prompt = write_prompt(material, model, limits, framing)
        draft.note_prompt(prompt, material)
        yield from draft.unseen()
        sampling = replace(asked.sampling, max_tokens=prompt.room, max_reasoning_tokens=prompt.room_to_think)
        if self._offer.is_on:
            sampling = replace(sampling, rivals=sampling.rivals or 0)
        if draft.passages:
            draft.look_ahead(lambda: grounding.Grounder(self._prove.material(draft, stop)))
        step, began = "prompt", time.perf_counter()
        try:
            for event in model.generate(prompt.turns, sampling, stop, framing):
                reached = _STEPS.get(type(event), step)
                if reached != step:
                    draft.spend(step, began)
                    step, began = reached, time.perf_counter()
                if isinstance(event, Generated):
                    draft.evidence = replace(draft.evidence, figures=event.figures, ended=event.reason)
                    continue
                draft.hear(event)
                yield event
        finally:
            draft.spend(step, began)
            draft.note_said()


def title_of(question: str) -> str:
    """A question's first words, up to 60 characters."""
    text = " ".join(question.split())
    if len(text) <= _TITLE_CHARACTERS:
        return text
    return (text[:_TITLE_CHARACTERS].rpartition(" ")[0] or text[:_TITLE_CHARACTERS]).rstrip(",;:") + "…"
