"""What is read ahead is how the next prompt begins, and nobody is disturbed by it."""

from __future__ import annotations

import pytest

from answering_room import answering
from fakes import (
    FakeActivity,
    FakeChatModel,
    FakeChatModels,
    FakeConversationStore,
    FakeDocumentStore,
    FakeEmbedder,
    FakePassageIndex,
    FakeSettingsStore,
)
from localassist.domain.chat import Question
from localassist.domain.errors import ModelError
from localassist.domain.events import Finished
from localassist.domain.settings import Settings
from localassist.domain.stopping import Stop
from localassist.usecases.reading_ahead import ReadAhead
from localassist.usecases.retrieval import SearchPassages


class Desk:
    def __init__(self, model: FakeChatModel, *, lasting: bool = True, max_reasoning_tokens: int = 2048) -> None:
        self.store, self.activity = FakeConversationStore(lasting=lasting), FakeActivity()
        documents = FakeDocumentStore()
        settings = FakeSettingsStore(Settings(system_prompt="Be brief.", max_reasoning_tokens=max_reasoning_tokens))
        models = FakeChatModels(model)
        search = SearchPassages(documents, FakePassageIndex(documents), FakeEmbedder())
        self.answer = answering(self.store, search, documents, models, settings, self.activity)
        self.read_ahead = ReadAhead(self.store, documents, models, settings)
        self.conversation_id = self.store.create("", "").id

    def ask(self, text: str, parent: int | None = None) -> int:
        *_, last = self.answer(Question(self.conversation_id, parent, text), Stop())
        assert isinstance(last, Finished)
        return last.answer.id


def test_the_next_prompt_begins_with_what_was_read_ahead() -> None:
    model = FakeChatModel(" Hello [1].", "Fine.")
    desk = Desk(model)
    parent = desk.ask("Hi")
    answers = desk.activity.answers
    desk.read_ahead(desk.conversation_id, Stop())
    assert desk.activity.answers == answers, "nobody waits for it"
    desk.ask("How are you?", parent)
    assert model.prefilled == [model.prompts[1][:-1]]
    assert model.prefilled[0][-1].text == " Hello [1]."


def test_nothing_is_read_ahead_before_the_model_is_loaded_or_while_it_answers() -> None:
    model = FakeChatModel("Hello.")
    desk = Desk(model)
    desk.read_ahead(desk.conversation_id, Stop())
    parent = desk.ask("Hi")
    desk.store.ask(desk.conversation_id, parent, "And?")
    desk.read_ahead(desk.conversation_id, Stop())
    assert model.prefilled == []


def test_a_stop_or_a_problem_ends_it_silently(monkeypatch: pytest.MonkeyPatch) -> None:
    model = FakeChatModel("Hello.")
    desk = Desk(model)
    desk.ask("Hi")
    stop = Stop()
    stop.request()
    desk.read_ahead(desk.conversation_id, stop)
    desk.read_ahead(desk.conversation_id, Stop(), "no such model")
    desk.read_ahead(99, Stop())
    assert model.prefilled == []

    def unloaded(*_: object) -> None:
        raise ModelError("The model was unloaded.")

    monkeypatch.setattr(model, "prefill", unloaded)
    desk.read_ahead(desk.conversation_id, Stop())


@pytest.mark.parametrize("lasting", [True, False])
def test_a_model_keeps_on_the_disk_only_conversations_that_last(*, lasting: bool) -> None:
    model = FakeChatModel("Hello.")
    desk = Desk(model, lasting=lasting)
    desk.ask("Hi")
    desk.read_ahead(desk.conversation_id, Stop())
    assert [framing.kept for framing in model.framings] == [lasting, lasting]


@pytest.mark.parametrize("tokens", [0, 2048])
def test_what_is_read_ahead_lets_the_model_think_just_if_the_next_prompt_will(tokens: int) -> None:
    model = FakeChatModel("Hello.", thinks=True)
    desk = Desk(model, max_reasoning_tokens=tokens)
    desk.ask("Hi")
    desk.read_ahead(desk.conversation_id, Stop())
    assert [framing.think for framing in model.framings] == [tokens > 0, tokens > 0]
